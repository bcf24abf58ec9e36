"""Categories and items of settings."""

from typing import Any

from rest_framework import serializers

from .base import UtcTime


class CategoryShape(serializers.Serializer[Any]):
    """A category; `needs` names the categories that its items may point at."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    item_count = serializers.IntegerField()
    needs = serializers.ListField(child=serializers.CharField())


class ItemShape(serializers.Serializer[Any]):
    """One item; `key` is its name or code, `digest` is equal for equal content."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    category = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    digest = serializers.CharField()
    is_archived = serializers.BooleanField()
    updated_at = UtcTime(allow_null=True)


class ItemDocumentShape(ItemShape):
    """One item with its content; references are the uids they point at."""

    document = serializers.DictField()
