"""How the rows of a kind become a document, wherever they stand: in the tables of a schema, or in JSON.

A document is canonical JSON: the declared fields by name, references as the uid they point at, links as a sorted
list of uids, and `parts`, one list per part model, in order: by the order of their parents, then their own. A field
at its declared absent value is left out, so that a migration that adds a field changes no digest. Example:

    {"name": "Onderhoud", "work_types": ["5e…"], "parts": {"section": [{"uid": "0a…", "title": "Metingen"}],
     "field": [{"uid": "7c…", "section": "0a…", "label": "CO-gehalte", "type": "number"}]}}

The digest is the SHA-256 of the kind's key, a newline and the text of the document as PostgreSQL writes jsonb. Where
documents of the kind have been upgraded, how many times stands behind the key, so that no digest means two contents.
That text is put together directly, which takes a third of the time that building the jsonb takes: keys come by length
and then by their bytes, with a comma and a space between. A contract test compares the two for every kind.

JSON is read as if it were tables: rows of the columns' own types, under the names that tables and columns have. So
the digest of a document that nobody has written yet is the one that its rows will have.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from settings_sync.declaring.kinds import Column, Kind, Link, Table, field_of
from settings_sync.planning.values import ARCHIVED_KEY

from .sql import Place, Template, comma_separated, in_schema

ARGUMENTS = 50
"""How many members a call of `concat_ws` joins at most; PostgreSQL takes 100 arguments."""
TEXTS = ("text", "varchar")
PLAIN = ("boolean", "smallint", "integer", "bigint")
"""The types whose text is the same in SQL and in JSON."""

STORED_DIGEST = (
    "sha256(convert_to(kind || CASE WHEN version > 0 THEN ' ' || version ELSE '' END || chr(10) || body::text, 'UTF8'))"
)
"""The digest of a stored document, of whichever version, from its columns `kind`, `version` and `body`."""

NOTHING = SQL("")

Member = tuple[str, Composable]
"""A key of a JSON object, and an expression for the text of its value that is null where the member is left out."""


def documents_in(kind: Kind, schema: str, where: str = "true") -> str:
    """A query for (uid, label, keys, body, digest) of the items of one kind; `where` sees the item's row as `r`.

    The body is text, to the letter what PostgreSQL writes for the same document as jsonb.
    """
    return _from_tables(kind).filled(schema=schema, where=where)


def documents_of(kind: Kind, given: str) -> str:
    """A query for the same columns of documents in JSON, by their number.

    `given` is a query for (uid, body, id) of which `id` is the number, and may have parameters.
    """
    return _from_json(kind).filled(given=given)


def rows_in(table: Table, schema: str, uids: Iterable[str]) -> str:
    """A query for (item, uid, text) of rows by their uid; `text` is how the document of the item `item` has the row.

    An item's own row has neither links nor parts in it.
    """
    return _rows_in(table).filled(schema=schema, uids=f"'{{{','.join(uids)}}}'::uuid[]")


def row_text(table: Table) -> Composed:
    """The text that the document of an item has for a row `p0`; a part that stands in another one `p1` names that."""
    source = Tables()
    return _part_text(table, source) if table.parent else json_object(_row_members(table, SQL("p0"), source))


@lru_cache
def keys_text(kind: Kind) -> str:
    """The unique generated columns of an item's row `r`, and what its name was when it is archived; without nulls."""
    return _keys_object(kind).as_string(None)


def is_now(column: Column) -> Composed:
    """The value of a column in a document's row `x`: what is left out there is at its default."""
    value = SQL("x.{}").format(Identifier(column.name))
    return value if column.default is None else SQL("coalesce({}, {})").format(value, _default(column))


def rows_in_documents(documents: Composable, table: Table, columns: Iterable[Column]) -> Composed:
    """A FROM clause: the rows of one table in `documents`, as `x`, each with the document that it stands in.

    A part has its `uid`, the uid of the part that it stands in, and its place `ord`, counted from 1.
    """
    columns = list(columns)
    record = _each(", {} {}", ((Identifier(column.name), SQL(column.db_type)) for column in columns))
    if table.parent is None:
        # With a column of its own, because PostgreSQL takes no record without any.
        return SQL("{0}, jsonb_to_record({0}.body) AS x(_ text{1})").format(documents, record)
    uids = [Identifier(table.parent_name)] if table.parent.parent else []
    return SQL(
        "{documents} CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset({documents}.body->'parts'->{name})"
        " AS (uid uuid{uids}{record})) WITH ORDINALITY AS x(uid{names}, ord)"
    ).format(
        documents=documents,
        name=Literal(table.name),
        uids=_each(", {} uuid", ((uid,) for uid in uids)),
        record=record,
        names=_each(", {}", ((named,) for named in [*uids, *(Identifier(column.name) for column in columns)])),
    )


