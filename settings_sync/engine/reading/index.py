"""The index of an administration: every item's digest, recomputed only for the items that were touched.

Triggers append the uids of touched items to the dirty list. A look takes the ids it saw, recomputes those items in one
instant and deletes exactly those ids, so that an edit that commits meanwhile is seen by the next look.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine import sql
from settings_sync.engine.fence import INDEX_LOCK
from settings_sync.engine.rows import documents_in
from settings_sync.exceptions import AdministrationDamaged
from settings_sync.models import Alignment, Document, Touched
from settings_sync.planning.values import Entry, Key, Local
from sync_ledger.models import Dirty
from tenants import exact_json
from tenants.models import Administration
from tenants.schemas import WrongSchema, inside
from tenants.session_locks import session_lock
from tenants.wholeness import find_damage

from .needs import needs_in_text

IN_USE = timedelta(days=1)
"""What was stored, or used again, within this time is never pruned."""

BATCH_SIZE = 30_000_000
"""How many characters of documents are stored with one statement."""

_reads_published: ContextVar[bool] = ContextVar("reads_published", default=False)

TouchedItems = Mapping[str, set[uuid.UUID]]


@dataclass(frozen=True)
class ReadDocument:
    """One item's document with its entry; `text` is what PostgreSQL writes for it, to be stored as it came."""

    entry: Entry
    text: str

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """The document as values."""
        return dict(exact_json.load(self.text))


@contextmanager
def published_only() -> Iterator[None]:
    """Within, a look gives the index as it was last brought up to date: for rows that will be rolled back."""
    token = _reads_published.set(True)
    try:
        yield
    finally:
        _reads_published.reset(token)


def look_at(administration: Administration, *, keep_documents: bool = False) -> Local:
    """Bring the index of one administration up to date and return it.

    With `keep_documents` the documents of touched items are stored in the shared schema, as a snapshot needs them.
    Raises AdministrationDamaged where tables or columns are gone.
    """
    try:
        return _look_at(administration, keep_documents=keep_documents)
    except (ProgrammingError, WrongSchema) as error:
        if connection.in_atomic_block:
            raise  # nothing can be asked before that ends
        damage = find_damage([administration.schema_name]).get(administration.schema_name)
        if damage is None:
            raise
        raise AdministrationDamaged(name=administration.name, damage=damage) from error


def _look_at(administration: Administration, *, keep_documents: bool) -> Local:
    with inside(administration):
        # Asked before the lock: mostly nothing was touched, and then looks do not wait for each other.
        if not _reads_published.get() and _has_dirty():
            # One look or one sync at a time; of the session, because what it guards takes two transactions.
            with session_lock((INDEX_LOCK, administration.schema_name)):
                _refresh(administration.schema_name, keep_documents=keep_documents)
        return _read_index()


def mark_touched(administration: Administration, keys: Collection[Key]) -> None:
    """Have the next look read these items anew, whatever the index says of them."""
    with inside(administration):
        Dirty.objects.bulk_create(Dirty(kind=kind, uid=uid) for kind, uid in keys)
    Touched.objects.create(schema_name=administration.schema_name)


def read_documents(schema: str, keys: set[Key]) -> dict[Key, ReadDocument]:
    """The documents of these items as they stand in a schema; items that are not there are left out."""
    by_kind: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, uid in keys:
        by_kind[kind].add(uid)
    found = {}
    for kind_key, uids in by_kind.items():
        for document in _documents(all_kinds()[kind_key], schema, uids):
            found[document.entry.key] = document
    return found


def _documents(kind: Kind, schema: str, uids: set[uuid.UUID]) -> list[ReadDocument]:
    with connection.cursor() as cursor:
        cursor.execute(documents_in(kind, schema, f"r.uid = ANY({sql.listed(uids)})"))
        return [
            ReadDocument(Entry(kind.key, uid, bytes(digest), label, loaded_keys(keys)), body)
            for uid, label, keys, body, digest in cursor.fetchall()
        ]


@lru_cache(maxsize=4096)
def loaded_keys(value: str) -> Mapping[str, str]:
    """The unique keys of an entry; jsonb arrives as text from Django's cursor, and mostly the same everywhere."""
    # Read-only, because all entries with these keys share this one.
    return MappingProxyType(exact_json.load(value))


def _has_dirty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM sync_ledger_dirty)")
        return bool(cursor.fetchone()[0])


def _refresh(schema: str, *, keep_documents: bool) -> None:
    seen, documents, touched = _read_touched(schema)
    with transaction.atomic():
        if keep_documents:
            store_documents(documents)
        _replace_entries(touched, documents)
        # The dirty list goes empty here, and by that list counting would have known that something was touched.
        Alignment.objects.filter(administration__schema_name=schema).update(as_of=Alignment.LONG_AGO)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sync_ledger_dirty WHERE id = ANY(%s)", [seen])


