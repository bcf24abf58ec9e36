"""The inbox of deviations, as the API takes and answers it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from settings_sync.models import InboxDecision, InboxDeviation, InboxEntry
from settings_sync.services.inbox.deciding import Outcome

from .base import Body, Day, ErrorShape, Slug, Text, Uid, UtcTime

ENTRY = "0b0f4d1e-7c5a-5c0e-9c70-0a5b6a1f7a11"
LONGEST_REASON = 2000


class DeviationQuery(Body):
    """What of the inbox is asked for."""

    state = serializers.ChoiceField(choices=["open", "asked", "accepted"], default="open")
    category = Slug(max_length=60, required=False)
    administration = Slug(max_length=63, required=False)
    group = Text(max_length=60, required=False)
    sort = serializers.ChoiceField(choices=["newest", "work"], default="newest")


class DifferingShape(serializers.Serializer[Any]):
    """One field; the empty path is the setting as a whole, which was removed there."""

    path = serializers.CharField(allow_blank=True)
    base = serializers.JSONField(allow_null=True)
    source = serializers.JSONField(allow_null=True)  # type: ignore[assignment]
    local = serializers.JSONField(allow_null=True)


class FoundInShape(serializers.Serializer[Any]):
    """An administration that stands so."""

    administration = serializers.SlugField()
    changed_by = serializers.CharField(allow_blank=True)
    changed_at = UtcTime(allow_null=True)
    used_by = serializers.DictField(child=serializers.IntegerField())
    came_back = serializers.ChoiceField(choices=InboxDeviation.CameBack.choices, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A deviation",
            value={
                "deviation": ENTRY,
                "category": "forms",
                "item": ENTRY,
                "label": "Onderhoud cv-ketel",
                "fields": [{"path": "description", "base": "", "source": "", "local": "Jaarlijks"}],
                "found_in": [
                    {
                        "administration": "van-dijk-zuid",
                        "changed_by": "planner",
                        "changed_at": "2026-11-22T09:12:00Z",
                        "used_by": {"work_orders": 2},
                        "came_back": "",
                    }
                ],
                "found_at": "2026-11-22T09:12:00Z",
            },
            response_only=True,
        )
    ]
)
class DeviationShape(serializers.Serializer[Any]):
    """Equal deviations of some administrations: the same setting, the same fields, the same values."""

    deviation = serializers.UUIDField()
    category = serializers.CharField()
    item = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    fields = DifferingShape(many=True)  # type: ignore[assignment]
    found_in = FoundInShape(many=True)
    found_at = UtcTime()


@extend_schema_serializer(
    examples=[OpenApiExample("Put back", value={"deviation": ENTRY, "decision": "put_back"}, request_only=True)]
)
class DecidedDeviationBody(Body):
    """One decision. `until` is for what is accepted; `reason` is the question where one is asked."""

    deviation = Uid()
    decision = serializers.ChoiceField(choices=InboxDecision.Word.choices)
    until = Day(required=False)
    reason = Text(max_length=LONGEST_REASON, required=False, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Put back",
            value={
                "deviation": ENTRY, "decision": "put_back", "run": ENTRY, "plan": None, "moved": [], "error": None
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class DecidedDeviationShape(serializers.Serializer[Any]):
    """What came of one decision: the `run` that carries it out, and the `plan` that offers to the others what was taken
    over. In `moved` it was changed since; an `error` says why nothing was decided."""

    deviation = serializers.UUIDField()
    decision = serializers.ChoiceField(choices=InboxDecision.Word.choices)
    run = serializers.UUIDField(allow_null=True)
    plan = serializers.UUIDField(allow_null=True)
    moved = serializers.ListField(child=serializers.CharField())
    error = ErrorShape(allow_null=True)


def shape_deviations(
    entries: Collection[InboxEntry], found: Mapping[Any, Sequence[InboxDeviation]]
) -> list[dict[str, Any]]:
    """Entries of the inbox as the API answers them."""
    return list(DeviationShape([_entry(entry, found[entry.pk]) for entry in entries], many=True).data)


def _entry(entry: InboxEntry, rows: Sequence[InboxDeviation]) -> dict[str, Any]:
    return {
        "deviation": entry.pk,
        "category": entry.category,
        "item": entry.uid,
        "label": entry.label,
        "fields": [dict(zip(("path", "base", "source", "local"), values, strict=True)) for values in entry.fields],
        "found_in": [_found(row) for row in rows],
        "found_at": max((row.found_at for row in rows), default=entry.found_at),
    }


def _found(row: InboxDeviation) -> dict[str, Any]:
    return {
        "administration": row.administration.slug,
        "changed_by": row.edited_by,
        "changed_at": row.edited_at,
        "used_by": row.affected,
        "came_back": row.came_back,
    }


def shape_outcomes(outcomes: Collection[Outcome]) -> list[dict[str, Any]]:
    """What came of decisions as the API answers it."""
    return list(DecidedDeviationShape([_outcome(outcome) for outcome in outcomes], many=True).data)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    decision = outcome.decision
    error = outcome.error
    return {
        "deviation": outcome.entry.pk,
        "decision": outcome.asked.word,
        "run": decision.run_id if decision else None,
        "plan": decision.offered_id if decision else None,
        "moved": list(outcome.moved),
        "error": {"code": getattr(error, "code", "forbidden"), "detail": str(error)} if error else None,
    }
