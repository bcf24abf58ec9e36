"""Making and editing work orders."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from business.rights import WorkOrderRight
from catalog_kit.editing import refuse_when, refuse_when_moved, values_of
from reference_data.models import FreeField
from tenants.models import Administration, Membership
from tenants.permissions import NotAllowed, require

from ..choices import problems_of_choices
from ..models import FreeFieldValue, NumberSequence, WorkOrder
from ..permissions import may_change_work_order
from .numbering import take_number

SETTINGS_CHOSEN = ("work_type", "status", "payment_method", "priority", "workflow", "error", "solution")
WORK_ORDER_FIELDS = (
    "contact",
    "service_object",
    "project",
    *SETTINGS_CHOSEN,
    "description",
    "internal_memo",
    "reference",
    "planned_at",
    "employee_id",
)


def create_work_order(
    *,
    acting_user: User,
    administration: Administration,
    customer: Any,
    values: Mapping[str, Any],
    free_values: Mapping[FreeField, str] | None = None,
) -> WorkOrder:
    """A new, planned work order for a customer with the next number. Raises NotAllowed or EditRefused."""
    require(acting_user, WorkOrderRight.CREATE, administration)
    work_order = WorkOrder(customer=customer)
    _fill(work_order, administration, values)
    with transaction.atomic():
        work_order.number = take_number(NumberSequence.Kind.WORK_ORDER)
        work_order.save()
        _save_free_values(work_order, free_values or {})
        record("work_order.created", actor=acting_user, administration=administration, work_order=work_order.number)
    return work_order


def update_work_order(
    *,
    acting_user: User,
    administration: Administration,
    work_order: WorkOrder,
    values: Mapping[str, Any],
    free_values: Mapping[FreeField, str] | None = None,
    seen: str | None = None,
) -> WorkOrder:
    """Change a work order; once it was picked up its workflow stays.

    `seen` is the fingerprint of what the editor was looking at. Raises NotAllowed or EditRefused.
    """
    if not may_change_work_order(acting_user, administration, work_order):
        raise NotAllowed(WorkOrderRight.UPDATE)
    with transaction.atomic():
        locked = WorkOrder.objects.select_for_update().get(pk=work_order.pk)
        refuse_when_moved(seen, values_of_work_order(locked))
        _fill(locked, administration, values)
        locked.save()
        _save_free_values(locked, free_values or {})
        record("work_order.updated", actor=acting_user, administration=administration, work_order=locked.number)
    return locked


def values_of_work_order(work_order: WorkOrder) -> dict[str, Any]:
    """What can be edited of a work order, as people read it, its free fields included."""
    free = work_order.free_field_values.order_by("free_field_id").values_list("free_field__name", "value")
    return {**values_of(work_order, WORK_ORDER_FIELDS), "free_values": list(free)}


def employees_of(administration: Administration) -> dict[int, str]:
    """Who can be given work here: everybody who may enter, by user id."""
    members = Membership.objects.filter(administration=administration, user__is_active=True).select_related("user")
    return {member.user_id: str(member.user) for member in members.order_by("user__name", "user__email")}


def _fill(work_order: WorkOrder, administration: Administration, values: Mapping[str, Any]) -> None:
    former = {name: getattr(work_order, f"{name}_id") for name in SETTINGS_CHOSEN}
    former_employee = work_order.employee_id
    for name in WORK_ORDER_FIELDS:
        if name in values:
            setattr(work_order, name, values[name])
    problems = _missing(work_order) or problems_of_choices(work_order, former)
    problems |= _problems_of_running_work(work_order, former) | _problems_of_customer(work_order)
    if work_order.employee_id != former_employee:
        problems |= _name_employee(work_order, administration)
    refuse_when(problems)


def _missing(work_order: WorkOrder) -> dict[str, list[str]]:
    problems = {}
    if work_order.work_type_id is None:
        problems["work_type"] = [_("Choose a work type.")]
    if work_order.status_id is None:
        problems["status"] = [_("Choose a work status.")]
    if not work_order.description.strip():
        problems["description"] = [_("Describe the work.")]
    return problems


def _problems_of_running_work(work_order: WorkOrder, former: Mapping[str, Any]) -> dict[str, list[str]]:
    if work_order.stage == WorkOrder.Stage.SETTLED:
        return {"": [_("A settled work order is not changed any more.")]}
    if not work_order.is_open and work_order.workflow_id != former["workflow"]:
        return {"workflow": [_("This work order was picked up: it keeps the workflow that it started with.")]}
    return {}


def _problems_of_customer(work_order: WorkOrder) -> dict[str, list[str]]:
    problems = {}
    for name in ("contact", "service_object", "project"):
        chosen = getattr(work_order, name)
        if chosen is not None and chosen.customer_id != work_order.customer_id:
            problems[name] = [_("“%(name)s” belongs to another customer.") % {"name": chosen}]
    return problems


def _name_employee(work_order: WorkOrder, administration: Administration) -> dict[str, list[str]]:
    employees = employees_of(administration)
    if work_order.employee_id is not None and work_order.employee_id not in employees:
        return {"employee_id": [_("Choose somebody who works in this administration.")]}
    work_order.employee_name = employees.get(work_order.employee_id or 0, "")
    return {}


def _save_free_values(work_order: WorkOrder, values: Mapping[FreeField, str]) -> None:
    filled = [FreeFieldValue(work_order=work_order, free_field=field, value=text) for field, text in values.items()]
    FreeFieldValue.objects.bulk_create(
        filled, update_conflicts=True, unique_fields=["work_order", "free_field"], update_fields=["value"]
    )
