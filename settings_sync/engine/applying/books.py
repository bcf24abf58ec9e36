"""What a sync writes about itself: bases and index in the child, former documents and receipt in the shared schema."""

import uuid
from collections.abc import Iterable

from settings_sync.declaring.kinds import Kind
from settings_sync.engine import sql
from settings_sync.engine.references import find_pointing_settings
from settings_sync.engine.rows import documents_in, keys_text
from settings_sync.planning.values import Key, PlannedChange

from .statements import keys_of, rows_of


def keep_former_and_find_stale(kind: Kind, schema: str, target_id: object, changes: list[PlannedChange]) -> str:
    """Keep the documents that will be replaced, and return the uids of the items that moved since the plan.

    An item that will be coupled is looked up, and kept, under the uid that it has until then. Without a target, as in
    a rehearsal, nothing is kept.
    """
    local = documents_in(kind, schema, f"r.uid = ANY({sql.listed(change.seen_uid for change in changes)})")
    new = sql.name(schema, kind.root.table)
    former = "coalesce(known.body, local.body::jsonb)"  # a stored one is copied as it is, compressed
    return (
        f"WITH seen AS MATERIALIZED ({rows_of(changes)}), local AS MATERIALIZED ({local}),"
        " former AS (INSERT INTO public.settings_sync_formerdocument (target_id, kind, uid, digest, body)"
        f" SELECT {_uuid(target_id)}, {sql.literal(kind.key)}, local.uid, local.digest, {former}"
        " FROM local LEFT JOIN public.settings_sync_document known ON known.digest = local.digest"
        " JOIN seen ON seen.seen_uid = local.uid AND seen.action IN ('update', 'delete')"
        # What moved since is held, so that nothing of it is replaced.
        f" AND seen.local_digest = local.digest AND {'false' if target_id is None else 'true'})"
        " SELECT seen.uid FROM seen LEFT JOIN local ON local.uid = seen.seen_uid"
        " WHERE local.digest IS DISTINCT FROM seen.local_digest"
        # Nor can it get a uid that something here has by now.
        f" OR (seen.uid <> seen.seen_uid AND EXISTS (SELECT FROM {new} n WHERE n.uid = seen.uid))"
    )


def find_as_indexed(schema: str, changes: Iterable[PlannedChange]) -> str:
    """A query for (kind, uid) of items that stand here as the plan saw them, as far as the index and the dirty list
    tell, and whose documents of that time are stored."""
    index = sql.name(schema, "sync_ledger_indexentry")
    dirty = sql.name(schema, "sync_ledger_dirty")
    return (
        f"SELECT c.kind, c.uid FROM ({keys_of(changes)}) c"
        f" JOIN {index} i ON i.kind = c.kind AND i.uid = c.uid AND i.digest = c.digest"
        " JOIN public.settings_sync_document d ON d.digest = c.digest"
        f" WHERE NOT EXISTS (SELECT FROM {dirty} t WHERE t.kind = c.kind AND t.uid = c.uid)"
    )


def keep_former(target_id: object, changes: Iterable[PlannedChange]) -> str:
    """Keep the stored documents of items that stand here as the plan saw them, and that will be replaced."""
    return (
        "INSERT INTO public.settings_sync_formerdocument (target_id, kind, uid, digest, body)"
        f" SELECT {_uuid(target_id)}, c.kind, c.uid, d.digest, d.body FROM ({keys_of(changes)}) c"
        " JOIN public.settings_sync_document d ON d.digest = c.digest"
    )


