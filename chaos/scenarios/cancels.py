"""A storm of cancelled statements while rows are written in two administrations in turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django_tenants.postgresql_backend import base as stock

from tenants.postgresql_backend.base import DatabaseWrapper
from tenants.schemas import in_public
from tenants.template_schema import create_empty_schema, drop_schema

from ..stage import Stage
from ..table import Row
from .turns import own_connection

SCHEMAS = ("a_storm_one", "a_storm_two")


def run(stage: Stage, full: bool) -> list[Row]:
    """50,000 writes; the stock backend of django-tenants, as the control, misplaces rows."""
    stage.stop_product()
    writes = 50_000 if full else 1_500
    written, cancelled, misplaced = storm(writes)
    ours = DatabaseWrapper._handle_search_path
    DatabaseWrapper._handle_search_path = stock.DatabaseWrapper._handle_search_path  # type: ignore[method-assign]
    try:
        _written, _cancelled, control = storm(writes)
    finally:
        DatabaseWrapper._handle_search_path = ours  # type: ignore[method-assign]
    row = Row("cancel storm", tried=writes, survived=writes - misplaced, lost=misplaced)
    row.control = f"{control} misplaced"
    row.note = f"{written} written, {cancelled} cancelled, {misplaced} misplaced; the stock backend: {control}."
    if full and not control:
        row.failures.append("the control misplaced nothing: the storm proves nothing")
    if not cancelled:
        row.failures.append("there was no storm")
    return [row]


def storm(writes: int) -> tuple[int, int, int]:
    """How many were written, how many cancelled, and how many stand where they do not belong."""
    connection.close()
    for name in SCHEMAS:
        create_empty_schema(name)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name}.storm (owner text NOT NULL)")
    try:
        written = cancelled = 0
        with _cancelling():
            for number in range(writes):
                done = _write(SCHEMAS[number % 2], atomic=number % 3 == 0)
                written = written + done
                cancelled = cancelled + (not done)
        connection.close()
        return written, cancelled, _misplaced()
    finally:
        connection.close()
        connection.set_schema_to_public()  # type: ignore[attr-defined]
        for name in SCHEMAS:
            drop_schema(name)


def _write(schema: str, *, atomic: bool) -> bool:
    try:
        with transaction.atomic() if atomic else nullcontext():
            connection.set_schema(schema)  # type: ignore[attr-defined]
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO storm (owner) VALUES (%s)", [schema])
    except (DatabaseError, psycopg.Error):
        return False
    return True


def _misplaced() -> int:
    with in_public(), connection.cursor() as cursor:
        counts = [f"(SELECT count(*) FROM {name}.storm WHERE owner <> '{name}')" for name in SCHEMAS]
        cursor.execute(f"SELECT {' + '.join(counts)}")
        return int(cursor.fetchone()[0])


@contextmanager
def _cancelling() -> Iterator[None]:
    """The server itself cancels whatever our connection is doing, all the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with own_connection() as other:
        thread = threading.Thread(target=_cancel_without_end, args=(other, pid))
        thread.start()
        try:
            yield
        finally:
            while thread.is_alive():
                other.cancel()
                thread.join(0.1)


def _cancel_without_end(other: "psycopg.Connection[Any]", pid: int) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        other.execute(f"DO $$ BEGIN LOOP PERFORM pg_cancel_backend({int(pid)}), pg_sleep(0.0005); END LOOP; END $$")