class Source(Protocol):
    """Where rows stand, and what a query for documents asks of them."""

    number: Composable
    """A column of the item's row `r` by which the documents are ordered, with a comma; empty when there is no order."""
    order: Composable

    def items(self, kind: Kind) -> list[Composable]:
        """CTEs that end with `root`, the rows of the items."""

    def table(self, table: str) -> Composable:
        """The rows of a table with their columns `id`, `uid`, and where they are parts `position` and the parent's."""

    def key(self, alias: Composable, table: Table) -> Composable:
        """What rows of a part are grouped by, so that its own columns can be selected."""

    def pointed_at(self, column: Column, value: Composable) -> Composable:
        """The text of the uid that a reference points at, in quotes; null where it points at nothing."""

    def linked(self, link: Link) -> Composable:
        """A FROM clause: the items `root`, joined with the uids that they are linked with as `o`."""


class Tables:
    """The rows of an administration."""

    number: Composable = NOTHING
    order: Composable = NOTHING

    def items(self, kind: Kind) -> list[Composable]:
        rows = SQL("root AS MATERIALIZED (SELECT r.* FROM {} r WHERE {})")
        return [rows.format(self.table(kind.root.table), Place("where"))]

    def table(self, table: str) -> Composable:
        return in_schema(table)

    def key(self, alias: Composable, table: Table) -> Composable:
        return SQL("{}.id").format(alias)

    def pointed_at(self, column: Column, value: Composable) -> Composable:
        assert column.reference is not None
        return SQL(
            "CASE WHEN {value} IS NOT NULL THEN '\"' || (SELECT pointed.uid FROM {table} pointed"
            " WHERE pointed.id = {value}) || '\"' END"
        ).format(value=value, table=self.table(column.reference.table))

    def linked(self, link: Link) -> Composable:
        return SQL("root JOIN {} m ON m.{} = root.id JOIN {} o ON o.id = m.{}").format(
            self.table(link.table),
            Identifier(link.own_column),
            self.table(link.other_table),
            Identifier(link.other_column),
        )


class Json:
    """The rows that documents in JSON have, as CTEs under the names of their tables.

    The id of an item is its document's number, that of a part is the number and the part's uid: one part may stand in
    several of the documents. A reference has the uid itself.
    """

    number: Composable = SQL("r.id, ")
    order: Composable = SQL(" ORDER BY id")

    def items(self, kind: Kind) -> list[Composable]:
        given = SQL("given AS MATERIALIZED ({})").format(Place("given"))
        return [given, *(self._parts(part) for part in kind.parts), self._roots(kind)]

    def table(self, table: str) -> Composable:
        return Identifier(table)

    def key(self, alias: Composable, table: Table) -> Composable:
        # PostgreSQL knows of a table that its id tells the rest of a row, and of a CTE nothing.
        return SQL("{0}.id, {0}.{1}, {0}.position, {0}.uid").format(alias, Identifier(table.parent_column))

    def pointed_at(self, column: Column, value: Composable) -> Composable:
        return SQL("'\"' || {} || '\"'").format(value)

    def linked(self, link: Link) -> Composable:
        return SQL(
            "given root CROSS JOIN LATERAL (SELECT e::uuid AS uid FROM jsonb_array_elements_text(root.body->{}) e) o"
        ).format(Literal(link.name))

    def _roots(self, kind: Kind) -> Composable:
        """The items' own rows, with the generated columns that are unique."""
        columns = kind.root.columns
        generated = ((_generated(kind, name), Identifier(name)) for name in kind.unique_columns)
        return SQL(
            "root AS MATERIALIZED (SELECT t.*{generated} FROM (SELECT given.id, given.uid{values} FROM {rows}) t)"
        ).format(
            generated=_each(", {} AS {}", generated),
            values=_each(", {} AS {}", ((is_now(column), Identifier(column.column)) for column in columns)),
            rows=rows_in_documents(SQL("given"), kind.root, columns),
        )

    def _parts(self, part: Table) -> Composable:
        is_deep = len(part.path) > 2
        up = SQL("given.id || ' ' || x.{}").format(Identifier(part.parent_name)) if is_deep else SQL("given.id")
        return SQL(
            "{table} AS (SELECT given.id || ' ' || x.uid AS id, {up} AS {parent}, x.uid, x.ord AS position{values}"
            " FROM {rows})"
        ).format(
            table=self.table(part.table),
            up=up,
            parent=Identifier(part.parent_column),
            values=_each(", {} AS {}", ((is_now(column), Identifier(column.column)) for column in part.columns)),
            rows=rows_in_documents(SQL("given"), part, part.columns),
        )


