"""Drafts of settings."""

from typing import Any

from rest_framework import serializers

from .base import Body, Uid, UtcTime, YesOrNo


class DraftShape(serializers.Serializer[Any]):
    """A draft; `is_new`: it was never published, `has_moved`: what is published changed since it was begun."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    category = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_new = serializers.BooleanField()
    has_moved = serializers.BooleanField()
    begun_at = UtcTime()
    begun_by = serializers.CharField(allow_blank=True)
    changed_at = UtcTime(allow_null=True)
    changed_by = serializers.CharField(allow_blank=True)


class DraftDocumentShape(DraftShape):
    """A draft with its content; `digest` is that of the draft, `published` that of what is published, or empty."""

    digest = serializers.CharField()
    published = serializers.CharField(allow_blank=True)
    document = serializers.DictField()


class DraftOfItem(Body):
    """The setting to begin a draft of."""

    uid = Uid()


class PublishDraft(Body):
    """`replaces` puts aside what was published since the draft was begun."""

    replaces = YesOrNo(default=False)
