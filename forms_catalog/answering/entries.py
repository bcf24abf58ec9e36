"""One answer: what is wrong with it, how it is kept, and what a rule sees of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.entries import (
    MOST_DECIMALS,
    READERS,
    Unreadable,
    as_text,
    canonical,
    problem_of_entry,
    read_number,
    read_whole_number,
    written,
)

from .questions import Question, labels_of

OTHER = "_other"
"""The answer that is none of the options: what it is instead stands beside it, under the key with OTHER_TEXT."""
OTHER_TEXT = ":other"

LISTED = ("checkboxes", "several", "photo", "file", "signature")
"""Types whose answer may be a list."""
CHOICES = ("checkboxes", "several", "radio", "dropdown")
WITHOUT_ANSWER = ("information",)
COMPUTED = ("calculated",)
READ_AS = {"rating": "number", "calculated": "number"}
"""Types that are read and written as another."""
STARS = 5
MOST_STARS = 10

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,24}")
_PLACE = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,8})?)\s*[, ]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)")
_is_url = URLValidator(schemes=["http", "https"])


def kept(question: Question, answer: Any) -> Any:
    """Return an answer in its one form: numbers, days, places and options are kept as they are compared."""
    kind: str = question["type"]
    if isinstance(answer, (list, tuple)):
        return [one for one in answer if one not in (None, "")]
    if not isinstance(answer, str):
        return answer
    if kind == "place":
        found = _PLACE.fullmatch(answer.strip())
        return f"{found[1]}, {found[2]}" if found else answer.strip()
    return canonical(READ_AS.get(kind, kind), answer)


def is_empty(answer: Any) -> bool:
    """Return whether nothing was answered."""
    return answer in (None, "", [], ())


def problems_of(question: Question, answer: Any, other: str, *, is_required: bool) -> list[str]:
    """Return what is wrong with one answer, as sentences; `other` is what was typed beside the options."""
    kind = question["type"]
    if kind == "checkboxes":
        return _problems_of_all(question, answer or [], is_required=is_required)
    if is_empty(answer):
        return [_("Fill this in.")] if is_required else []
    if kind in CHOICES:
        return _problems_of_choice(question, answer, other)
    if kind in ("photo", "file", "signature"):
        return _problems_of_count(question, answer)
    if kind == "yes_no":
        return [] if answer in ("yes", "no") else [_("Choose one of the options.")]
    problem = _unreadable(kind, str(answer))
    return [problem] if problem else _problems_of_limits(question, str(answer))


def as_value(question: Question, answer: Any) -> Any:
    """Return an answer as a rule sees it: a number, day or time as such, several as a list, nothing as None."""
    kind = READ_AS.get(question["type"], question["type"])
    if isinstance(answer, (list, tuple)):
        return list(answer)
    if is_empty(answer):
        return [] if kind in ("checkboxes", "several") else None
    if kind not in READERS or not isinstance(answer, str):
        return answer
    try:
        return READERS[kind](answer)
    except Unreadable:
        # What is calculated may be a text.
        return answer


def as_answer(question: Question, value: Any) -> str:
    """Return what a formula came to as it is kept: a number with the decimals that the question has."""
    decimals = _decimals_of(question)
    if isinstance(value, Decimal):
        exact = value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return as_text(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP) if decimals is None else exact)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(as_answer(question, one) for one in value)
    if isinstance(value, (date, datetime, time)):
        return as_text(value)
    return "" if value is None else str(value)


def in_words(question: Question, answer: Any, other: str = "") -> str:
    """Return an answer as people read it; nothing is an empty text."""
    kind = question["type"]
    if isinstance(answer, (list, tuple)):
        return ", ".join(in_words(question, one, other) for one in answer)
    if is_empty(answer):
        return ""
    if answer == OTHER:
        return _("other: %(text)s") % {"text": other} if other else _("other")
    labels = labels_of(question)
    if answer in labels:
        return labels[answer]
    if kind == "yes_no" or (kind == "calculated" and answer in ("true", "false")):
        return {"yes": _("yes"), "no": _("no"), "true": _("yes"), "false": _("no")}.get(answer, str(answer))
    if kind == "rating":
        return _("%(stars)s of %(most)s") % {"stars": answer, "most": stars_of(question)}
    text = _calculated_in_words(answer) if kind == "calculated" else written(kind, str(answer))
    return f"{text} {question['unit']}" if question.get("unit") else text


def _calculated_in_words(answer: str) -> str:
    for kind in ("number", "date"):
        if not problem_of_entry(kind, answer):
            return written(kind, answer)
    return answer


def stars_of(question: Question) -> int:
    """Return how many stars a rating has."""
    count = _count_in(question, "at_most")
    return count if count and count <= MOST_STARS else STARS


def holds_many(question: Question) -> bool:
    """Return whether a photo, file or signature may be answered more than once."""
    return any((_count_in(question, limit) or 1) > 1 for limit in ("at_least", "at_most"))


def _count_in(question: Question, limit: str) -> int | None:
    """A limit of what is counted; None where there is none.

    One that cannot be read came from a backup or by SQL. Who fills in the form can do nothing about it, so it is none.
    """
    try:
        count = read_whole_number(question.get(limit) or "")
    except Unreadable:
        return None
    return count if count > 0 else None


def _value_in(kind: str, limit: str) -> Any:
    """A limit of a number, a day or a time; None where there is none that can be read."""
    try:
        return READERS[kind](limit)
    except Unreadable:
        return None


def _decimals_of(question: Question) -> int | None:
    decimals = question.get("decimals")
    return None if decimals is None else min(decimals, MOST_DECIMALS)


def _unreadable(kind: str, answer: str) -> str:
    """Why a text is no answer to a question of this type, as a sentence; empty when it is one."""
    if kind in CHECKED:
        return CHECKED[kind](answer)
    return problem_of_entry(READ_AS.get(kind, kind), answer)


def _problem_of_email(answer: str) -> str:
    try:
        validate_email(answer)
    except ValidationError:
        return _("“%(text)s” is not an e-mail address. Write it as name@example.nl.") % {"text": answer}
    return ""


def _problem_of_phone(answer: str) -> str:
    if _PHONE.fullmatch(answer):
        return ""
    return _("“%(text)s” is not a telephone number. Write it as 038 123 45 67 or +31 38 123 45 67.") % {"text": answer}


def _problem_of_web_address(answer: str) -> str:
    try:
        _is_url(answer)
    except ValidationError:
        return _("“%(text)s” is not a web address. Write it as https://www.example.nl.") % {"text": answer}
    return ""


def _problem_of_place(answer: str) -> str:
    found = _PLACE.fullmatch(answer)
    if found and abs(Decimal(found[1])) <= 90 and abs(Decimal(found[2])) <= 180:
        return ""
    return _("“%(text)s” is not a place. Write latitude and longitude, such as 52.5168, 6.0830.") % {"text": answer}


def _problem_of_line(answer: str) -> str:
    return _("Write this on one line.") if "\n" in answer else ""


CHECKED: Mapping[str, Callable[[str], str]] = {
    "email": _problem_of_email,
    "telephone": _problem_of_phone,
    "web_address": _problem_of_web_address,
    "place": _problem_of_place,
    "short_text": _problem_of_line,
    "barcode": _problem_of_line,
}


def _problems_of_all(question: Question, ticked: Sequence[str], *, is_required: bool) -> list[str]:
    if not set(ticked) <= set(question["options"]):
        return [_("Choose from the options.")]
    if is_required and set(ticked) != set(question["options"]):
        return [_("Tick all of them.")]
    return []


def _problems_of_choice(question: Question, answer: Any, other: str) -> list[str]:
    chosen = answer if isinstance(answer, (list, tuple)) else [answer]
    offered = {*question["options"], *([OTHER] if question.get("allows_other") else [])}
    if not set(chosen) <= offered:
        return [_("Choose from the options.") if question["type"] == "several" else _("Choose one of the options.")]
    if OTHER in chosen and not other.strip():
        return [_("Write what it is instead.")]
    return _problems_of_count(question, chosen) if question["type"] == "several" else []


def _problems_of_count(question: Question, answer: Any) -> list[str]:
    count = len(answer) if isinstance(answer, (list, tuple)) else 1
    least = _count_in(question, "at_least") or 0
    # Without limits there is one photo, file or signature, and any number of options.
    most = _count_in(question, "at_most") or max(count if question["type"] == "several" else 1, least)
    if count < least:
        return [ngettext("Give at least %d.", "Give at least %d.", least) % least]
    if count > most:
        return [ngettext("Give at most %d.", "Give at most %d.", most) % most]
    return []


def _problems_of_limits(question: Question, answer: str) -> list[str]:
    kind: str = question["type"]
    problems = []
    if kind in ("text", "short_text"):
        problems = _problems_of_length(len(answer), _count_in(question, "at_least"), _count_in(question, "at_most"))
    elif kind == "rating":
        problems = _problems_of_value("number", answer, "1", str(stars_of(question)))
    elif kind in READERS:
        problems = _problems_of_value(kind, answer, question.get("at_least", ""), question.get("at_most", ""))
    if kind in ("number", "rating") and not problems:
        problems = _problems_of_decimals(0 if kind == "rating" else _decimals_of(question), answer)
    return problems


def _problems_of_length(length: int, least: int | None, most: int | None) -> list[str]:
    if least and length < least:
        return [_("Write at least %(least)s characters.") % {"least": least}]
    if most and length > most:
        return [_("Write at most %(most)s characters; these are %(count)d.") % {"most": most, "count": length}]
    return []


def _problems_of_value(kind: str, answer: str, least: str, most: str) -> list[str]:
    value = READERS[kind](answer)
    lowest = _value_in(kind, least)
    highest = _value_in(kind, most)
    if lowest is not None and value < lowest:
        return [_("This must be at least %(least)s.") % {"least": written(kind, least)}]
    if highest is not None and value > highest:
        return [_("This can be at most %(most)s.") % {"most": written(kind, most)}]
    return []


def _problems_of_decimals(decimals: int | None, answer: str) -> list[str]:
    number = read_number(answer)
    if decimals is None or number == number.quantize(Decimal(1).scaleb(-decimals)):
        return []
    if decimals == 0:
        return [_("Write a whole number.")]
    return [
        ngettext("Write at most %d digit after the comma.", "Write at most %d digits after the comma.", decimals)
        % decimals
    ]
