"""How the other shared settings travel."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from settings_sync.declaring.options import Category, ModelSync, Removed
from settings_sync.declaring.registry import exclude, register

from . import models, rules

REFERENCE_DATA = Category("reference_data", _("Other shared settings"), order=40)


class CodeListSync(ModelSync):
    """A list of codes with names; subclasses add what else travels."""

    category = REFERENCE_DATA
    natural_key = "code"
    label = "name"
    removed = Removed.DELETE
    fields: ClassVar[tuple[str, ...]] = ("code", "name")

    @classmethod
    def problems_of(cls, document: Mapping[str, Any]) -> dict[str, list[str]]:
        return rules.problems_of_coded(document)

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.messages_of_row(document, cls.problems_of(document))


@register(models.WorkType)
class WorkTypeSync(ModelSync):
    category = REFERENCE_DATA
    natural_key = "name"
    removed = Removed.DELETE
    fields = ("name", "description", "default_minutes", "is_active")

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.messages_of_row(document, rules.problems_of_work_type(document))


@register(models.WorkStatus)
class WorkStatusSync(CodeListSync):
    pass


@register(models.HourType)
class HourTypeSync(CodeListSync):
    local = ("price", "booking_code")

    @classmethod
    def problems_of(cls, document: Mapping[str, Any]) -> dict[str, list[str]]:
        return rules.problems_of_hour_type(document)


@register(models.PaymentMethod)
class PaymentMethodSync(CodeListSync):
    pass


@register(models.VatRate)
class VatRateSync(CodeListSync):
    fields = ("code", "name", "percentage")

    @classmethod
    def problems_of(cls, document: Mapping[str, Any]) -> dict[str, list[str]]:
        return rules.problems_of_vat_rate(document)


@register(models.Priority)
class PrioritySync(CodeListSync):
    pass


@register(models.ErrorCode)
class ErrorCodeSync(CodeListSync):
    pass


@register(models.Solution)
class SolutionSync(CodeListSync):
    pass


@register(models.FreeField)
class FreeFieldSync(ModelSync):
    category = REFERENCE_DATA
    natural_key = "reference_name"
    label = "name"
    removed = Removed.DELETE
    fields = ("entity", "name", "reference_name", "type", "values", "order", "is_required")
    merge_together = (("type", "values"),)

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.messages_of(rules.problems_of_free_field(document))


@register(models.DevicePolicy)
class DevicePolicySync(ModelSync):
    category = REFERENCE_DATA
    natural_key = "key"
    removed = Removed.DELETE
    fields = ("key", "value", "work_type", "work_status", "payment_method")
    merge_together = (("value", "work_type", "work_status", "payment_method"),)

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.messages_of(rules.problems_of_device_policy(document))


exclude(models.Logo, reason="The logo of a company is its own, as its name and address are.")
