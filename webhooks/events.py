"""What endpoints can be told, and the text of a message: the same bytes at every attempt."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    """What an endpoint can ask to be told."""

    RUN_FINISHED = "run.finished", _("a sync has finished")
    TARGET_FAILED = "target.failed", _("an administration could not be synced")
    APPROVAL_WANTED = "approval.wanted", _("a sync waits for approval")
    ORDER_EXECUTED = "order.executed", _("a standing order has made a sync")
    RING_FINISHED = "ring.finished", _("a ring of a sync has ended")
    ADMINISTRATION_READY = "administration.ready", _("a new administration is ready")
    DEVIATION_FOUND = "deviation.found", _("a setting was changed in a sub-administration")


def event_choices() -> list[tuple[str, Any]]:
    """Every event with its label, for a field: so a new one asks for no migration."""
    return Event.choices


TEST = "webhook.test"
RUN_MAIL = "run.mail"
EVENT_LABELS: dict[str, Any] = {
    **dict(Event.choices),
    TEST: _("test message"),
    RUN_MAIL: _("e-mail about a sync"),
}


def write_body(event: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The body of a message, as the Standard Webhooks specification lays it out."""
    return json.dumps({"type": event, "timestamp": rfc3339(at), "data": data}, separators=(",", ":"))


def rfc3339(at: datetime) -> str:
    """An instant in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
