"""What requests and answers share."""

import re
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from tenants.entries import Unreadable, read_date, read_whole_number


class Body(serializers.Serializer[Any]):
    """A request: what it does not know is refused, so that a misspelt field is not silently without effect."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: [_("There is no field with this name.")] for name in unknown})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A text; REST framework's own field takes numbers too."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Slug(serializers.SlugField):
    """A slug, and nothing but a text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Uid(serializers.UUIDField):
    """A UUID as text; REST framework's own field takes whole numbers too."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class YesOrNo(serializers.BooleanField):
    """True or false; REST framework's own field takes "yes", "on" and 1 too."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class NoFields(Body):
    """The body of a request that takes none: an empty one, so that nobody thinks that more was understood."""


class Whole(serializers.IntegerField):
    """A whole number, not written as a text; 1.0 is one too, as JSON Schema has it."""

    def to_internal_value(self, data: Any) -> Any:
        is_whole = type(data) is int or (isinstance(data, Decimal) and data == data.to_integral_value())
        if not is_whole:
            self.fail("invalid")
        return super().to_internal_value(int(data))


class WholeInAddress(serializers.IntegerField):
    """A whole number in the query of an address, where everything is a text; digits alone, as people write it."""

    def to_internal_value(self, data: Any) -> Any:
        # More digits than anybody types, and still a number that the description of this API allows.
        if isinstance(data, str) and re.fullmatch(r"[0-9]{13,19}", data):
            return int(data)
        try:
            return read_whole_number(data)
        except Unreadable as error:
            raise serializers.ValidationError(str(error)) from None


class Day(serializers.DateField):
    """A day, as 2026-11-28 or as people here write it; REST framework's own field takes 20261128 and 2026-W48-6 too."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return read_date(value if isinstance(value, str) else "")
        except Unreadable as error:
            raise serializers.ValidationError(str(error)) from None


class UtcTime(serializers.DateTimeField):
    """An instant as RFC 3339 in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class ErrorShape(serializers.Serializer[Any]):
    """Why a plan or a target failed; `code` is one of the problem types."""

    code = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
