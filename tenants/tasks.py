"""The queue's door: ids only; each task calls one service, and may be delivered any number of times."""

import uuid

from celery import shared_task

from .administrations import work_on_administration as work_on


@shared_task(name="tenants.tasks.work_on_administration")  # type: ignore[untyped-decorator]
def work_on_administration(administration_id: str) -> None:
    """Create or delete one administration, if that was accepted and nobody else is busy with it."""
    work_on(uuid.UUID(administration_id))
