"""The SQL that writes the differences of one kind: a fixed number of statements per table, however many rows.

Every statement reads the plan's changes and their documents where they are stored and is complete as it stands: all
values are quoted into it, so that nothing is parsed twice.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import DateTimeField, Field
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from settings_sync.declaring.kinds import Column, Kind, Link, Table, all_kinds
from settings_sync.engine.rows import is_now, row_text, rows_in_documents
from settings_sync.engine.sql import Place, Template, comma_separated, in_schema
from settings_sync.planning.values import PlannedChange

CHANGES = Place("changes")
DOC = SQL("doc")


@dataclass(frozen=True)
class Statement:
    """One statement and the table that it writes; it returns the number of rows written."""

    table: str
    template: Template

    def filled(self, schema: str, changes: str) -> str:
        """The statement for one administration; `changes` is what `rows_of` gives."""
        return self.template.filled(schema=schema, changes=changes)


def _statement(table: str, query: Composable) -> Statement:
    return Statement(table, Template.of(query))


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


def keys_of(changes: Iterable[PlannedChange]) -> str:
    """The changes as a query for (kind, uid, digest) of what the plan saw."""
    rows = list(changes)
    columns = (
        _array("text", (row.kind for row in rows)),
        _array("uuid", (str(row.uid) for row in rows)),
        _array("bytea", (_hex(row.local) for row in rows)),
    )
    return f"SELECT kind, uid, digest FROM unnest({', '.join(columns)}) AS c(kind, uid, digest)"


def _array(db_type: str, values: Iterable[str]) -> str:
    """An array of values that have nothing to quote: uids, digests, names of actions."""
    return f"'{{{','.join(values)}}}'::{db_type}[]"


def _hex(digest: bytes | None) -> str:
    """PostgreSQL's own notation inside an array."""
    return "NULL" if digest is None else f'"\\\\x{digest.hex()}"'


@lru_cache
def couplings(kind: Kind) -> tuple[Statement, ...]:
    """Give the administration's own items the main's uids. Their local keys stay, and with them what points at them."""
    return (_statement(kind.root.table, _couple_items(kind)),)


def part_couplings(kind: Kind, changes: Iterable[PlannedChange]) -> tuple[Statement, ...]:
    """Give parts the uids of those that continue them, so that their local keys stay as well."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for change in changes:
        for part, old, new in change.pairs:
            found[part].append((old, new))
    return tuple(
        _statement(part.table, _couple_parts(part, found[part.name])) for part in kind.parts if part.name in found
    )


@lru_cache
def deletions(kind: Kind) -> tuple[Statement, ...]:
    """Delete items with their links and parts, the lowest first."""
    links = [_statement(link.table, _delete_all_links(kind, link)) for link in kind.links]
    parts = [_statement(part.table, _delete_all_parts(part)) for part in reversed(kind.parts)]
    return (*links, *parts, _statement(kind.root.table, _delete_items(kind)))


@lru_cache
def removals(kind: Kind) -> tuple[Statement, ...]:
    """Delete the parts and links that updated items no longer have, the lowest parts first."""
    parts = [_statement(part.table, _delete_parts(part)) for part in reversed(kind.parts)]
    return (*parts, *(_statement(link.table, _delete_links(kind, link)) for link in kind.links))


@lru_cache
def writes(kind: Kind) -> tuple[Statement, ...]:
    """Update what differs and insert what is new: the items, then their parts from the top down, then their links."""
    rows = [_statement(table.table, _upsert(kind, table)) for table in kind.tables]
    return (*rows, *(_statement(link.table, _insert_links(kind, link)) for link in kind.links))


@lru_cache
def late_references(kind: Kind) -> tuple[Statement, ...]:
    """Set the references that could not be set on insert, because what they point at was not there yet."""
    return tuple(
        _statement(table.table, _set_reference(table, column))
        for table in kind.tables
        for column in table.columns
        if is_late(kind, column)
    )


@lru_cache
def row_update(table: Table, names: frozenset[str]) -> Template:
    """Set these columns in rows of a table, by their uid, to what a JSON list `rows` says.

    It returns the uid and the text of each row as it stands then, as `rows_in` does.
    """
    columns = [column for column in table.columns if column.name in names]
    above = table.parent if table.parent and table.parent.parent else None
    return Template.of(
        SQL(
            "UPDATE {table} p0 SET {settings} FROM (SELECT x.uid, {values}"
            " FROM jsonb_to_recordset({rows}) AS x(uid uuid, {record})) n{above}"
            " WHERE p0.uid = n.uid{is_above} RETURNING p0.uid, {text}"
        ).format(
            table=in_schema(table.table),
            settings=comma_separated(
                SQL("{} = {}").format(Identifier(column.column), _kept_when_equal(column.column, column, "p0"))
                for column in columns
            ),
            values=comma_separated(
                SQL("{} AS {}").format(is_now(column), Identifier(column.column)) for column in columns
            ),
            rows=Place("rows"),
            record=comma_separated(
                SQL("{} {}").format(Identifier(column.name), SQL(column.db_type)) for column in columns
            ),
            above=SQL(", {} p1").format(in_schema(above.table)) if above else SQL(""),
            is_above=SQL(" AND p1.id = p0.{}").format(Identifier(table.parent_column)) if above else SQL(""),
            text=row_text(table),
        )
    )


def is_late(kind: Kind, column: Column) -> bool:
    """Whether a reference points into the same kind, or to a kind that is written later."""
    if column.reference is None:
        return False
    order = list(all_kinds().by_key)
    return order.index(column.reference.kind) >= order.index(kind.key)


LISTED = SQL(
    "AS MATERIALIZED (SELECT c.uid, c.action, d.body FROM ({}) c"
    " JOIN public.settings_sync_document d ON d.digest = c.result_digest)"
).format(CHANGES)
DOCUMENTS = SQL("doc {}").format(LISTED)
"""CTE `doc`: the documents of the changes."""


def _documents_that(condition: Composable) -> Composed:
    """CTE `doc`: the documents of the changes for which the condition holds. It is asked of no others."""
    return SQL("listed {}, doc AS MATERIALIZED (SELECT * FROM listed WHERE {})").format(LISTED, condition)


def _early(kind: Kind, table: Table) -> list[Column]:
    return [column for column in table.columns if not is_late(kind, column)]


def _value(column: Column) -> Composed:
    """The value of a column in a document's row `x`, a reference as the local key that it points at."""
    return SQL("{}.id").format(_reference(column)) if column.reference else is_now(column)


