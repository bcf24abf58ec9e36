"""What an administration remembers of its settings, brought to what today's version calls and reads."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from settings_sync.declaring.kinds import Kind, Table
from settings_sync.engine import sql
from settings_sync.engine.rows import STORED_DIGEST, documents_in
from tenants import exact_json

from .upgrading import BECAME, Mover, described, follow, knows, upgrade_documents, upgraded, upgraded_kinds

GIVEN = "SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bytea[]) AS m(kind, former, became)"


def upgrade_schema(schema: str) -> None:
    """Let what an administration remembers name what documents became; to be called before its items are marked as
    touched, for of those that nobody touched the index still tells what they were."""
    kinds = upgraded_kinds()
    if not kinds:
        return
    base = sql.name(schema, "sync_ledger_base")
    draft = sql.name(schema, "sync_ledger_draft")
    with transaction.atomic():
        for kind in kinds.values():
            _store_former(kind, schema)
        follow(base, ["digest"], BECAME, [list(kinds)])
        follow(sql.name(schema, "sync_ledger_version"), ["digest"], BECAME, [list(kinds)])
        follow(draft, ["base"], BECAME, [list(kinds)])
        for kind in kinds.values():
            standing = _standing(kind, schema)
            # What was kept because something uses it has what stands there as its base, and no stored document.
            follow(base, ["digest"], GIVEN, standing)
            # As has a draft that was begun of what stands there.
            follow(draft, ["base"], GIVEN, standing)
            _upgrade_drafts(kind, draft)
        _move_deviations(kinds, sql.name(schema, "sync_ledger_deviation"))
        _move_edits(kinds, sql.name(schema, "sync_ledger_edit"))


def _store_former(kind: Kind, schema: str) -> None:
    """Store the documents of versions that were kept for taking a sync back only, so that they are upgraded as others.

    Of which version of the kind they are, nothing tells but the digest itself.
    """
    versions = sql.name(schema, "sync_ledger_version")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.settings_sync_document (digest, kind, body, needs, keys, created_at, version)"  # nosec B608 # a quoted name
            " SELECT DISTINCT ON (digest) digest, kind, body, '[]'::jsonb, '{}'::jsonb, now(), version"
            " FROM (SELECT f.digest, f.kind, f.body FROM public.settings_sync_formerdocument f"
            " JOIN public.settings_sync_synctarget t ON t.id = f.target_id"
            " JOIN public.tenants_administration a ON a.id = t.administration_id"
            " WHERE a.schema_name = %s AND f.kind = %s"
            f" AND f.digest IN (SELECT v.digest FROM {versions} v WHERE v.kind = %s)"
            " AND NOT EXISTS (SELECT FROM public.settings_sync_document d WHERE d.digest = f.digest)) former,"
            f" generate_series(0, %s) version WHERE digest = {STORED_DIGEST} ON CONFLICT DO NOTHING",
            [schema, kind.key, kind.key, kind.version - 1],
        )
        is_new = cursor.rowcount > 0
    if is_new:
        upgrade_documents(kind)


def _standing(kind: Kind, schema: str) -> list[list[Any]]:
    """What the items that nobody touched since the last look were, and are, as columns: kind, digest, digest."""
    index = sql.name(schema, "sync_ledger_indexentry")
    dirty = sql.name(schema, "sync_ledger_dirty")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH now AS MATERIALIZED ({documents_in(kind, schema)}) SELECT e.digest, now.digest FROM {index} e"  # nosec B608 # quoted names
            f" JOIN now ON now.uid = e.uid WHERE e.kind = {sql.literal(kind.key)} AND e.digest <> now.digest"
            f" AND NOT EXISTS (SELECT FROM {dirty} d WHERE d.kind = e.kind AND d.uid = e.uid)"
        )
        pairs = cursor.fetchall()
    return [[kind.key] * len(pairs), [former for former, _now in pairs], [now for _former, now in pairs]]


def _upgrade_drafts(kind: Kind, table: str) -> None:
    """Let drafts of before be documents of today; one that says what no column takes any more stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, body, version FROM {table} WHERE kind = %s AND version < %s",  # nosec B608 # a quoted name
            [kind.key, kind.version],
        )
        for number, body, version in cursor.fetchall():
            now = upgraded(kind, exact_json.load(body), version)
            (read,) = described(kind, [now]) if knows(kind, now) else [None]
            if read is not None:
                cursor.execute(
                    f"UPDATE {table} SET body = %s::jsonb, version = %s WHERE id = %s",  # nosec B608 # a quoted name
                    [read.text, kind.version, number],
                )


def _move_deviations(kinds: Mapping[str, Kind], table: str) -> None:
    """Let what is pinned or agreed in an administration be called as it is today; what is no longer there goes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, kind, path FROM {table} WHERE path <> '' AND kind = ANY(%s)", [list(kinds)])  # nosec B608 # a quoted name
        for number, kind, former in cursor.fetchall():
            path = Mover(kinds[kind])(former)
            if path is None:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [number])  # nosec B608 # a quoted name
            elif path != former:
                cursor.execute(f"UPDATE {table} SET path = %s WHERE id = %s", [path, number])  # nosec B608 # a quoted name


def _move_edits(kinds: Mapping[str, Kind], table: str) -> None:
    """Let the log of edits call fields as they are called today, by which it is asked who changed one; it goes on
    telling of those that are no longer there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT kind, path FROM {table} WHERE kind = ANY(%s)", [list(kinds)])  # nosec B608 # a quoted name
        for kind, former in cursor.fetchall():
            path = _path_in_log(kinds[kind], former)
            if path != former:
                cursor.execute(
                    f"UPDATE {table} SET path = %s WHERE kind = %s AND path = %s",  # nosec B608 # a quoted name
                    [path, kind, former],
                )


def _path_in_log(kind: Kind, path: str) -> str:
    """`sections/Metingen/CO-gehalte/label` as it is called today. Parts are named there by what people call them, so
    that it goes by how deep the field stands, and in which list."""
    *place, name = path.split("/")
    move = Mover(kind)
    if not place:
        return move(name) or path
    for part in kind.parts:
        if len(part.path) == len(place) and _list_name(part.path[-2]) == place[0]:
            moved = move(f"{part.name}/-/{name}")
            if moved is not None and moved != f"{part.name}/-/{name}":
                return "/".join([*place, moved.rpartition("/")[2]])
    return path


def _list_name(table: Table) -> str:
    field: Any = table.model._meta.get_field(table.parent_name)
    return str(field.remote_field.related_name or table.name)
