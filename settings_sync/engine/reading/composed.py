"""What planning asks for: documents, and what a composed document comes to, in the database's own words.

A composed document is read through the columns' types, exactly as it will be read back once it is written, so that
its digest is the one that the administration will have.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from settings_sync.declaring.kinds import Column, Kind, Table, all_kinds
from settings_sync.declaring.options import Removed
from settings_sync.engine import sql
from settings_sync.models import Document
from settings_sync.planning.merging import PartShape, Shape
from settings_sync.planning.reader import Body, Described
from settings_sync.planning.values import Entry, Key, Need, Uses
from tenants import exact_json

from .index import ReadDocument, loaded_keys, read_documents, store_documents
from .needs import needs_of
from .uses import uses_of

COLUMNS_PER_OBJECT = 50
"""jsonb_build_object takes at most 100 arguments."""


@dataclass
class AdministrationReader:
    """The reader for one administration; it remembers what it composed until `store` keeps it."""

    schema: str
    composed: dict[bytes, ReadDocument] = field(default_factory=dict)

    def bodies(self, digests: Collection[bytes]) -> Mapping[bytes, Body]:
        found = Document.objects.filter(digest__in=list(digests)).values_list("digest", "body")
        return {bytes(digest): body for digest, body in found}

    def local_bodies(self, keys: Collection[Key]) -> Mapping[Key, Body]:
        return {key: found.body for key, found in read_documents(self.schema, set(keys)).items()}

    def describe(self, composed: Mapping[Key, list[Body]]) -> Mapping[Key, list[Described]]:
        by_kind: dict[str, list[tuple[uuid.UUID, Body]]] = defaultdict(list)
        for (kind, uid), bodies in composed.items():
            by_kind[kind] += [(uid, body) for body in bodies]
        described: dict[Key, list[Described]] = defaultdict(list)
        for kind_key, rows in by_kind.items():
            for document in describe_documents(all_kinds()[kind_key], rows):
                self.composed[document.entry.digest] = document
                described[document.entry.key].append(Described(document.entry, needs_in_body(document)))
        return described

    def store(self, digests: Collection[bytes]) -> None:
        """Keep those composed documents that the plan is going to use."""
        store_documents([self.composed[digest] for digest in digests if digest in self.composed])

    def uses(self, keys: Collection[Key]) -> Uses:
        return uses_of(self.schema, keys)

    def shape(self, kind: str) -> Shape:
        return shape_of(all_kinds()[kind])

    def problems(self, kind: str, body: Body) -> list[str]:
        return list(all_kinds()[kind].root.declaration.validate(body))

    def may_delete(self, kind: str) -> bool:
        return all_kinds()[kind].root.declaration.removed == Removed.DELETE


def needs_in_body(document: ReadDocument) -> tuple[Need, ...]:
    kind = all_kinds()[document.entry.kind]
    return tuple(Need((need["kind"], uuid.UUID(need["uid"])), need["path"]) for need in needs_of(kind, document.body))


def shape_of(kind: Kind) -> Shape:
    """How a kind is merged, from its declaration."""
    names = {part.table: part.name for part in kind.parts}
    return Shape(
        name_field=kind.natural_key,
        links=frozenset(link.name for link in kind.links),
        parts=tuple(_part_shape(part, names) for part in kind.parts),
        together={
            "" if table.parent is None else table.name: table.declaration.merge_together for table in kind.tables
        },
    )


def _part_shape(part: Table, names: Mapping[str, str]) -> PartShape:
    assert part.parent is not None
    is_deep = part.parent.parent is not None
    return PartShape(
        name=part.name,
        above=part.parent.name if is_deep else "",
        above_key=part.parent_name if is_deep else "",
        key=part.declaration.part_key or "",
        inside={
            column.name: names[column.reference.table]
            for column in part.columns
            if column.reference and column.reference.is_inside
        },
    )


def describe_documents(kind: Kind, rows: Sequence[tuple[uuid.UUID, Body]]) -> list[ReadDocument]:
    """Documents that nobody has written yet, in the order given: canonical bodies, digests, names and unique keys."""
    with connection.cursor() as cursor:
        uids, bodies = [uid for uid, _body in rows], [exact_json.dump(body) for _uid, body in rows]
        cursor.execute(_described(kind, GIVEN), [uids, bodies])
        return [
            ReadDocument(Entry(kind.key, uid, bytes(digest), label, loaded_keys(keys)), body)
            for uid, label, keys, body, digest in cursor.fetchall()
        ]


GIVEN = "SELECT * FROM unnest(%s::uuid[], %s::jsonb[]) WITH ORDINALITY AS g(uid, body, id)"
STORED = (
    "SELECT gen_random_uuid() AS uid, body, row_number() OVER (ORDER BY digest) AS id"
    " FROM public.settings_sync_document WHERE digest = ANY(%s)"
)


def find_outdated(kind: Kind, digests: Collection[bytes]) -> set[bytes]:
    """Those of these stored documents of one kind that the catalog of today does not read as they were written: a
    migration has taken away or renamed something that they say."""
    wanted = sorted(digests)
    with connection.cursor() as cursor:
        cursor.execute(_described(kind, STORED), [wanted])
        return set(wanted) - {bytes(digest) for _uid, _label, _keys, _body, digest in cursor.fetchall()}


def _described(kind: Kind, given_rows: str) -> str:
    given = f"given AS MATERIALIZED ({given_rows})"
    ctes = [f"typed AS MATERIALIZED ({_typed_roots(kind)})"]
    ctes += [f"list_{number} AS ({_typed_parts(part)})" for number, part in enumerate(kind.parts)]
    joins = "".join(f" LEFT JOIN list_{number} ON list_{number}.id = r.id" for number in range(len(kind.parts)))
    parts = [_optional(part.name, f"list_{number}.list") for number, part in enumerate(kind.parts)]
    links = [_optional(link.name, f"g.body->{sql.literal(link.name)}") for link in kind.links]
    wrapped = [f"jsonb_build_object('parts', {' || '.join(parts)})"] if parts else []
    body = " || ".join([_row_object(kind.root, "r"), *links, *wrapped])
    rest = (
        f"{', '.join(ctes)}, doc AS MATERIALIZED (SELECT r.id, r.uid, r.{sql.name(kind.label_column)}::text AS label,"
        f" {sql.keys_object(kind)} AS keys, {body} AS body"
        f" FROM typed r JOIN given g ON g.id = r.id{joins}{_references(kind.root, 'r', 'g.body')})"
        f" SELECT uid, label, keys, body::text, {sql.digest_of(kind.key)} AS digest FROM doc ORDER BY id"
    )
    return f"WITH {given}, {rest.replace('%', '%%')}"


def _typed_roots(kind: Kind) -> str:
    """The items' own columns as typed rows, with the generated columns that are unique."""
    plain = [column for column in kind.root.columns if not column.reference]
    record = ", ".join(f"{sql.name(column.name)} {column.db_type}" for column in plain)
    values = ", ".join(f"{sql.filled(column)} AS {sql.name(column.column)}" for column in plain)
    generated = "".join(f", {_generated(kind, name)} AS {sql.name(name)}" for name in kind.unique_columns)
    rows = f"SELECT g.id, g.uid, {values} FROM given g, jsonb_to_record(g.body) AS x({record})"
    return f"SELECT t.*{generated} FROM ({rows}) t"


