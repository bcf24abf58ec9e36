"""The messages that webhooks get, for the description: the `webhooks` of OpenAPI 3.1."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from settings_sync.models import Plan, RunStage, SyncRun, SyncTarget
from settings_sync.shapes.base import ErrorShape, UtcTime
from settings_sync.shapes.plans import Counts
from webhooks.events import Event

ENDED_RINGS = [(state.value, state.label) for state in (RunStage.State.DONE, RunStage.State.STOPPED)]
HANDLED = {"2XX": OpenApiResponse(description="Received. Anything else is a failure; 410 switches the webhook off.")}


class EndedCounts(serializers.Serializer[Any]):
    """How many administrations ended in each state."""

    succeeded = serializers.IntegerField()
    held = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class RunFinishedData(serializers.Serializer[Any]):
    """A run that has ended; a retried run ends again."""

    run = serializers.UUIDField()
    administration = serializers.SlugField()
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    state = serializers.ChoiceField(choices=SyncRun.State.choices)
    counts = Counts()
    targets = EndedCounts()
    started_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)


class TargetFailedData(serializers.Serializer[Any]):
    """An administration of a run that could not be synced; `overtaken_by` is the later run that was before it."""

    run = serializers.UUIDField()
    administration = serializers.SlugField()
    state = serializers.ChoiceField(choices=SyncTarget.State.choices)
    attempts = serializers.IntegerField()
    error = ErrorShape()
    overtaken_by = serializers.UUIDField(allow_null=True)
    finished_at = UtcTime(allow_null=True)


class ApprovalWantedData(serializers.Serializer[Any]):
    """A run that waits until somebody else approves it, by `POST approvals/{id}/approve/`."""

    approval = serializers.UUIDField()
    run = serializers.UUIDField()
    administration = serializers.SlugField()
    kind = serializers.ChoiceField(choices=Plan.Kind.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    expires_at = UtcTime()


class OrderExecutedData(serializers.Serializer[Any]):
    """A standing order that made a run."""

    order = serializers.UUIDField()
    name = serializers.CharField()
    moment = UtcTime()
    administration = serializers.SlugField()
    run = serializers.UUIDField()
    state = serializers.ChoiceField(choices=SyncRun.State.choices)


class RingFinishedData(serializers.Serializer[Any]):
    """A ring of a run that has ended; `rings` is how many its order has, and `targets` counts those of the ring."""

    run = serializers.UUIDField()
    order = serializers.UUIDField(allow_null=True)
    administration = serializers.SlugField()
    ring = serializers.IntegerField(min_value=1)
    rings = serializers.IntegerField(min_value=1)
    state = serializers.ChoiceField(choices=ENDED_RINGS)
    targets = EndedCounts()
    started_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)


class AdministrationReadyData(serializers.Serializer[Any]):
    """A new administration that can be used."""

    administration = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.CharField()
    parent = serializers.SlugField(allow_null=True)  # type: ignore[assignment]


class DeviationFoundData(serializers.Serializer[Any]):
    """A setting that was changed in sub-administrations; told once, in however many it was found at that moment."""

    deviation = serializers.UUIDField()
    administration = serializers.SlugField()
    found_in = serializers.ListField(child=serializers.SlugField())
    category = serializers.CharField()
    item = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    found_at = UtcTime()


def _webhook(event: Event, data: type[serializers.Serializer[Any]], example: dict[str, Any]) -> OpenApiWebhook:
    fields = {"type": serializers.CharField(), "timestamp": UtcTime(), "data": data()}
    name = data.__name__.removesuffix("Data")
    message = type(f"{name}Message", (serializers.Serializer,), {**fields, "__doc__": data.__doc__})
    shown = OpenApiExample(
        "A message", value={"type": event.value, "timestamp": "2026-11-22T09:12:00Z", "data": example}
    )
    decorator = extend_schema(
        summary=str(data.__doc__),
        description="With the headers webhook-id, webhook-timestamp and webhook-signature of Standard Webhooks.",
        request={"application/json": message},
        responses=HANDLED,
        examples=[shown],
        tags=["webhooks"],
    )
    return OpenApiWebhook(name=event.value, decorator=decorator)


RUN = "5f0c6f5e-3c1e-4a53-9a55-1f3b0f0f8b55"
RUN_FINISHED = _webhook(
    Event.RUN_FINISHED,
    RunFinishedData,
    {
        "run": RUN,
        "administration": "van-dijk",
        "kind": "sync",
        "state": "partly_failed",
        "counts": {"create": 12, "update": 3},
        "targets": {"succeeded": 4, "held": 0, "failed": 1, "skipped": 0, "cancelled": 0},
        "started_at": "2026-11-22T09:11:56Z",
        "finished_at": "2026-11-22T09:12:00Z",
    },
)
TARGET_FAILED = _webhook(
    Event.TARGET_FAILED,
    TargetFailedData,
    {
        "run": RUN,
        "administration": "van-dijk-oost",
        "state": "failed",
        "attempts": 5,
        "error": {
            "code": "busy",
            "detail": "Somebody was editing settings in this administration. Nothing was changed.",
        },
        "overtaken_by": None,
        "finished_at": "2026-11-22T09:12:00Z",
    },
)
APPROVAL_WANTED = _webhook(
    Event.APPROVAL_WANTED,
    ApprovalWantedData,
    {
        "approval": "0197a1f0-6f0e-7c31-9a55-1f3b0f0f8b55",
        "run": RUN,
        "administration": "van-dijk",
        "kind": "sync",
        "reasons": ["removals"],
        "expires_at": "2026-11-23T09:12:00Z",
    },
)
ORDER_EXECUTED = _webhook(
    Event.ORDER_EXECUTED,
    OrderExecutedData,
    {
        "order": "0197a1f0-6f0e-7c31-9a55-1f3b0f0f8b55",
        "name": "Elektra, elke nacht",
        "moment": "2026-11-23T01:00:00Z",
        "administration": "van-dijk",
        "run": RUN,
        "state": "queued",
    },
)
RING_FINISHED = _webhook(
    Event.RING_FINISHED,
    RingFinishedData,
    {
        "run": RUN,
        "order": "0197a1f0-6f0e-7c31-9a55-1f3b0f0f8b55",
        "administration": "van-dijk",
        "ring": 1,
        "rings": 3,
        "state": "done",
        "targets": {"succeeded": 4, "held": 0, "failed": 0, "skipped": 0, "cancelled": 0},
        "started_at": "2026-11-23T01:00:04Z",
        "finished_at": "2026-11-23T01:00:09Z",
    },
)
ADMINISTRATION_READY = _webhook(
    Event.ADMINISTRATION_READY,
    AdministrationReadyData,
    {"administration": "van-dijk-zuid", "name": "Zuid", "kind": "sub", "parent": "van-dijk"},
)
DEVIATION_FOUND = _webhook(
    Event.DEVIATION_FOUND,
    DeviationFoundData,
    {
        "deviation": RUN,
        "administration": "van-dijk",
        "found_in": ["van-dijk-zuid"],
        "category": "forms",
        "item": RUN,
        "label": "Onderhoud cv-ketel",
        "fields": ["name"],
        "found_at": "2026-11-22T09:12:00Z",
    },
)
