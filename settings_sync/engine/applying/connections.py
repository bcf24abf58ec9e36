"""The connection that applies syncs: a login of its own, which the database keeps out of business data."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection as default_connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import set_json_loads

from tenants import exact_json
from tenants.postgresql_backend.pooling import refuse_shared_sessions
from tenants.postgresql_backend.requirements import UnfitDatabase

from .sync_login import refuse_powerful_login

USES_PER_CONNECTION = 16
"""A backend keeps about 1.6 MB per administration that it wrote for the first time; it is replaced after this many."""


class _Held(threading.local):
    """The connection of one thread, and how often it was used."""

    connection: psycopg.Connection[Any] | None = None
    uses: int = 0


_held = _Held()


@contextmanager
def sync_connection() -> Iterator[psycopg.Connection[Any]]:
    """This thread's connection on the sync login, inside one transaction with nothing on the search path.

    After a failure it is closed: the database's counters of rows written would go on where the failure left them.
    """
    if _held.uses >= USES_PER_CONNECTION:
        close_sync_connection()
    connection = _held.connection = _held.connection or _connect()
    _held.uses += 1
    try:
        with connection.transaction():
            yield connection
    except BaseException:
        close_sync_connection()
        raise


def close_sync_connection() -> None:
    """Close it; the next use opens another."""
    connection = _held.connection
    _held.connection = None
    _held.uses = 0
    if connection is not None:
        connection.close()


def refuse_unusable_login() -> None:
    """Find out now, not at the first sync, that the sync login cannot enter, or could do more than it should.

    Raises psycopg.OperationalError or UnfitDatabase.
    """
    _connect().close()


def _connect() -> psycopg.Connection[Any]:
    parameters = conninfo_to_dict(settings.SYNC_DATABASE_URL)
    # The tests, and only they, move the default connection to another database of the same server.
    parameters["dbname"] = str(default_connection.settings_dict["NAME"])
    options = (
        # In UTC, because a moment in a document is a text, of which a digest is taken.
        f"-c search_path= -c timezone=UTC -c lock_timeout={settings.SYNC_LOCK_TIMEOUT_MS}"
        f" -c statement_timeout={settings.SYNC_STATEMENT_TIMEOUT_MS} -c jit=off"
        f" -c idle_in_transaction_session_timeout={settings.SYNC_IDLE_TIMEOUT_MS}"
        # A statement of a worker that was killed is broken off, and what it had locked is let go.
        " -c client_connection_check_interval=2000"
        # With the usual 4 MB a large catalog was compared by way of files, at half the pace.
        " -c work_mem=64MB"
    )
    made = psycopg.connect(
        **parameters,  # type: ignore[arg-type]
        options=options,
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
        application_name="eenlijn-sync",
    )
    # psycopg makes floats of decimals.
    set_json_loads(exact_json.load, made)
    try:
        refuse_shared_sessions(made, parameters)
        refuse_powerful_login(made)
        refuse_without_counters(made)
    except BaseException:
        made.close()
        raise
    return made


def refuse_without_counters(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server that counts no rows: every sync would prove that it wrote no daily data, whatever it wrote.

    Raises UnfitDatabase.
    """
    (counts,) = connection.execute("SHOW track_counts").fetchone() or ("off",)
    if counts != "on":
        raise UnfitDatabase("Set track_counts = on in PostgreSQL: without it no sync can tell what it wrote.")
