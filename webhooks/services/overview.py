"""The webhooks of an administration, as the pages and the API show them."""

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tenants.models import Administration

from ..events import Event
from ..models import Endpoint, OutboxMessage


@dataclass(frozen=True)
class EndpointRow:
    """One webhook in the list: what it is told, and what came of its latest message."""

    endpoint: Endpoint
    events: tuple[str, ...]
    last: OutboxMessage | None


def endpoints_of(main: Administration) -> "QuerySet[Endpoint]":
    """The webhooks of a main administration, oldest first."""
    return Endpoint.objects.filter(administration=main).select_related("administration", "created_by")


def find_endpoint(main: Administration, endpoint_id: uuid.UUID) -> Endpoint | None:
    """One of those, or None."""
    return endpoints_of(main).filter(pk=endpoint_id).first()


def list_endpoints(main: Administration) -> list[EndpointRow]:
    """All of those, with the latest message of each."""
    rows = list(endpoints_of(main))
    latest = (
        OutboxMessage.objects.filter(endpoint__in=rows).order_by("endpoint_id", "-created_at").distinct("endpoint_id")
    )
    last = {message.endpoint_id: message for message in latest}
    return [EndpointRow(row, event_labels(row), last.get(row.pk)) for row in rows]


def event_labels(endpoint: Endpoint) -> tuple[str, ...]:
    """What a webhook is told, in words."""
    return tuple(str(Event(event).label) for event in endpoint.events)


TROUBLE = (Endpoint.Reason.FAILING, Endpoint.Reason.GONE)


def endpoints_in_trouble() -> "QuerySet[Endpoint]":
    """Webhooks of all customers whose messages do not arrive, or that were switched off because of that."""
    in_trouble = Q(state=Endpoint.State.ACTIVE, failing_since__isnull=False) | Q(
        state=Endpoint.State.DISABLED, disabled_reason__in=TROUBLE
    )
    return Endpoint.objects.filter(in_trouble).select_related("administration").order_by("-failing_since")
