"""How much open daily data uses the settings that a plan is about, counted in the administration itself."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Model
from psycopg import sql

from ..fencing import business_references
from ..kinds import all_kinds
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
    tables = {model._meta.db_table: model for model in registry.excluded}
    kinds = {all_kinds()[key].root.model: key for key in uids}
    for table, column, target in business_references():
        for name, document in counted.items():
            key = document_column(tables[table], document.model)
            if key is not None and target in kinds:
                yield _pair(schema, name, document, table, key, column, target, uids[kinds[target]])


def _pair(
    schema: str,
    name: str,
    document: Document,
    table: str,
    key: str,
    column: str,
    target: type[Model],
    uids: list[uuid.UUID],
) -> sql.Composed:
    return sql.SQL(
        "SELECT {name} AS name, i.uid, d.id AS document FROM {items} i JOIN {table} b ON b.{column} = i.id"
        " JOIN {documents} d ON d.id = b.{key} WHERE i.uid = ANY({uids}) AND d.{state} = ANY({open})"
    ).format(
        name=sql.Literal(name),
        items=sql.Identifier(schema, target._meta.db_table),
        table=sql.Identifier(schema, table),
        column=sql.Identifier(column),
        documents=sql.Identifier(schema, document.model._meta.db_table),
        key=sql.Identifier(key),
        uids=sql.Literal(uids),
        state=sql.Identifier(document.column),
        open=sql.Literal(list(document.open_values)),
    )
