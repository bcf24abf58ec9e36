"""Sending what is due: claim a message, send it, mark what came of it. Any number of senders may be at work.

A sender that dies between sending and marking leaves a lease that ends; the message then goes out again under the same
id, so a receiver recognises the second copy. Nothing is in a transaction while it is on the wire.
"""

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from ..models import DeliveryAttempt, Endpoint, OutboxMessage
from ..outcomes import Failure, Outcome
from ..schedule import TRIED_FOR, next_attempt, pause_after
from ..signing import signed_headers
from ..transport import post
from .endpoints import disable_endpoint, lock_endpoint_of
from .mailing import prepare_mail

# Longer than an attempt can take: looking up the name, connecting, and the answer.
LEASE = timedelta(seconds=60)
AT_ONCE = 10
ROUND_SECONDS = 5.0
TURN_SECONDS = 30.0
# Attempts begin a little after a message is written.
SLACK = timedelta(hours=1)

UNCLAIMED = Q(leased_until=None) | Q(leased_until__lt=Now())


@dataclass(frozen=True)
class Claim:
    """The right to send one message until the lease ends; `send` needs no database."""

    message: OutboxMessage
    token: uuid.UUID
    send: Callable[[], Outcome]


def send_due(seconds: float = ROUND_SECONDS) -> int:
    """Send what is due to all endpoints and people, several at once; returns how many attempts were made.

    It begins nothing new after so many seconds; an attempt takes fifteen at most.
    """
    # Mostly nothing is, and then no thread is made and nothing locked.
    if not OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING, due_at__lte=Now()).exists():
        return 0
    until = time.monotonic() + seconds
    made = 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        while claims := _claim_some():
            sent = {pool.submit(claim.send): claim for claim in claims}
            for done in as_completed(sent):
                settle(sent[done], done.result())
            made += len(claims)
            if time.monotonic() >= until:
                break
    return made


def send_to_endpoint(endpoint_id: uuid.UUID) -> int:
    """Send what is due to one endpoint, one after the other until one fails; returns how many attempts were made."""
    until = time.monotonic() + TURN_SECONDS
    made = 0
    while time.monotonic() < until and (claim := claim_for_endpoint(endpoint_id)):
        outcome = claim.send()
        settle(claim, outcome)
        made += 1
        if not outcome.has_arrived:
            break
    return made


def send_mail(message_id: uuid.UUID) -> bool:
    """Send one mail if it is due; returns whether it was tried here and now."""
    claim = claim_mail(message_id)
    if claim is not None:
        settle(claim, claim.send())
    return claim is not None


def claim_for_endpoint(endpoint_id: uuid.UUID | None = None) -> Claim | None:
    """Take what is due longest to an endpoint that nobody is sending to; None when there is none.

    One message at a time per endpoint: one that hangs keeps one sender busy, not all of them.
    """
    due = OutboxMessage.objects.filter(UNCLAIMED, endpoint=OuterRef("pk"), state="pending", due_at__lte=Now())
    longest_due = Subquery(due.order_by("due_at").values("due_at")[:1])
    free = Q(busy_until=None) | Q(busy_until__lt=Now())
    rested = Q(resume_at=None) | Q(resume_at__lte=Now())
    wanted = Endpoint.objects.filter(free, rested, state=Endpoint.State.ACTIVE).annotate(due_since=longest_due)
    wanted = wanted.exclude(due_since=None).order_by("due_since")
    if endpoint_id is not None:
        wanted = wanted.filter(pk=endpoint_id)
    with transaction.atomic():
        endpoint = wanted.select_for_update(skip_locked=True, no_key=True)[:1].first()
        message = _lock_due(endpoint=endpoint) if endpoint else None
        if endpoint is None or message is None:
            return None
        Endpoint.objects.filter(pk=endpoint.pk).update(busy_until=Now() + LEASE)
        token = _take(message)
    return Claim(message, token, lambda: _post(endpoint, message))


