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
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u034f\u180e\u200b\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# What other scripts and emoji are written with shows nothing beside a Latin letter or a space.
IDLE = re.compile("(?:^|[ 0-9A-Za-z\u00c0-\u024f])[\u200c\u200d]|[\u200c\u200d](?:[ 0-9A-Za-z\u00c0-\u024f]|$)")
LATIN_MARKED = re.compile("[ A-Za-z\u00c0-\u024f][\ufe00-\ufe0f\u061c\u200e\u200f]")
# They look like an ordinary space, so that two names would look alike.
SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def is_visible(text: str) -> bool:
    """Whether anything of it can be seen: no spaces, control characters, marks or fillers alone."""
    return any(unicodedata.category(character)[0] in SEEN and character not in BLANK for character in text)


def has_hidden(text: str) -> bool:
    """Whether a character stands in it that nobody sees, or a space that only looks like one: two names look alike."""
    return any(found.search(text) for found in (HIDDEN, IDLE, LATIN_MARKED, SPACES))


def problems_of_names(row: models.Model) -> dict[str, list[str]]:
    """Messages about the names of a row, per field: its short texts that may not be empty, such as a name or a code."""
    return {
        field.name: [problem]
        for field in row._meta.concrete_fields
        if _is_name(field) and (problem := problem_of_name(getattr(row, field.name)))
    }


def problem_of_name(text: str) -> str:
    """Why people could not read a text as a name, as a sentence; empty when they can."""
    if not text.strip():
        return _("This is empty. Fill it in.")
    if not is_visible(text):
        return _("Only invisible characters stand here. Type something that people can read.")
    if SPACES.search(text):
        return _("A special space stands here, as copied from a web page. Type an ordinary space in its place.")
    if has_hidden(text):
        return _("A character stands here that nobody sees, such as a soft hyphen. Clear the text and type it again.")
    return ""


def _is_name(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.CharField) and not field.blank and not field.choices and field.editable
