"""Freezing what the main administration looks like."""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from settings_sync.models import Document, Snapshot, SnapshotItem
from settings_sync.planning.values import Entry, Key, Need, Source
from tenants.models import Administration

from .index import IN_USE, columns_of, look_at, read_documents, store_documents, stored_digests


def take_snapshot(main: Administration) -> tuple[Snapshot, Mapping[Key, Entry]]:
    """Freeze every item of a main administration at one instant; equal contents share one snapshot.

    Returns its row and its items.
    """
    entries = look_at(main, keep_documents=True).entries
    ordered = sorted(entries.values(), key=lambda entry: (entry.kind, entry.uid))
    # With the version: a plan is carried out at the version of its snapshot, so two of these share none.
    stated = main.migration_head.encode() + b"".join(entry.uid.bytes + entry.digest for entry in ordered)
    content = hashlib.sha256(stated).digest()
    with transaction.atomic():
        snapshot, is_new = _get_or_create(main, content)
        if is_new:
            _store_items(snapshot, ordered)
            _store_missing_documents(snapshot)
    return snapshot, entries


def _get_or_create(main: Administration, content: bytes) -> tuple[Snapshot, bool]:
    """The snapshot with this content; an old one is noted as in use again, so that nobody prunes it now."""
    defaults = {"migration_head": main.migration_head}
    snapshot, is_new = Snapshot.objects.get_or_create(administration=main, content=content, defaults=defaults)
    is_old = snapshot.taken_at < timezone.now() - IN_USE
    # Pruning gives a snapshot another content, and may have done so since it was found.
    if is_old and not Snapshot.objects.filter(pk=snapshot.pk, content=content).update(taken_at=timezone.now()):
        return Snapshot.objects.get_or_create(administration=main, content=content, defaults=defaults)
    return snapshot, is_new


def _store_missing_documents(snapshot: Snapshot) -> None:
    """A look by somebody who kept no documents has emptied the list of touched items all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.kind, i.uid, i.digest FROM public.settings_sync_snapshotitem i"
            " LEFT JOIN public.settings_sync_document d ON d.digest = i.digest"
            " WHERE i.snapshot_id = %s AND (d.digest IS NULL OR d.created_at < %s)",
            [snapshot.pk, timezone.now() - IN_USE],
        )
        missing = {(kind, uid): bytes(digest) for kind, uid, digest in cursor.fetchall()}
    there = stored_digests(set(missing.values())) if missing else set()
    wanted = {key: digest for key, digest in missing.items() if digest not in there}
    if wanted:
        found = read_documents(snapshot.administration.schema_name, set(wanted))
        # What was edited since then belongs to a later snapshot.
        store_documents([document for key, document in found.items() if document.entry.digest == wanted[key]])


def read_source(snapshot: Snapshot) -> Source:
    """A stored snapshot as planning takes it."""
    entries = {
        (item.kind, item.uid): Entry(item.kind, item.uid, bytes(item.digest), item.label, item.keys)
        for item in snapshot.items.all()
    }
    return Source(entries, needs_in(snapshot))


def needs_in(snapshot: Snapshot) -> dict[bytes, list[Need]]:
    """What the items of a snapshot point at, by the digest of the document that points."""
    return read_needs(SnapshotItem.objects.filter(snapshot=snapshot).values("digest"))


def read_needs(digests: Collection[bytes] | QuerySet[SnapshotItem, Any]) -> dict[bytes, list[Need]]:
    """What stored documents point at, by the digest of the document that points; `digests` may be a query."""
    documents = Document.objects.filter(digest__in=digests).exclude(needs=[])
    return {
        bytes(digest): [Need((need["kind"], uuid.UUID(need["uid"])), need["path"]) for need in needs]
        for digest, needs in documents.values_list("digest", "needs")
    }


def _store_items(snapshot: Snapshot, entries: list[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settings_sync_snapshotitem (snapshot_id, kind, uid, digest, label, keys) SELECT %s, *"
            " FROM unnest(%s::text[], %s::uuid[], %s::bytea[], %s::text[], %s::jsonb[])",
            [snapshot.pk, *columns_of(entries)],
        )
