"""The SQL by which items become documents, written from a `Kind`. Names are quoted here and nowhere else.

A document is canonical JSON: the declared fields by name, references as the uid they point at, links as a sorted
list of uids, and `parts`, one list per part model, in order: by the order of their parents, then their own. A field
at its declared absent value is left out, so that a migration that adds a field changes no digest. Example:

    {"name": "Onderhoud", "work_types": ["5e…"], "parts": {"section": [{"uid": "0a…", "title": "Metingen"}],
     "field": [{"uid": "7c…", "section": "0a…", "label": "CO-gehalte", "type": "number"}]}}

The digest is the SHA-256 of the kind's key, a newline and the text of the document as PostgreSQL writes jsonb. That
text is put together directly, which takes a third of the time that building the jsonb takes: keys come by length and
then by their bytes, with a comma and a space between. A contract test compares the two for every kind.
"""

import json
from collections.abc import Iterable
from typing import Any

from psycopg import sql

from settings_sync.declaring.kinds import Column, Kind, Link, Table, field_of
from settings_sync.planning.values import ARCHIVED_KEY

ARGUMENTS = 50
"""How many members a call of `concat_ws` joins at most; PostgreSQL takes 100 arguments."""
TEXTS = ("text", "varchar")
PLAIN = ("boolean", "smallint", "integer", "bigint")
"""The types whose text is the same in SQL and in JSON."""

EMPTY = "''"

Member = tuple[str, str]
"""A key of a JSON object, and an expression for the text of its value that is null where the member is left out."""


def name(*parts: str) -> str:
    """A quoted identifier, such as "a_1"."forms_catalog_form"."""
    return sql.Identifier(*parts).as_string(None)


def literal(value: Any) -> str:
    """A quoted value."""
    return sql.Literal(value).as_string(None)


def documents(kind: Kind, schema: str, where: str = "true") -> str:
    """A query for (uid, label, keys, body, digest) of the items of one kind; `where` sees the item's row as `r`.

    The body is text, to the letter what PostgreSQL writes for the same document as jsonb.
    """
    joined = [*kind.parts, *kind.links]
    ctes = [_roots(kind, schema, where)]
    ctes += [_part_list(number, part, schema) for number, part in enumerate(kind.parts)]
    ctes += [_link_list(number, link, schema) for number, link in enumerate(kind.links, start=len(kind.parts))]
    joins = "".join(f" LEFT JOIN list_{n} ON list_{n}.root_id = r.id" for n in range(len(joined)))
    label = name(kind.label_column)
    return (
        f"WITH {', '.join(ctes)}, doc AS MATERIALIZED ("
        f"SELECT r.uid, r.{label}::text AS label, {keys_object(kind)} AS keys, {_body(kind, schema)} AS body"
        f" FROM root r{joins}) "
        f"SELECT uid, label, keys, body, {digest_of(kind.key)} AS digest FROM doc"
    )


def keys_object(kind: Kind) -> str:
    """The unique generated columns of an item's row `r`, and what its name was when it is archived; without nulls."""
    unique = [(column, f"r.{name(column)}") for column in kind.unique_columns]
    natural = f"r.{name(str(field_of(kind.root.model, kind.natural_key).column))}"
    archived = (ARCHIVED_KEY, f"CASE WHEN r.is_archived THEN lower(normalize(btrim({natural}))) END")
    pairs = ", ".join(f"{literal(key)}, {expression}" for key, expression in (*unique, archived))
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


def digest_of(kind_key: str) -> str:
    """The expression for the digest of a row with a `body`."""
    return f"sha256(convert_to({literal(kind_key + chr(10))} || body::text, 'UTF8'))"


def filled(column: Column) -> str:
    """The value of a column in a document's row `x`: what is left out there is at its default."""
    value = f"x.{name(column.name)}"
    if column.default is None:
        return value
    default = f"{literal(json_text(column.default))}::jsonb" if column.is_json else literal(column.default)
    return f"coalesce({value}, {default})"


def json_text(value: Any) -> str:
    """A value as JSON text, for a literal that is cast to jsonb."""
    return json.dumps(value)


def _roots(kind: Kind, schema: str, where: str) -> str:
    return f"root AS MATERIALIZED (SELECT r.* FROM {name(schema, kind.root.table)} r WHERE {where})"


