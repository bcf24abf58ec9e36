"""How one thing points at another in the answers: settings by uid and name, daily data by id and number."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers


class SettingReference(serializers.Serializer[Any]):
    """A setting that is used here; its `uid` is the same in every administration."""

    uid = serializers.UUIDField()
    label = serializers.CharField(source="*")  # type: ignore[assignment]


class Reference(serializers.Serializer[Any]):
    """Something of the daily data. Who it is about is told by that resource alone, under its own scope."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField(allow_null=True)


def setting(label: str) -> dict[str, str]:
    """How a setting looks in an example."""
    return {"uid": "77aa3a0e-8c0b-4f43-9b49-0a4ab9a0c5d1", "label": label}


def numbered(number: int) -> dict[str, Any]:
    """How something of the daily data looks in an example."""
    return {"id": "5f0c6f5e-3c1e-4a53-9a55-1f3b0f0f8b55", "number": number}


def with_example(name: str, value: dict[str, Any]) -> Any:
    """Decorate a shape with an answer as it may look."""
    shown = OpenApiExample(name, value=value, response_only=True)
    return extend_schema_serializer(examples=[shown])
