"""What each type of field takes beside its label, and what is wrong with that. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tenants.entries import READERS, Unreadable, canonical, problem_of_entry, read_whole_number

from .answering.entries import MOST_STARS, READ_AS, problems_of
from .answering.questions import Question

Problems = dict[str, list[str]]

MOST_DECIMALS = 6
MOST_ROWS = 200
MOST_LENGTH = 4000
MOST_FILES = 20

LIMITS = ("at_least", "at_most")
TAKES: Mapping[str, tuple[str, ...]] = {
    "text": LIMITS,
    "short_text": LIMITS,
    "number": ("unit", "decimals", *LIMITS),
    "date": LIMITS,
    "time": LIMITS,
    "date_time": LIMITS,
    "several": ("allows_other", *LIMITS),
    "radio": ("allows_other",),
    "dropdown": ("allows_other",),
    "rating": ("at_most",),
    "photo": LIMITS,
    "file": LIMITS,
    "signature": LIMITS,
    "own_list": ("list_source",),
    "calculated": ("formula", "unit", "decimals"),
}
"""The settings of its own that a type has; every other type has none of them."""
OWN_SETTINGS = ("allows_other", "list_source", "unit", "decimals", *LIMITS, "formula")
MOST_COUNTED: Mapping[str, int] = {
    "text": MOST_LENGTH,
    "short_text": MOST_LENGTH,
    "several": 1000,
    "rating": MOST_STARS,
    "photo": MOST_FILES,
    "file": MOST_FILES,
    "signature": MOST_FILES,
}
"""Types whose limits count something, and the most that can be counted."""


def problems_of_settings(field: Question) -> Problems:
    """Return messages per field name about what the type of a field takes, needs and does not take."""
    kind = field.get("type", "text")
    taken = TAKES.get(kind, ())
    found: Problems = {
        name: [_("A field of this type does not have this. Leave it empty.")]
        for name in OWN_SETTINGS
        if name not in taken and field.get(name) not in (None, "", False)
    }
    if kind == "calculated" and not field.get("formula"):
        found["formula"] = [_("Write the formula that works out the answer, such as ${lengte} * ${breedte}.")]
    if kind == "own_list" and not field.get("list_source"):
        found["list_source"] = [_("Choose the list that is offered.")]
    if "decimals" in taken and (field.get("decimals") or 0) > MOST_DECIMALS:
        found["decimals"] = [_("At most %(most)d decimals.") % {"most": MOST_DECIMALS}]
    return found | {name: messages for name, messages in _limits(field, kind, taken).items() if messages}


def problems_of_rows(section: Mapping[str, Any]) -> Problems:
    """Return messages per field name about the rows of a section."""
    least = section.get("least_rows")
    most = section.get("most_rows")
    if not section.get("repeats"):
        message = _("Only a table has rows. Tick that the section is one, or leave this empty.")
        return {name: [message] for name in ("least_rows", "most_rows") if section.get(name) is not None}
    if max(least or 0, most or 0) > MOST_ROWS:
        return {"most_rows": [_("At most %(most)d rows.") % {"most": MOST_ROWS}]}
    if most == 0 or (least or 0) > (most or MOST_ROWS):
        return {"most_rows": [_("This is less than “rows at least”.")]}
    return {}


def problems_of_default(field: Question, default: str) -> list[str]:
    """Return what is wrong with the default of a field that has no options: it is an answer, so it is judged as one."""
    kind = field.get("type", "text")
    # A document leaves out what is as it is for most fields.
    asked = {**field, "type": kind, "options": field.get("options", [])}
    return problems_of(asked, plain(kind, default), "", is_required=False)


def plain(kind: str, text: str) -> str:
    """Return a default or limit in its one form, as the answers of a field of this type are kept."""
    return canonical(READ_AS.get(kind, kind), text)


def plain_limit(kind: str, text: str) -> str:
    """Return a limit in its one form: of a date a date, and of what is counted a number."""
    return canonical("number" if kind in MOST_COUNTED else kind, text)


def _limits(field: Question, kind: str, taken: tuple[str, ...]) -> Problems:
    found = {name: _limit(kind, field[name]) for name in LIMITS if name in taken and field.get(name)}
    least = field.get("at_least")
    most = field.get("at_most")
    if least and most and not any(found.values()):
        read = READERS["number"] if kind in MOST_COUNTED else READERS[kind]
        if read(least) > read(most):
            found["at_most"] = [_("This is less than “at least”.")]
    return found


def _limit(kind: str, text: str) -> list[str]:
    if kind not in MOST_COUNTED:
        problem = problem_of_entry(kind, text)
        return [problem] if problem else []
    try:
        count = Decimal(read_whole_number(text))
    except Unreadable as error:
        return [str(error)]
    if 1 <= count <= MOST_COUNTED[kind]:
        return []
    return [_("Give a number from 1 to %(most)d.") % {"most": MOST_COUNTED[kind]}]
