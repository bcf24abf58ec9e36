"""Form fields for numbers, dates and times, which Django's own take as nobody here writes them (entries.py).

And the limit of a long text, and the word for nothing chosen yet.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.utils import from_current_timezone
from django.utils.translation import gettext_lazy as _

from .entries import Unreadable, read_date, read_date_time, read_number, read_time, read_whole_number

LONGEST_TEXT = 200_000
"""Letters in a text of several lines, where its field says nothing else."""


NOTHING_CHOSEN = _("Choose…")
DASHES = BLANK_CHOICE_DASH[0][1]


class LongestText(MaxLengthValidator):
    """A limit on a text in which the end of a line is one letter, as browsers count; they send two."""

    def clean(self, x: Any) -> int:
        return len(str(x).replace("\r\n", "\n"))


def limit_texts(fields: Iterable[forms.Field]) -> None:
    """Give every text of several lines a limit that says so beside it; without one the whole page would be refused."""
    for field in fields:
        if isinstance(field.widget, forms.Textarea) and getattr(field, "max_length", None) is None:
            field.validators.append(LongestText(LONGEST_TEXT))


def name_empty_choices(fields: Iterable[forms.Field]) -> None:
    """Let a list out of which nothing is chosen yet say so in a word, where Django has a row of dashes."""
    for field in fields:
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label == DASHES:
                field.empty_label = NOTHING_CHOSEN
        elif isinstance(field, forms.ChoiceField):
            rows: list[Any] = list(field.choices)  # type: ignore[arg-type]  # a list once the field is made
            if rows and rows[0][1] == DASHES:
                field.choices = [("", NOTHING_CHOSEN), *rows[1:]]


def _read(reader: Callable[[Any], Any], value: Any) -> Any:
    entry = value.strip() if isinstance(value, str) else value
    if entry in (None, ""):
        return None
    try:
        return reader(entry)
    except Unreadable as error:
        raise ValidationError(str(error), code="invalid") from None


class NumberField(forms.DecimalField):
    """A number, with a comma or a point, shown with the one that the reader's language has.

    A text field, because a browser's own number field drops what it refuses.
    """

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(localize=True, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        number: Decimal | None = _read(read_number, value)
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal"}


class WholeNumberField(forms.IntegerField):
    """A whole number, written with digits alone."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        number: int | None = _read(read_whole_number, value)
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        shown = {} if widget.is_hidden else {"inputmode": "numeric"}
        return {**super().widget_attrs(widget), **shown}


class DateField(forms.DateField):
    """A day, as a browser's own field sends it or as people write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        day: date | None = _read(read_date, value)
        return day


class TimeField(forms.TimeField):
    """A time of the day, in hours and minutes."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def to_python(self, value: Any) -> time | None:
        moment: time | None = _read(read_time, value)
        return moment


class DateTimeField(forms.DateTimeField):
    """A day and a time, in the time zone of the product."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        moment = _read(read_date_time, value)
        return from_current_timezone(moment) if moment else None