@lru_cache
def _from_tables(kind: Kind) -> Template:
    return Template.of(_documents(kind, Tables()))


@lru_cache
def _from_json(kind: Kind) -> Template:
    return Template.of(_documents(kind, Json()), takes_parameters=True)


def _documents(kind: Kind, source: Source) -> Composed:
    """The query for documents, from rows of either source."""
    lists = [_part_list(number, part, source) for number, part in enumerate(kind.parts)]
    lists += [_link_list(number, link, source) for number, link in enumerate(kind.links, start=len(kind.parts))]
    joins = _each(" LEFT JOIN {0} ON {0}.root_id = r.id", ((_list(number),) for number in range(len(lists))))
    return SQL(
        "WITH {ctes}, doc AS MATERIALIZED ("
        "SELECT {number}r.uid, r.{label}::text AS label, {keys} AS keys, {body} AS body FROM root r{joins}) "
        "SELECT uid, label, keys, body, {digest} AS digest FROM doc{order}"
    ).format(
        ctes=comma_separated([*source.items(kind), *lists]),
        number=source.number,
        label=Identifier(kind.label_column),
        keys=_keys_object(kind),
        body=_body(kind, source),
        joins=joins,
        digest=_digest_of(kind),
        order=source.order,
    )


def _keys_object(kind: Kind) -> Composed:
    column_of = {column: SQL("r.{}").format(Identifier(column)) for column in kind.unique_columns}
    natural = Identifier(str(field_of(kind.root.model, kind.natural_key).column))
    # As the column of a name is computed (models/items.py), with which it is compared.
    column_of[ARCHIVED_KEY] = SQL("CASE WHEN r.is_archived THEN lower(normalize(btrim(r.{}))) END").format(natural)
    pairs = [SQL("{}, {}").format(Literal(key), value) for key, value in column_of.items()]
    return SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(comma_separated(pairs))


def _digest_of(kind: Kind) -> Composed:
    version = f" {kind.version}" if kind.version else ""
    return SQL("sha256(convert_to({} || body::text, 'UTF8'))").format(Literal(f"{kind.key}{version}\n"))


def _body(kind: Kind, source: Source) -> Composed:
    names = [part.name for part in kind.parts] + [link.name for link in kind.links]
    lists = [(name, SQL("'[' || {}.list || ']'").format(_list(number))) for number, name in enumerate(names)]
    parts = lists[: len(kind.parts)]
    links = lists[len(kind.parts) :]
    members = [*_row_members(kind.root, SQL("r"), source), *links]
    return json_object([*members, ("parts", json_object(parts))] if parts else members)


def json_object(members: Iterable[Member]) -> Composed:
    """The text of a JSON object: keys by length and then by their bytes, as jsonb has them."""
    ordered = sorted(members, key=lambda member: (len(member[0].encode()), member[0].encode()))
    written = [SQL("{} || {}").format(Literal(json.dumps(key) + ": "), expression) for key, expression in ordered]
    chunks = [written[start : start + ARGUMENTS] for start in range(0, len(written), ARGUMENTS)]
    joined = [_joined(chunk) for chunk in chunks]
    if len(joined) > 1:
        # A chunk of which everything is left out is an empty text, before which there must be no comma.
        joined = [_joined(SQL("nullif({}, '')").format(chunk) for chunk in joined)]
    return SQL("'{{' || {} || '}}'").format(joined[0] if joined else SQL("''"))


def _joined(texts: Iterable[Composable]) -> Composed:
    """Texts with a comma and a space between; what is null is left out."""
    return SQL("concat_ws(', ', {})").format(comma_separated(texts))


def _row_members(table: Table, alias: Composable, source: Source) -> list[Member]:
    """The declared fields of one row; those at their absent value are null."""
    return [(column.name, _value(column, alias, source)) for column in table.columns]


def _value(column: Column, alias: Composable, source: Source) -> Composable:
    value = SQL("{}.{}").format(alias, Identifier(column.column))
    if column.reference:
        return source.pointed_at(column, value)
    if column.is_json:
        absent = SQL("NULL") if column.default is None else _default(column)
        return SQL("CASE WHEN {0} IS DISTINCT FROM {1} THEN {0}::text END").format(value, absent)
    given = value if column.default is None else SQL("nullif({}, {})").format(value, _default(column))
    db_type = column.db_type.partition("(")[0]
    if db_type in PLAIN:
        return SQL("{}::text").format(given)
    return SQL("to_json({})::text" if db_type in TEXTS else "to_jsonb({})::text").format(given)


