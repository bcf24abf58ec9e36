"""Making, changing, rotating and deleting webhooks, and sending them a test."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.acting import refuse_while_acting
from accounts.models import User
from audit.models import record
from tenants.models import Administration

from ..addresses import check_address
from ..events import TEST, Event
from ..exceptions import EndpointDisabled, NoAddress, NoEvents, OnlyInTheMain, TooManyEndpoints, UnknownEvent
from ..models import FORMER_SECRET_VALID, LONGEST_URL, Endpoint, OutboxMessage
from ..permissions import require_managing
from ..signing import new_secret
from .outbox import write_messages

MOST_ENDPOINTS = 20
CHANGEABLE = ("url", "events", "description")


def create_endpoint(
    *, acting_user: User, main: Administration, url: str, events: Collection[str], description: str = ""
) -> Endpoint:
    """Make a webhook; its `secret` is to be shown this once.

    Raises NotAllowed, OnlyInTheMain, TooManyEndpoints, NoEvents, UnknownEvent or AddressNotUsable.
    """
    refuse_while_acting()
    require_managing(acting_user, main)
    if not main.is_main:
        raise OnlyInTheMain(name=main.name)
    checked = _checked(url, events)
    with transaction.atomic():
        Administration.objects.select_for_update(no_key=True).get(pk=main.pk)
        if Endpoint.objects.filter(administration=main).count() >= MOST_ENDPOINTS:
            raise TooManyEndpoints(most=MOST_ENDPOINTS)
        endpoint = Endpoint.objects.create(
            administration=main, created_by=acting_user, description=description, **checked
        )
        record("webhook.created", actor=acting_user, administration=main, webhook=str(endpoint.pk), **checked)
    return endpoint


def update_endpoint(
    *,
    acting_user: User,
    endpoint: Endpoint,
    url: str | None = None,
    events: Collection[str] | None = None,
    description: str | None = None,
    state: str | None = None,
) -> Endpoint:
    """Change what is given and leave the rest; switching it on forgets that it failed.

    Raises NotAllowed, NoEvents, UnknownEvent or AddressNotUsable.
    """
    require_managing(acting_user, endpoint.administration)
    with transaction.atomic():
        row = _lock(endpoint)
        wanted = {
            **_checked(row.url if url is None else url, row.events if events is None else events),
            "description": row.description if description is None else description,
        }
        changes = {
            name: [getattr(row, name), wanted[name]] for name in CHANGEABLE if getattr(row, name) != wanted[name]
        }
        for name, (_old, new) in changes.items():
            setattr(row, name, new)
        if changes:
            row.save(update_fields=list(changes))
            _record("webhook.changed", acting_user, row, changes=changes)
        if state is not None and state != row.state:
            _switch(row, state, acting_user)
    return row


def rotate_secret(*, acting_user: User, endpoint: Endpoint) -> Endpoint:
    """Give a webhook a new secret, to be shown this once; for a day both sign. Raises NotAllowed."""
    refuse_while_acting()
    require_managing(acting_user, endpoint.administration)
    with transaction.atomic():
        row = _lock(endpoint)
        row.former_secret = row.secret
        row.secret = new_secret()
        row.former_secret_until = timezone.now() + FORMER_SECRET_VALID
        row.save(update_fields=["former_secret", "secret", "former_secret_until"])
        _record("webhook.rotated", acting_user, row)
    return row


def delete_endpoint(*, acting_user: User, endpoint: Endpoint) -> None:
    """Delete a webhook with its messages; nothing is sent to it any more. Raises NotAllowed."""
    require_managing(acting_user, endpoint.administration)
    with transaction.atomic():
        row = _lock(endpoint)
        _record("webhook.deleted", acting_user, row, url=row.url)
        row.delete()


def send_test(*, acting_user: User, endpoint: Endpoint) -> OutboxMessage:
    """Put a test message in the outbox, to be sent at once. Raises NotAllowed or EndpointDisabled."""
    require_managing(acting_user, endpoint.administration)
    with transaction.atomic():
        row = _lock(endpoint)
        if not row.is_active:
            raise EndpointDisabled
        let_it_try_now(row)
        data = {"administration": row.administration.slug, "webhook": str(row.pk)}
        (message,) = write_messages(TEST, endpoints=[row], data=data)
        _record("webhook.tested", acting_user, row)
    return message


def disable_endpoint(endpoint: Endpoint, reason: Endpoint.Reason, acting_user: User | None = None) -> None:
    """Switch a locked webhook off: what was on its way to it is given up, and can be sent again later."""
    endpoint.state = Endpoint.State.DISABLED
    endpoint.disabled_reason = reason
    endpoint.save(update_fields=["state", "disabled_reason"])
    endpoint.messages.filter(state=OutboxMessage.State.PENDING).update(
        state=OutboxMessage.State.GIVEN_UP, finished_at=timezone.now()
    )
    _record("webhook.disabled", acting_user, endpoint, reason=reason.value, url=endpoint.url)


def lock_endpoint_of(message: OutboxMessage) -> Endpoint | None:
    """The webhook of a message, locked; None for a mail, or when it was deleted. Lock it before its messages."""
    found = Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("administration")
    return None if message.endpoint_id is None else found.filter(pk=message.endpoint_id).first()


def let_it_try_now(endpoint: Endpoint) -> None:
    """End the pause after failures: somebody wants to see whether it works."""
    endpoint.resume_at = None
    endpoint.save(update_fields=["resume_at"])


def _switch(row: Endpoint, state: str, acting_user: User) -> None:
    if state == Endpoint.State.DISABLED:
        disable_endpoint(row, Endpoint.Reason.BY_HAND, acting_user)
        return
    row.state = Endpoint.State.ACTIVE
    row.disabled_reason = ""
    row.failures = 0
    row.failing_since = row.resume_at = None
    row.save(update_fields=["state", "disabled_reason", "failures", "failing_since", "resume_at"])
    _record("webhook.enabled", acting_user, row)


def _checked(url: str, events: Collection[str]) -> dict[str, Any]:
    address = url.strip()
    if len(address) > LONGEST_URL:
        raise NoAddress
    check_address(address)
    for event in events:
        if event not in Event.values:
            raise UnknownEvent(event=event)
    if not events:
        raise NoEvents
    return {"url": address, "events": [event for event in Event.values if event in events]}


def _lock(endpoint: Endpoint) -> Endpoint:
    found = Endpoint.objects.select_for_update(of=("self",)).select_related("administration")
    return found.get(pk=endpoint.pk)


def _record(action: str, acting_user: User | None, endpoint: Endpoint, **data: Any) -> None:
    record(action, actor=acting_user, administration=endpoint.administration, webhook=str(endpoint.pk), **data)
