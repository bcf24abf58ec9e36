"""The log of messages: what was sent, what came of it, sending one again, and forgetting old ones."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.models import record

from ..exceptions import EndpointDisabled, StillOnItsWay
from ..models import Endpoint, OutboxMessage, end_of_trying
from ..permissions import NotAllowed, may_resend
from ..waking import wake_for_endpoints, wake_for_mails
from .endpoints import let_it_try_now, lock_endpoint_of

KEPT_DAYS = 30
FORGOTTEN_AT_ONCE = 1000
ABOUT_NOW = timedelta(seconds=10)


def list_deliveries(endpoint: Endpoint) -> "QuerySet[OutboxMessage]":
    """The messages of a webhook with their attempts, latest first."""
    return endpoint.messages.prefetch_related("tries").order_by("-created_at", "-id")


def find_delivery(endpoint: Endpoint, message_id: uuid.UUID) -> OutboxMessage | None:
    """One message of a webhook, or None."""
    return list_deliveries(endpoint).filter(pk=message_id).first()


def resend(*, acting_user: User, message: OutboxMessage, reason: str = "") -> OutboxMessage:
    """Send a message again that arrived or was given up, under the same id; it is tried for three days once more.

    Raises NotAllowed, StillOnItsWay or EndpointDisabled.
    """
    if not may_resend(acting_user, message.administration):
        raise NotAllowed("webhooks.manage")
    with transaction.atomic():
        endpoint = lock_endpoint_of(message)
        row = OutboxMessage.objects.select_for_update(of=("self",)).select_related("administration").get(pk=message.pk)
        if row.is_pending:
            raise StillOnItsWay
        if endpoint is not None and not endpoint.is_active:
            raise EndpointDisabled
        row.state = OutboxMessage.State.PENDING
        row.attempts = 0
        row.finished_at = None
        row.due_at = timezone.now()
        row.give_up_at = end_of_trying()
        row.save(update_fields=["state", "attempts", "finished_at", "due_at", "give_up_at"])
        told = {"message": row.webhook_id}
        record("webhook.resent", actor=acting_user, administration=row.administration, note=reason, **told)
        _wake(row, endpoint)
    return row


def _wake(row: OutboxMessage, endpoint: Endpoint | None) -> None:
    if endpoint is None:
        wake_for_mails([row.pk])
        return
    let_it_try_now(endpoint)
    wake_for_endpoints([endpoint.pk])


def forget_old_messages(days: int = KEPT_DAYS, most: int = FORGOTTEN_AT_ONCE) -> int:
    """Delete messages that ended so many days ago, with their attempts, at most so many at once. Returns how many."""
    before = timezone.now() - timedelta(days=days)
    old = OutboxMessage.objects.filter(finished_at__lt=before).order_by("finished_at").values("pk")[:most]
    _total, counted = OutboxMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return counted.get(OutboxMessage._meta.label, 0)


def delivery_lag() -> timedelta:
    """How long the message waits that is due longest; nothing when all that is due was sent."""
    pending = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING)
    due_at = pending.aggregate(first=Min("due_at"))["first"]
    return timedelta(0) if due_at is None else max(timezone.now() - due_at, timedelta(0))


def is_moving(message: OutboxMessage) -> bool:
    """Whether something is about to happen with a message, so that looking again soon makes sense."""
    return message.is_pending and message.due_at <= timezone.now() + ABOUT_NOW
