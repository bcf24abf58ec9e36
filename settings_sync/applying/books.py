"""What a sync writes about itself: bases and index in the child, former documents and receipt in the shared schema."""

from .. import sql
from ..kinds import Kind
from .statements import CHANGES

LIVE = "c.action IN ('create', 'update') OR c.verdict IN ('rejoined', 'already_equal')"


def keep_former_and_find_stale(kind: Kind, schema: str, plan_target_id: int, target_id: object) -> str:
    """Keep the documents that will be replaced, and return (uid, label) of the items that moved since the plan."""
    relevant = (
        f"SELECT c.uid, c.action, c.label, c.local_digest FROM public.settings_sync_change c"
        f" WHERE c.plan_target_id = {plan_target_id} AND c.kind = {sql.literal(kind.key)} AND ({LIVE})"
    )
    local = sql.documents(kind, schema, "r.uid IN (SELECT uid FROM seen)")
    return (
        f"WITH seen AS MATERIALIZED ({relevant}), local AS MATERIALIZED ({local}),"
        " former AS (INSERT INTO public.settings_sync_formerdocument (target_id, kind, uid, digest, body)"
        f" SELECT {sql.literal(str(target_id))}::uuid, {sql.literal(kind.key)}, local.uid, local.digest, local.body"
        " FROM local JOIN seen ON seen.uid = local.uid AND seen.action = 'update'"
        " AND seen.local_digest = local.digest)"
        " SELECT seen.uid, seen.label FROM seen LEFT JOIN local ON local.uid = seen.uid"
        " WHERE local.digest IS DISTINCT FROM seen.local_digest"
    )


def find_different_results(kind: Kind, schema: str, changes: str) -> str:
    """A query for the labels of written items that do not stand there as the plan said."""
    local = sql.documents(kind, schema, "r.uid IN (SELECT uid FROM planned)")
    return (
        f"WITH planned AS MATERIALIZED ({changes}), local AS MATERIALIZED ({local})"
        " SELECT coalesce(local.label, planned.uid::text) FROM planned LEFT JOIN local ON local.uid = planned.uid"
        " WHERE local.digest IS DISTINCT FROM planned.result_digest"
    )


def move_bases(schema: str, plan_target_id: int, left_out: list[str]) -> str:
    """Remember the source value that was decided here; bases that nobody has any more are dropped."""
    base = sql.name(schema, "sync_ledger_base")
    wanted = f"c.plan_target_id = {plan_target_id} AND c.uid <> ALL({sql.literal(left_out)}::uuid[])"
    return (
        f"WITH gone AS (DELETE FROM {base} b USING public.settings_sync_change c WHERE {wanted}"
        " AND c.verdict = 'gone' AND b.kind = c.kind AND b.uid = c.uid RETURNING 1),"
        f" moved AS (INSERT INTO {base} (kind, uid, digest, is_pinned, decided_at)"
        " SELECT c.kind, c.uid, c.source_digest, false, now() FROM public.settings_sync_change c"
        f" WHERE {wanted} AND ({LIVE}) ON CONFLICT (kind, uid) DO UPDATE"
        " SET digest = excluded.digest, decided_at = excluded.decided_at RETURNING 1)"
        " SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM moved)"
    )


def move_index(kind: Kind, schema: str) -> str:
    """Note in the child's index what was written, for the triggers leave syncs out; fill in `CHANGES`."""
    index = sql.name(schema, "sync_ledger_indexentry")
    label = sql.name(kind.root.model._meta.get_field(kind.item_label).column)
    keys = sql.keys_object(kind)
    return (
        f"WITH moved AS (INSERT INTO {index} (kind, uid, digest, label, keys)"
        f" SELECT {sql.literal(kind.key)}, c.uid, c.result_digest, r.{label}, {keys} FROM ({CHANGES}) c"
        f" JOIN {sql.name(schema, kind.root.table)} r ON r.uid = c.uid ON CONFLICT (kind, uid) DO UPDATE"
        " SET digest = excluded.digest, label = excluded.label, keys = excluded.keys RETURNING 1)"
        " SELECT count(*) FROM moved"
    )


def count_foreign_writes(schema: str, own_tables: list[str]) -> str:
    """How many rows this transaction wrote in the child's tables that a sync may not write."""
    return (
        "SELECT coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)"
        " + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::bigint FROM pg_catalog.pg_class c"
        f" JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = {sql.literal(schema)}"
        f" AND c.relkind = 'r' AND c.relname <> ALL({sql.literal(own_tables)})"
    )
