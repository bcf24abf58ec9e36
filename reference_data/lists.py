"""The ten lists of shared settings as the pages know them; one set of pages serves them all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from settings_sync.models import Item

from . import forms


@dataclass(frozen=True)
class CodeList:
    """One list: its place in the address, its form, and the columns of its table after the name."""

    key: str
    form: type[forms.ItemForm]
    label_new: Any
    about: Any
    columns: tuple[str, ...] = ()
    sought: tuple[str, ...] = ("code", "name")
    order: tuple[str, ...] = ("name_key",)

    @property
    def model(self) -> type[Item]:
        return self.form._meta.model

    @property
    def kind(self) -> str:
        """The key of its kind of setting."""
        return self.model._meta.label_lower

    @property
    def label(self) -> Any:
        return self.model._meta.verbose_name_plural

    @property
    def headings(self) -> list[Any]:
        return [self.model._meta.get_field(column).verbose_name for column in self.columns]  # type: ignore[union-attr]

    def cells_of(self, item: Item) -> list[tuple[Any, str]]:
        """The values of the columns as people read them, each with its heading."""
        return [(heading, _shown(item, column)) for heading, column in zip(self.headings, self.columns, strict=True)]

    def items(self, query: str = "") -> QuerySet[Any]:
        """The items whose code or name holds the query, archived ones last."""
        condition = Q()
        for field in self.sought:
            condition |= Q(**{f"{field}__icontains": query})
        related = [field.name for field in self.model._meta.fields if field.is_relation]
        return (
            self.model._default_manager.filter(condition)
            .select_related(*related)
            .order_by("is_archived", *self.order, "pk")
        )


def _shown(item: Item, column: str) -> str:
    value = getattr(item, f"get_{column}_display", lambda: getattr(item, column))()
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Decimal):
        return str(number_format(value))
    return "" if value is None else str(value)


LISTS = {
    found.key: found
    for found in (
        CodeList(
            "work-types",
            forms.WorkTypeForm,
            gettext_lazy("Add work type"),
            gettext_lazy("What kind of work a work order is; forms and workflows are shown per work type."),
            ("description", "default_minutes", "is_active"),
            ("name", "description"),
        ),
        CodeList(
            "work-statuses",
            forms.WorkStatusForm,
            gettext_lazy("Add work status"),
            gettext_lazy("How far the work is, in your own words."),
            ("code",),
        ),
        CodeList(
            "hour-types",
            forms.HourTypeForm,
            gettext_lazy("Add hour type"),
            gettext_lazy("Kinds of hours; price and booking code are each administration's own."),
            ("code", "price", "booking_code"),
        ),
        CodeList(
            "payment-methods",
            forms.PaymentMethodForm,
            gettext_lazy("Add payment method"),
            gettext_lazy("How a customer pays."),
            ("code",),
        ),
        CodeList(
            "vat-rates",
            forms.VatRateForm,
            gettext_lazy("Add VAT rate"),
            gettext_lazy("The percentages on quotations and invoices."),
            ("code", "percentage"),
        ),
        CodeList(
            "priorities",
            forms.PriorityForm,
            gettext_lazy("Add priority"),
            gettext_lazy("How urgent work is."),
            ("code",),
        ),
        CodeList(
            "errors",
            forms.ErrorCodeForm,
            gettext_lazy("Add error"),
            gettext_lazy("What was wrong with an object."),
            ("code",),
        ),
        CodeList(
            "solutions",
            forms.SolutionForm,
            gettext_lazy("Add solution"),
            gettext_lazy("What was done about an error."),
            ("code",),
        ),
        CodeList(
            "free-fields",
            forms.FreeFieldForm,
            gettext_lazy("Add free field"),
            gettext_lazy("Your own fields of work orders, customers and more."),
            ("entity", "type", "is_required", "reference_name"),
            ("name", "reference_name"),
            ("entity", "order", "name"),
        ),
        CodeList(
            "device-policies",
            forms.DevicePolicyForm,
            gettext_lazy("Add device policy"),
            gettext_lazy("Settings of the app that hold for everybody."),
            ("value", "work_type", "work_status", "payment_method"),
            ("key", "value"),
        ),
    )
}
