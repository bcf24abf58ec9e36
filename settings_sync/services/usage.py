"""How much open daily data uses the settings that a plan is about, counted in the administration itself."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from psycopg import sql

from ..fencing import business_references
from ..kinds import Kinds, all_kinds
from ..planning.values import PlannedChange
from ..registry import registry
from ..usage import Document, counted, document_column
from ..verdicts import Action

WRITTEN = (Action.UPDATE, Action.COUPLE, Action.ARCHIVE, Action.DELETE)


@dataclass(frozen=True)
class Uses:
    """Open documents by their name: per item of the administration, and all that use what would be written."""

    per_item: Mapping[uuid.UUID, dict[str, int]] = field(default_factory=dict)
    affected: dict[str, int] = field(default_factory=dict)

    def of(self, change: PlannedChange) -> dict[str, int]:
        """How many open documents use the item that a change is about, or the one that is coupled with it."""
        return self.per_item.get(change.couples or change.key[1], {})


def count_uses(schema: str, changes: Iterable[PlannedChange]) -> Uses:
    """The open documents of one administration that point at these items; one query.

    One document that points at an item twice counts once, and so does one that points at several items of those that
    would be written.
    """
    standing = [change for change in changes if change.local is not None]
    uids: dict[str, list[uuid.UUID]] = defaultdict(list)
    for change in standing:
        uids[change.key[0]].append(change.couples or change.key[1])
    written = [change.couples or change.key[1] for change in standing if change.action in WRITTEN]
    return count_open(schema, uids, written)


def count_open(schema: str, uids: Mapping[str, list[uuid.UUID]], written: Collection[uuid.UUID] = ()) -> Uses:
    """The open documents of one administration that point at these items, by kind; one query."""
    pairs = list(_pairs(schema, uids))
    if not pairs:
        return Uses()
    query = sql.SQL(
        "SELECT name, uid, count(DISTINCT document), count(DISTINCT document) FILTER (WHERE uid = ANY({written}))"
        " FROM ({pairs}) used GROUP BY GROUPING SETS ((name, uid), (name))"
    ).format(pairs=sql.SQL(" UNION ALL ").join(pairs), written=sql.Literal(list(written)))
    with connection.cursor() as cursor:
        cursor.execute(query)
        return _sorted(cursor.fetchall())


def _sorted(rows: Iterable[tuple[str, uuid.UUID | None, int, int]]) -> Uses:
    per_item: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    affected: dict[str, int] = {}
    for name, uid, number, number_written in rows:
        if uid is not None:
            per_item[uid][name] = number
        elif number_written:
            affected[name] = number_written
    return Uses(per_item, affected)


def _pairs(schema: str, uids: Mapping[str, list[uuid.UUID]]) -> Iterator[sql.Composed]:
    """Per reference from an open document or its parts to a kind: which document points at which item."""
    for place in _places(all_kinds()):
        if place.kind in uids:
            yield _pair(schema, place, uids[place.kind])


@dataclass(frozen=True)
class Place:
    """A reference to a kind, from a document that is counted under `name` or from its parts: `key` tells which."""

    name: str
    document: Document
    table: str
    key: str
    column: str
    kind: str
    items: str


@lru_cache(maxsize=1)
def _places(kinds: Kinds) -> list[Place]:
    tables = {model._meta.db_table: model for model in registry.excluded}
    keys = {kind.root.model: kind.key for kind in kinds}
    return [
        Place(name, document, table, key, column, keys[target], target._meta.db_table)
        for table, column, target in business_references()
        for name, document in counted.items()
        if target in keys and (key := document_column(tables[table], document.model)) is not None
    ]


def _pair(schema: str, place: Place, uids: list[uuid.UUID]) -> sql.Composed:
    document = place.document
    return sql.SQL(
        "SELECT {name} AS name, i.uid, d.id AS document FROM {items} i JOIN {table} b ON b.{column} = i.id"
        " JOIN {documents} d ON d.id = b.{key} WHERE i.uid = ANY({uids}) AND d.{state} = ANY({open})"
    ).format(
        name=sql.Literal(place.name),
        items=sql.Identifier(schema, place.items),
        table=sql.Identifier(schema, place.table),
        column=sql.Identifier(place.column),
        documents=sql.Identifier(schema, document.model._meta.db_table),
        key=sql.Identifier(place.key),
        uids=sql.Literal(uids),
        state=sql.Identifier(document.column),
        open=sql.Literal(list(document.open_values)),
    )
