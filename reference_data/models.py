"""The code lists that every administration of a company shares."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from settings_sync.models import Item, NameKey
from tenants.exact_json import ExactJSONField


def is_json_list(field: str) -> Exact:
    """A condition for a CHECK: the JSON in this column is a list."""
    return _has_json_type(field, "array")


def is_json_object(field: str) -> Exact:
    """A condition for a CHECK: the JSON in this column is an object."""
    return _has_json_type(field, "object")


def _has_json_type(field: str, kind: str) -> Exact:
    return Exact(Func(F(field), function="jsonb_typeof", output_field=models.TextField()), Value(kind))


class CodedItem(Item):
    """An item of a code list: people choose it by its name, and its code is what recognises it."""

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("code")

    class Meta:
        abstract = True
        ordering = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="%(app_label)s_%(class)s_code"
            ),
            models.CheckConstraint(condition=Q(code__regex=r"\S"), name="%(app_label)s_%(class)s_has_code"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="%(app_label)s_%(class)s_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkType(Item):
    """What kind of work a work order is."""

    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    description = models.TextField(_("description"), blank=True, default="")
    default_minutes = models.PositiveIntegerField(_("usual duration in minutes"), default=60)
    is_active = models.BooleanField(_("can be chosen"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("work type")
        verbose_name_plural = _("work types")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="reference_data_worktype_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="reference_data_worktype_has_name"),
            models.CheckConstraint(condition=Q(default_minutes__gt=0), name="reference_data_worktype_takes_time"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkStatus(CodedItem):
    """How far the work of a work order is, in the words of the company."""

    class Meta(CodedItem.Meta):
        verbose_name = _("work status")
        verbose_name_plural = _("work statuses")


class HourType(CodedItem):
    """A kind of hours. What an hour costs and where it is booked is each administration's own business."""

    price = models.DecimalField(_("price per hour"), max_digits=9, decimal_places=2, default=Decimal("0.00"))
    booking_code = models.CharField(_("booking code"), max_length=40, blank=True, default="")

    class Meta(CodedItem.Meta):
        verbose_name = _("hour type")
        verbose_name_plural = _("hour types")
        constraints = [
            *CodedItem.Meta.constraints,
            models.CheckConstraint(condition=Q(price__gte=0), name="reference_data_hourtype_price"),
        ]


class PaymentMethod(CodedItem):
    """How a customer pays."""

    class Meta(CodedItem.Meta):
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")


class VatRate(CodedItem):
    """A VAT rate, as a percentage."""

    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2, default=Decimal("0.00"))

    class Meta(CodedItem.Meta):
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [
            *CodedItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(percentage__gte=0, percentage__lte=100), name="reference_data_vatrate_percentage"
            ),
        ]


class Priority(CodedItem):
    """How urgent work is."""

    class Meta(CodedItem.Meta):
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")


class ErrorCode(CodedItem):
    """What was wrong with an object."""

    class Meta(CodedItem.Meta):
        verbose_name = _("error")
        verbose_name_plural = _("errors")


class Solution(CodedItem):
    """What was done about an error."""

    class Meta(CodedItem.Meta):
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")


class Entity(models.TextChoices):
    """What a free field can be added to."""

    WORK_ORDER = "work_order", _("work order")
    PROJECT = "project", _("project")
    INVOICE = "invoice", _("invoice")
    QUOTATION = "quotation", _("quotation")
    OBJECT = "object", _("object")
    CUSTOMER = "customer", _("customer")
    CONTACT = "contact", _("contact")
    MATERIAL = "material", _("material")
    HOUR = "hour", _("hour")


class FreeFieldType(models.TextChoices):
    """What is filled in in a free field."""

    TEXT = "text", _("text")
    NUMBER = "number", pgettext_lazy("kind of answer", "number")
    DROPDOWN = "dropdown", _("dropdown")
    CHECKBOX = "checkbox", _("checkbox")
    DATE = "date", _("date")
    DATE_TIME = "date_time", _("date and time")


class FreeField(Item):
    """An extra field of a work order, customer or other entity, recognised by its reference name."""

    entity = models.CharField(_("belongs to"), max_length=20, choices=Entity, default=Entity.WORK_ORDER)
    name = models.CharField(_("name"), max_length=200)
    reference_name = models.CharField(_("reference name"), max_length=80)
    name_key = NameKey("reference_name")
    type = models.CharField(_("type"), max_length=20, choices=FreeFieldType, default=FreeFieldType.TEXT)
    values = ExactJSONField(_("values"), blank=True, default=list)
    order = models.PositiveIntegerField(_("order"), default=0)
    is_required = models.BooleanField(_("required"), default=False)

    class Meta:
        ordering = ["entity", "order", "name"]
        verbose_name = _("free field")
        verbose_name_plural = _("free fields")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="reference_data_freefield_reference"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="reference_data_freefield_has_name"),
            models.CheckConstraint(
                condition=Q(reference_name__regex=r"\S"), name="reference_data_freefield_has_reference"
            ),
            models.CheckConstraint(condition=Q(entity__in=Entity.values), name="reference_data_freefield_entity"),
            models.CheckConstraint(condition=Q(type__in=FreeFieldType.values), name="reference_data_freefield_type"),
            models.CheckConstraint(condition=is_json_list("values"), name="reference_data_freefield_values_list"),
            models.CheckConstraint(
                condition=Q(type="dropdown") & ~Q(values=[]) | ~Q(type="dropdown") & Q(values=[]),
                name="reference_data_freefield_values_of_dropdown",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DevicePolicy(Item):
    """One setting of the employees' devices, a default for everybody: a text, or a setting that it points at."""

    key = models.CharField(_("key"), max_length=80)
    name_key = NameKey("key")
    value = models.TextField(_("value"), blank=True, default="")
    work_type = models.ForeignKey(
        WorkType, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("work type")
    )
    work_status = models.ForeignKey(
        WorkStatus, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("work status")
    )
    payment_method = models.ForeignKey(
        PaymentMethod,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("payment method"),
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("device policy")
        verbose_name_plural = _("device policies")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="reference_data_devicepolicy_key"
            ),
            models.CheckConstraint(condition=Q(key__regex=r"\S"), name="reference_data_devicepolicy_has_key"),
            models.CheckConstraint(
                condition=Q(work_type=None, work_status=None)
                | Q(work_type=None, payment_method=None)
                | Q(work_status=None, payment_method=None),
                name="reference_data_devicepolicy_one_default",
            ),
            models.CheckConstraint(
                condition=Q(value="") | Q(work_type=None, work_status=None, payment_method=None),
                name="reference_data_devicepolicy_text_or_default",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def points_at(self) -> Any:
        """The setting that this policy has as its default, or None."""
        return self.work_type or self.work_status or self.payment_method


class Logo(models.Model):
    """The picture that stands where a template has `{{ bedrijf.logo }}`, in one administration alone; there is one.

    It stands in the database as photos of forms do, so that a backup of the administration has it.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    media_type = models.CharField(_("kind of picture"), max_length=20)
    content = models.BinaryField(_("picture"))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="reference_data_logo_is_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