def claim_mail(message_id: uuid.UUID | None = None) -> Claim | None:
    """Take one mail that is due, or this one; None when there is none or somebody else has it."""
    wanted: dict[str, Any] = {"endpoint": None} if message_id is None else {"endpoint": None, "pk": message_id}
    with transaction.atomic():
        message = _lock_due(**wanted)
        if message is None:
            return None
        token = _take(message)
    return Claim(message, token, prepare_mail(message))


def settle(claim: Claim, outcome: Outcome) -> bool:
    """Note what came of an attempt; False when the message is gone, or somebody else has taken it over by now."""
    with transaction.atomic():
        endpoint = lock_endpoint_of(claim.message)
        mine = OutboxMessage.objects.select_for_update(no_key=True).filter(pk=claim.message.pk, lease_token=claim.token)
        message = mine.first()
        if message is None:
            return False
        DeliveryAttempt.objects.create(
            message=message,
            seconds=round(outcome.seconds, 3),
            status=outcome.status,
            failure=outcome.failure,
            answer=outcome.answer,
        )
        now = timezone.now()
        _mark(message, outcome, now)
        if endpoint is not None:
            _note_on_endpoint(endpoint, message, outcome, now)
    return True


def _claim_some() -> list[Claim]:
    claims: list[Claim] = []
    for claim_one in (claim_for_endpoint, claim_mail):
        while len(claims) < AT_ONCE and (claim := claim_one()):
            claims.append(claim)
    return claims


def _lock_due(**which: Any) -> OutboxMessage | None:
    due = OutboxMessage.objects.filter(UNCLAIMED, state=OutboxMessage.State.PENDING, due_at__lte=Now(), **which)
    return due.order_by("due_at", "created_at").select_for_update(skip_locked=True, no_key=True)[:1].first()


def _take(message: OutboxMessage) -> uuid.UUID:
    token = uuid.uuid4()
    OutboxMessage.objects.filter(pk=message.pk).update(
        lease_token=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    return token


def _post(endpoint: Endpoint, message: OutboxMessage) -> Outcome:
    body = message.body.encode()
    headers = signed_headers(
        webhook_id=message.webhook_id, at=timezone.now(), body=body, signing_secrets=endpoint.signing_secrets()
    )
    return post(endpoint.url, body=body, headers=headers)


def _mark(message: OutboxMessage, outcome: Outcome, now: datetime) -> None:
    message.lease_token = message.leased_until = None
    if outcome.has_arrived:
        message.state = OutboxMessage.State.DELIVERED
        message.finished_at = now
    elif again := _when_again(message, outcome, now):
        message.due_at = again
    else:
        message.state = OutboxMessage.State.GIVEN_UP
        message.finished_at = now
    message.save(update_fields=["lease_token", "leased_until", "state", "finished_at", "due_at"])


def _when_again(message: OutboxMessage, outcome: Outcome, now: datetime) -> datetime | None:
    if outcome.failure in (Failure.GONE, Failure.NO_LONGER_WANTED):
        return None
    return next_attempt(attempts=message.attempts, now=now, give_up_at=message.give_up_at, chance=random.uniform)


def _note_on_endpoint(endpoint: Endpoint, message: OutboxMessage, outcome: Outcome, now: datetime) -> None:
    endpoint.busy_until = None
    if outcome.has_arrived:
        endpoint.failures = 0
        endpoint.failing_since = None
        endpoint.resume_at = None
    else:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.resume_at = now + pause_after(endpoint.failures)
    endpoint.save(update_fields=["busy_until", "failures", "failing_since", "resume_at"])
    if outcome.failure == Failure.GONE:
        disable_endpoint(endpoint, Endpoint.Reason.GONE)
    elif _failed_all_along(endpoint, message, now):
        disable_endpoint(endpoint, Endpoint.Reason.FAILING)


def _failed_all_along(endpoint: Endpoint, message: OutboxMessage, now: datetime) -> bool:
    """Whether a message was given up and nothing else arrived in all the time that it was tried."""
    since = endpoint.failing_since
    given_up = message.state == OutboxMessage.State.GIVEN_UP
    return given_up and since is not None and now - since >= TRIED_FOR - SLACK