def _default(column: Column) -> Composable:
    return SQL("{}::jsonb").format(Literal(json.dumps(column.default))) if column.is_json else Literal(column.default)


def _generated(kind: Kind, column: str) -> Composed:
    generated: Any = next(f for f in kind.root.model._meta.local_fields if f.column == column)
    # The database computes these for its rows; of a document it must be asked by the same expression.
    text, params = generated.generated_sql(connection)
    return SQL("({})").format(SQL(text % tuple(Literal(value).as_string(None) for value in params)))


def _part_list(number: int, part: Table, source: Source) -> Composed:
    """A CTE with the list of one part model per item, each part with its uid and its parent's uid.

    The parts of one parent are joined first, then those lists level by level: short sorts instead of one long one.
    """
    chain = part.path[:-1]
    # By uid as well: two parts may have one position, and the digest must not depend on chance.
    lists = SQL("string_agg({row}, ', ' ORDER BY p0.position, p0.uid) AS list FROM {rows}").format(
        row=_part_text(part, source), rows=_from_root(chain, source)
    )
    for level, table in enumerate(chain[1:], start=1):
        lists = SQL("string_agg(q.list, ', ' ORDER BY q.position, q.uid) AS list FROM ({}) q").format(
            _lists_by_part(level, table, lists, source)
        )
    key = SQL("p0.{}").format(Identifier(part.parent_column)) if len(chain) == 1 else SQL("q.up")
    return SQL("{list} AS (SELECT {key} AS root_id, {lists} GROUP BY {key})").format(
        list=_list(number), key=key, lists=lists
    )


def _part_text(part: Table, source: Source) -> Composed:
    """The text of a part's row `p0`, with its uid and, where it stands in another part `p1`, that one's."""
    own: list[Member] = [("uid", SQL("'\"' || p0.uid || '\"'"))]
    if len(part.path) > 2:
        own.append((part.parent_name, SQL("'\"' || p1.uid || '\"'")))
    return json_object([*own, *_row_members(part, SQL("p0"), source)])


@lru_cache
def _rows_in(table: Table) -> Template:
    source = Tables()
    levels = list(enumerate(table.path))
    joins = [
        SQL(" JOIN {table} {above} ON {above}.id = {below}.{parent}").format(
            table=source.table(above.table),
            above=_part(number),
            below=_part(number - 1),
            parent=Identifier(table.path[number - 1].parent_column),
        )
        for number, above in levels[1:]
    ]
    return Template.of(
        SQL("SELECT {item}.uid, p0.uid, {text} FROM {rows} p0{joins} WHERE p0.uid = ANY({uids})").format(
            item=_part(levels[-1][0]),
            text=row_text(table),
            rows=source.table(table.table),
            joins=Composed(joins),
            uids=Place("uids"),
        )
    )


def _lists_by_part(level: int, table: Table, lists: Composable, source: Source) -> Composed:
    """What the parts of one level hold, one list for each of them."""
    alias = _part(level)
    is_joined = level == 1
    join = SQL(" JOIN {0} {1} ON {1}.id = q.up").format(source.table(table.table), alias)
    return SQL("SELECT {alias}.{parent} AS up, {alias}.position, {alias}.uid, {lists}{join} GROUP BY {key}").format(
        alias=alias,
        parent=Identifier(table.parent_column),
        lists=lists,
        join=NOTHING if is_joined else join,
        key=source.key(alias, table),
    )


def _from_root(chain: tuple[Table, ...], source: Source) -> Composed:
    """The items with their parts, from the top down."""
    rows = SQL("root")
    above: Composable = rows
    joined = SQL("{}").format(rows)
    for level, table in reversed(list(enumerate(chain))):
        joined += SQL(" JOIN {table} {part} ON {part}.{parent} = {above}.id").format(
            table=source.table(table.table), part=_part(level), parent=Identifier(table.parent_column), above=above
        )
        above = _part(level)
    return joined


def _link_list(number: int, link: Link, source: Source) -> Composed:
    return SQL(
        "{} AS (SELECT root.id AS root_id, string_agg('\"' || o.uid || '\"', ', ' ORDER BY o.uid) AS list"
        " FROM {} GROUP BY root.id)"
    ).format(_list(number), source.linked(link))


def _list(number: int) -> SQL:
    return SQL(f"list_{number}")


def _part(level: int) -> SQL:
    """The alias of a part's table: 0 for the part itself, higher for what it stands in."""
    return SQL(f"p{level}")


def _each(text: str, parts: Iterable[tuple[Composable, ...]]) -> Composed:
    """The text once for each of the parts, which are filled in."""
    return Composed([SQL(text).format(*some) for some in parts])
