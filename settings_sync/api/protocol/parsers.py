"""JSON as the contract allows it: 1 MB, 32 levels deep, no NUL, no lone surrogates, no infinity, no key twice."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from tenants.strict_json import Malformed, read_strictly

LARGEST_BODY = 1_048_576


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
        try:
            return read_strictly(body)
        except Malformed as malformed:
            raise MalformedJson(str(malformed)) from None


def _refuse_packed(media_type: str | None, parser_context: Mapping[str, Any]) -> None:
    packed = parser_context["request"].headers.get("Content-Encoding", "") if "request" in parser_context else ""
    if packed.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType(media_type or "", _("Send the body as it is, without Content-Encoding."))
