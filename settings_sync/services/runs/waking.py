"""Waking workers for targets. A message is only a wake-up: when it gets lost, the reaper sends another."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from settings_sync.models import SyncTarget
from tenants.waking import send_messages

APPLY_TARGET = "settings_sync.tasks.apply_target"
TURN_AT_MOST = 25
PLACES = 8
"""Few targets are still divided over so many workers."""


def turn_length(targets: int) -> int:
    """How many targets whoever is woken carries out one after the other, in a run of so many."""
    return max(1, min(TURN_AT_MOST, -(-targets // PLACES)))


def places(target_ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Of the targets of a run, in their order, those for which somebody is woken: each goes on to the next of them."""
    return target_ids[:: turn_length(len(target_ids))]


def wake_targets(target_ids: Iterable[uuid.UUID]) -> None:
    """Send one message per target once the transaction has committed."""
    ids = list(target_ids)
    # A worker that is faster than the commit would find nothing to do.
    transaction.on_commit(lambda: _send(ids))


def _send(target_ids: Sequence[uuid.UUID]) -> None:
    lost = target_ids[send_messages(APPLY_TARGET, target_ids) :]
    if lost:
        # So that the reaper need not wait before it wakes for them.
        SyncTarget.objects.filter(pk__in=lost).update(woken_at=None)
