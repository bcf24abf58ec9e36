"""The connection that applies syncs: a login of its own, which the database keeps out of business data."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection as default_connection
from psycopg.conninfo import conninfo_to_dict

_open: dict[str, psycopg.Connection[Any]] = {}
USES_PER_CONNECTION = 50
"""A backend keeps about 0.47 MB per administration that it touched (40 tables); it is replaced after this many."""
_uses = 0


@contextmanager
def sync_connection() -> Iterator[psycopg.Connection[Any]]:
    """The worker's connection on the sync login, inside one transaction with nothing on the search path."""
    global _uses
    _uses += 1
    if _uses > USES_PER_CONNECTION:
        close_sync_connection()
    connection = _open.get("sync") or _connect()
    _open["sync"] = connection
    try:
        with connection.transaction():
            yield connection
    finally:
        if connection.broken or connection.closed:
            close_sync_connection()


def close_sync_connection() -> None:
    """Close it; the next use opens another."""
    global _uses
    _uses = 0
    connection = _open.pop("sync", None)
    if connection is not None:
        connection.close()


def _connect() -> psycopg.Connection[Any]:
    parameters = conninfo_to_dict(settings.SYNC_DATABASE_URL)
    # The tests, and only they, move the default connection to another database of the same server.
    parameters["dbname"] = str(default_connection.settings_dict["NAME"])
    options = (
        f"-c search_path= -c timezone=UTC -c lock_timeout={settings.SYNC_LOCK_TIMEOUT_MS}"
        f" -c statement_timeout={settings.SYNC_STATEMENT_TIMEOUT_MS} -c jit=off"
        " -c idle_in_transaction_session_timeout=60000"
    )
    return psycopg.connect(
        **parameters,  # type: ignore[arg-type]
        options=options,
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
        application_name="eenlijn-sync",
    )
