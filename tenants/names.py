"""What can be a name: something that people can read. One rule for administrations, roles, settings and customers."""

import unicodedata
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

# By their category letters and symbols, yet nothing is seen of them: fillers of Hangul and an empty cell of Braille.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
SEEN = "LNPS"


def is_visible(text: str) -> bool:
    """Whether anything of it can be seen: no spaces, control characters, marks or fillers alone."""
    return any(unicodedata.category(character)[0] in SEEN and character not in BLANK for character in text)


def problems_of_names(row: models.Model) -> dict[str, list[str]]:
    """Messages about the names of a row, per field: its short texts that may not be empty, such as a name or a code."""
    return {
        field.name: [_("Only invisible characters stand here. Type something that people can read.")]
        for field in row._meta.concrete_fields
        if _is_name(field) and (text := getattr(row, field.name)) and not is_visible(text)
    }


def _is_name(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.CharField) and not field.blank and not field.choices and field.editable
