"""The Celery application. A message carries one id and is only a wake-up: the row in the database is the truth."""

import logging.config
import os
import signal
import threading
from contextlib import suppress
from typing import Any

from billiard.process import active_children
from celery import Celery
from celery.signals import setup_logging, worker_init, worker_shutting_down
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("eenlijn")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
logging.captureWarnings(True)


@setup_logging.connect
def log_as_the_product_does(**_more: Any) -> None:
    """Instead of Celery's own lines."""
    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
def refuse_unfit_database(**_more: Any) -> None:
    """A worker does not start on a database with which the fence would be none."""
    from settings_sync.services.doctor.starting import refuse_at_start
    from tenants.postgresql_backend.requirements import UnfitDatabase

    try:
        refuse_at_start()
    except UnfitDatabase as refusal:
        # Celery logs any other exception of a signal, and goes on.
        raise SystemExit(str(refusal)) from None


@worker_shutting_down.connect
def stop_in_time(**_more: Any) -> None:
    """A worker that is asked to stop takes nothing new and finishes what it has; what takes too long is given back."""
    timer = threading.Timer(settings.SHUTDOWN_SECONDS, tell_children_to_stop)
    timer.daemon = True
    timer.start()


def tell_children_to_stop() -> None:
    """Raises SystemExit in the processes that do the work, wherever they are."""
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGTERM)
