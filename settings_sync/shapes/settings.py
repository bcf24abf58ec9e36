"""Categories and items of settings."""

from typing import Any

from rest_framework import serializers

from .base import Body, Text, Uid, UtcTime


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


class NewItem(Body):
    """A setting to make; `kind` as items tell it, `uid` where it is to have the one that it has elsewhere."""

    kind = Text(max_length=80)
    document = serializers.DictField()
    uid = Uid(required=False)


class NewItemOfCategory(NewItem):
    """The same with the category that it belongs to."""

    category = Text(max_length=80)


class DocumentBody(serializers.Serializer[Any]):
    """A setting's document, by itself or as `document` of the item that was got."""

    document = serializers.DictField()
