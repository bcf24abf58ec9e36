"""Writing messages, in the transaction of what they tell: they exist if and only if that was committed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants.models import Administration

from ..events import RUN_MAIL, Event, write_body
from ..models import Endpoint, MailChoice, OutboxMessage
from ..permissions import users_who_may_see
from ..waking import wake_for_endpoints, wake_for_mails


def announce(event: Event, *, administration: Administration, data: Mapping[str, Any]) -> list[OutboxMessage]:
    """Write one message for every endpoint of this main administration that wants to know; wake senders on commit.

    `data` must be JSON-serialisable. Call it in the transaction of what happened.
    """
    wanting = Endpoint.objects.filter(
        administration=administration, state=Endpoint.State.ACTIVE, events__contains=[event]
    )
    return write_messages(event, endpoints=wanting, data=data)


def write_messages(event: str, *, endpoints: Iterable[Endpoint], data: Mapping[str, Any]) -> list[OutboxMessage]:
    """Write one message for each of these endpoints; wake senders on commit."""
    _require_transaction()
    now = timezone.now()
    body = write_body(event, now, data)
    messages = OutboxMessage.objects.bulk_create(
        OutboxMessage(
            endpoint=endpoint, administration_id=endpoint.administration_id, event=event, body=body, created_at=now
        )
        for endpoint in endpoints
    )
    wake_for_endpoints({message.endpoint_id for message in messages if message.endpoint_id})
    return messages


def announce_by_mail(
    *, administration: Administration, data: Mapping[str, Any], is_trouble: bool
) -> list[OutboxMessage]:
    """Write one mail for everybody who chose to be told how a sync ended and may see it; wake senders on commit."""
    _require_transaction()
    if not settings.SENDS_MAIL:
        return []
    now = timezone.now()
    body = write_body(RUN_MAIL, now, data)
    wanted = [MailChoice.When.ALWAYS, MailChoice.When.TROUBLE] if is_trouble else [MailChoice.When.ALWAYS]
    readers = users_who_may_see(administration)
    choices = MailChoice.objects.filter(administration=administration, when__in=wanted, user__in=readers)
    messages = OutboxMessage.objects.bulk_create(
        OutboxMessage(
            recipient_id=choice.user_id, administration=administration, event=RUN_MAIL, body=body, created_at=now
        )
        for choice in choices
    )
    wake_for_mails(message.pk for message in messages)
    return messages


def announce_ready(administration: Administration) -> None:
    """Tell that a new administration can be used; tenants calls this in the transaction that makes it active."""
    data = {
        "administration": administration.slug,
        "name": administration.name,
        "kind": administration.kind.value,
        "parent": administration.parent.slug if administration.parent else None,
    }
    announce(Event.ADMINISTRATION_READY, administration=administration.main, data=data)


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A message is written in the transaction of what it tells.")
