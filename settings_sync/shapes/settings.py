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


class VersionShape(serializers.Serializer[Any]):
    """What a setting was: since when, and by whom; both are empty for what stood there before versions were kept."""

    digest = serializers.CharField()
    at = UtcTime(allow_null=True)
    by = serializers.CharField(allow_blank=True)
    is_current = serializers.BooleanField()


class WhichVersion(Body):
    """The digest of a version."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$")

    def to_internal_value(self, data: Any) -> Any:
        # REST framework's own field takes numbers too.
        if isinstance(data, dict) and not isinstance(data.get("digest", ""), str):
            raise serializers.ValidationError({"digest": [self.fields["digest"].error_messages["invalid"]]})
        return super().to_internal_value(data)


class DocumentBody(serializers.Serializer[Any]):
    """A setting's document, by itself or as `document` of the item that was got."""

    document = serializers.DictField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        if not data:
            raise serializers.ValidationError({"document": [self.fields["document"].error_messages["required"]]})
        given = super().to_internal_value(data)
        is_item = "document" in given and data.keys() <= ItemDocumentShape().fields.keys()
        return given["document"] if is_item else data
