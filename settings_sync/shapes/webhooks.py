"""Webhooks and their deliveries, as the API takes and answers them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from tenants import exact_json
from webhooks.events import Event
from webhooks.models import LONGEST_URL, Endpoint, OutboxMessage

from .base import Body, Text, UtcTime

EXAMPLE = {
    "url": "https://example.com/eenlijn",
    "description": "The planning board",
    "events": ["run.finished", "target.failed"],
}
MADE = {
    "id": "0b0f4d1e-7c5a-4c0e-9c70-0a5b6a1f7a11",
    **EXAMPLE,
    "state": "active",
    "disabled_reason": "",
    "failing_since": None,
    "former_secret_until": None,  # nosec B105 # an example
    "created_by": "beheerder@van-dijk.example",
    "created_at": "2026-11-22T09:12:00Z",
}
SECRET = {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDMfKWzQ0gO9k="}  # nosec B105 # an example
DELIVERY = {
    "id": "7d0c2b0e-64a4-4e0e-8e53-6c1f0b6f2a10",
    "webhook_id": "msg_7d0c2b0e64a44e0e8e536c1f0b6f2a10",
    "event": "target.failed",
    "state": "delivered",
    "created_at": "2026-11-22T09:12:00Z",
    "next_attempt_at": None,
    "finished_at": "2026-11-22T09:12:01Z",
    "message": {
        "type": "target.failed",
        "timestamp": "2026-11-22T09:12:00Z",
        "data": {"run": "5f0c…", "administration": "van-dijk-oost", "state": "failed"},
    },
    "attempts": [{"at": "2026-11-22T09:12:01Z", "seconds": 0.184, "status": 204, "failure": "", "answer": ""}],
}


class EventList(serializers.ListField):
    """Events, each once or more; at least one."""

    child = serializers.ChoiceField(choices=Event.choices)

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, max_length=20, **options)


@extend_schema_serializer(examples=[OpenApiExample("A webhook", value=EXAMPLE, request_only=True)])
class NewWebhook(Body):
    """A webhook to make. The address is public and begins with https://."""

    url = Text(max_length=LONGEST_URL)
    events = EventList()
    description = Text(max_length=200, required=False, allow_blank=True)


@extend_schema_serializer(examples=[OpenApiExample("Switch it off", value={"state": "disabled"}, request_only=True)])
class ChangedWebhook(Body):
    """What to change; the rest stays. Switching it off gives up what is on its way."""

    url = Text(max_length=LONGEST_URL, required=False)
    events = EventList(required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=Endpoint.State.choices, required=False)


@extend_schema_serializer(examples=[OpenApiExample("A webhook", value=MADE, response_only=True)])
class WebhookShape(serializers.Serializer[Any]):
    """One webhook; `disabled_reason` says why it is off."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=Event.choices))
    state = serializers.ChoiceField(choices=Endpoint.State.choices)
    disabled_reason = serializers.ChoiceField(choices=Endpoint.Reason.choices, allow_blank=True)
    failing_since = UtcTime(allow_null=True)
    former_secret_until = UtcTime(allow_null=True)
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)
    created_at = UtcTime()


@extend_schema_serializer(examples=[OpenApiExample("A webhook", value={**MADE, **SECRET}, response_only=True)])
class WebhookWithSecret(WebhookShape):
    """A webhook with its secret, which is shown this once."""

    secret = serializers.CharField()


class AttemptShape(serializers.Serializer[Any]):
    """One attempt; without a `failure` the message arrived. `answer` is the beginning of what the server said."""

    at = UtcTime()
    seconds = serializers.FloatField()
    status = serializers.IntegerField(allow_null=True)
    failure = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)


@extend_schema_serializer(examples=[OpenApiExample("A delivery", value=DELIVERY, response_only=True)])
class DeliveryShape(serializers.Serializer[Any]):
    """One message for one webhook, with the attempts at it, latest first."""

    id = serializers.UUIDField()
    webhook_id = serializers.CharField()
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=OutboxMessage.State.choices)
    created_at = UtcTime()
    next_attempt_at = UtcTime(allow_null=True)
    finished_at = UtcTime(allow_null=True)
    message = serializers.DictField()
    attempts = AttemptShape(many=True)


def shape_webhooks(rows: list[Endpoint]) -> list[dict[str, Any]]:
    """Webhooks as the API answers them."""
    return list(WebhookShape(rows, many=True).data)


def shape_with_secret(endpoint: Endpoint) -> dict[str, Any]:
    """A webhook that was made or rotated just now."""
    return dict(WebhookWithSecret(endpoint).data)


def shape_deliveries(rows: list[OutboxMessage]) -> list[dict[str, Any]]:
    """Messages with their attempts as the API answers them."""
    return list(DeliveryShape([_delivery(row) for row in rows], many=True).data)


def _delivery(row: OutboxMessage) -> dict[str, Any]:
    names = ("id", "webhook_id", "event", "state", "created_at", "finished_at")
    return {
        **{name: getattr(row, name) for name in names},
        "next_attempt_at": row.due_at if row.is_pending else None,
        "message": exact_json.load(row.body),
        "attempts": row.tries.all(),
    }
