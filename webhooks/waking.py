"""Waking senders. A message on the queue is only a wake-up: when it gets lost, the reaper sends what is due itself."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from tenants.waking import send_messages

SEND_TO_ENDPOINT = "webhooks.tasks.send_to_endpoint"
SEND_MAIL = "webhooks.tasks.send_mail"


def wake_for_endpoints(endpoint_ids: Iterable[uuid.UUID]) -> None:
    """Send one wake-up per endpoint once the transaction has committed."""
    _wake(SEND_TO_ENDPOINT, endpoint_ids)


def wake_for_mails(message_ids: Iterable[uuid.UUID]) -> None:
    """Send one wake-up per mail once the transaction has committed."""
    _wake(SEND_MAIL, message_ids)


def _wake(task: str, ids: Iterable[uuid.UUID]) -> None:
    found = list(ids)
    if found:
        transaction.on_commit(lambda: send_messages(task, found))