def _generated(kind: Kind, column: str) -> str:
    generated: Any = next(f for f in kind.root.model._meta.local_fields if f.column == column)
    text, params = generated.generated_sql(connection)
    return f"({text % tuple(sql.literal(value) for value in params)})"


def _typed_parts(part: Table) -> str:
    plain = [column for column in part.columns if not column.reference]
    uids = ["uid", *([part.parent_name] if len(part.path) > 2 else [])]
    pointing = [column.name for column in part.columns if column.reference]
    named = [*uids, *pointing, *(column.name for column in plain)]
    types = [f"{sql.name(name)} uuid" for name in (*uids, *pointing)]
    types += [f"{sql.name(column.name)} {column.db_type}" for column in plain]
    values = [f"x.{sql.name(name)} AS {sql.name('uid_' + name)}" for name in (*uids, *pointing)]
    values += [f"{sql.filled(column)} AS {sql.name(column.column)}" for column in plain]
    listed = f"g.body->'parts'->{sql.literal(part.name)}"
    rows = (
        f"SELECT g.id, x.ord, {', '.join(values)} FROM given g CROSS JOIN LATERAL"
        f" ROWS FROM (jsonb_to_recordset({listed}) AS ({', '.join(types)}))"
        f" WITH ORDINALITY AS x({', '.join(map(sql.name, named))}, ord)"
    )
    joins = "".join(f" CROSS JOIN LATERAL (SELECT p0.{sql.name('uid_' + name)} AS uid) p0_{name}" for name in pointing)
    own = _object_of((name, f"p0.{sql.name('uid_' + name)}") for name in uids)
    value = f"{own} || {_row_object(part, 'p0')}"
    return f"SELECT p0.id, jsonb_agg({value} ORDER BY p0.ord) AS list FROM ({rows}) p0{joins} GROUP BY p0.id"


def _references(table: Table, alias: str, body: str) -> str:
    return "".join(
        f" CROSS JOIN LATERAL (SELECT ({body}->>{sql.literal(column.name)})::uuid AS uid) {alias}_{column.name}"
        for column in table.columns
        if column.reference
    )


def _optional(key: str, expression: str) -> str:
    """An object with one key; without it when the expression is null."""
    built = f"jsonb_build_object({sql.literal(key)}, {expression})"
    return f"CASE WHEN {expression} IS NULL THEN '{{}}'::jsonb ELSE {built} END"


def _row_object(table: Table, alias: str) -> str:
    """The declared fields of one row as jsonb, without those at their absent value."""
    plain = [(column.name, _value(column, alias)) for column in table.columns if not column.is_json]
    objects = [_object_of(plain[i : i + COLUMNS_PER_OBJECT]) for i in range(0, len(plain), COLUMNS_PER_OBJECT)]
    objects += [_json_value(column, alias) for column in table.columns if column.is_json]
    return " || ".join(objects)


def _object_of(pairs: Iterable[tuple[str, str]]) -> str:
    """An object from keys and expressions, without nulls."""
    inside = ", ".join(f"{sql.literal(key)}, {expression}" for key, expression in pairs)
    return f"jsonb_strip_nulls(jsonb_build_object({inside}))"


def _value(column: Column, alias: str) -> str:
    if column.reference:
        return f"{alias}_{column.name}.uid"
    value = f"{alias}.{sql.name(column.column)}"
    return value if column.default is None else f"nullif({value}, {sql.literal(column.default)})"


def _json_value(column: Column, alias: str) -> str:
    value = f"{alias}.{sql.name(column.column)}"
    absent = "NULL" if column.default is None else f"{sql.literal(sql.json_text(column.default))}::jsonb"
    return (
        f"CASE WHEN {value} IS NOT DISTINCT FROM {absent} THEN '{{}}'::jsonb"
        f" ELSE jsonb_build_object({sql.literal(column.name)}, {value}) END"
    )
