"""Whatever touches a row of a setting, at whatever depth and by whatever statement, marks its item and no other."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F, GeneratedField
from psycopg import sql

from settings_sync.declaring.kinds import Kind, Link, Table, all_kinds
from settings_sync.engine.applying.connections import sync_connection
from settings_sync.engine.reading.index import look_at, read_documents
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler, parts_of
from tests.contracts.world import KINDS, make_company

pytestmark = pytest.mark.usefixtures("db")

TABLES = [(kind.key, table.name) for kind in all_kinds() for table in kind.tables]
PARTS = [(kind.key, table.name) for kind in all_kinds() for table in kind.parts]
LINKS = [(kind.key, link.name) for kind in all_kinds() for link in kind.links]


@pytest.fixture(scope="module")
def administration(standing: None) -> Administration:
    """A sub-administration with settings of every kind, all of them looked at: nothing is marked."""
    child = make_company().child("Noord")
    with inside(child):
        Filler("hier").everything(count=2)
    look_at(child)
    return child


@pytest.fixture
def place(request: pytest.FixtureRequest) -> tuple[Kind, Table]:
    key, name = request.param
    return all_kinds()[key], all_kinds()[key].part(name)


@pytest.fixture
def link(request: pytest.FixtureRequest) -> tuple[Kind, Link]:
    key, name = request.param
    return all_kinds()[key], next(link for link in all_kinds()[key].links if link.name == name)


def at_every(what: str, places: list[tuple[str, str]]) -> Any:
    return pytest.mark.parametrize(what, places, indirect=True, ids=lambda found: ".".join(found))


@contextmanager
def undone(administration: Administration) -> Iterator[Any]:
    """A cursor in the schema, in a transaction that is rolled back, with the unique keys and foreign keys deferred."""
    with inside(administration), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield cursor
        transaction.set_rollback(True)


def marked(cursor: Any) -> set[tuple[str, uuid.UUID]]:
    cursor.execute("SELECT kind, uid FROM sync_ledger_dirty")
    return set(cursor.fetchall())


def two_items(kind: Kind) -> list[Any]:
    return list(kind.root.model._default_manager.order_by("pk")[:2])


def items_with(kind: Kind, table: Table) -> list[Any]:
    """The items that have rows in this table: no file goes along with an SMS."""
    return [item for item in kind.root.model._default_manager.order_by("pk") if rows_of(table, item)]


def rows_of(table: Table, item: Any) -> list[int]:
    """The keys of the rows of one table that belong to an item."""
    return [item.pk] if table.parent is None else [row.pk for row in parts_of(table, item)]


def name(*parts: str) -> sql.Identifier:
    return sql.Identifier(*parts)


@at_every("place", TABLES)
def test_an_update_marks_the_item(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        item, _other = two_items(kind)
        row = rows_of(table, item)[-1]
        cursor.execute(sql.SQL("UPDATE {} SET uid = uid WHERE id = %s").format(name(table.table)), [row])
        assert marked(cursor) == {(kind.key, item.uid)}


@at_every("place", TABLES)
def test_an_update_of_many_rows_marks_every_item_it_touches(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        items = items_with(kind, table)[:2]
        rows = [row for item in items for row in rows_of(table, item)]
        cursor.execute(sql.SQL("UPDATE {} SET uid = uid WHERE id = ANY(%s)").format(name(table.table)), [rows])
        assert marked(cursor) == {(kind.key, item.uid) for item in items}


@at_every("place", TABLES)
def test_an_update_of_no_row_marks_nothing(administration, place):
    _kind, table = place
    with undone(administration) as cursor:
        cursor.execute(sql.SQL("UPDATE {} SET uid = uid WHERE false").format(name(table.table)))
        assert marked(cursor) == set()


@at_every("place", TABLES)
def test_a_deletion_marks_the_item(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        item, _other = two_items(kind)
        row = rows_of(table, item)[0]
        cursor.execute(sql.SQL("DELETE FROM {} WHERE id = %s").format(name(table.table)), [row])
        assert marked(cursor) == {(kind.key, item.uid)}


@at_every("place", PARTS)
def test_a_new_part_marks_the_item(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        item, _other = two_items(kind)
        copy_row(cursor, table, rows_of(table, item)[0], uuid.uuid4())
        assert marked(cursor) == {(kind.key, item.uid)}


@pytest.mark.parametrize("key", KINDS)
def test_a_new_item_is_marked(administration, key):
    kind, new = all_kinds()[key], uuid.uuid4()
    with undone(administration) as cursor:
        copy_row(cursor, kind.root, two_items(kind)[0].pk, new)
        assert marked(cursor) == {(kind.key, new)}


def copy_row(cursor: Any, table: Table, row: int, uid: uuid.UUID) -> None:
    """INSERT … SELECT, as somebody at a terminal would; unique keys are deferred and never checked."""
    fields = [
        f for f in table.model._meta.local_fields if f.name not in ("id", "uid") and not isinstance(f, GeneratedField)
    ]
    columns = sql.SQL(", ").join(name(field.column) for field in fields)
    query = sql.SQL("INSERT INTO {table} (uid, {columns}) SELECT %s, {columns} FROM {table} WHERE id = %s")
    cursor.execute(query.format(table=name(table.table), columns=columns), [uid, row])


@at_every("place", PARTS)
def test_a_part_that_moves_to_another_item_marks_both(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        items = two_items(kind)
        row = rows_of(table, items[0])[0]
        above = rows_of(table.parent, items[1])[0]
        move = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(name(table.table), name(table.parent_column))
        cursor.execute(move, [above, row])
        assert marked(cursor) == {(kind.key, item.uid) for item in items}


@at_every("link", LINKS)
def test_a_link_marks_the_item_that_declares_it_and_not_the_other(administration, link):
    kind, found = link
    with undone(administration) as cursor:
        item = two_items(kind)[0]
        other = all_kinds()[found.other_kind].root.model._default_manager.create(name="linked by nobody yet")
        cursor.execute("DELETE FROM sync_ledger_dirty")
        getattr(item, found.name).add(other)
        assert marked(cursor) == {(kind.key, item.uid)}


@at_every("link", LINKS)
def test_a_link_that_goes_marks_the_item(administration, link):
    kind, found = link
    with undone(administration) as cursor:
        item = two_items(kind)[0]
        getattr(item, found.name).clear()
        assert marked(cursor) == {(kind.key, item.uid)}


@at_every("link", LINKS)
def test_deleting_the_other_side_marks_whoever_pointed_at_it(administration, link):
    kind, found = link
    with undone(administration) as cursor:
        others = all_kinds()[found.other_kind].root.model._default_manager
        other = others.create(name="only here")
        item = two_items(kind)[0]
        getattr(item, found.name).add(other)
        cursor.execute("DELETE FROM sync_ledger_dirty")
        other.delete()
        assert marked(cursor) == {(kind.key, item.uid), (found.other_kind, other.uid)}


@at_every("place", TABLES)
def test_a_bulk_update_of_django_marks_the_items(administration, place):
    kind, table = place
    with undone(administration) as cursor:
        table.model._default_manager.update(uid=F("uid"))
        assert marked(cursor) == {(kind.key, item.uid) for item in items_with(kind, table)}


@at_every("place", TABLES)
def test_the_sync_login_marks_nothing(administration, place):
    kind, table = place
    with inside(administration):
        row = rows_of(table, two_items(kind)[0])[0]
    with sync_connection() as writing, writing.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        qualified = name(administration.schema_name, table.table)
        cursor.execute(sql.SQL("UPDATE {} SET uid = uid WHERE id = %s").format(qualified), [row])
        assert cursor.rowcount == 1
        cursor.execute(sql.SQL("DELETE FROM {} WHERE id = %s").format(qualified), [row])
        counting = "SELECT pg_stat_get_xact_tuples_inserted(%s::text::regclass)"
        cursor.execute(counting, [f"{administration.schema_name}.sync_ledger_dirty"])
        assert cursor.fetchone() == (0,)
        raise psycopg.Rollback


@pytest.mark.parametrize("key", KINDS)
def test_after_any_edit_the_index_is_what_a_fresh_reading_comes_to(administration, key):
    kind = all_kinds()[key]
    filler = Filler(f"bewerkt {uuid.uuid4().hex[:6]}")
    with inside(administration):
        first, second = filler.items(kind, 2)[:2]
        look_at(administration)
        filler.alter(kind, first)
        uids = set(kind.root.model._default_manager.values_list("uid", flat=True))
    entries = {key: entry for key, entry in look_at(administration).entries.items() if key[0] == kind.key}
    fresh = read_documents(administration.schema_name, {(kind.key, uid) for uid in uids})
    assert entries == {key: document.entry for key, document in fresh.items()}
    assert (kind.key, second.uid) in entries
