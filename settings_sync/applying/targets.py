"""Applying one target: check, keep, write, move the base, write the receipt. All of it or none."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ..exceptions import BusinessRowsWritten, LeaseLost, ResultDiffers, TargetIsStale
from ..fencing import BOOKS_IN_CHILD, EDIT_LOCK, INDEX_LOCK, settings_tables
from ..kinds import Kind, all_kinds
from . import books, statements
from .connections import sync_connection

Cursor = psycopg.ClientCursor[Any]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Work:
    """Everything that applying a target needs; it reads no settings of the main administration."""

    target_id: uuid.UUID
    token: uuid.UUID
    plan_target_id: int
    snapshot_id: uuid.UUID
    schema: str
    kinds: tuple[str, ...]
    counts: dict[str, int]
    stop_when_stale: bool = False
    audit: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Applied:
    """What was written: rows per table, and the items that were held because they moved since the plan."""

    rows: dict[str, int]
    stale: tuple[tuple[str, uuid.UUID, str], ...]


def apply_target(work: Work, progress: Progress = lambda kind, done, total: None) -> Applied:
    """Apply one target in one transaction on the sync login.

    Raises LeaseLost when another worker has the target, TargetIsStale when the policy is to stop, BusinessRowsWritten or
    ResultDiffers when a guarantee would be broken, and psycopg's errors; in each case nothing was written.
    """
    with sync_connection() as connection, connection.cursor() as cursor:
        _take_locks(cursor, work)
        kinds = [kind for kind in all_kinds() if kind.key in work.kinds]
        stale = _keep_former(cursor, work, kinds)
        if stale and work.stop_when_stale:
            raise TargetIsStale(items=", ".join(label for _kind, _uid, label in stale))
        rows = _write(cursor, work, kinds, [str(uid) for _kind, uid, _label in stale], progress)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _check_business_untouched(cursor, work)
        applied = Applied(rows, tuple(stale))
        _finish(cursor, work, applied)
    return applied


def _take_locks(cursor: Cursor, work: Work) -> None:
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for lock in (INDEX_LOCK, EDIT_LOCK):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [lock, work.schema])
    cursor.execute(
        "SELECT 1 FROM public.settings_sync_synctarget WHERE id = %s AND lease_token = %s AND state = 'running' FOR UPDATE",
        [work.target_id, work.token],
    )
    if cursor.fetchone() is None:
        raise LeaseLost


def _keep_former(cursor: Cursor, work: Work, kinds: list[Kind]) -> list[tuple[str, uuid.UUID, str]]:
    stale = []
    for kind in kinds:
        cursor.execute(books.keep_former_and_find_stale(kind, work.schema, work.plan_target_id, work.target_id))
        stale += [(kind.key, uid, label) for uid, label in cursor.fetchall()]
    return stale


def _write(cursor: Cursor, work: Work, kinds: list[Kind], left_out: list[str], progress: Progress) -> dict[str, int]:
    changes = {kind.key: statements.changes_of(work.plan_target_id, kind.key, left_out) for kind in kinds}
    rows: dict[str, int] = {}
    for step in (statements.removals, statements.writes, statements.late_references):
        for number, kind in enumerate(kinds):
            for statement in step(kind.key):
                cursor.execute(statement.filled(work.schema, changes[kind.key]))
                _add(rows, statement.table, _count(cursor))
            if step is statements.writes:
                progress(kind.key, number + 1, len(kinds))
    for kind in kinds:
        cursor.execute(books.find_different_results(kind, work.schema, changes[kind.key]))
        different = [label for (label,) in cursor.fetchall()]
        if different:
            raise ResultDiffers(items=", ".join(different[:5]))
        cursor.execute(books.move_index(kind, work.schema).replace(statements.CHANGES, changes[kind.key]))
    cursor.execute(books.move_bases(work.schema, work.plan_target_id, left_out))
    _add(rows, "sync_ledger_base", _count(cursor))
    return rows


def _add(rows: dict[str, int], table: str, count: int) -> None:
    if count:
        rows[table] = rows.get(table, 0) + count


def _count(cursor: Cursor) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _check_business_untouched(cursor: Cursor, work: Work) -> None:
    own = [*settings_tables(), *BOOKS_IN_CHILD]
    cursor.execute(books.count_foreign_writes(work.schema, own))
    written = _count(cursor)
    if written:
        raise BusinessRowsWritten(rows=written)


def _finish(cursor: Cursor, work: Work, applied: Applied) -> None:
    cursor.execute(
        "INSERT INTO public.settings_sync_receipt (target_id, snapshot_id, rows, business_rows_written, written_at)"
        " VALUES (%s, %s, %s::jsonb, 0, now())",
        [work.target_id, work.snapshot_id, json.dumps(applied.rows)],
    )
    for kind, uid, label in applied.stale:
        cursor.execute(
            "INSERT INTO public.settings_sync_finding (target_id, kind, uid, label, code) VALUES (%s, %s, %s, %s, 'stale')",
            [work.target_id, kind, uid, label],
        )
    cursor.execute(
        "INSERT INTO public.audit_auditentry (id, at, actor_id, actor_name, on_behalf_of, administration_id,"
        " administration_name, action, note, data) VALUES (gen_random_uuid(), now(), %(actor_id)s, %(actor_name)s,"
        " %(on_behalf_of)s, %(administration_id)s, %(administration_name)s, 'target.applied', %(note)s, %(data)s::jsonb)",
        {**work.audit, "data": json.dumps({"target": str(work.target_id), "rows": applied.rows})},
    )
    cursor.execute(
        "UPDATE public.settings_sync_synctarget SET state = 'succeeded', finished_at = now(), lease_token = NULL,"
        " leased_until = NULL, error_code = '', error_detail = '', counts = %s::jsonb WHERE id = %s",
        [json.dumps(_final_counts(work, applied)), work.target_id],
    )


def _final_counts(work: Work, applied: Applied) -> dict[str, int]:
    return {**work.counts, "hold": work.counts.get("hold", 0) + len(applied.stale), "stale": len(applied.stale)}
