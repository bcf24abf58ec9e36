"""What people fill in for customers and work orders."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from forms_catalog.answering.fields import field_for, initial_for, kept
from forms_catalog.models import Form
from reference_data.models import (
    Entity,
    ErrorCode,
    FreeField,
    PaymentMethod,
    Priority,
    Solution,
    WorkStatus,
    WorkType,
)
from tenants.entry_fields import NOTHING_CHOSEN, DateTimeField, limit_texts, name_empty_choices
from tenants.models import Administration
from workflows.models import Workflow

from .choices import choosable
from .models import Customer, WorkOrder
from .services.customers import CUSTOMER_FIELDS
from .services.work_orders import employees_of

SETTINGS = {
    "work_type": WorkType,
    "status": WorkStatus,
    "payment_method": PaymentMethod,
    "priority": Priority,
    "workflow": Workflow,
    "error": ErrorCode,
    "solution": Solution,
}
FREE = "free_"


class SearchForm(forms.Form):
    """What stands in the address of a list; anything unreadable counts as nothing."""

    q = forms.CharField(required=False, max_length=100)
    stage = forms.ChoiceField(required=False, choices=WorkOrder.Stage.choices)

    def found(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = CUSTOMER_FIELDS
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].queryset = choosable(PaymentMethod, self.instance.payment_method_id)  # type: ignore[attr-defined]
        limit_texts(self.fields.values())
        name_empty_choices(self.fields.values())


class WorkOrderForm(forms.ModelForm):
    """A work order of one customer, with the free fields that this administration has for work orders."""

    employee_id = forms.TypedChoiceField(label=_("Employee"), required=False, coerce=int, empty_value=None)
    planned_at = DateTimeField(label=_("Planned at"), required=False)

    class Meta:
        model = WorkOrder
        fields = (
            "work_type",
            "description",
            "planned_at",
            "employee_id",
            "status",
            "priority",
            "workflow",
            "payment_method",
            "contact",
            "service_object",
            "project",
            "error",
            "solution",
            "reference",
            "internal_memo",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "internal_memo": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, administration: Administration, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in SETTINGS.items():
            self.fields[name].queryset = choosable(model, getattr(self.instance, f"{name}_id"))  # type: ignore[attr-defined]
        for name, owned in (
            ("contact", customer.contacts.all()),
            ("service_object", customer.objects_in_service.all()),
            ("project", customer.projects.all()),
        ):
            self.fields[name].queryset = owned  # type: ignore[attr-defined]
        self.fields["employee_id"].choices = self._employees(administration)  # type: ignore[attr-defined]
        self.fields["workflow"].disabled = not self.instance.is_open
        limit_texts(self.fields.values())
        name_empty_choices(self.fields.values())
        self._add_free_fields()

    def _employees(self, administration: Administration) -> list[tuple[Any, Any]]:
        """Those who work here, and the one who has the work, who may have left."""
        employees = employees_of(administration)
        if self.instance.employee_id:
            employees.setdefault(self.instance.employee_id, self.instance.employee_name)
        return [("", NOTHING_CHOSEN), *employees.items()]

    def _add_free_fields(self) -> None:
        rows = self.instance.free_field_values.all() if self.instance.pk else ()
        held = {row.free_field_id: row.value for row in rows}
        found = choosable(FreeField).filter(entity=Entity.WORK_ORDER) | FreeField.objects.filter(pk__in=held)
        self.free_fields = {f"{FREE}{field.pk}": field for field in found}
        for name, field in self.free_fields.items():
            self.fields[name] = field_for(
                kind=field.type, label=field.name, required=field.is_required, options=field.values
            )
            self.initial[name] = initial_for(field.type, held.get(field.pk, ""))

    def values(self) -> dict[str, Any]:
        """The values of the work order's own fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.free_fields}

    def free_values(self) -> dict[FreeField, str]:
        """What was filled in in each free field, as text."""
        return {field: kept(self.cleaned_data[name]) for name, field in self.free_fields.items()}

    def free_bound(self) -> list[BoundField]:
        return [self[name] for name in self.free_fields]


class AddFormForm(forms.Form):
    """Choosing a form to put on a work order: those for its work type first, then the ones for every type."""

    form = forms.ModelChoiceField(label=_("Form"), queryset=Form.objects.none())

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].queryset = choices  # type: ignore[attr-defined]
