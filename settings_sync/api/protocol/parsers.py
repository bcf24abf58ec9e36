"""JSON as the contract allows it: 1 MB, 32 levels deep, no NUL, no lone surrogates, no infinity, no key twice."""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1_048_576
DEEPEST = 32
DIGITS = 300
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]')


class MalformedJson(ParseError):
    """The body is not JSON as this API takes it."""

    default_code = "malformed-json"


class StrictJSONParser(BaseParser):
    """Parses a body or raises MalformedJson; nothing that PostgreSQL could refuse later gets through."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        _refuse_packed(media_type, parser_context or {})
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise MalformedJson(_("The body is larger than 1 MB."))
        text = _decoded(body)
        _check_depth(text)
        try:
            value = json.loads(  # noqa: TID251 # with a reader of decimals of its own
                text, parse_constant=_refuse_number, parse_float=_decimal, parse_int=_int, object_pairs_hook=_object
            )
        except (ValueError, RecursionError):
            raise MalformedJson(_("The body is not valid JSON.")) from None
        return value


def _refuse_packed(media_type: str | None, parser_context: Mapping[str, Any]) -> None:
    packed = parser_context["request"].headers.get("Content-Encoding", "") if "request" in parser_context else ""
    if packed.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType(media_type or "", _("Send the body as it is, without Content-Encoding."))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MalformedJson(_("The body is not UTF-8.")) from None


def _check_depth(text: str) -> None:
    depth = 0
    for token in TOKENS.finditer(text):
        start = token.group()[0]
        if start == '"':
            _check_text(token.group())
            continue
        depth += 1 if start in "[{" else -1
        if depth > DEEPEST:
            raise MalformedJson(_("The body is nested deeper than 32 levels."))


def _check_text(quoted: str) -> None:
    """Refuse NUL and lone surrogates, written out or escaped."""
    if "\\u" not in quoted and "\0" not in quoted:
        return
    try:
        value = json.loads(quoted, strict=False)  # noqa: TID251 # a text
        value.encode()
    except UnicodeEncodeError:
        raise MalformedJson(_("A text holds half a character (a lone surrogate).")) from None
    except ValueError:
        return  # not JSON at all; the parser says so
    if "\0" in value:
        raise MalformedJson(_("A text holds the character NUL."))


def _refuse_number(text: str) -> NoReturn:
    raise MalformedJson(_("{number} is not a number that JSON knows.").format(number=text))


def _decimal(text: str) -> Decimal:
    """A number with decimals, to the last digit; one that other programs could not hold is refused."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("Infinity")
    if not math.isfinite(float(value)):
        raise MalformedJson(_("The number {number} is too large.").format(number=text[:40]))
    return value


def _int(text: str) -> int:
    if len(text) > DIGITS:
        raise MalformedJson(_("The number {number} is too large.").format(number=text[:40]))
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise MalformedJson(_("The key {key} stands twice in one object.").format(key=json.dumps(key)))
        found[key] = value
    return found
