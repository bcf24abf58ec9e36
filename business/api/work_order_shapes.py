"""Work orders, as the API answers them."""

from typing import Any

from rest_framework import serializers

from settings_sync.shapes.base import UtcTime, WholeInAddress

from ..models import WorkOrder
from .references import Reference, SettingReference, numbered, setting, with_example

EXAMPLE = {
    "id": "7d0c2b0e-64a4-4e0e-8e53-6c1f0b6f2a10",
    "number": 20311,
    "stage": "complete",
    "customer": numbered(1042),
    "project": None,
    "work_type": setting("Onderhoud cv-ketel"),
    "status": setting("Gereed"),
    "priority": setting("Normaal"),
    "payment_method": None,
    "workflow": setting("Onderhoud"),
    "error": None,
    "solution": None,
    "description": "Jaarlijks onderhoud van de ketel op zolder",
    "internal_memo": "",
    "reference": "PO 4411",
    "employee_name": "Youssef de Wit",
    "planned_at": "2026-11-23T08:00:00Z",
    "picked_up_at": "2026-11-23T07:41:12Z",
    "completed_at": "2026-11-23T09:20:45Z",
    "settled_at": None,
    "created_at": "2026-11-16T13:05:00Z",
}
PARTS = {
    "steps": [
        {
            "position": 1,
            "type": "predefined_form",
            "title": "Meten",
            "is_required": True,
            "done_at": "2026-11-23T09:01:00Z",
            "done_by_name": "Youssef de Wit",
        }
    ],
    "filled_forms": [
        {
            "form": "c4c1a4a7-7f0c-4f6d-8a3b-2f0a3b1f6e55",
            "name": "Onderhoud cv-ketel",
            "questions": [],
            "answers": {},
            "filled_in_at": "2026-11-23T09:01:00Z",
            "filled_in_by_name": "Youssef de Wit",
        }
    ],
    "hours": [
        {
            "hour_type": setting("Arbeid"),
            "worked_on": "2026-11-23",
            "hours": "1.50",
            "employee_name": "Youssef de Wit",
        }
    ],
    "materials": [
        {"code": "PK-12", "name": "Pakking", "quantity": "2.00", "unit": "stuk", "unit_price": "3.75"},
    ],
    "free_fields": [{"free_field": setting("Meterstand"), "value": "48211"}],
}


@with_example("A work order", EXAMPLE)
class WorkOrderShape(serializers.Serializer[Any]):
    """A work order of one administration. Who the customer is, is told by the customers alone."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField()
    stage = serializers.ChoiceField(choices=WorkOrder.Stage.choices)
    customer = Reference()
    project = serializers.IntegerField(source="project.number", allow_null=True, default=None)
    work_type = SettingReference()
    status = SettingReference()
    priority = SettingReference(allow_null=True)
    payment_method = SettingReference(allow_null=True)
    workflow = SettingReference(allow_null=True)
    error = SettingReference(allow_null=True)
    solution = SettingReference(allow_null=True)
    description = serializers.CharField()
    internal_memo = serializers.CharField()
    reference = serializers.CharField()
    employee_name = serializers.CharField()
    planned_at = UtcTime(allow_null=True)
    picked_up_at = UtcTime(allow_null=True)
    completed_at = UtcTime(allow_null=True)
    settled_at = UtcTime(allow_null=True)
    created_at = UtcTime()


class StepShape(serializers.Serializer[Any]):
    """A step, as the workflow had it when the work order was picked up."""

    position = serializers.IntegerField()
    type = serializers.CharField()
    title = serializers.CharField()
    is_required = serializers.BooleanField()
    done_at = UtcTime(allow_null=True)
    done_by_name = serializers.CharField()


class FilledFormShape(serializers.Serializer[Any]):
    """A form: its own copy of the sections and fields, and the answers by the key of the field."""

    form = serializers.UUIDField(source="form.uid")
    name = serializers.CharField(source="form_name")
    questions = serializers.JSONField()
    answers = serializers.JSONField()
    filled_in_at = UtcTime(allow_null=True)
    filled_in_by_name = serializers.CharField()


class HoursShape(serializers.Serializer[Any]):
    """Time spent."""

    hour_type = SettingReference()
    worked_on = serializers.DateField()
    hours = serializers.DecimalField(max_digits=6, decimal_places=2)
    employee_name = serializers.CharField()


class MaterialShape(serializers.Serializer[Any]):
    """Material used."""

    code = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2)
    unit = serializers.CharField()
    unit_price = serializers.DecimalField(max_digits=10, decimal_places=2)


class FreeFieldValueShape(serializers.Serializer[Any]):
    """What was filled in in a free field."""

    free_field = SettingReference()
    value = serializers.CharField()


@with_example("A work order", {**EXAMPLE, **PARTS})
class WorkOrderDetail(WorkOrderShape):
    """A work order with everything that was filled in."""

    steps = StepShape(many=True)
    filled_forms = FilledFormShape(many=True)
    hours = HoursShape(many=True)
    materials = MaterialShape(many=True)
    free_fields = FreeFieldValueShape(many=True, source="free_field_values")


class WorkOrderQuery(serializers.Serializer[Any]):
    """Narrows the list of work orders."""

    number = WholeInAddress(min_value=0, max_value=2**63 - 1, required=False)
    stage = serializers.ChoiceField(choices=WorkOrder.Stage.choices, required=False)
