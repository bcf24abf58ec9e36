"""The form fields in which questions and free fields are answered, and how an answer goes in and out of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from tenants.entries import Unreadable, as_text, canonical, read_number
from tenants.entry_fields import NOTHING_CHOSEN, DateField, DateTimeField, NumberField, TimeField

NO_LABELS: Mapping[str, str] = MappingProxyType({})
LONGEST = 4000
YES_NO = (("yes", _("yes")), ("no", _("no")))
ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "email": {"type": "email", "autocomplete": "off"},
    "telephone": {"type": "tel", "autocomplete": "off"},
    "web_address": {"type": "url", "placeholder": "https://"},
    "place": {"inputmode": "text", "placeholder": "52.5168, 6.0830", "data-place": ""},
    "barcode": {"autocapitalize": "off", "spellcheck": "false", "data-barcode": ""},
}


class LinesOfText(forms.CharField):
    """Several short answers, one per line; kept as a list."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class SeveralFiles(forms.FileField):
    """Files that are chosen at once; cleaned to a list of those that have content."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, list) else [data]
        return [super(SeveralFiles, self).clean(one, initial) for one in sent if one]


class SeveralFilesInput(forms.FileInput):
    """An input for several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


def field_for(
    *, kind: str, label: str, required: bool, options: Sequence[Any], labels: Mapping[str, str] = NO_LABELS
) -> forms.Field:
    """Return the form field for a free field or a question of this kind; `labels` of options by their code."""
    common: dict[str, Any] = {"label": label, "required": required}
    choices = [(option, labels.get(option, option)) for option in options]
    if kind in ("dropdown", "object_reference", "own_list"):
        return forms.ChoiceField(**common, choices=[("", NOTHING_CHOSEN), *choices])
    if kind == "radio":
        return forms.ChoiceField(**common, choices=choices, widget=forms.RadioSelect)
    if kind == "yes_no":
        return forms.ChoiceField(**common, choices=YES_NO, widget=forms.RadioSelect)
    if kind in ("checkboxes", "several"):
        return forms.MultipleChoiceField(**common, choices=choices, widget=forms.CheckboxSelectMultiple)
    if kind == "checkbox":
        return forms.BooleanField(label=label, required=False)
    return _plain_field(kind, common)


def _plain_field(kind: str, common: dict[str, Any]) -> forms.Field:
    if kind == "number":
        return NumberField(**common)
    if kind == "date":
        return DateField(**common)
    if kind == "time":
        return TimeField(**common)
    if kind == "date_time":
        return DateTimeField(**common)
    if kind == "text":
        # It grows with what is typed (field.css), so that a long answer has room and a short one takes none.
        widget = forms.Textarea(attrs={"rows": 2, "class": "grows"})
        return forms.CharField(**common, max_length=LONGEST, widget=widget)
    return forms.CharField(**common, max_length=LONGEST, widget=forms.TextInput(attrs=dict(ATTRIBUTES.get(kind, {}))))


def kept(value: Any) -> str:
    """Return a value as it is kept: numbers, dates and times in their one form, a tick as "true", nothing as ""."""
    if value is None or value is False:
        return ""
    return "true" if value is True else as_text(value)


def initial_for(kind: str, held: Any) -> Any:
    """Return a kept value as the field shows it."""
    if kind == "checkbox":
        return held == "true"
    if kind == "date_time" and held:
        return _moment(held) or held
    if kind == "number" and held:
        return _number(held)
    return canonical(kind, held) if isinstance(held, str) else held


def _number(held: str) -> Any:
    """A number as such, which the field writes in the reader's language; a text that was never one stays."""
    try:
        return read_number(held)
    except Unreadable:
        return held


def _moment(held: str) -> datetime | None:
    """A moment as it was kept, with its time zone; None when it was never one."""
    try:
        return parse_datetime(held)
    except ValueError:
        return None
