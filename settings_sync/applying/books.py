"""What a sync writes about itself: bases and index in the child, former documents and receipt in the shared schema."""

from .. import sql
from ..kinds import Kind
from .statements import WorkChange, rows_of, uids_of


def keep_former_and_find_stale(kind: Kind, schema: str, target_id: object, changes: list[WorkChange]) -> str:
    """Keep the documents that will be replaced, and return the uids of the items that moved since the plan."""
    local = sql.documents(kind, schema, f"r.uid = ANY({uids_of(changes)})")
    former = "coalesce(known.body, local.body::jsonb)"  # a stored one is copied as it is, compressed
    return (
        f"WITH seen AS MATERIALIZED ({rows_of(changes)}), local AS MATERIALIZED ({local}),"
        " former AS (INSERT INTO public.settings_sync_formerdocument (target_id, kind, uid, digest, body)"
        f" SELECT {sql.literal(str(target_id))}::uuid, {sql.literal(kind.key)}, local.uid, local.digest, {former}"
        " FROM local LEFT JOIN public.settings_sync_document known ON known.digest = local.digest"
        " JOIN seen ON seen.uid = local.uid AND seen.action = 'update'"
        " AND seen.local_digest = local.digest)"
        " SELECT seen.uid FROM seen LEFT JOIN local ON local.uid = seen.uid"
        " WHERE local.digest IS DISTINCT FROM seen.local_digest"
    )


def find_different_results(kind: Kind, schema: str, changes: list[WorkChange]) -> str:
    """A query for the uids of written items that do not stand there as the plan said."""
    local = sql.documents(kind, schema, f"r.uid = ANY({uids_of(changes)})")
    return (
        f"WITH planned AS MATERIALIZED ({rows_of(changes)}), local AS MATERIALIZED ({local})"
        " SELECT planned.uid FROM planned LEFT JOIN local ON local.uid = planned.uid"
        " WHERE local.digest IS DISTINCT FROM planned.result_digest"
    )


def move_bases(kind: Kind, schema: str, changes: list[WorkChange]) -> str:
    """Remember the source value that was decided here for items of one kind."""
    return (
        f"WITH moved AS (INSERT INTO {sql.name(schema, 'sync_ledger_base')} (kind, uid, digest, is_pinned, decided_at)"
        f" SELECT {sql.literal(kind.key)}, c.uid, c.source_digest, false, now() FROM ({rows_of(changes)}) c"
        " ON CONFLICT (kind, uid) DO UPDATE SET digest = excluded.digest, decided_at = excluded.decided_at RETURNING 1)"
        " SELECT count(*) FROM moved"
    )


def drop_bases(kind: Kind, schema: str, changes: list[WorkChange]) -> str:
    """Forget items that are gone on both sides."""
    return (
        f"WITH gone AS (DELETE FROM {sql.name(schema, 'sync_ledger_base')} WHERE kind = {sql.literal(kind.key)}"
        f" AND uid = ANY({uids_of(changes)}) RETURNING 1) SELECT count(*) FROM gone"
    )


def move_index(kind: Kind, schema: str, changes: list[WorkChange]) -> str:
    """Note in the child's index what was written, for the triggers leave syncs out."""
    index = sql.name(schema, "sync_ledger_indexentry")
    label = sql.name(kind.label_column)
    keys = sql.keys_object(kind)
    return (
        f"WITH moved AS (INSERT INTO {index} (kind, uid, digest, label, keys)"
        f" SELECT {sql.literal(kind.key)}, c.uid, c.result_digest, r.{label}, {keys} FROM ({rows_of(changes)}) c"
        f" JOIN {sql.name(schema, kind.root.table)} r ON r.uid = c.uid ON CONFLICT (kind, uid) DO UPDATE"
        " SET digest = excluded.digest, label = excluded.label, keys = excluded.keys RETURNING 1)"
        " SELECT count(*) FROM moved"
    )


def migrations_in(schema: str, apps: list[str]) -> str:
    """A query for the names of the migrations of these apps that a schema has had."""
    return (
        f"SELECT app || '.' || name FROM {sql.name(schema, 'django_migrations')} WHERE app = ANY({sql.literal(apps)})"
    )


def count_foreign_writes(schema: str, own_tables: list[str], shared_tables: list[str]) -> str:
    """How many rows this transaction wrote in any table, of whatever schema, that this sync may not write.

    What a transaction writes to it has locked until it ends; so only the tables that it touched are looked at.
    """
    return (
        "SELECT coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::bigint"
        " FROM (SELECT DISTINCT relation FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid()"
        " AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')) l"
        " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
        " JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace WHERE c.relkind = 'r'"
        f" AND NOT (s.nspname = {sql.literal(schema)} AND c.relname = ANY({sql.literal(own_tables)}))"
        f" AND NOT (s.nspname = 'public' AND c.relname = ANY({sql.literal(shared_tables)}))"
    )