def find_different_results(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """A query for the uids of written items that do not stand there as the plan said."""
    local = documents_in(kind, schema, f"r.uid = ANY({sql.listed(change.uid for change in changes)})")
    return (
        f"WITH planned AS MATERIALIZED ({rows_of(changes)}), local AS MATERIALIZED ({local})"
        " SELECT planned.uid FROM planned LEFT JOIN local ON local.uid = planned.uid"
        " WHERE local.digest IS DISTINCT FROM planned.result_digest"
    )


def _uuid(value: object) -> str:
    return "NULL::uuid" if value is None else f"{sql.literal(str(value))}::uuid"


def keep_versions(kind: Kind, schema: str, changes: list[PlannedChange], by: str) -> str:
    """Note what items are from now on, and what stood there before where nobody had noted that."""
    table, rows = sql.name(schema, "sync_ledger_version"), rows_of(changes)
    columns = f"INSERT INTO {table} (kind, uid, digest, at, by_name)"
    is_newest = (
        f"SELECT v.digest FROM {table} v WHERE v.kind = {sql.literal(kind.key)} AND v.uid = c.uid"
        " ORDER BY v.id DESC LIMIT 1"
    )
    return (
        # What takes the place of another goes on with the history of that place.
        f"UPDATE {table} v SET uid = c.uid FROM ({rows}) c WHERE v.kind = {sql.literal(kind.key)}"
        " AND v.uid = c.seen_uid AND c.uid <> c.seen_uid;"
        f" {columns} SELECT {sql.literal(kind.key)}, c.uid, c.local_digest, NULL, '' FROM ({rows}) c"
        f" WHERE c.local_digest IS NOT NULL AND ({is_newest}) IS DISTINCT FROM c.local_digest;"
        f" {columns} SELECT {sql.literal(kind.key)}, c.uid, c.result_digest, now(), {sql.literal(by)} FROM ({rows}) c"
        f" WHERE ({is_newest}) IS DISTINCT FROM c.result_digest"
    )


def move_bases(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Remember the source value that was decided here for items of one kind."""
    return (
        f"WITH moved AS (INSERT INTO {sql.name(schema, 'sync_ledger_base')} (kind, uid, digest, decided_at)"
        f" SELECT {sql.literal(kind.key)}, c.uid, c.next_base_digest, now() FROM ({rows_of(changes)}) c"
        " ON CONFLICT (kind, uid) DO UPDATE SET digest = excluded.digest, decided_at = excluded.decided_at RETURNING 1)"
        " SELECT count(*) FROM moved"
    )


def drop_bases(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Forget items that are no longer followed."""
    return _drop(kind, schema, "sync_ledger_base", (change.uid for change in changes))


def drop_index(kind: Kind, schema: str, uids: Iterable[uuid.UUID]) -> str:
    """Take items out of the child's index: they were deleted, or have another uid now."""
    return _drop(kind, schema, "sync_ledger_indexentry", uids)


def drop_deviations(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Forget what was pinned or agreed for items that were overwritten."""
    return _drop(kind, schema, "sync_ledger_deviation", (change.uid for change in changes))


def _drop(kind: Kind, schema: str, table: str, uids: Iterable[uuid.UUID]) -> str:
    return (
        f"WITH gone AS (DELETE FROM {sql.name(schema, table)} WHERE kind = {sql.literal(kind.key)}"
        f" AND uid = ANY({sql.listed(uids)}) RETURNING 1) SELECT count(*) FROM gone"
    )


def deviations_of(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """A query for what is pinned or agreed for items of one kind, as objects."""
    return (
        "SELECT jsonb_build_object('kind', kind, 'uid', uid, 'path', path, 'is_pinned', is_pinned, 'reason', reason,"
        " 'review_on', coalesce(review_on::text, ''), 'decided_by', decided_by, 'decided_at', decided_at::text)"
        f" FROM {sql.name(schema, 'sync_ledger_deviation')} WHERE kind = {sql.literal(kind.key)}"
        f" AND uid = ANY({sql.listed(change.uid for change in changes)}) ORDER BY uid, path"
    )


def keep_deviations(kind: Kind, schema: str, changes: list[PlannedChange], by: str) -> str:
    """Remember what stays as it is here, with the reason."""
    rows = ", ".join(
        f"({sql.literal(kind.key)}, {sql.literal(str(change.uid))}::uuid, {sql.literal(kept.path)},"
        f" {sql.literal(kept.is_pinned)}, {sql.literal(kept.reason)},"
        f" nullif({sql.literal(kept.review_on)}, '')::date, {sql.literal(kept.decided_by if kept.decided_at else by)},"
        f" coalesce(nullif({sql.literal(kept.decided_at)}, '')::timestamptz, now()))"
        for change in changes
        for kept in change.deviations
    )
    return (
        f"WITH kept AS (INSERT INTO {sql.name(schema, 'sync_ledger_deviation')}"
        f" (kind, uid, path, is_pinned, reason, review_on, decided_by, decided_at) VALUES {rows}"
        " ON CONFLICT (kind, uid, path) DO UPDATE SET is_pinned = excluded.is_pinned, reason = excluded.reason,"
        " review_on = excluded.review_on, decided_by = excluded.decided_by, decided_at = excluded.decided_at"
        " RETURNING 1) SELECT count(*) FROM kept"
    )


def rename_deviations(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """What was pinned or agreed for a part that gets another uid stays so."""
    table = sql.name(schema, "sync_ledger_deviation")
    pairs = [(str(one.uid), f"{part}/{old}", f"{part}/{new}") for one in changes for part, old, new in one.pairs]
    columns = ", ".join(f"{sql.literal([pair[i] for pair in pairs])}::text[]" for i in range(3))
    return (
        f"WITH renamed AS (UPDATE {table} d SET path = p.new || substr(d.path, length(p.old) + 1)"
        f" FROM unnest({columns}) AS p(uid, old, new) WHERE d.kind = {sql.literal(kind.key)} AND d.uid = p.uid::uuid"
        " AND (d.path = p.old OR starts_with(d.path, p.old || '/'))"
        f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.kind = d.kind AND o.uid = d.uid"
        " AND o.path = p.new || substr(d.path, length(p.old) + 1)) RETURNING 1) SELECT count(*) FROM renamed"
    )


def archive(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Archive items where they stand, and mark them as touched: nobody has planned what they look like now."""
    uids = sql.listed(change.uid for change in changes)
    items = sql.name(schema, kind.root.table)
    return (
        f"WITH archived AS (UPDATE {items} SET is_archived = true WHERE uid = ANY({uids}) AND NOT is_archived"
        f" RETURNING uid), marked AS (INSERT INTO {sql.name(schema, 'sync_ledger_dirty')} (kind, uid)"
        f" SELECT {sql.literal(kind.key)}, uid FROM archived) SELECT count(*) FROM archived"
    )


def follow_as_it_stands(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Let the base of items be what stands there now: what was archived because it is used can go once it is not."""
    local = documents_in(kind, schema, f"r.uid = ANY({sql.listed(change.uid for change in changes)})")
    return (
        f"WITH local AS MATERIALIZED ({local}), moved AS (UPDATE {sql.name(schema, 'sync_ledger_base')} b"
        f" SET digest = local.digest, decided_at = now() FROM local WHERE b.kind = {sql.literal(kind.key)}"
        " AND b.uid = local.uid RETURNING 1) SELECT count(*) FROM moved"
    )


def mark_dependents(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Mark every setting that points at these items as touched: what it points at has another uid now."""
    found = find_pointing_settings(kind, schema, [change.uid for change in changes])
    return (
        f"WITH marked AS (INSERT INTO {sql.name(schema, 'sync_ledger_dirty')} (kind, uid)"
        f" SELECT DISTINCT kind, pointing FROM ({found}) f RETURNING 1) SELECT count(*) FROM marked"
    )


def mark(schema: str, items: Iterable[Key]) -> str:
    """Mark these items as touched."""
    rows = ", ".join(f"({sql.literal(kind)}, {_uuid(uid)})" for kind, uid in sorted(items))
    return f"INSERT INTO {sql.name(schema, 'sync_ledger_dirty')} (kind, uid) VALUES {rows}"


def move_index(kind: Kind, schema: str, changes: list[PlannedChange]) -> str:
    """Note in the child's index what was written, for the triggers leave syncs out."""
    index = sql.name(schema, "sync_ledger_indexentry")
    label = sql.name(kind.label_column)
    keys = keys_text(kind)
    return (
        f"WITH moved AS (INSERT INTO {index} (kind, uid, digest, label, keys)"
        f" SELECT {sql.literal(kind.key)}, c.uid, c.result_digest, r.{label}, {keys} FROM ({rows_of(changes)}) c"
        f" JOIN {sql.name(schema, kind.root.table)} r ON r.uid = c.uid ON CONFLICT (kind, uid) DO UPDATE"
        " SET digest = excluded.digest, label = excluded.label, keys = excluded.keys RETURNING 1)"
        " SELECT count(*) FROM moved"
    )


def pins_in(schema: str) -> str:
    """A query for the paths that are pinned in an administration."""
    return f"SELECT kind, uid, path FROM {sql.name(schema, 'sync_ledger_deviation')} WHERE is_pinned"


def migrations_in(schema: str, apps: list[str]) -> str:
    """A query for the names of the migrations of these apps that a schema has had."""
    return (
        f"SELECT app || '.' || name FROM {sql.name(schema, 'django_migrations')} WHERE app = ANY({sql.literal(apps)})"
    )


def count_foreign_writes(schema: str, own_tables: list[str], shared_tables: list[str]) -> str:
    """How many rows this transaction wrote in any table, of whatever schema, that this sync may not write.

    What a transaction writes to it has locked until it ends; so only the tables that it touched are looked at. What
    goes with TRUNCATE or DROP is counted nowhere: a table that is locked as these do counts as one row.
    """
    return (
        "SELECT coalesce(sum(l.exclusive::int + coalesce(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), 0)), 0)::bigint"
        " FROM (SELECT relation, bool_or(mode = 'AccessExclusiveLock') AS exclusive FROM pg_catalog.pg_locks"
        " WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation'"
        # These two are taken by reading, and by the checks of foreign keys.
        " AND mode NOT IN ('AccessShareLock', 'RowShareLock') GROUP BY relation) l"
        " LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation"
        " LEFT JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace"
        " WHERE coalesce(c.relkind, 'r') IN ('r', 'p', 'm')"
        f" AND (s.nspname = {sql.literal(schema)} AND c.relname = ANY({sql.literal(own_tables)})) IS NOT TRUE"
        f" AND (s.nspname = 'public' AND c.relname = ANY({sql.literal(shared_tables)})) IS NOT TRUE"
    )
