"""The SQL that writes the differences of one kind: a fixed number of statements per table, however many rows.

Every statement reads the plan's changes and their documents where they are stored and is complete as it stands: all
values are quoted into it, so that nothing is parsed twice.
"""

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, Field

from settings_sync.declaring.kinds import Column, Kind, Link, Table, all_kinds
from settings_sync.engine import sql
from settings_sync.planning.values import PlannedChange

SCHEMA = "@@schema@@"
CHANGES = "@@changes@@"


@dataclass(frozen=True)
class Statement:
    """One statement and the table that it writes; it returns the number of rows written."""

    table: str
    text: str

    def filled(self, schema: str, changes: str) -> str:
        """The statement for one administration; `changes` is what `rows_of` gives."""
        return self.text.replace(sql.name(SCHEMA), sql.name(schema)).replace(CHANGES, changes)


def rows_of(changes: Iterable[PlannedChange]) -> str:
    """The changes as a query for (uid, seen_uid, action, local_digest, result_digest, next_base_digest).

    They are arrays in the statement, not rows in a table, so that PostgreSQL knows how many there are: on a schema that
    nobody has analysed yet it plans a join of unknown size as a nested loop, which took 14 s instead of 0.1 s.
    """
    rows = list(changes)
    columns = (
        _array("uuid", (str(row.uid) for row in rows)),
        _array("uuid", (str(row.seen_uid) for row in rows)),
        _array("text", (row.action.row_action for row in rows)),
        *(
            _array("bytea", map(_hex, side))
            for side in zip(*((r.local, r.result, r.next_base) for r in rows), strict=True)
        ),
    )
    names = "uid, seen_uid, action, local_digest, result_digest, next_base_digest"
    return f"SELECT {names} FROM unnest({', '.join(columns)}) AS c({names})"


def _array(db_type: str, values: Iterable[str]) -> str:
    """An array of values that have nothing to quote: uids, digests, names of actions."""
    return f"'{{{','.join(values)}}}'::{db_type}[]"


def _hex(digest: bytes | None) -> str:
    """PostgreSQL's own notation inside an array."""
    return "NULL" if digest is None else f'"\\\\x{digest.hex()}"'


@functools.lru_cache
def couplings(kind_key: str) -> tuple[Statement, ...]:
    """Give the administration's own items the main's uids. Their local keys stay, and with them what points at them."""
    kind = all_kinds()[kind_key]
    return (Statement(kind.root.table, _couple_items(kind)),)


def part_couplings(kind_key: str, changes: Iterable[PlannedChange]) -> tuple[Statement, ...]:
    """Give parts the uids of those that continue them, so that their local keys stay as well."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for change in changes:
        for part, old, new in change.pairs:
            found[part].append((old, new))
    kind = all_kinds()[kind_key]
    return tuple(
        Statement(part.table, _couple_parts(part, found[part.name])) for part in kind.parts if part.name in found
    )


@functools.lru_cache
def deletions(kind_key: str) -> tuple[Statement, ...]:
    """Delete items with their links and parts, the lowest first."""
    kind = all_kinds()[kind_key]
    links = [Statement(link.table, _delete_all_links(kind, link)) for link in kind.links]
    parts = [Statement(part.table, _delete_all_parts(part)) for part in reversed(kind.parts)]
    return (*links, *parts, Statement(kind.root.table, _delete_items(kind)))


@functools.lru_cache
def removals(kind_key: str) -> tuple[Statement, ...]:
    """Delete the parts and links that updated items no longer have, the lowest parts first."""
    kind = all_kinds()[kind_key]
    parts = [Statement(part.table, _delete_parts(kind, part)) for part in reversed(kind.parts)]
    return (*parts, *(Statement(link.table, _delete_links(kind, link)) for link in kind.links))


@functools.lru_cache
def writes(kind_key: str) -> tuple[Statement, ...]:
    """Update what differs and insert what is new: the items, then their parts from the top down, then their links."""
    kind = all_kinds()[kind_key]
    rows = [Statement(table.table, _upsert(kind, table)) for table in kind.tables]
    return (*rows, *(Statement(link.table, _insert_links(kind, link)) for link in kind.links))


@functools.lru_cache
def late_references(kind_key: str) -> tuple[Statement, ...]:
    """Set the references that could not be set on insert, because what they point at was not there yet."""
    kind = all_kinds()[kind_key]
    return tuple(
        Statement(table.table, _set_reference(kind, table, column))
        for table in kind.tables
        for column in table.columns
        if is_late(kind, column)
    )


def is_late(kind: Kind, column: Column) -> bool:
    """Whether a reference points into the same kind, or to a kind that is written later."""
    if column.reference is None:
        return False
    order = list(all_kinds().by_key)
    return order.index(column.reference.kind) >= order.index(kind.key)


def _documents(condition: str = "") -> str:
    """CTE `doc`: the documents of the changes; the condition is asked of these only, not of all that are stored."""
    listed = (
        f"AS MATERIALIZED (SELECT c.uid, c.action, d.body FROM ({CHANGES}) c"
        " JOIN public.settings_sync_document d ON d.digest = c.result_digest)"
    )
    if not condition:
        return f"doc {listed}"
    return f"listed {listed}, doc AS MATERIALIZED (SELECT * FROM listed WHERE {condition})"


DOC = _documents()


def _early(kind: Kind, table: Table) -> list[Column]:
    return [column for column in table.columns if not is_late(kind, column)]


def _record(columns: Iterable[Column]) -> str:
    return "".join(f", {sql.name(column.name)} {column.db_type}" for column in columns)


def _value(column: Column) -> str:
    """The value of a column in a document's row `x`, a reference as the local key that it points at."""
    return f"ref_{column.name}.id" if column.reference else sql.filled(column)


