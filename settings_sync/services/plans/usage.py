"""How much open daily data uses the settings that a plan is about, counted in the administration itself."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier, Literal, Placeholder

from settings_sync.declaring.kinds import Kinds, all_kinds
from settings_sync.declaring.registry import registry
from settings_sync.declaring.usage import Document, counted, document_column
from settings_sync.engine.sql import Template, in_schema
from settings_sync.engine.sync_rights import business_references
from settings_sync.planning.values import PlannedChange
from settings_sync.planning.verdicts import Verdict

WRITTEN_UIDS = "written"


@dataclass(frozen=True)
class Uses:
    """Open documents by their name: per item of the administration, and all that use what would be written."""

    per_item: Mapping[uuid.UUID, dict[str, int]] = field(default_factory=dict)
    affected: dict[str, int] = field(default_factory=dict)

    def of(self, change: PlannedChange) -> dict[str, int]:
        """How many open documents use the item that a change is about, or the one that is coupled with it."""
        return self.per_item.get(_uid_there(change), {})


def count_uses(schema: str, changes: Iterable[PlannedChange]) -> Uses:
    """The open documents of one administration that point at these items; one query.

    One document that points at an item twice counts once, and so does one that points at several items of those that
    would be written.
    """
    standing = [change for change in changes if change.local is not None or _could_be_coupled(change)]
    uids: dict[str, list[uuid.UUID]] = defaultdict(list)
    for change in standing:
        uids[change.key[0]].append(_uid_there(change))
    written = [_uid_there(change) for change in standing if change.writes]
    return count_open(schema, uids, written)


def _could_be_coupled(change: PlannedChange) -> bool:
    """Whether the administration has an item of its own under the name: who decides about it wants to know its use."""
    return change.verdict == Verdict.NAME_TAKEN and "holder_uid" in change.facts


def _uid_there(change: PlannedChange) -> uuid.UUID:
    """The uid under which what a change is about stands in the administration: that of its own item, as long as there
    is nothing but the name that both have."""
    if change.couples is None and change.local is None and _could_be_coupled(change):
        return uuid.UUID(change.facts["holder_uid"])
    return change.seen_uid


def count_open(schema: str, uids: Mapping[str, list[uuid.UUID]], written: Collection[uuid.UUID] = ()) -> Uses:
    """The open documents of one administration that point at these items, by kind; one query."""
    query = _query(all_kinds(), frozenset(uids))
    if query is None:
        return Uses()
    with connection.cursor() as cursor:
        cursor.execute(query.filled(schema=schema), {**uids, WRITTEN_UIDS: list(written)})
        return _sorted(cursor.fetchall())


def _sorted(rows: Iterable[tuple[str, uuid.UUID | None, int, int]]) -> Uses:
    per_item: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    affected: dict[str, int] = {}
    for counted_as, uid, number, number_written in rows:
        if uid is not None:
            per_item[uid][counted_as] = number
        elif number_written:
            affected[counted_as] = number_written
    return Uses(per_item, affected)


@lru_cache
def _query(kinds: Kinds, used: frozenset[str]) -> Template | None:
    """The query for items of these kinds, with their uids as parameters by the kind's key; None where nothing points at
    any of these kinds.
    """
    pairs = [_pair(place) for place in _places(kinds) if place.kind in used]
    if not pairs:
        return None
    # A grouping of its own for the total: the sum of the items would count a document with two of them twice.
    query = SQL(
        "SELECT name, uid, count(DISTINCT document), count(DISTINCT document) FILTER (WHERE uid = ANY({}))"
        " FROM ({}) used GROUP BY GROUPING SETS ((name, uid), (name))"
    ).format(Placeholder(WRITTEN_UIDS), SQL(" UNION ALL ").join(pairs))
    return Template.of(query, takes_parameters=True)


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


def _places(kinds: Kinds) -> list[Place]:
    tables = {model._meta.db_table: model for model in registry.excluded}
    keys = {kind.root.model: kind.key for kind in kinds}
    places = []
    pointing = [(table, column, target) for table, column, target in business_references() if target in keys]
    for table, column, target in pointing:
        for counted_as, document in counted.items():
            key = document_column(tables[table], document.model)
            if key is not None:
                places.append(Place(counted_as, document, table, key, column, keys[target], target._meta.db_table))
    return places


def _pair(place: Place) -> Composed:
    """Which open document points at which item."""
    document = place.document
    return SQL(
        "SELECT {name} AS name, i.uid, d.id AS document FROM {items} i"
        " JOIN {table} b ON b.{column} = i.id JOIN {documents} d ON d.id = b.{key}"
        " WHERE i.uid = ANY({uids}) AND d.{state} = ANY({open_values})"
    ).format(
        name=Literal(place.name),
        items=in_schema(place.items),
        table=in_schema(place.table),
        column=Identifier(place.column),
        documents=in_schema(document.model._meta.db_table),
        key=Identifier(place.key),
        uids=Placeholder(place.kind),
        state=Identifier(document.column),
        open_values=Literal(list(document.open_values)),
    )
