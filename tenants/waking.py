"""Waking workers for administrations that are being created or deleted; the reaper does it again when that gets
lost."""

import logging
import uuid
from collections.abc import Iterable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

WORK_ON_ADMINISTRATION = "tenants.tasks.work_on_administration"


def wake_administrations(administration_ids: Iterable[uuid.UUID]) -> None:
    """Send one message per administration once the transaction has committed."""
    ids = list(administration_ids)
    transaction.on_commit(lambda: send_messages(WORK_ON_ADMINISTRATION, ids))


def send_messages(task: str, ids: Iterable[uuid.UUID]) -> int:
    """Send one message per id now; a broker that is away is no error. Returns how many were sent."""
    sent = 0
    for row_id in ids:
        try:
            current_app.send_task(task, args=[str(row_id)])
        except (OperationalError, ConnectionError, OSError) as error:
            logger.warning("The broker is away (%s); the reaper will wake the workers.", error)
            break
        sent += 1
    return sent