def _rows(table: Table, columns: list[Column]) -> str:
    """FROM clause: the rows of one table in the documents, as `x`, and its parent's row as `up`."""
    if table.parent is None:
        # With a column of its own, because PostgreSQL takes no record without any.
        return f"doc, jsonb_to_record(doc.body) AS x(_ text{_record(columns)})"
    names = "".join(f", {sql.name(column.name)}" for column in columns)
    is_deep = table.parent.parent is not None
    parent = f", {sql.name(table.parent_name)} uuid" if is_deep else ""
    parent_name = f", {sql.name(table.parent_name)}" if is_deep else ""
    listed = f"doc.body->'parts'->{sql.literal(table.name)}"
    up = f"x.{sql.name(table.parent_name)}" if is_deep else "doc.uid"
    return (
        f"doc CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset({listed}) AS (uid uuid{parent}{_record(columns)}))"
        f" WITH ORDINALITY AS x(uid{parent_name}{names}, ord)"
        f" JOIN {sql.name(SCHEMA, table.parent.table)} up ON up.uid = {up}"
    )


def _new_rows(kind: Kind, table: Table) -> str:
    """CTE `new`: what the table's rows should become."""
    columns = _early(kind, table)
    joins = "".join(
        f" LEFT JOIN {sql.name(SCHEMA, column.reference.table)} ref_{column.name}"
        f" ON ref_{column.name}.uid = x.{sql.name(column.name)}"
        for column in columns
        if column.reference
    )
    uid = "doc.uid" if table.parent is None else "x.uid"
    values = "".join(f", {_value(column)} AS {sql.name(column.column)}" for column in columns)
    if table.parent is not None:
        values += f", up.id AS {sql.name(table.parent_column)}"
        # Counted anew below each parent: a document has an order, and the numbers are local.
        values += ", row_number() OVER (PARTITION BY up.id ORDER BY x.ord)::integer AS position"
    return f"new AS MATERIALIZED (SELECT {uid} AS uid{values} FROM {_rows(table, columns)}{joins})"


def _written(kind: Kind, table: Table) -> list[str]:
    names = [column.column for column in _early(kind, table)]
    return names + ([table.parent_column, "position"] if table.parent else [])


def _upsert(kind: Kind, table: Table) -> str:
    names = _written(kind, table)
    by_name = {column.column: column for column in table.columns}
    target = sql.name(SCHEMA, table.table)
    settings = ", ".join(f"{sql.name(name)} = {_kept_when_equal(name, by_name.get(name))}" for name in names)
    old = ", ".join(_compared("t", name, by_name.get(name)) for name in names)
    fresh = ", ".join(_compared("n", name, by_name.get(name)) for name in names)
    new = ", ".join(f"n.{sql.name(name)}" for name in names)
    inserted = ", ".join(["uid", *(sql.name(name) for name in names), *(sql.name(c.column) for c in table.local)])
    # What is an administration's own does not travel: it begins at its default, and is never updated.
    starts = "".join(f", {_start_value(local.field)}" for local in table.local)
    return (
        f"WITH {DOC}, {_new_rows(kind, table)},"
        f" changed AS (UPDATE {target} t SET {settings} FROM new n WHERE t.uid = n.uid"
        f" AND ROW({old}) IS DISTINCT FROM ROW({fresh}){_is_free_to_move(table)} RETURNING 1),"
        f" made AS (INSERT INTO {target} ({inserted}) SELECT n.uid, {new}{starts} FROM new n"
        f" WHERE NOT EXISTS (SELECT FROM {target} t WHERE t.uid = n.uid) RETURNING 1)"
        " SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM made)"
    )


