"""JSON as every door takes it: no deeper than 32 levels, no NUL, no lone surrogates, no infinity, no key twice.

What gets through can be kept by PostgreSQL to the last digit, and means one thing to every program that reads it.
"""

import json
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from django.utils.translation import gettext as _

DEEPEST = 32
DIGITS = 300
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]')


class Malformed(ValueError):
    """The text is not JSON as it is taken here; the message says why."""


def read_strictly(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8. Raises Malformed."""
    text = _decoded(body)
    _check_depth(text)
    try:
        return json.loads(  # noqa: TID251 # with a reader of decimals of its own
            text, parse_constant=_refuse_number, parse_float=_decimal, parse_int=_int, object_pairs_hook=_object
        )
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed(_("The body is not valid JSON.")) from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Malformed(_("The body is not UTF-8.")) from None


def _check_depth(text: str) -> None:
    depth = 0
    for token in TOKENS.finditer(text):
        start = token.group()[0]
        if start == '"':
            _check_text(token.group())
            continue
        depth += 1 if start in "[{" else -1
        if depth > DEEPEST:
            raise Malformed(_("The body is nested deeper than 32 levels."))


def _check_text(quoted: str) -> None:
    """Refuse NUL and lone surrogates, written out or escaped."""
    if "\\u" not in quoted and "\0" not in quoted:
        return
    try:
        value = json.loads(quoted, strict=False)  # noqa: TID251 # a text
        value.encode()
    except UnicodeEncodeError:
        raise Malformed(_("A text holds half a character (a lone surrogate).")) from None
    except ValueError:
        return  # not JSON at all; the parser says so
    if "\0" in value:
        raise Malformed(_("A text holds the character NUL."))


def _refuse_number(text: str) -> NoReturn:
    raise Malformed(_("{number} is not a number that JSON knows.").format(number=text))


def _decimal(text: str) -> Decimal:
    """A number with decimals, to the last digit; one that other programs could not hold is refused."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("Infinity")
    if not math.isfinite(float(value)):
        raise Malformed(_("The number {number} is too large.").format(number=text[:40]))
    return value


def _int(text: str) -> int:
    if len(text) > DIGITS:
        raise Malformed(_("The number {number} is too large.").format(number=text[:40]))
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Malformed(_("The key {key} stands twice in one object.").format(key=json.dumps(key)))
        found[key] = value
    return found
