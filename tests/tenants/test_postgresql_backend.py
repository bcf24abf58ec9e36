"""The backend fails closed: when the schema cannot be selected, no statement runs.

The stock backend of django-tenants, as the control, swallows the failure and writes where it was before.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django_tenants.postgresql_backend import base as stock

from tenants.postgresql_backend.base import DatabaseWrapper, SearchPathNotSet
from tenants.schemas import in_public
from tenants.template_schema import create_empty_schema, drop_schema

pytestmark = pytest.mark.usefixtures("db")

SCHEMAS = ("a_storm_one", "a_storm_two")
WRITES = 2_000
ENOUGH = 10


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture
def schemas() -> Iterator[tuple[str, str]]:
    """Two schemas with a table of the same name, in which each row says where it belongs."""
    for name in SCHEMAS:
        create_empty_schema(name)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name}.storm (owner text NOT NULL)")
    yield SCHEMAS
    connection.close()
    connection.set_schema_to_public()
    for name in SCHEMAS:
        drop_schema(name)


@pytest.fixture
def stock_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend as django-tenants ships it."""
    monkeypatch.setattr(DatabaseWrapper, "_handle_search_path", stock.DatabaseWrapper._handle_search_path)


@contextmanager
def cancelled_selection() -> Iterator[None]:
    """The database cancels each selection of a schema, as it does when somebody cancels at that very moment."""

    def cancel(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).startswith("SET search_path"):
            sql = "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(10)"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cancel):
        yield


def write(schema: str) -> None:
    connection.set_schema(schema)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO storm (owner) VALUES (%s)", [schema])


def rows() -> list[tuple[str, str, int]]:
    """Where a row is, where it belongs, and how many of those."""
    found = []
    with in_public(), connection.cursor() as cursor:
        for name in SCHEMAS:
            cursor.execute(f"SELECT owner, count(*) FROM {name}.storm GROUP BY owner")
            found += [(name, owner, number) for owner, number in cursor.fetchall()]
    return sorted(found)


def test_a_statement_does_not_run_when_the_schema_was_not_selected(schemas: tuple[str, str]) -> None:
    one, two = schemas
    write(one)
    with cancelled_selection(), pytest.raises(SearchPathNotSet, match=two):
        write(two)
    assert rows() == [(one, one, 1)]


def test_in_a_transaction_neither(schemas: tuple[str, str]) -> None:
    one, two = schemas
    with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012  # all of it is undone
        write(one)
        with cancelled_selection():
            write(two)
    assert rows() == []


def test_nor_after_going_back_to_a_savepoint(schemas: tuple[str, str]) -> None:
    one, two = schemas
    with transaction.atomic():
        write(one)
        with pytest.raises(DatabaseError), transaction.atomic(), cancelled_selection():
            write(two)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            assert cursor.fetchone() == (two,)
        write(two)
    assert rows() == [(one, one, 1), (two, two, 1)]


def test_a_cursor_on_the_server_does_not_open_either(schemas: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It selects the schema with a cursor of its own, which no wrapper sees."""
    one, two = schemas
    write(one)
    connection.set_schema(two)
    with monkeypatch.context() as patch:
        patch.setattr(stock, "quote_schema_name", lambda name: "'not closed")
        with pytest.raises((DatabaseError, psycopg.Error)), connection.chunked_cursor():
            pytest.fail("The cursor opened.")


def test_the_next_statement_selects_again(schemas: tuple[str, str]) -> None:
    one, two = schemas
    write(one)
    with cancelled_selection(), pytest.raises(SearchPathNotSet):
        write(two)
    write(two)
    assert rows() == [(one, one, 1), (two, two, 1)]


def test_an_aborted_transaction_can_still_be_ended(schemas: tuple[str, str]) -> None:
    """Ending it needs a cursor, for which the schema cannot be selected any more: that is no reason to refuse."""
    one, _two = schemas
    write(one)
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        write(one)
    assert rows() == [(one, one, 2)]


@contextmanager
def selections() -> Iterator[list[str]]:
    """Every selection of a schema that goes to the server."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).startswith("SET search_path"):
            seen.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def current_schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def test_a_schema_is_selected_once_while_the_server_says_that_it_stands(schemas: tuple[str, str]) -> None:
    one, two = schemas
    write(one)
    with selections() as seen:
        write(one)
        write(one)
        write(two)
        write(two)
        write(one)
    # Before 18 a server does not say which schema stands, so it is selected each time.
    assert len(seen) == (2 if connection.pg_version >= 180000 else 5)
    assert rows() == [(one, one, 4), (two, two, 2)]


def test_it_is_selected_again_when_somebody_else_has_selected_another(schemas: tuple[str, str]) -> None:
    one, two = schemas
    write(one)
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {two}")
    assert current_schema() == one
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('search_path', %s, true)", [two])
        assert current_schema() == one
    assert current_schema() == one


def test_it_is_selected_again_when_a_rollback_has_undone_it(schemas: tuple[str, str]) -> None:
    one, two = schemas
    write(one)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # all of it is undone
        write(two)
        raise ZeroDivisionError
    write(two)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"SET search_path = {one}")
        cursor.execute("ROLLBACK")
    assert current_schema() == two
    assert rows() == [(one, one, 1), (two, two, 1)]