def _reference(column: Column) -> SQL:
    """The alias of the row that a reference points at."""
    return SQL(f"ref_{column.name}")


def _rows(table: Table, columns: list[Column]) -> Composed:
    """FROM clause: the rows of one table in the documents, as `x`, and its parent's row as `up`."""
    rows = rows_in_documents(DOC, table, columns)
    if table.parent is None:
        return rows
    is_deep = table.parent.parent is not None
    up = SQL("x.{}").format(Identifier(table.parent_name)) if is_deep else SQL("doc.uid")
    return SQL("{} JOIN {} up ON up.uid = {}").format(rows, in_schema(table.parent.table), up)


def _new_rows(kind: Kind, table: Table) -> Composed:
    """CTE `new`: what the table's rows should become."""
    columns = _early(kind, table)
    joins = [
        SQL(" LEFT JOIN {table} {ref} ON {ref}.uid = x.{name}").format(
            table=in_schema(column.reference.table), ref=_reference(column), name=Identifier(column.name)
        )
        for column in columns
        if column.reference
    ]
    values: list[Composable] = [SQL("{} AS {}").format(_value(column), Identifier(column.column)) for column in columns]
    if table.parent is not None:
        values.append(SQL("up.id AS {}").format(Identifier(table.parent_column)))
        # Counted anew below each parent: a document has an order, and the numbers are local.
        values.append(SQL("row_number() OVER (PARTITION BY up.id ORDER BY x.ord)::integer AS position"))
    return SQL("new AS MATERIALIZED (SELECT {values} FROM {rows}{joins})").format(
        values=comma_separated([SQL("{} AS uid").format(_uid(table)), *values]),
        rows=_rows(table, columns),
        joins=Composed(joins),
    )


def _uid(table: Table) -> SQL:
    """The uid of a row in the documents."""
    return SQL("doc.uid") if table.parent is None else SQL("x.uid")


def _written(kind: Kind, table: Table) -> list[str]:
    names = [column.column for column in _early(kind, table)]
    return names + ([table.parent_column, "position"] if table.parent else [])


def _upsert(kind: Kind, table: Table) -> Composed:
    names = _written(kind, table)
    by_name = {column.column: column for column in table.columns}
    # What is an administration's own does not travel: it begins at its default, and is never updated.
    starts = [_start_value(local.field) for local in table.local]
    own = [*names, *(local.column for local in table.local)]
    return SQL(
        "WITH {documents}, {new_rows},"
        " changed AS (UPDATE {target} t SET {settings} FROM new n WHERE t.uid = n.uid"
        # Only what differs, so that what is in line gets not one write.
        " AND ROW({old}) IS DISTINCT FROM ROW({fresh}){is_free_to_move} RETURNING 1),"
        " made AS (INSERT INTO {target} ({inserted}) SELECT {values} FROM new n"
        " WHERE NOT EXISTS (SELECT FROM {target} t WHERE t.uid = n.uid) RETURNING 1)"
        " SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM made)"
    ).format(
        documents=DOCUMENTS,
        new_rows=_new_rows(kind, table),
        target=in_schema(table.table),
        settings=comma_separated(
            SQL("{} = {}").format(Identifier(name), _kept_when_equal(name, by_name.get(name))) for name in names
        ),
        old=comma_separated(_compared("t", name, by_name.get(name)) for name in names),
        fresh=comma_separated(_compared("n", name, by_name.get(name)) for name in names),
        is_free_to_move=_is_free_to_move(table),
        inserted=comma_separated([SQL("uid"), *map(Identifier, own)]),
        values=comma_separated([SQL("n.uid"), *(SQL("n.{}").format(Identifier(name)) for name in names), *starts]),
    )


