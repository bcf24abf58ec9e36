"""What people fill in for a shared setting. The words are checked here, the rules by `rules`, and services write."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _

from tenants.entry_fields import NumberField, WholeNumberField, limit_texts, name_empty_choices

from . import models
from .services import problems_of


class LinesField(forms.CharField):
    """A list of texts, one per line. Empty lines do not count."""

    widget = forms.Textarea(attrs={"rows": 6})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):  # the initial value, of a field that is shown only
            return value
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class SettingForm(forms.ModelForm):
    """What every form about a setting does: text with plain line ends, and unique names left to the database."""

    def __init__(self, *args: Any, is_readonly: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = is_readonly
            field.label = capfirst(field.label)
        limit_texts(self.fields.values())
        name_empty_choices(self.fields.values())

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = value.replace("\r\n", "\n")
        return values

    def ask_rules(self, problems_of: Callable[[Any], Mapping[str, list[str]]]) -> None:
        """Show what the rules of the model say of the fields that could be read, beside what is wrong with others."""
        problems = problems_of(self._meta.model(**self.cleaned_data))
        for name, messages in problems.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, messages)

    def _post_clean(self) -> None:
        # As Django does, without the constraints: the rules say the same in better words, and whether a name is taken
        # only the database knows.
        forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        asked = {name for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        try:
            self.instance.clean_fields(exclude={field.name for field in self.instance._meta.fields} - asked)
        except ValidationError as error:
            self.add_error(None, error)


class ItemForm(SettingForm):
    """A form about one item of a list: archived settings are not offered, and the rules of the model are asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._offer(name, field)

    def _offer(self, name: str, field: forms.ModelChoiceField) -> None:
        """What is not archived, and what stands there now."""
        current = getattr(self.instance, f"{name}_id")
        every = self._meta.model._meta.get_field(name).related_model._default_manager
        field.queryset = every.filter(is_archived=False) | every.filter(pk=current)

    def clean(self) -> dict[str, Any]:
        """Ask the model's rules."""
        values = super().clean()
        self.ask_rules(problems_of)
        return values


class WorkTypeForm(ItemForm):
    default_minutes = WholeNumberField(label=_("usual duration in minutes"), initial=60, min_value=1, max_value=100_000)

    class Meta:
        model = models.WorkType
        fields = ("name", "description", "default_minutes", "is_active")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class WorkStatusForm(ItemForm):
    class Meta:
        model = models.WorkStatus
        fields = ("code", "name")


class HourTypeForm(ItemForm):
    price = NumberField(
        label=_("price per hour"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        help_text=_("Each administration has its own price; a sync leaves it alone."),
    )

    class Meta:
        model = models.HourType
        fields = ("code", "name", "price", "booking_code")
        help_texts = {"booking_code": _("Each administration has its own booking code; a sync leaves it alone.")}


class PaymentMethodForm(ItemForm):
    class Meta:
        model = models.PaymentMethod
        fields = ("code", "name")


class VatRateForm(ItemForm):
    percentage = NumberField(label=_("percentage"), min_value=0, max_value=100, max_digits=5, decimal_places=2)

    class Meta:
        model = models.VatRate
        fields = ("code", "name", "percentage")


class PriorityForm(ItemForm):
    class Meta:
        model = models.Priority
        fields = ("code", "name")


class ErrorCodeForm(ItemForm):
    class Meta:
        model = models.ErrorCode
        fields = ("code", "name")


class SolutionForm(ItemForm):
    class Meta:
        model = models.Solution
        fields = ("code", "name")


class FreeFieldForm(ItemForm):
    reference_name = forms.CharField(
        label=_("reference name"),
        max_length=80,
        required=False,
        help_text=_("By which documents and other systems find this field. Empty: made from the name."),
    )
    order = WholeNumberField(
        label=_("order"),
        initial=0,
        min_value=0,
        max_value=100_000,
        help_text=_("Where the field stands among those of the same entity: lowest first."),
    )
    values = LinesField(
        label=_("values"), required=False, max_length=20_000, help_text=_("Only for a dropdown: one value per line.")
    )

    class Meta:
        model = models.FreeField
        fields = ("entity", "name", "type", "values", "is_required", "order", "reference_name")

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not values.get("reference_name"):
            made = slugify(f"{values.get('entity', '')} {values.get('name', '')}").replace("-", "_")
            values["reference_name"] = made[:80]
        return super().clean()


class DevicePolicyForm(ItemForm):
    key = forms.CharField(
        label=_("key"),
        max_length=80,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_.]*$", _("A key has small letters, digits, points and underscores: foto.kwaliteit")
            )
        ],
        help_text=_("As the app knows the setting; it is never translated."),
    )

    class Meta:
        model = models.DevicePolicy
        fields = ("key", "value", "work_type", "work_status", "payment_method")
        widgets = {"value": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"work_type": _("For a policy that points at a setting: leave the value empty and choose one.")}
