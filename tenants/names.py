"""What can be a name: something that people can read. One rule for administrations, roles, settings and customers."""

import re
import unicodedata
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

# By their category letters and symbols, yet nothing is seen of them: fillers of Hangul and an empty cell of Braille.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
SEEN = "LNPS"
# They show nothing of their own: two names that differ in them look the same, one is read backwards, or breaks the line
# or the terminal that it is shown on. Joiners are not among them: emoji and some scripts are written with those.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def is_visible(text: str) -> bool:
    """Whether anything of it can be seen: no spaces, control characters, marks or fillers alone."""
    return any(unicodedata.category(character)[0] in SEEN and character not in BLANK for character in text)


def has_hidden(text: str) -> bool:
    """Whether a character stands in it that nobody sees: that breaks the line or turns its direction, for one."""
    return HIDDEN.search(text) is not None


def problems_of_names(row: models.Model) -> dict[str, list[str]]:
    """Messages about the names of a row, per field: its short texts that may not be empty, such as a name or a code."""
    return {
        field.name: [problem]
        for field in row._meta.concrete_fields
        if _is_name(field) and (text := getattr(row, field.name)) and (problem := _problem_of(text))
    }


def _problem_of(text: str) -> str:
    if not is_visible(text):
        return _("Only invisible characters stand here. Type something that people can read.")
    if has_hidden(text):
        return _("A character stands here that nobody sees, such as a soft hyphen. Clear the text and type it again.")
    return ""


def _is_name(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.CharField) and not field.blank and not field.choices and field.editable
