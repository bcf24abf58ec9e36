"""Applying one target: check, keep, write, move the base, write the receipt. All of it or none."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from settings_sync.engine.fence import INDEX_LOCK
from settings_sync.engine.sync_rights import BOOKS_IN_CHILD, settings_tables
from settings_sync.engine.triggers import EDIT_LOCK
from settings_sync.exceptions import BusinessRowsWritten, HeadsDiffer, LeaseLost, Overtaken, TargetIsStale
from settings_sync.planning.values import Key, PlannedChange
from tenants import exact_json
from tenants.failpoints import reach
from tenants.migrating import tenant_migrations

from . import books
from .closing import Ending, close_target
from .connections import sync_connection
from .lateness import Held, hold_late
from .narrow import Narrow, find_narrow
from .work import Work
from .writing import Progress, by_kind, count_of, write

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True)
class Applied:
    """What was written: rows per table; what was held because the administration moved since the plan; what was
    archived because something uses it, where the plan said to delete it; what was pinned or agreed before; and what an
    earlier run had done already."""

    rows: dict[str, int]
    held: tuple[Held, ...]
    archived: tuple[PlannedChange, ...] = ()
    former_deviations: tuple[dict[str, Any], ...] = ()
    done_before: tuple[PlannedChange, ...] = ()


class _Rehearsed(Exception):
    """Rolls a rehearsal back."""


def apply_target(work: Work, progress: Progress = lambda kind, done, total: None) -> Applied:
    """Apply one target in one transaction on the sync login.

    Raises LeaseLost when another worker has the target, Overtaken when a later run has decided about all that is left
    to do, TargetIsStale when the policy is to stop,
    BusinessRowsWritten or ResultDiffers when a guarantee would be broken, and psycopg's errors; in each case nothing
    was written.
    """
    with sync_connection() as connection, connection.cursor() as cursor:
        _take_locks(cursor, work)
        _check_lease(cursor, work)
        reach("apply.after-locks")
        applied = _carry_out(cursor, work, progress)
        reach("apply.before-receipt")
        _finish(cursor, work, applied)
        reach("apply.before-commit")
    reach("apply.after-commit")
    return applied


def rehearse_target(work: Work) -> Applied:
    """Apply a target for real and roll it back: tells what it would write, or raises what applying it would raise."""
    try:
        with sync_connection() as connection, connection.cursor() as cursor:
            _take_locks(cursor, work)
            applied = _carry_out(cursor, work, _nobody_watches, rehearses=True)
            raise _Rehearsed
    except _Rehearsed:
        return applied


def _nobody_watches(kind: str, done: int, total: int) -> None:
    return None


def _carry_out(cursor: Cursor, work: Work, progress: Progress, *, rehearses: bool = False) -> Applied:
    _check_head(cursor, work)
    narrow = find_narrow(cursor, work)
    stale = _keep_former(cursor, work, narrow, rehearses=rehearses)
    done_before = _find_done_before(cursor, work, stale)
    work = _without(work, done_before)
    held = hold_late(cursor, work, [change for change in stale if change not in done_before])
    reach("apply.after-former-documents")
    late = {found.change for found in held}
    _refuse_to_go_on(work, held, is_all=len(late) == len(work.changes))
    _mark_unexpected(cursor, work, held)
    written = write(cursor, work, [change for change in work.changes if change not in late], narrow, progress)
    # Not left to the commit, to which a rehearsal never comes.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _check_business_untouched(cursor, work)
    return Applied(written.rows, tuple(held), tuple(written.archived), tuple(written.former_deviations), done_before)


def _find_done_before(cursor: Cursor, work: Work, stale: Collection[PlannedChange]) -> tuple[PlannedChange, ...]:
    """Of what moved since the preview, what an earlier run left exactly as this one would have it."""
    same = [change for change in stale if change.key in work.done_before and change.key not in work.moved]
    different: set[uuid.UUID] = set()
    for kind, changes in by_kind(tuple(same)).items():
        cursor.execute(books.find_different_results(kind, work.schema, changes))
        different |= {uid for (uid,) in cursor.fetchall()}
    return tuple(change for change in same if change.writes and change.uid not in different)


def _without(work: Work, done_before: Collection[PlannedChange]) -> Work:
    """The same work, without what is done already."""
    return replace(work, changes=tuple(change for change in work.changes if change not in done_before))


def _refuse_to_go_on(work: Work, held: list[Held], *, is_all: bool) -> None:
    """Raise Overtaken when all that is held is held for a later run, and TargetIsStale when the policy is to stop."""
    if not held:
        return
    latest = max((found.by for found in held if found.by), key=lambda by: by.confirmed_at, default=None)
    is_moved = any(found.code == "stale" for found in held)
    if latest is not None and not is_moved and (is_all or work.stop_when_stale):
        raise Overtaken(run=latest.run, when=latest.confirmed_at.isoformat())
    if work.stop_when_stale:
        raise TargetIsStale(items=", ".join(found.change.label for found in held))


def _mark_unexpected(cursor: Cursor, work: Work, held: list[Held]) -> None:
    """Have those items read anew: were it the index that is wrong, the next plan would be held for the same reason."""
    unexpected = {item for found in held for item in found.unexpected}
    if unexpected:
        cursor.execute(books.mark(work.schema, unexpected))


def _take_locks(cursor: Cursor, work: Work) -> None:
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    # In the order of everybody who takes both, or two of them would wait for each other.
    for lock in (INDEX_LOCK, EDIT_LOCK):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [lock, work.schema])


def _check_lease(cursor: Cursor, work: Work) -> None:
    """Not locked: while this works, its lease is renewed in that row. At the end the token is asked for once more."""
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


def _keep_former(cursor: Cursor, work: Work, narrow: Narrow, *, rehearses: bool) -> list[PlannedChange]:
    """Keep the documents that will be replaced; returns the changes whose item moved since the plan, on either side."""
    stale: list[PlannedChange] = []
    target_id = None if rehearses else work.target_id
    if narrow and not rehearses:
        cursor.execute(books.keep_former(target_id, narrow))
    for kind, changes in by_kind(change for change in work.changes if change not in narrow).items():
        cursor.execute(books.keep_former_and_find_stale(kind, work.schema, target_id, changes))
        moved = {uid for (uid,) in cursor.fetchall()}
        stale += [change for change in changes if change.uid in moved]
    since = [change for change in work.changes if change.key in work.moved]
    return list(dict.fromkeys([*stale, *since, *_pinned_since(cursor, work)]))


def _pinned_since(cursor: Cursor, work: Work) -> list[PlannedChange]:
    """The changes that would write over what was pinned after the plan was made, or take such a pin away."""
    cursor.execute(books.pins_in(work.schema))
    pins: dict[tuple[str, uuid.UUID], set[str]] = defaultdict(set)
    for kind, uid, path in cursor.fetchall():
        pins[kind, uid].add(path)
    writing = [change for change in work.changes if change.writes or change.clears_deviations]
    replaced = {change.key for change in work.changes if not change.writes}
    return [change for change in writing if pins[_pinned_as(work, change, replaced)] - set(change.pins)]


def _pinned_as(work: Work, change: PlannedChange, replaced: Collection[Key]) -> Key:
    """Under which key the plan looked for pins: of what takes another's place, that of the other.

    What was pinned before a coupling waits under the uid of that time.
    """
    stands_as = change.stands_as
    return stands_as if work.takes_back or stands_as in replaced else change.key


def _check_business_untouched(cursor: Cursor, work: Work) -> None:
    """Of the shared tables only former documents were written by now; whatever else was, nobody here has written."""
    own = [*settings_tables(), *BOOKS_IN_CHILD]
    cursor.execute(books.count_foreign_writes(work.schema, own, ["settings_sync_formerdocument"]))
    written = count_of(cursor)
    if written:
        raise BusinessRowsWritten(rows=written)


def _finish(cursor: Cursor, work: Work, applied: Applied) -> None:
    # First, so that whoever lost the lease is refused before it writes more.
    _close(cursor, work, applied)
    cursor.execute(
        "INSERT INTO public.settings_sync_receipt (target_id, snapshot_id, rows, former_deviations,"
        " business_rows_written, written_at) VALUES (%s, %s, %s::jsonb, %s::jsonb, 0, now())",
        [work.target_id, work.snapshot_id, exact_json.dump(applied.rows), exact_json.dump(applied.former_deviations)],
    )
    done_before = [Held(change, "done-before", work.done_before[change.key]) for change in applied.done_before]
    findings = [*applied.held, *(Held(change, "archived-instead") for change in applied.archived), *done_before]
    for found in findings:
        cursor.execute(
            "INSERT INTO public.settings_sync_finding (target_id, kind, uid, label, code, overtaken_by_id)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                work.target_id,
                found.change.kind,
                found.change.uid,
                found.change.label,
                found.code,
                found.by.run if found.by else None,
            ],
        )
    cursor.execute(
        # By hand: `record` would write it on the product's own connection, in another transaction.
        "INSERT INTO public.audit_auditentry (id, at, actor_id, actor_name, on_behalf_of, administration_id,"
        " administration_name, action, note, data) VALUES (gen_random_uuid(), now(), %(actor_id)s, %(actor_name)s,"
        " %(on_behalf_of)s, %(administration_id)s, %(administration_name)s,"
        " 'target.applied', %(note)s, %(data)s::jsonb)",
        {**work.audit, "data": exact_json.dump(_for_the_trail(work, applied))},
    )


def _for_the_trail(work: Work, applied: Applied) -> dict[str, Any]:
    """What the administration got, item by item: what stood there before and after, by digest."""
    held = {*applied.done_before, *(found.change for found in applied.held)}
    items = [_told(change, change in applied.archived) for change in work.changes if change not in held]
    return {"target": str(work.target_id), "rows": applied.rows, "items": items}


def _told(change: PlannedChange, is_archived: bool) -> dict[str, Any]:
    """Nobody has planned what an item looks like that was archived instead of deleted: it has no digest."""
    after = change.result if change.writes else change.local
    return {
        "kind": change.kind,
        "uid": str(change.uid),
        "label": change.label,
        "action": "archive" if is_archived else change.action,
        "before": change.local.hex() if change.local else None,
        "after": after.hex() if after else None,
    }


def _close(cursor: Cursor, work: Work, applied: Applied) -> None:
    """Give the target its final state, if it is still ours: whoever slept past its lease is refused here."""
    is_all_held = applied.held and len(applied.held) + len(applied.done_before) == len(work.changes)
    state = "held" if is_all_held else "succeeded"
    if not close_target(cursor, work.target_id, work.token, Ending(state, counts=_final_counts(work, applied))):
        raise LeaseLost


def _final_counts(work: Work, applied: Applied) -> dict[str, int]:
    """The plan's counts, with what was held after all counted as held, what was archived instead as archived, and what
    an earlier run had done already as skipped."""
    counts = Counter(work.counts)
    late = [found.change for found in applied.held]
    counts.update(hold=len(late), stale=len(late), archive=len(applied.archived))
    counts.subtract(change.counted_as for change in [*late, *applied.done_before])
    counts["skip"] += len(applied.done_before)
    counts["delete"] -= len(applied.archived)
    return dict(counts)