def _compared(alias: str, name: str, column: Column | None) -> str:
    """A value as it is compared: jsonb as text, for 1 and 1.0 are equal as jsonb and not in a document."""
    return f"{alias}.{sql.name(name)}" + ("::text" if column is not None and column.is_json else "")


def _kept_when_equal(name: str, column: Column | None) -> str:
    """A big value that is equal is assigned from the row itself, so that its TOAST is kept and not written again."""
    quoted = sql.name(name)
    if column is None or column.db_type not in ("text", "jsonb"):
        return f"n.{quoted}"
    return (
        f"CASE WHEN {_compared('t', name, column)} = {_compared('n', name, column)} THEN t.{quoted} ELSE n.{quoted} END"
    )


def _is_free_to_move(table: Table) -> str:
    """A part that stands under another parent here may come along only when the item it stands in is written as well.

    Otherwise it stays where it is, the result differs from the plan, and nothing is written. Under a parent that was
    deleted just before, nobody misses it.
    """
    if table.parent is None:
        return ""
    joins, below, column = "", f"u0.id = t.{sql.name(table.parent_column)}", table.parent.parent_column
    for number, above in enumerate(table.path[2:], start=1):
        joins += f" JOIN {sql.name(SCHEMA, above.table)} u{number} ON u{number}.id = u{number - 1}.{sql.name(column)}"
        column = above.parent_column
    item = f"SELECT u{len(table.path) - 2}.uid FROM {sql.name(SCHEMA, table.parent.table)} u0{joins} WHERE {below}"
    parent = sql.name(table.parent_column)
    return f" AND (t.{parent} = n.{parent} OR coalesce(({item}) IN (SELECT uid FROM doc), true))"


def _start_value(field: "Field[Any, Any]") -> str:
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return "now()"
    return sql.literal(field.get_default())


def _couple_items(kind: Kind) -> str:
    return (
        f"WITH coupled AS (UPDATE {sql.name(SCHEMA, kind.root.table)} t SET uid = c.uid FROM ({CHANGES}) c"
        " WHERE t.uid = c.seen_uid AND c.uid <> c.seen_uid RETURNING 1) SELECT count(*) FROM coupled"
    )


def _couple_parts(part: Table, pairs: Iterable[tuple[str, str]]) -> str:
    table, (old, new) = sql.name(SCHEMA, part.table), zip(*pairs, strict=True)
    return (
        "WITH pairs AS MATERIALIZED"
        f" (SELECT * FROM unnest({_array('uuid', old)}, {_array('uuid', new)}) AS p(old, new)),"
        f" coupled AS (UPDATE {table} t SET uid = pairs.new FROM pairs WHERE t.uid = pairs.old"
        f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.uid = pairs.new) RETURNING 1) SELECT count(*) FROM coupled"
    )


def _delete_items(kind: Kind) -> str:
    return (
        f"WITH gone AS (DELETE FROM {sql.name(SCHEMA, kind.root.table)} t USING ({CHANGES}) c"
        " WHERE t.uid = c.uid RETURNING 1) SELECT count(*) FROM gone"
    )


def _delete_all_links(kind: Kind, link: Link) -> str:
    return (
        f"WITH gone AS (DELETE FROM {sql.name(SCHEMA, link.table)} m USING {sql.name(SCHEMA, kind.root.table)} r"
        f" WHERE m.{sql.name(link.own_column)} = r.id AND r.uid IN (SELECT c.uid FROM ({CHANGES}) c) RETURNING 1)"
        " SELECT count(*) FROM gone"
    )


def _delete_all_parts(part: Table) -> str:
    table, joins = sql.name(SCHEMA, part.table), _up_to_item(part)
    return (
        f"WITH gone AS (DELETE FROM {table} t WHERE t.id IN (SELECT u0.id FROM {table} u0{joins}"
        f" WHERE u{len(part.path) - 1}.uid IN (SELECT c.uid FROM ({CHANGES}) c)) RETURNING 1)"
        " SELECT count(*) FROM gone"
    )


