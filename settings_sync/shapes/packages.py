"""Packages and who is to have them, as the API takes and answers them."""

from collections.abc import Collection, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from settings_sync.models import Assignment, Package
from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import LONGEST

from .base import Body, Slug, Text, Uid, UtcTime, YesOrNo

EXAMPLE = {"name": "Elektra", "categories": ["forms"], "forbids_editing": True}
ASSIGNED = {"group": "Noord-Nederland", "administration": None, "as": "required"}
MADE = {
    "id": "0b0f4d1e-7c5a-4c0e-9c70-0a5b6a1f7a11",
    **EXAMPLE,
    "items": [],
    "except": None,
    "assignments": [ASSIGNED],
    "created_by": "beheerder@van-dijk.example",
    "created_at": "2026-11-22T09:12:00Z",
}


def _uids() -> serializers.ListField:
    return serializers.ListField(child=Uid(), max_length=10_000, required=False)


class ContentsBody(Body):
    """Which settings. With `except` and neither of the others: everything but those."""

    categories = serializers.ListField(child=Slug(max_length=60), max_length=100, required=False)
    items = _uids()
    # A word of Python's own, so it cannot be written as the others are.
    vars()["except"] = _uids()


@extend_schema_serializer(examples=[OpenApiExample("A package", value=EXAMPLE, request_only=True)])
class NewPackage(ContentsBody):
    """A package to make; nobody is to have it before it is assigned."""

    name = Text(max_length=LONGEST)
    forbids_editing = YesOrNo(required=False)


@extend_schema_serializer(examples=[OpenApiExample("Another name", value={"name": "Elektra"}, request_only=True)])
class ChangedPackage(ContentsBody):
    """What to change; the rest stays. Of what it holds all three lists change together."""

    name = Text(max_length=LONGEST, required=False)
    forbids_editing = YesOrNo(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A group", value={"group": "Noord-Nederland", "as": "required"}, request_only=True)]
)
class AssignmentBody(Body):
    """What is asked of a group, by its name, or of one administration, by its slug."""

    group = Text(max_length=60, required=False)
    administration = Slug(max_length=63, required=False)
    vars()["as"] = serializers.ChoiceField(choices=Demand.choices)


class AssignmentShape(serializers.Serializer[Any]):
    """What is asked of a group or of an administration."""

    group = serializers.CharField(allow_null=True)
    administration = serializers.SlugField(allow_null=True)
    vars()["as"] = serializers.ChoiceField(choices=Demand.choices)


@extend_schema_serializer(examples=[OpenApiExample("A package", value=MADE, response_only=True)])
class PackageShape(serializers.Serializer[Any]):
    """One package. `except` is null where nothing is left out; with `categories` and `items` empty it holds everything
    but those of `except`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    items = serializers.ListField(child=serializers.UUIDField())
    vars()["except"] = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    forbids_editing = serializers.BooleanField()
    assignments = AssignmentShape(many=True)
    created_by = serializers.EmailField(allow_null=True)
    created_at = UtcTime()


def shape_packages(
    rows: Collection[Package], assignments: Mapping[Any, Collection[Assignment]]
) -> list[dict[str, Any]]:
    """Packages as the API answers them."""
    return list(PackageShape([_package(row, assignments[row.pk]) for row in rows], many=True).data)


def _package(row: Package, assignments: Collection[Assignment]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "categories": row.categories,
        "items": row.items,
        "except": row.excepted if row.excepted or row.is_everything else None,
        "forbids_editing": row.forbids_editing,
        "assignments": [_assignment(found) for found in assignments],
        "created_by": row.created_by.email if row.created_by else None,
        "created_at": row.created_at,
    }


def _assignment(row: Assignment) -> dict[str, Any]:
    slug = row.administration.slug if row.administration else None
    return {"group": row.group or None, "administration": slug, "as": row.demand}