def _body(kind: Kind, schema: str) -> str:
    names = [part.name for part in kind.parts] + [link.name for link in kind.links]
    lists = [(list_name, f"'[' || list_{number}.list || ']'") for number, list_name in enumerate(names)]
    parts, links = lists[: len(kind.parts)], lists[len(kind.parts) :]
    members = [*_row_members(kind.root, "r", schema), *links]
    return json_object([*members, ("parts", json_object(parts))] if parts else members)


def json_object(members: Iterable[Member]) -> str:
    """The text of a JSON object: keys by length and then by their bytes, as jsonb has them."""
    ordered = sorted(members, key=lambda member: (len(member[0].encode()), member[0].encode()))
    written = [f"{literal(json.dumps(key) + ': ')} || {expression}" for key, expression in ordered]
    chunks = [written[start : start + ARGUMENTS] for start in range(0, len(written), ARGUMENTS)]
    joined = [f"concat_ws(', ', {', '.join(chunk)})" for chunk in chunks]
    if len(joined) > 1:
        joined = [f"concat_ws(', ', {', '.join(f'nullif({chunk}, {EMPTY})' for chunk in joined)})"]
    return f"'{{' || {joined[0] if joined else EMPTY} || '}}'"


def _row_members(table: Table, alias: str, schema: str) -> list[Member]:
    """The declared fields of one row; those at their absent value are null."""
    return [(column.name, _value(column, alias, schema)) for column in table.columns]


def _value(column: Column, alias: str, schema: str) -> str:
    value = f"{alias}.{name(column.column)}"
    if column.reference:
        pointed = f"SELECT pointed.uid FROM {name(schema, column.reference.table)} pointed WHERE pointed.id = {value}"
        return f"CASE WHEN {value} IS NOT NULL THEN '\"' || ({pointed}) || '\"' END"
    if column.is_json:
        absent = "NULL" if column.default is None else f"{literal(json_text(column.default))}::jsonb"
        return f"CASE WHEN {value} IS DISTINCT FROM {absent} THEN {value}::text END"
    given = value if column.default is None else f"nullif({value}, {literal(column.default)})"
    db_type = column.db_type.partition("(")[0]
    if db_type in PLAIN:
        return f"{given}::text"
    return f"to_json({given})::text" if db_type in TEXTS else f"to_jsonb({given})::text"


def _part_list(number: int, part: Table, schema: str) -> str:
    """A CTE with the list of one part model per item, each part with its uid and its parent's uid.

    The parts of one parent are joined first, then those lists level by level: short sorts instead of one long one.
    """
    chain = part.path[:-1]
    own = [("uid", "'\"' || p0.uid || '\"'")]
    if len(chain) > 1:
        own.append((part.parent_name, "'\"' || p1.uid || '\"'"))
    row = json_object([*own, *_row_members(part, "p0", schema)])
    query = f"{row}, ', ' ORDER BY p0.position, p0.uid) AS list FROM {_from_root(chain, schema)}"
    for level, table in enumerate(chain[1:], start=1):
        up = f"p{level}.{name(table.parent_column)} AS up, p{level}.position, p{level}.uid"
        join = "" if level == 1 else f" JOIN {name(schema, table.table)} p{level} ON p{level}.id = q.up"
        query = f"q.list, ', ' ORDER BY q.position, q.uid) AS list FROM ({_grouped(up, query + join, level)}) q"
    key = f"p0.{name(part.parent_column)}" if len(chain) == 1 else "q.up"
    return f"list_{number} AS (SELECT {key} AS root_id, string_agg({query} GROUP BY {key})"


def _grouped(columns: str, aggregated: str, level: int) -> str:
    return f"SELECT {columns}, string_agg({aggregated} GROUP BY p{level}.id"


def _from_root(chain: tuple[Table, ...], schema: str) -> str:
    """The items with their parts, from the top down."""
    above, joins = "root", ""
    for level, table in reversed(list(enumerate(chain))):
        joins += f" JOIN {name(schema, table.table)} p{level} ON p{level}.{name(table.parent_column)} = {above}.id"
        above = f"p{level}"
    return f"root{joins}"


def _link_list(number: int, link: Link, schema: str) -> str:
    return (
        f"list_{number} AS (SELECT root.id AS root_id, string_agg('\"' || o.uid || '\"', ', ' ORDER BY o.uid) AS list"
        f" FROM root JOIN {name(schema, link.table)} m ON m.{name(link.own_column)} = root.id"
        f" JOIN {name(schema, link.other_table)} o ON o.id = m.{name(link.other_column)} GROUP BY root.id)"
    )
