"""A database as a former version left it, in which a field was called otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine import sql
from settings_sync.engine.reading.index import read_documents
from settings_sync.engine.reading.upgrading import CHANGE_DIGESTS
from settings_sync.models import Document, FormerDocument, Snapshot
from settings_sync.schema_hooks import SyncSchemaHooks
from tenants import exact_json
from tenants.models import Administration


def put_back(kind: str, old: str, new: str, administrations: Iterable[Administration]) -> None:
    """Let all that is stored of a kind call a field of its items `old` instead of `new`, as before a migration that
    nobody has been told of yet: what was looked at stays so, and nothing is touched."""
    administrations = list(administrations)
    bodies = dict(Document.objects.filter(kind=kind).values_list("digest", "body"))
    bodies |= dict(FormerDocument.objects.filter(kind=kind).values_list("digest", "body"))
    found = {bytes(digest): _renamed(body, old, new) for digest, body in bodies.items()}
    for administration in administrations:
        for read in read_documents(administration.schema_name, _keys_in(administration, kind)).values():
            found[read.entry.digest] = _renamed(read.body, old, new)
    with connection.cursor() as cursor:
        for digest, body in found.items():
            cursor.execute(
                "SELECT sha256(convert_to(%s || chr(10) || %s::jsonb::text, 'UTF8'))", [kind, exact_json.dump(body)]
            )
            former = cursor.fetchone()[0]
            cursor.execute(
                "UPDATE settings_sync_document SET digest = %s, body = %s::jsonb, version = 0 WHERE digest = %s",
                [former, exact_json.dump(body), digest],
            )
            cursor.execute(
                "UPDATE settings_sync_formerdocument SET digest = %s, body = %s::jsonb WHERE digest = %s",
                [former, exact_json.dump(body), digest],
            )
            for table, column in _naming(administrations):
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", [former, digest])
        for administration in administrations:
            _put_back_unpublished(cursor, administration.schema_name, kind, old, new)
    Snapshot.objects.update(migration_head="before")


def upgrade(*administrations: Administration) -> None:
    """What migrating does after the tables have changed."""
    SyncSchemaHooks().prepare_shared()
    for administration in administrations:
        SyncSchemaHooks().prepare(administration.schema_name)


def _put_back_unpublished(cursor: Any, schema: str, kind: str, old: str, new: str) -> None:
    """Drafts and the log of edits, which name no document."""
    drafts, log = sql.name(schema, "sync_ledger_draft"), sql.name(schema, "sync_ledger_edit")
    cursor.execute(f"SELECT id, body FROM {drafts} WHERE kind = %s", [kind])
    for number, body in cursor.fetchall():
        renamed = exact_json.dump(_renamed(exact_json.load(body), old, new))
        cursor.execute(f"UPDATE {drafts} SET body = %s::jsonb, version = 0 WHERE id = %s", [renamed, number])
    cursor.execute(f"UPDATE {log} SET path = %s WHERE kind = %s AND path = %s", [old, kind, new])


def _renamed(body: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {old if name == new else name: value for name, value in body.items()}


def _keys_in(administration: Administration, kind: str) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT uid FROM {sql.name(administration.schema_name, all_kinds()[kind].root.table)}")
        return {(kind, uid) for (uid,) in cursor.fetchall()}


def _naming(administrations: Iterable[Administration]) -> list[tuple[str, str]]:
    """Where documents are named by their digest, as (table, column)."""
    shared = [("settings_sync_snapshotitem", "digest"), *(("settings_sync_change", each) for each in CHANGE_DIGESTS)]
    ledgers = [
        (sql.name(administration.schema_name, table), column)
        for administration in administrations
        for table, column in (
            ("sync_ledger_base", "digest"),
            ("sync_ledger_indexentry", "digest"),
            ("sync_ledger_version", "digest"),
            ("sync_ledger_draft", "base"),
        )
    ]
    return [*shared, *ledgers]
