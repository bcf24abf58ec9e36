"""Applying one target: check, keep, write, move the base, write the receipt. All of it or none."""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tenants.failpoints import reach
from tenants.migrating import tenant_migrations

from ..exceptions import BusinessRowsWritten, HeadsDiffer, LeaseLost, ResultDiffers, TargetIsStale
from ..fencing import BOOKS_IN_CHILD, EDIT_LOCK, INDEX_LOCK, SHARED_RIGHTS, settings_tables
from ..kinds import Kind, all_kinds
from . import books, statements
from .connections import sync_connection
from .statements import Statement, WorkChange

Cursor = psycopg.Cursor[Any]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Work:
    """Everything that applying a target needs; it reads no settings of the main administration."""

    target_id: uuid.UUID
    token: uuid.UUID
    snapshot_id: uuid.UUID
    schema: str
    changes: tuple[WorkChange, ...]
    counts: dict[str, int]
    stop_when_stale: bool = False
    audit: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Applied:
    """What was written: rows per table, and the items that were held because they moved since the plan."""

    rows: dict[str, int]
    stale: tuple[WorkChange, ...]


def apply_target(work: Work, progress: Progress = lambda kind, done, total: None) -> Applied:
    """Apply one target in one transaction on the sync login.

    Raises LeaseLost when another worker has the target, TargetIsStale when the policy is to stop,
    BusinessRowsWritten or ResultDiffers when a guarantee would be broken, and psycopg's errors; in each case nothing
    was written.
    """
    with sync_connection() as connection, connection.cursor() as cursor:
        _take_locks(cursor, work)
        _check_head(cursor, work)
        reach("apply.after-locks")
        stale = _keep_former(cursor, work)
        reach("apply.after-former-documents")
        if stale and work.stop_when_stale:
            raise TargetIsStale(items=", ".join(change.label for change in stale))
        rows = _write(cursor, work, [change for change in work.changes if change not in stale], progress)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _check_business_untouched(cursor, work)
        reach("apply.before-receipt")
        applied = Applied(rows, tuple(stale))
        _finish(cursor, work, applied)
        reach("apply.before-commit")
    reach("apply.after-commit")
    return applied


def _take_locks(cursor: Cursor, work: Work) -> None:
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for lock in (INDEX_LOCK, EDIT_LOCK):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [lock, work.schema])
    # Not locked: while this works, its lease is renewed in that row. At the end the token is asked for once more.
    cursor.execute(
        "SELECT 1 FROM public.settings_sync_synctarget WHERE id = %s AND lease_token = %s AND state = 'running'",
        [work.target_id, work.token],
    )
    if cursor.fetchone() is None:
        raise LeaseLost


def _check_head(cursor: Cursor, work: Work) -> None:
    """The child must have had exactly the migrations that this worker's statements were written for."""
    needed = tenant_migrations()
    cursor.execute(books.migrations_in(work.schema, sorted({name.partition(".")[0] for name in needed})))
    if {name for (name,) in cursor.fetchall()} != needed:
        raise HeadsDiffer


def _by_kind(changes: Iterable[WorkChange]) -> dict[Kind, list[WorkChange]]:
    """The changes of each kind, in the order in which kinds are written."""
    found: dict[str, list[WorkChange]] = {}
    for change in changes:
        found.setdefault(change.kind, []).append(change)
    return {kind: found[kind.key] for kind in all_kinds() if kind.key in found}


def _keep_former(cursor: Cursor, work: Work) -> list[WorkChange]:
    """Keep the documents that will be replaced; returns the changes whose item moved since the plan."""
    stale: list[WorkChange] = []
    for kind, changes in _by_kind(change for change in work.changes if change.is_live).items():
        cursor.execute(books.keep_former_and_find_stale(kind, work.schema, work.target_id, changes))
        moved = {uid for (uid,) in cursor.fetchall()}
        stale += [change for change in changes if change.uid in moved]
    return stale


def _write(cursor: Cursor, work: Work, changes: list[WorkChange], progress: Progress) -> dict[str, int]:
    rows: dict[str, int] = {}
    writing = _by_kind(change for change in changes if change.writes_rows)
    for kind, found in writing.items():
        if any(change.action == "update" for change in found):
            _run(cursor, work, statements.removals(kind.key), found, rows)
    for number, (kind, found) in enumerate(writing.items(), start=1):
        _run(cursor, work, statements.writes(kind.key), found, rows)
        progress(kind.key, number, len(writing))
        reach("apply.between-kinds")
    for kind, found in writing.items():
        _run(cursor, work, statements.late_references(kind.key), found, rows)
    reach("apply.before-result-check")
    for kind, found in writing.items():
        _check_result(cursor, work, kind, found)
        cursor.execute(books.move_index(kind, work.schema, found))
    _move_bases(cursor, work, changes, rows)
    return rows