def _up_to_item(part: Table) -> str:
    """The joins from a part's rows `u0` up to the item's own row, which has the highest number."""
    return "".join(
        f" JOIN {sql.name(SCHEMA, above.table)} u{number + 1}"
        f" ON u{number + 1}.id = u{number}.{sql.name(table.parent_column)}"
        for number, (table, above) in enumerate(itertools.pairwise(part.path))
    )


def _delete_parts(kind: Kind, part: Table) -> str:
    """A part that stands in any of the documents stays: it may move from one item to another."""
    listed = f"jsonb_to_recordset(doc.body->'parts'->{sql.literal(part.name)})"
    table, joins = sql.name(SCHEMA, part.table), _up_to_item(part)
    return (
        f"WITH {DOC}, kept AS MATERIALIZED (SELECT e.uid FROM doc, {listed} e(uid uuid)),"
        f" gone AS (DELETE FROM {table} t WHERE t.id IN (SELECT u0.id FROM {table} u0{joins}"
        f" WHERE u{len(part.path) - 1}.uid IN (SELECT uid FROM doc WHERE action = 'update')"
        " AND NOT EXISTS (SELECT FROM kept WHERE kept.uid = u0.uid)) RETURNING 1)"
        " SELECT count(*) FROM gone"
    )


def _wanted_links(link: Link) -> str:
    return (
        f"wanted AS MATERIALIZED (SELECT doc.uid, (e #>> '{{}}')::uuid AS other"
        f" FROM doc, jsonb_array_elements(doc.body->{sql.literal(link.name)}) e)"
    )


def _delete_links(kind: Kind, link: Link) -> str:
    return (
        f"WITH {DOC}, {_wanted_links(link)}, gone AS (DELETE FROM {sql.name(SCHEMA, link.table)} m"
        f" USING {sql.name(SCHEMA, kind.root.table)} r, {sql.name(SCHEMA, link.other_table)} o"
        f" WHERE m.{sql.name(link.own_column)} = r.id AND m.{sql.name(link.other_column)} = o.id"
        " AND r.uid IN (SELECT uid FROM doc WHERE action = 'update')"
        " AND NOT EXISTS (SELECT FROM wanted w WHERE w.uid = r.uid AND w.other = o.uid) RETURNING 1)"
        " SELECT count(*) FROM gone"
    )


def _insert_links(kind: Kind, link: Link) -> str:
    own, other, table = sql.name(link.own_column), sql.name(link.other_column), sql.name(SCHEMA, link.table)
    return (
        f"WITH {DOC}, {_wanted_links(link)}, made AS (INSERT INTO {table} ({own}, {other})"
        f" SELECT r.id, o.id FROM wanted w JOIN {sql.name(SCHEMA, kind.root.table)} r ON r.uid = w.uid"
        f" JOIN {sql.name(SCHEMA, link.other_table)} o ON o.uid = w.other"
        f" WHERE NOT EXISTS (SELECT FROM {table} m WHERE m.{own} = r.id AND m.{other} = o.id) RETURNING 1)"
        " SELECT count(*) FROM made"
    )


def _set_reference(kind: Kind, table: Table, column: Column) -> str:
    assert column.reference is not None
    columns = [column]
    uid = "doc.uid" if table.parent is None else "x.uid"
    target = sql.name(column.column)
    named = f"$.parts.{table.name}[*].{column.name}" if table.parent else f"$.{column.name}"
    # Most items have no such reference: their documents need not be taken apart, unless there is one to take away.
    condition = (
        f"body @? {sql.literal(named)}"
        f" OR EXISTS (SELECT FROM {sql.name(SCHEMA, table.table)} t WHERE t.{target} IS NOT NULL)"
    )
    return (
        f"WITH {_documents(condition)}, new AS MATERIALIZED (SELECT {uid} AS uid, ref.id AS target"
        f" FROM {_rows(table, columns)}"
        f" LEFT JOIN {sql.name(SCHEMA, column.reference.table)} ref ON ref.uid = x.{sql.name(column.name)}),"
        f" changed AS (UPDATE {sql.name(SCHEMA, table.table)} t SET {target} = new.target FROM new"
        f" WHERE t.uid = new.uid AND t.{target} IS DISTINCT FROM new.target RETURNING 1)"
        " SELECT count(*) FROM changed"
    )
