"""The backend fails closed: when the schema cannot be selected, no statement runs.

The stock backend of django-tenants, as the control, swallows the failure and writes where it was before.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django_tenants.postgresql_backend import base as stock

from tenants.postgresql_backend.base import DatabaseWrapper, SearchPathNotSet
from tenants.schemas import in_public
from tenants.template_schema import create_empty_schema, drop_schema

pytestmark = pytest.mark.usefixtures("db")

SCHEMAS = ("a_storm_one", "a_storm_two")
WRITES = 2_000


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
        outcomes = [attempt(SCHEMAS[number % 2], atomic=number % 3 == 0) for number in range(WRITES)]
    assert settled()
    misplaced = [row for row in rows() if row[0] != row[1]]
    assert misplaced == []
    assert sum(number for _place, _owner, number in rows()) >= outcomes.count("written") > 0
    assert WRITES - outcomes.count("written") > WRITES / 100, "There was hardly a storm."


def attempt(schema: str, atomic: bool) -> str:
    try:
        if atomic:
            with transaction.atomic():
                write(schema)
        else:
            write(schema)
    except DatabaseError as error:
        return "not selected" if isinstance(error, SearchPathNotSet) else "cancelled"
    return "written"


@contextmanager
def storm_of_cancels() -> Iterator[None]:
    """A second connection cancels whatever the first one is doing, all the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    over = threading.Event()
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}

    def cancel() -> None:
        with psycopg.connect(**parameters, autocommit=True) as other:
            while not over.wait(0.001):
                other.execute("SELECT pg_cancel_backend(%s)", [pid])

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


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
