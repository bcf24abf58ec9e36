"""Placeholders between braces in a text: which there are, and putting values in their place. No code ever runs."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import conditional_escape

BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def used_names(text: str) -> list[str]:
    """The names between braces in a text, each once, in order of appearance."""
    return list(dict.fromkeys(match.group(1).strip() for match in BRACES.finditer(text)))


def without_placeholders(text: str) -> str:
    """The text that is typed out: a space where a placeholder stood."""
    return BRACES.sub(" ", text)


def substitute(text: str, values: Mapping[str, Any], *, escape: bool = True) -> str:
    """Put values in the place of placeholders, HTML-escaped unless told not to; an unknown one stays as it stands."""

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        if name not in values:
            return match.group(0)
        if not escape:
            return str(values[name])
        return str(conditional_escape(values[name])).replace("\n", "<br>")

    return BRACES.sub(value_of, text)
