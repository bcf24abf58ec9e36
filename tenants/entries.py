"""Numbers, dates and times as people here write them, read the same wherever they are typed, imported or sent.

Python's own readers take far more (`1_000`, `1e3`, `١٢`, `20261128`, `T10`), of which people mean one thing and get
another. So the form of a text is checked before anything parses it.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

MOST_DIGITS = 18
MOST_DECIMALS = 6
LONGEST_SHOWN = 40

# [0-9] and not \d, which is every digit of every script.
_NUMBER = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]+))?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})([-/])([0-9]{1,2})\5([0-9]{4})")
# Seconds that are zero say nothing else; a browser sends them when the field was filled in with them.
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")


class Unreadable(ValueError):
    """A text that is no number, date or time as people here write it; the message says what to write."""


def read_number(entry: Any) -> Decimal:
    """Return the number in a text or in JSON; a comma and a point are the same. Raises Unreadable."""
    text = _text_of(entry)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unreadable(
            _("“%(text)s” is not a number. Write it with digits, such as 12 or 1,5.") % {"text": _shown(text)}
        )
    sign = found[1]
    whole = found[2].lstrip("0") or "0"
    decimals = found[3] or ""
    if len(whole) > MOST_DIGITS - MOST_DECIMALS or len(decimals) > MOST_DECIMALS:
        limits = {"whole": MOST_DIGITS - MOST_DECIMALS, "decimals": MOST_DECIMALS}
        raise Unreadable(_("Write at most %(whole)d digits before the comma, and %(decimals)d after it.") % limits)
    number = Decimal(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}")
    return number if number else abs(number)  # -0 is 0


def read_whole_number(entry: Any) -> int:
    """Return the whole number in a text or in JSON, where 12.0 is one too. Raises Unreadable."""
    text = _text_of(entry)
    if isinstance(entry, (float, Decimal)):
        text = re.sub(r"\.0+$", "", text)
    if not re.fullmatch(r"-?[0-9]+", text):
        message = _("“%(text)s” is not a whole number. Write it with digits alone, such as 12.")
        raise Unreadable(message % {"text": _shown(text)})
    return int(read_number(text))


def read_date(entry: Any) -> date:
    """Return the day in a text, which is written as 2026-11-28 or 28-11-2026. Raises Unreadable."""
    text = _text_of(entry)
    found = _DATE.fullmatch(text)
    try:
        if found and found[1]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found:
            return date(int(found[7]), int(found[6]), int(found[4]))
    except ValueError:
        raise Unreadable(_("“%(text)s” is not a day of the calendar.") % {"text": text}) from None
    raise Unreadable(_("“%(text)s” is not a date. Write it as 28-11-2026.") % {"text": _shown(text)})


def read_time(entry: Any) -> time:
    """Return the time in a text, which is written as 9:30 or 14:05. Raises Unreadable."""
    text = _text_of(entry)
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        message = _("“%(text)s” is not a time. Write hours and minutes with a colon, such as 14:05.")
        raise Unreadable(message % {"text": _shown(text)})
    return time(int(found[1]), int(found[2]))


def read_date_time(entry: Any) -> datetime:
    """Return the moment in a text: a date and a time, with a space or a T in between. Raises Unreadable."""
    text = _text_of(entry)
    day, _between, hour = text.replace("T", " ", 1).partition(" ")
    try:
        return datetime.combine(read_date(day), read_time(hour))
    except Unreadable:
        message = _("“%(text)s” is not a date with a time. Write it as 28-11-2026 14:05.")
        raise Unreadable(message % {"text": _shown(text)}) from None


READERS: dict[str, Callable[[Any], Any]] = {
    "number": read_number,
    "date": read_date,
    "time": read_time,
    "date_time": read_date_time,
}


def problem_of_entry(kind: str, text: str) -> str:
    """Return what to write instead, as a sentence; empty when the text can be read, or when any text will do."""
    try:
        READERS.get(kind, str)(text)
    except Unreadable as error:
        return str(error)
    return ""


def canonical(kind: str, text: str) -> str:
    """Return the one way in which an entry is kept, so that 1,5 and 1.5 are the same; what cannot be read stays."""
    try:
        return as_text(READERS[kind](text)) if kind in READERS and text else text
    except Unreadable:
        return text


def written(kind: str, text: str) -> str:
    """Return a kept entry as people write it in their language: in Dutch 1,5 and 8-11-2026. Any other text stays."""
    try:
        value = datetime.fromisoformat(text) if kind == "date_time" else READERS[kind](text)
    except (KeyError, ValueError):
        return text
    if isinstance(value, Decimal):
        return str(number_format(value))
    if isinstance(value, datetime):
        return date_format(localtime(value) if is_aware(value) else value, "SHORT_DATETIME_FORMAT")
    return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else as_text(value)


def as_text(value: Any) -> str:
    """Return a number, date or time as it is kept: 1.5, 2026-11-28, 09:30; and anything else as text."""
    if isinstance(value, Decimal):
        written = format(value, "f")
        return written.rstrip("0").rstrip(".") if "." in written else written
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def _text_of(entry: Any) -> str:
    """The text that was typed, or a number of JSON written out; True is a number to Python and to nobody else."""
    if isinstance(entry, (date, time)):
        return as_text(entry)
    if isinstance(entry, bool) or not isinstance(entry, (str, int, float, Decimal)):
        return str(entry)
    return entry.strip() if isinstance(entry, str) else _written_out(entry)


def _written_out(number: float | Decimal) -> str:
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return format(exact, "f") if exact.is_finite() and abs(exact.adjusted()) <= MOST_DIGITS else str(number)


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