def _run(
    cursor: Cursor, work: Work, wanted: Iterable[Statement], changes: list[WorkChange], rows: dict[str, int]
) -> None:
    values = statements.rows_of(changes)
    for statement in wanted:
        cursor.execute(statement.filled(work.schema, values))
        _add(rows, statement.table, _count(cursor))


def _check_result(cursor: Cursor, work: Work, kind: Kind, changes: list[WorkChange]) -> None:
    """What stands there now must be what the plan said, digest for digest."""
    cursor.execute(books.find_different_results(kind, work.schema, changes))
    different = {uid for (uid,) in cursor.fetchall()}
    if different:
        raise ResultDiffers(items=", ".join([change.label for change in changes if change.uid in different][:5]))


def _move_bases(cursor: Cursor, work: Work, changes: list[WorkChange], rows: dict[str, int]) -> None:
    for kind, found in _by_kind(change for change in changes if change.is_live).items():
        cursor.execute(books.move_bases(kind, work.schema, found))
        _add(rows, "sync_ledger_base", _count(cursor))
    for kind, found in _by_kind(change for change in changes if change.verdict == "gone").items():
        cursor.execute(books.drop_bases(kind, work.schema, found))
        _add(rows, "sync_ledger_base", _count(cursor))


def _add(rows: dict[str, int], table: str, count: int) -> None:
    if count:
        rows[table] = rows.get(table, 0) + count


def _count(cursor: Cursor) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _check_business_untouched(cursor: Cursor, work: Work) -> None:
    own = [*settings_tables(), *BOOKS_IN_CHILD]
    cursor.execute(books.count_foreign_writes(work.schema, own, list(SHARED_RIGHTS)))
    written = _count(cursor)
    if written:
        raise BusinessRowsWritten(rows=written)


def _finish(cursor: Cursor, work: Work, applied: Applied) -> None:
    _close_target(cursor, work, applied)
    cursor.execute(
        "INSERT INTO public.settings_sync_receipt (target_id, snapshot_id, rows, business_rows_written, written_at)"
        " VALUES (%s, %s, %s::jsonb, 0, now())",
        [work.target_id, work.snapshot_id, json.dumps(applied.rows)],
    )
    for change in applied.stale:
        cursor.execute(
            "INSERT INTO public.settings_sync_finding (target_id, kind, uid, label, code)"
            " VALUES (%s, %s, %s, %s, 'stale')",
            [work.target_id, change.kind, change.uid, change.label],
        )
    cursor.execute(
        "INSERT INTO public.audit_auditentry (id, at, actor_id, actor_name, on_behalf_of, administration_id,"
        " administration_name, action, note, data) VALUES (gen_random_uuid(), now(), %(actor_id)s, %(actor_name)s,"
        " %(on_behalf_of)s, %(administration_id)s, %(administration_name)s,"
        " 'target.applied', %(note)s, %(data)s::jsonb)",
        {**work.audit, "data": json.dumps({"target": str(work.target_id), "rows": applied.rows})},
    )


def _close_target(cursor: Cursor, work: Work, applied: Applied) -> None:
    """Give the target its final state, if it is still ours: whoever slept past its lease is refused here."""
    cursor.execute(
        "UPDATE public.settings_sync_synctarget SET state = 'succeeded', finished_at = now(), lease_token = NULL,"
        " leased_until = NULL, error_code = '', error_detail = '', counts = %s::jsonb"
        " WHERE id = %s AND lease_token = %s AND state = 'running'",
        [json.dumps(_final_counts(work, applied)), work.target_id, work.token],
    )
    if cursor.rowcount != 1:
        raise LeaseLost


def _final_counts(work: Work, applied: Applied) -> dict[str, int]:
    """The plan's counts, with the items that were held because they moved counted as held and as nothing else."""
    counts = Counter(work.counts)
    counts.update(hold=len(applied.stale), stale=len(applied.stale))
    counts.subtract(change.action for change in applied.stale if change.writes_rows)
    return dict(counts)
