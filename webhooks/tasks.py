"""The queue's door: ids only; each task calls one service, and may be delivered any number of times."""

import uuid

from celery import shared_task

from .services import sending


@shared_task(name="webhooks.tasks.send_to_endpoint")  # type: ignore[untyped-decorator]
def send_to_endpoint(endpoint_id: str) -> None:
    """Send what is due to one endpoint, unless somebody else is busy with it."""
    sending.send_to_endpoint(uuid.UUID(endpoint_id))


@shared_task(name="webhooks.tasks.send_mail")  # type: ignore[untyped-decorator]
def send_mail(message_id: str) -> None:
    """Send one mail, unless somebody else has."""
    sending.send_mail(uuid.UUID(message_id))