def _compared(alias: str, name: str, column: Column | None) -> Composed:
    """A value as it is compared: jsonb as text, for 1 and 1.0 are equal as jsonb and not in a document."""
    is_json = column is not None and column.is_json
    return SQL("{}.{}::text" if is_json else "{}.{}").format(SQL(alias), Identifier(name))


def _kept_when_equal(name: str, column: Column | None, row: str = "t") -> Composed:
    """A big value that is equal is assigned from the row itself, so that its TOAST is kept and not written again."""
    if column is None or column.db_type not in ("text", "jsonb"):
        return SQL("n.{}").format(Identifier(name))
    return SQL("CASE WHEN {old} = {new} THEN {row}.{name} ELSE n.{name} END").format(
        old=_compared(row, name, column), new=_compared("n", name, column), row=SQL(row), name=Identifier(name)
    )


def _is_free_to_move(table: Table) -> Composed:
    """A part that stands under another parent here may come along only when the item it stands in is written as well.

    Otherwise it stays where it is, the result differs from the plan, and nothing is written. Under a parent that was
    deleted just before, nobody misses it.
    """
    if table.parent is None:
        return Composed([])
    return SQL(
        " AND (t.{parent} = n.{parent} OR coalesce((SELECT {item}.uid FROM {above} u0{joins}"
        " WHERE u0.id = t.{parent}) IN (SELECT uid FROM doc), true))"
    ).format(
        parent=Identifier(table.parent_column),
        item=_level(len(table.path) - 2),
        above=in_schema(table.parent.table),
        joins=_up_to_item(table.parent),
    )


def _start_value(field: "Field[Any, Any]") -> Composable:
    # Django gives these on saving a model, and no model is saved here.
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return SQL("now()")
    return Literal(field.get_default())


def _couple_items(kind: Kind) -> Composed:
    return SQL(
        "WITH coupled AS (UPDATE {} t SET uid = c.uid FROM ({}) c"
        " WHERE t.uid = c.seen_uid AND c.uid <> c.seen_uid RETURNING 1) SELECT count(*) FROM coupled"
    ).format(in_schema(kind.root.table), CHANGES)


def _couple_parts(part: Table, pairs: Iterable[tuple[str, str]]) -> Composed:
    # A part of that uid may stand here already; two with one uid would be refused, and all of the target with them.
    old, new = zip(*pairs, strict=True)
    return SQL(
        "WITH pairs AS MATERIALIZED (SELECT * FROM unnest({old}, {new}) AS p(old, new)),"
        " coupled AS (UPDATE {table} t SET uid = pairs.new FROM pairs WHERE t.uid = pairs.old"
        " AND NOT EXISTS (SELECT FROM {table} o WHERE o.uid = pairs.new) RETURNING 1) SELECT count(*) FROM coupled"
    ).format(old=SQL(_array("uuid", old)), new=SQL(_array("uuid", new)), table=in_schema(part.table))


def _delete_items(kind: Kind) -> Composed:
    return SQL(
        "WITH gone AS (DELETE FROM {} t USING ({}) c WHERE t.uid = c.uid RETURNING 1) SELECT count(*) FROM gone"
    ).format(in_schema(kind.root.table), CHANGES)


def _delete_all_links(kind: Kind, link: Link) -> Composed:
    return SQL(
        "WITH gone AS (DELETE FROM {links} m USING {items} r"
        " WHERE m.{own} = r.id AND r.uid IN (SELECT c.uid FROM ({changes}) c) RETURNING 1)"
        " SELECT count(*) FROM gone"
    ).format(
        links=in_schema(link.table),
        items=in_schema(kind.root.table),
        own=Identifier(link.own_column),
        changes=CHANGES,
    )


def _delete_all_parts(part: Table) -> Composed:
    return SQL(
        "WITH gone AS (DELETE FROM {table} t WHERE t.id IN (SELECT u0.id FROM {table} u0{joins}"
        " WHERE {item}.uid IN (SELECT c.uid FROM ({changes}) c)) RETURNING 1)"
        " SELECT count(*) FROM gone"
    ).format(
        table=in_schema(part.table),
        joins=_up_to_item(part),
        item=_level(len(part.path) - 1),
        changes=CHANGES,
    )