def _read_touched(schema: str) -> tuple[list[int], list[ReadDocument], TouchedItems]:
    """The dirty ids and the documents of their items, all of one instant."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Inside somebody's transaction, as while deciding, it is too late to choose another level.
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT id, kind, uid FROM sync_ledger_dirty")
        rows = cursor.fetchall()
        touched: dict[str, set[uuid.UUID]] = defaultdict(set)
        for _id, kind, uid in rows:
            # A kind that a release took away has no documents; its ids go with the others.
            if kind in all_kinds().by_key:
                touched[kind].add(uid)
        documents = [
            document for kind, uids in touched.items() for document in _documents(all_kinds()[kind], schema, uids)
        ]
    return [row[0] for row in rows], documents, touched


def store_documents(documents: list[ReadDocument]) -> None:
    """Store documents by digest; those that are there already cost a look-up."""
    by_digest = {document.entry.digest: document for document in documents}
    for digest in stored_digests(by_digest):
        del by_digest[digest]
    for rows in _batches(list(by_digest.values())):
        _insert_documents(rows)


def stored_digests(digests: Collection[bytes]) -> set[bytes]:
    """Those of these documents that are stored. Old ones are noted as in use again, so that nobody prunes them now."""
    found = Document.objects.filter(digest__in=list(digests)).values_list("digest", "created_at")
    there = {bytes(digest): at for digest, at in found}
    long_ago = timezone.now() - IN_USE
    old = [digest for digest, at in there.items() if at < long_ago]
    if old:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.settings_sync_document SET created_at = now() WHERE digest = ANY(%s) RETURNING digest",
                [old],
            )
            # What was pruned since it was found is not among what was updated, and has to be stored again.
            renewed = {bytes(digest) for (digest,) in cursor.fetchall()}
        return (there.keys() - set(old)) | renewed
    return set(there)


def _batches(documents: list[ReadDocument]) -> Iterator[list[ReadDocument]]:
    """The documents in groups that stay well below the largest value that jsonb can hold."""
    group: list[ReadDocument] = []
    size = 0
    for document in documents:
        if group and size + len(document.text) > BATCH_SIZE:
            yield group
            group = []
            size = 0
        group.append(document)
        size += len(document.text)
    if group:
        yield group


def _insert_documents(rows: list[ReadDocument]) -> None:
    """The bodies travel as one JSON list: as an array of texts they would be escaped one by one, ten times slower."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.settings_sync_document (digest, kind, version, body, needs, keys, created_at)"
            " SELECT digest, kind, version, body, needs, keys, now() FROM ROWS FROM"
            " (unnest(%s::bytea[]), unnest(%s::text[]), unnest(%s::smallint[]),"
            " jsonb_array_elements(%s::jsonb), jsonb_array_elements(%s::jsonb), jsonb_array_elements(%s::jsonb))"
            " AS d(digest, kind, version, body, needs, keys)"
            # Another administration may have stored the same document meanwhile.
            " ON CONFLICT (digest) DO NOTHING",
            [
                [row.entry.digest for row in rows],
                [row.entry.kind for row in rows],
                [all_kinds()[row.entry.kind].version for row in rows],
                f"[{','.join(row.text for row in rows)}]",
                json.dumps([needs_in_text(all_kinds()[row.entry.kind], row.text) for row in rows]),
                json.dumps([dict(row.entry.keys) for row in rows]),
            ],
        )


def _replace_entries(touched: TouchedItems, documents: list[ReadDocument]) -> None:
    uids = [(kind, uid) for kind, found in touched.items() for uid in found]
    entries = [document.entry for document in documents]
    with connection.cursor() as cursor:
        cursor.execute(
            # All that was touched, because what was deleted has no document to tell it by.
            "DELETE FROM sync_ledger_indexentry e USING unnest(%s::text[], %s::uuid[]) AS t(kind, uid)"
            " WHERE e.kind = t.kind AND e.uid = t.uid",
            [[kind for kind, _uid in uids], [uid for _kind, uid in uids]],
        )
        cursor.execute(
            "INSERT INTO sync_ledger_indexentry (kind, uid, digest, label, keys)"
            " SELECT * FROM unnest(%s::text[], %s::uuid[], %s::bytea[], %s::text[], %s::jsonb[])",
            columns_of(entries),
        )


def columns_of(entries: Collection[Entry]) -> list[list[Any]]:
    """Entries as one list per column: kind, uid, digest, label, keys."""
    return [
        [entry.kind for entry in entries],
        [entry.uid for entry in entries],
        [entry.digest for entry in entries],
        [entry.label for entry in entries],
        [json.dumps(dict(entry.keys)) for entry in entries],
    ]


def _read_index() -> Local:
    """All of it with one query, for there may be hundreds of administrations to look at."""
    entries: dict[Key, Entry] = {}
    bases: dict[Key, bytes] = {}
    kept: dict[bool, list[tuple[Key, str]]] = {True: [], False: []}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'entry', kind, uid, digest, label, keys, NULL::boolean FROM sync_ledger_indexentry"
            " UNION ALL SELECT 'base', kind, uid, digest, NULL, NULL, NULL FROM sync_ledger_base"
            " UNION ALL SELECT 'deviation', kind, uid, NULL, path, NULL, is_pinned FROM sync_ledger_deviation"
        )
        for what, kind, uid, digest, text, keys, is_pinned in cursor.fetchall():
            # What is remembered of a kind that a release took away stays where it is, and is nothing to work with.
            if kind not in all_kinds().by_key:
                continue
            if what == "entry":
                entries[kind, uid] = Entry(kind, uid, bytes(digest), text, loaded_keys(keys))
            elif what == "base":
                bases[kind, uid] = bytes(digest)
            else:
                kept[is_pinned].append(((kind, uid), text))
    return Local(entries, bases, _paths(kept[True]), _paths(kept[False]))


def _paths(rows: list[tuple[Key, str]]) -> dict[Key, frozenset[str]]:
    found: dict[Key, set[str]] = defaultdict(set)
    for key, path in rows:
        found[key].add(path)
    return {key: frozenset(paths) for key, paths in found.items()}