def test_behind_a_pooler_every_statement_selects(schemas: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """There the next statement may go to another server than the one that told its search path."""
    one, _two = schemas
    write(one)
    monkeypatch.setattr(connections["default"], "is_direct", False)
    with selections() as seen:
        write(one)
        write(one)
    assert len(seen) == 2


def test_a_pooler_is_told_by_its_backend(schemas: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    write(schemas[0])
    assert connection.is_direct
    connection.close()
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 1)
    write(schemas[0])
    assert not connection.is_direct


@pytest.mark.usefixtures("stock_backend")
def test_the_stock_backend_writes_to_the_other_administration(schemas: tuple[str, str]) -> None:
    """The control: what this backend is for. When it fails, django-tenants fails closed and ours may go."""
    one, two = schemas
    write(one)
    with cancelled_selection():
        write(two)
    assert rows() == [(one, one, 1), (one, two, 1)]


def test_no_row_is_misplaced_in_a_storm_of_cancelled_statements(schemas: tuple[str, str]) -> None:
    with storm_of_cancels():
        written, cancelled = write_through_a_storm()
    assert settled()
    found = rows()
    assert [row for row in found if row[0] != row[1]] == []
    assert sum(number for _place, _owner, number in found) >= written > 0
    assert cancelled >= ENOUGH, "There was hardly a storm."


def write_through_a_storm() -> tuple[int, int]:
    """Write to the two in turn, on a busy machine for longer: how many were written, and how many cancelled."""
    written = cancelled = 0
    while written + cancelled < WRITES or (cancelled < ENOUGH and written < 10 * WRITES):
        number = written + cancelled
        done = attempt(SCHEMAS[number % 2], atomic=number % 3 == 0)
        written, cancelled = written + done, cancelled + (not done)
    return written, cancelled


def attempt(schema: str, atomic: bool) -> bool:
    try:
        with transaction.atomic() if atomic else nullcontext():
            write(schema)
    except DatabaseError:
        return False
    return True


@contextmanager
def storm_of_cancels() -> Iterator[None]:
    """A second connection cancels whatever the first one is doing, all the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}
    with psycopg.connect(**parameters, autocommit=True) as other:
        thread = threading.Thread(target=cancel_without_end, args=(other, pid))
        thread.start()
        try:
            yield
        finally:
            while thread.is_alive():
                other.cancel()
                thread.join(0.1)


def cancel_without_end(other: psycopg.Connection, pid: int) -> None:
    """The server does it, so that a busy machine starves no thread of ours; ends when it is cancelled itself."""
    with suppress(psycopg.errors.QueryCanceled):
        other.execute(
            f"DO $$ BEGIN LOOP PERFORM pg_cancel_backend({int(pid)}), pg_sleep(0.0005); END LOOP; END $$",
        )


def settled() -> bool:
    """Whether the last cancel has passed: it may hit one statement more."""
    for _attempt in range(3):
        try:
            with in_public(), connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return True
        except OperationalError:
            continue
    return False
