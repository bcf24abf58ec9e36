"""Approvals, as the API takes and answers them."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from settings_sync.models import Approval, Plan
from settings_sync.wording.approval_wording import reason_in_words

from .base import Body, ErrorShape, Text, UtcTime


@extend_schema_serializer(examples=[OpenApiExample("A word", value={"reason": "Gezien, akkoord"}, request_only=True)])
class WordBody(Body):
    """The word with which something is approved or rejected."""

    reason = Text(max_length=Approval.LONGEST_REASON)


class ApprovalShape(serializers.Serializer[Any]):
    """A run that waits or waited for the word of somebody else; `why` says what asked for that."""

    id = serializers.UUIDField()
    run = serializers.UUIDField()
    plan = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    state = serializers.ChoiceField(choices=Approval.State.choices)
    why = ErrorShape(many=True)
    note = serializers.CharField(allow_blank=True)
    requested_by = serializers.CharField(allow_null=True)
    created_at = UtcTime()
    expires_at = UtcTime()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = UtcTime(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


def shape_approvals(rows: Iterable[Approval]) -> list[dict[str, Any]]:
    """Approvals as the API answers them."""
    return list(ApprovalShape([_approval(row) for row in rows], many=True).data)


def _approval(row: Approval) -> dict[str, Any]:
    run = row.run
    names = ("id", "state", "created_at", "decided_at", "reason")
    return {
        **{name: getattr(row, name) for name in names},
        "run": run.pk,
        "plan": run.plan_id,
        "kind": run.plan.kind,
        "why": [{"code": reason["code"], "detail": reason_in_words(reason)} for reason in row.reasons],
        "note": run.note,
        "requested_by": run.requested_by.email if run.requested_by else None,
        "expires_at": run.plan.expires_at,
        "decided_by": row.decided_by.email if row.decided_by else None,
    }
