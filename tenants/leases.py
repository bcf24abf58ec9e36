"""Leases: the right to work on one row, which a living worker renews and a dead one lets run out.

Times come from the database's clock. A row has `lease_token`, `leased_until`, `attempts` and `not_before`.
"""

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q
from django.db.models.functions import Now
from psycopg import sql

from .plain_connections import plain_parameters

logger = logging.getLogger(__name__)

NOTICED_WITHIN_SECONDS = 60
"""What is promised: this long after a worker was killed, its work waits for another one or has one."""


def lease() -> timedelta:
    """How long a row stays with a worker that says nothing more."""
    return timedelta(seconds=settings.SYNC_LEASE_SECONDS)


def is_due() -> Q:
    """Rows that are not waiting for their next attempt."""
    return Q(not_before=None) | Q(not_before__lte=Now())


def has_run_out() -> Q:
    """Rows whose worker has said nothing for as long as a lease lasts, or that have none."""
    return Q(leased_until=None) | Q(leased_until__lt=Now())


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts: twice as long each time, never all at the same moment."""
    seconds = min(settings.SYNC_RETRY_SECONDS * 2 ** (attempts - 1), settings.SYNC_RETRY_AT_MOST_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # nosec B311 # no secret


@contextmanager
def kept(row: Model, token: uuid.UUID) -> Iterator[None]:
    """Renew the lease of a row while a block works on it, from a thread with a connection of its own.

    A worker that is killed or stopped stops renewing with it; one that hangs is given up after the longest hold.
    """
    stop = threading.Event()
    parameters = plain_parameters(connect_timeout=3, options="-c lock_timeout=2000 -c statement_timeout=5000")
    thread = threading.Thread(
        target=_renew, args=(parameters, row._meta.db_table, row.pk, token, stop), name="lease", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(settings.SYNC_LEASE_SECONDS)


def _renew(parameters: dict[str, Any], table: str, row_id: Any, token: uuid.UUID, stop: threading.Event) -> None:
    """Nothing is connected for what is done within the first interval, which is nearly everything."""
    statement = sql.SQL(
        "UPDATE public.{} SET leased_until = now() + make_interval(secs => %s) WHERE id = %s AND lease_token = %s"
    ).format(sql.Identifier(table))
    given_up_at = time.monotonic() + settings.SYNC_HOLD_SECONDS
    renewing: psycopg.Connection[Any] | None = None
    while not stop.wait(settings.SYNC_LEASE_RENEWED_SECONDS) and time.monotonic() < given_up_at:
        try:
            renewing = renewing or psycopg.connect(**parameters, autocommit=True)
            done = renewing.execute(statement, [settings.SYNC_LEASE_SECONDS, row_id, token])
            if done.rowcount == 0:
                break  # it has ended, or another worker has it
        except psycopg.Error as error:
            logger.warning("A lease could not be renewed: %s", error)
            if not isinstance(error, psycopg.errors.LockNotAvailable):
                _close(renewing)
                renewing = None
    _close(renewing)


@contextmanager
def given_back_when_stopped(
    model: type[Model], row_id: Any, token: uuid.UUID, *, wake: Callable[[], Any], **fields: Any
) -> Iterator[None]:
    """Give the row back when this process is told to stop in the middle of a block, which then ends with SystemExit.

    What was begun there must have been rolled back on the way out. The row gets `fields`, the attempt is not counted,
    and `wake` calls another worker, which need not wait until the lease ends.
    """
    with ending_when_stopped():
        try:
            yield
        except BaseException as error:
            if was_told_to_stop(error) and _give_back(model._meta.db_table, row_id, token, fields):
                logger.info("Told to stop: %s %s was given back.", model._meta.label, row_id)
                wake()
            raise


@contextmanager
def ending_when_stopped() -> Iterator[None]:
    """End a block with SystemExit when this process is told to stop in the middle of it, whatever that became there."""
    try:
        yield
    except BaseException as error:
        if not was_told_to_stop(error):
            raise
        raise SystemExit from error


def was_told_to_stop(error: BaseException | None) -> bool:
    """Whether this was raised because the process must stop, be it by way of what could not be tidied up then."""
    while error is not None:
        if isinstance(error, SystemExit):
            return True
        error = error.__cause__ or error.__context__
    return False


def _give_back(table: str, row_id: Any, token: uuid.UUID, fields: dict[str, Any]) -> bool:
    """On a connection of its own: the others may be in the middle of a statement."""
    free = {"lease_token": None, "leased_until": None, **fields}  # nosec B105 # of a lease
    statement = sql.SQL("UPDATE public.{} SET attempts = attempts - 1, {} WHERE id = %s AND lease_token = %s").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in free)
    )
    parameters = plain_parameters(connect_timeout=3, options="-c lock_timeout=2000 -c statement_timeout=3000")
    try:
        with psycopg.connect(**parameters, autocommit=True) as giving:
            return giving.execute(statement, [*free.values(), row_id, token]).rowcount == 1
    except psycopg.Error as error:
        logger.warning("%s could not be given back; its lease ends by itself: %s", row_id, error)
        return False


def _close(renewing: "psycopg.Connection[Any] | None") -> None:
    if renewing is not None:
        renewing.close()


def refuse_bad_times() -> None:
    """Refuse to start with times that do not fit together. Raises ImproperlyConfigured with the reason."""
    hold = settings.SYNC_HOLD_SECONDS
    hard = settings.CELERY_TASK_TIME_LIMIT
    soft = settings.CELERY_TASK_SOFT_TIME_LIMIT
    if not hold > hard > soft:
        raise ImproperlyConfigured(
            f"SYNC_HOLD_SECONDS ({hold}) must be more than CELERY_TASK_TIME_LIMIT ({hard}), and that more than "
            f"CELERY_TASK_SOFT_TIME_LIMIT ({soft}): a worker must be told to stop before its work is given to another."
        )
    length = settings.SYNC_LEASE_SECONDS
    renewed = settings.SYNC_LEASE_RENEWED_SECONDS
    if length < 3 * renewed:
        raise ImproperlyConfigured(
            f"SYNC_LEASE_SECONDS ({length}) must be at least three times SYNC_LEASE_RENEWED_SECONDS ({renewed}): one "
            "renewal that comes late must not cost a living worker its work."
        )
    idle = settings.SYNC_IDLE_TIMEOUT_MS / 1000
    if idle > length - renewed:
        raise ImproperlyConfigured(
            f"SYNC_IDLE_TIMEOUT_MS ({idle:g} s) must be at most {length - renewed:g} s: the database must have ended "
            "the transaction of a stopped worker before another one takes over."
        )
    noticed = length + 2 * settings.REAPER_INTERVAL_SECONDS
    if noticed > NOTICED_WITHIN_SECONDS:
        raise ImproperlyConfigured(
            f"SYNC_LEASE_SECONDS and twice REAPER_INTERVAL_SECONDS come to {noticed:g} s; a killed worker must be "
            f"noticed within {NOTICED_WITHIN_SECONDS} s."
        )
