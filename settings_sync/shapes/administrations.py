"""Administrations, and how far they are in line."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from tenants.models import Administration

from .base import Body, Slug, Text, UtcTime


class AlignmentCounts(serializers.Serializer[Any]):
    """How many items of one category stand in which relation to the main administration."""

    in_line = serializers.IntegerField()
    behind = serializers.IntegerField()
    changed_locally = serializers.IntegerField()
    conflict = serializers.IntegerField()
    missing = serializers.IntegerField()
    own = serializers.IntegerField()


class AdministrationShape(serializers.Serializer[Any]):
    """One administration; `alignment` is per category, and empty for a main or while nobody has counted.

    Who may not see the administrations page gets no `last_synced_at` and no `alignment`.
    """

    slug = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Administration.Kind.choices)
    parent = serializers.SlugField(allow_null=True, source="parent_slug")  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=Administration.State.choices)
    state_detail = serializers.CharField()
    groups = serializers.ListField(child=serializers.CharField())
    last_synced_at = UtcTime(allow_null=True)
    alignment = serializers.DictField(child=AlignmentCounts())


class NewAdministration(Body):
    """A sub-administration to make. `start_from` names categories of the main's settings that it begins with; in
    `groups` it begins with the packages of these as well."""

    name = Text(max_length=200)
    slug = Slug(max_length=63, required=False)
    start_from = serializers.ListField(child=Slug(max_length=60), required=False, max_length=50)
    # Described as well as refused: a blank text names no group.
    groups = serializers.ListField(
        child=Text(min_length=1, max_length=60, validators=[RegexValidator(r"\S")]), required=False, max_length=20
    )


class ConfirmQuery(serializers.Serializer[Any]):
    """The typed confirmation: the administration's slug."""

    confirm = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class AlignmentItem(serializers.Serializer[Any]):
    """One item and how it stands here."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=list(AlignmentCounts().fields))


class AlignmentCategory(AlignmentCounts):
    """The counts of one category; its items only when `?detail=true`."""

    items = AlignmentItem(many=True, required=False)


class AlignmentShape(serializers.Serializer[Any]):
    """How far one sub-administration is in line, per category."""

    administration = serializers.SlugField()
    categories = serializers.DictField(child=AlignmentCategory())


class AlignmentQuery(serializers.Serializer[Any]):
    """Whether the items are wanted as well as the counts."""

    detail = serializers.BooleanField(default=False)
