"""Waking workers for targets. A message is only a wake-up: when it gets lost, the reaper sends another."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from tenants.waking import send_messages

APPLY_TARGET = "settings_sync.tasks.apply_target"


def wake_targets(target_ids: Iterable[uuid.UUID]) -> None:
    """Send one message per target once the transaction has committed."""
    ids = list(target_ids)
    # A worker that is faster than the commit would find nothing to do.
    transaction.on_commit(lambda: send_messages(APPLY_TARGET, ids))