def _up_to_item(part: Table) -> Composed:
    """The joins from a part's rows `u0` up to the item's own row, which has the highest number."""
    joins = [
        SQL(" JOIN {table} {above} ON {above}.id = {below}.{parent}").format(
            table=in_schema(above.table),
            above=_level(number + 1),
            below=_level(number),
            parent=Identifier(table.parent_column),
        )
        for number, (table, above) in enumerate(itertools.pairwise(part.path))
    ]
    return Composed(joins)


def _level(number: int) -> SQL:
    """The alias of a table on the way from a part up to its item."""
    return SQL(f"u{number}")


def _delete_parts(part: Table) -> Composed:
    """A part that stands in any of the documents stays: it may move from one item to another."""
    return SQL(
        "WITH {documents}, kept AS MATERIALIZED"
        " (SELECT e.uid FROM doc, jsonb_to_recordset(doc.body->'parts'->{name}) e(uid uuid)),"
        " gone AS (DELETE FROM {table} t WHERE t.id IN (SELECT u0.id FROM {table} u0{joins}"
        " WHERE {item}.uid IN (SELECT uid FROM doc WHERE action = 'update')"
        " AND NOT EXISTS (SELECT FROM kept WHERE kept.uid = u0.uid)) RETURNING 1)"
        " SELECT count(*) FROM gone"
    ).format(
        documents=DOCUMENTS,
        name=Literal(part.name),
        table=in_schema(part.table),
        joins=_up_to_item(part),
        item=_level(len(part.path) - 1),
    )


def _wanted_links(link: Link) -> Composed:
    return SQL(
        "wanted AS MATERIALIZED (SELECT doc.uid, (e #>> '{{}}')::uuid AS other"
        " FROM doc, jsonb_array_elements(doc.body->{}) e)"
    ).format(Literal(link.name))


def _delete_links(kind: Kind, link: Link) -> Composed:
    return SQL(
        "WITH {documents}, {wanted}, gone AS (DELETE FROM {links} m USING {items} r, {others} o"
        " WHERE m.{own} = r.id AND m.{other} = o.id"
        " AND r.uid IN (SELECT uid FROM doc WHERE action = 'update')"
        " AND NOT EXISTS (SELECT FROM wanted w WHERE w.uid = r.uid AND w.other = o.uid) RETURNING 1)"
        " SELECT count(*) FROM gone"
    ).format(documents=DOCUMENTS, **_names_of(kind, link))


def _insert_links(kind: Kind, link: Link) -> Composed:
    return SQL(
        "WITH {documents}, {wanted}, made AS (INSERT INTO {links} ({own}, {other})"
        " SELECT r.id, o.id FROM wanted w JOIN {items} r ON r.uid = w.uid JOIN {others} o ON o.uid = w.other"
        " WHERE NOT EXISTS (SELECT FROM {links} m WHERE m.{own} = r.id AND m.{other} = o.id) RETURNING 1)"
        " SELECT count(*) FROM made"
    ).format(documents=DOCUMENTS, **_names_of(kind, link))


def _names_of(kind: Kind, link: Link) -> dict[str, Composable]:
    """What statements about links have in common."""
    return {
        "wanted": _wanted_links(link),
        "links": in_schema(link.table),
        "items": in_schema(kind.root.table),
        "others": in_schema(link.other_table),
        "own": Identifier(link.own_column),
        "other": Identifier(link.other_column),
    }


def _set_reference(table: Table, column: Column) -> Composed:
    assert column.reference is not None
    target = Identifier(column.column)
    named = f"$.parts.{table.name}[*].{column.name}" if table.parent else f"$.{column.name}"
    # Most items have no such reference: their documents need not be taken apart, unless there is one to take away.
    condition = SQL("body @? {} OR EXISTS (SELECT FROM {} t WHERE t.{} IS NOT NULL)").format(
        Literal(named), in_schema(table.table), target
    )
    return SQL(
        "WITH {documents}, new AS MATERIALIZED (SELECT {uid} AS uid, ref.id AS target"
        " FROM {rows} LEFT JOIN {pointed_at} ref ON ref.uid = x.{name}),"
        " changed AS (UPDATE {table} t SET {target} = new.target FROM new"
        " WHERE t.uid = new.uid AND t.{target} IS DISTINCT FROM new.target RETURNING 1)"
        " SELECT count(*) FROM changed"
    ).format(
        documents=_documents_that(condition),
        uid=_uid(table),
        rows=_rows(table, [column]),
        pointed_at=in_schema(column.reference.table),
        name=Identifier(column.name),
        table=in_schema(table.table),
        target=target,
    )
