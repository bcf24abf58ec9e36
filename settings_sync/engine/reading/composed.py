"""What planning asks for: documents, and what a composed document comes to, in the database's own words.

A composed document is read through the columns' types, exactly as it will be read back once it is written, so that
its digest is the one that the administration will have.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import DataError, connection, transaction

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.declaring.options import Removed
from settings_sync.engine.rows import documents_of
from settings_sync.models import Document
from settings_sync.planning.merging import PartShape, Shape
from settings_sync.planning.reader import Body, Described
from settings_sync.planning.values import Entry, Key, Need, Uses
from tenants import exact_json

from .index import ReadDocument, loaded_keys, read_documents, store_documents
from .needs import needs_of
from .uses import uses_of


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
        in_texts={
            link.name: (link.other_kind, kind.root.declaration.links_in_texts[link.name])
            for link in kind.links
            if link.name in kind.root.declaration.links_in_texts
        },
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
    uids = [uid for uid, _body in rows]
    bodies = [exact_json.dump(body) for _uid, body in rows]
    with connection.cursor() as cursor:
        cursor.execute(documents_of(kind, GIVEN), [uids, bodies])
        return [
            ReadDocument(Entry(kind.key, uid, bytes(digest), label, loaded_keys(keys)), body)
            for uid, label, keys, body, digest in cursor.fetchall()
        ]


GIVEN = "SELECT * FROM unnest(%s::uuid[], %s::jsonb[]) WITH ORDINALITY AS g(uid, body, id)"
# A document is stored without the uid of its item, on which its digest does not depend.
STORED = (
    "SELECT gen_random_uuid() AS uid, body, row_number() OVER (ORDER BY digest) AS id"
    " FROM public.settings_sync_document WHERE digest = ANY(%s)"
)


def find_outdated(kind: Kind, digests: Collection[bytes]) -> set[bytes]:
    """Those of these stored documents of one kind that the catalog of today does not read as they were written: a
    migration has taken away or renamed something that they say, lets it hold less, or asks for what they do not say."""
    wanted = sorted(digests)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(documents_of(kind, STORED), [wanted])
            found = {bytes(digest): body for _uid, _label, _keys, body, digest in cursor.fetchall()}
    except DataError:
        # One that a column does not take hides the others.
        if len(wanted) == 1:
            return set(wanted)
        return set().union(*(find_outdated(kind, [digest]) for digest in wanted))
    required = {table: names for table in kind.tables if (names := _required(table))}
    whole = {digest for digest, body in found.items() if not required or _is_whole(exact_json.load(body), required)}
    return set(wanted) - whole


def _required(table: Table) -> list[str]:
    """The columns that a row cannot be without, and that start at nothing."""
    return [column.name for column in table.columns if not column.is_nullable and column.default is None]


def _is_whole(body: Body, required: Mapping[Table, list[str]]) -> bool:
    for table, names in required.items():
        rows = [body] if table.parent is None else body.get("parts", {}).get(table.name, ())
        if any(name not in row for row in rows for name in names):
            return False
    return True
