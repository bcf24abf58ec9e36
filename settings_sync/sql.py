"""The SQL by which items become documents, written from a `Kind`. Names are quoted here and nowhere else.

A document is canonical JSON: the declared fields by name, references as the uid they point at, links as a sorted
list of
uids, and `parts`, one list per part model, in order: by the order of their parents, then their own. A field at its
declared absent value is left out, so that a migration that adds a field changes no digest. Example:

    {"name": "Onderhoud", "work_types": ["5e…"], "parts": {"section": [{"uid": "0a…", "title": "Metingen"}],
     "field": [{"uid": "7c…", "section": "0a…", "label": "CO-gehalte", "type": "number"}]}}

The digest is the SHA-256 of the kind's key, a newline and the text of the document as PostgreSQL writes jsonb.
"""

import json
from collections.abc import Iterable
from typing import Any

from psycopg import sql

from .kinds import Column, Kind, Link, Table, field_of
from .planning.values import ARCHIVED_KEY

COLUMNS_PER_OBJECT = 50  # jsonb_build_object takes at most 100 arguments


def name(*parts: str) -> str:
    """A quoted identifier, such as "a_1"."forms_catalog_form"."""
    return sql.Identifier(*parts).as_string(None)


def literal(value: Any) -> str:
    """A quoted value."""
    return sql.Literal(value).as_string(None)


def documents(kind: Kind, schema: str, where: str = "true") -> str:
    """A query for (uid, label, keys, body, digest) of the items of one kind; `where` sees the item's row as `r`."""
    joined = [*kind.parts, *kind.links]
    ctes = [_roots(kind, schema, where)]
    ctes += [_part_list(number, part, schema) for number, part in enumerate(kind.parts)]
    ctes += [_link_list(number, link, schema) for number, link in enumerate(kind.links, start=len(kind.parts))]
    joins = "".join(f" LEFT JOIN list_{n} ON list_{n}.root_id = r.id" for n in range(len(joined)))
    keys = keys_object(kind)
    label = name(kind.label_column)
    return (
        f"WITH {', '.join(ctes)}, doc AS MATERIALIZED ("
        f"SELECT r.uid, r.{label}::text AS label, {keys} AS keys, {_body(kind)} AS body"
        f" FROM root r{_reference_joins(kind.root, 'r', schema)}{joins}) "
        f"SELECT uid, label, keys, body, {digest_of(kind.key)} AS digest FROM doc"
    )


def keys_object(kind: Kind) -> str:
    """The unique generated columns of an item's row `r`, and what its name was when it is archived; without nulls."""
    unique = [(column, f"r.{name(column)}") for column in kind.unique_columns]
    natural = f"r.{name(str(field_of(kind.root.model, kind.natural_key).column))}"
    return _object([*unique, (ARCHIVED_KEY, f"CASE WHEN r.is_archived THEN lower(normalize(btrim({natural}))) END")])


def digest_of(kind_key: str) -> str:
    """The expression for the digest of a row with a `body`."""
    return f"sha256(convert_to({literal(kind_key + chr(10))} || body::text, 'UTF8'))"


def _roots(kind: Kind, schema: str, where: str) -> str:
    return f"root AS MATERIALIZED (SELECT r.* FROM {name(schema, kind.root.table)} r WHERE {where})"


def _body(kind: Kind) -> str:
    part_lists = [_optional(part.name, f"list_{number}.list") for number, part in enumerate(kind.parts)]
    links = [
        _optional(link.name, f"list_{number}.list") for number, link in enumerate(kind.links, start=len(kind.parts))
    ]
    row = row_object(kind.root, "r")
    parts = [f"jsonb_build_object('parts', {' || '.join(part_lists)})"] if part_lists else []
    return " || ".join([row, *links, *parts])


def _optional(key: str, expression: str) -> str:
    return (
        f"CASE WHEN {expression} IS NULL THEN '{{}}'::jsonb ELSE jsonb_build_object({literal(key)}, {expression}) END"
    )


def row_object(table: Table, alias: str) -> str:
    """The declared fields of one row as jsonb, without those at their absent value."""
    plain = [(column.name, _value(column, alias)) for column in table.columns if not column.is_json]
    objects = [_object(plain[i : i + COLUMNS_PER_OBJECT]) for i in range(0, len(plain), COLUMNS_PER_OBJECT)]
    objects += [_json_value(column, alias) for column in table.columns if column.is_json]
    return " || ".join(objects)


def _object(pairs: Iterable[tuple[str, str]]) -> str:
    inside = ", ".join(f"{literal(key)}, {expression}" for key, expression in pairs)
    return f"jsonb_strip_nulls(jsonb_build_object({inside}))"


def _value(column: Column, alias: str) -> str:
    if column.reference:
        return f"{alias}_{column.name}.uid"
    value = f"{alias}.{name(column.column)}"
    return value if column.default is None else f"nullif({value}, {literal(column.default)})"


def _json_value(column: Column, alias: str) -> str:
    value = f"{alias}.{name(column.column)}"
    absent = "NULL" if column.default is None else f"{literal(json_text(column.default))}::jsonb"
    return (
        f"CASE WHEN {value} IS NOT DISTINCT FROM {absent} THEN '{{}}'::jsonb"
        f" ELSE jsonb_build_object({literal(column.name)}, {value}) END"
    )


def json_text(value: Any) -> str:
    """A value as JSON text, for a literal that is cast to jsonb."""
    return json.dumps(value)


def _reference_joins(table: Table, alias: str, schema: str) -> str:
    return "".join(
        f" LEFT JOIN {name(schema, column.reference.table)} {alias}_{column.name}"
        f" ON {alias}_{column.name}.id = {alias}.{name(column.column)}"
        for column in table.columns
        if column.reference
    )


def _part_list(number: int, part: Table, schema: str) -> str:
    """A CTE with the list of one part model per item, each part with its uid and its parent's uid."""
    chain = part.path
    aliases = [f"p{i}" for i in range(len(chain) - 1)] + ["root"]
    joins = "".join(
        f" JOIN {name(schema, table.table)} {alias} ON {alias}.{name(table.parent_column)} = {above}.id"
        for table, alias, above in reversed(list(zip(chain[:-1], aliases[:-1], aliases[1:], strict=True)))
    )
    order = ", ".join(f"{alias}.position, {alias}.uid" for alias in reversed(aliases[:-1]))
    own = [("uid", "p0.uid")]
    if len(chain) > 2:
        own.append((part.parent_name, "p1.uid"))
    value = f"{_object(own)} || {row_object(part, 'p0')}"
    return (
        f"list_{number} AS (SELECT root.id AS root_id, jsonb_agg({value} ORDER BY {order}) AS list"
        f" FROM root{joins}{_reference_joins(part, 'p0', schema)} GROUP BY root.id)"
    )


def _link_list(number: int, link: Link, schema: str) -> str:
    return (
        f"list_{number} AS (SELECT root.id AS root_id, jsonb_agg(o.uid ORDER BY o.uid) AS list FROM root"
        f" JOIN {name(schema, link.table)} m ON m.{name(link.own_column)} = root.id"
        f" JOIN {name(schema, link.other_table)} o ON o.id = m.{name(link.other_column)} GROUP BY root.id)"
    )
