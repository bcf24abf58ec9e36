"""Writing the changes of one target: couple, delete, remove, write, check, move the books. Everything is counted."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.references import find_used
from settings_sync.exceptions import ResultDiffers
from settings_sync.planning.values import Deviation, Entry, PlannedChange
from settings_sync.planning.verdicts import Action, Verdict
from tenants.failpoints import reach

from . import books, statements
from .narrow import Narrow, write_narrow
from .statements import Statement
from .work import Work

Cursor = psycopg.Cursor[Any]
Progress = Callable[[str, int, int], None]
ByKind = dict[Kind, list[PlannedChange]]


@dataclass
class Written:
    """Rows written per table, the items that were archived where the plan said to delete them, and what was pinned or
    agreed before for items where that changed."""

    rows: dict[str, int] = field(default_factory=dict)
    archived: list[PlannedChange] = field(default_factory=list)
    former_deviations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, table: str, count: int) -> None:
        if count:
            self.rows[table] = self.rows.get(table, 0) + count


def by_kind(changes: Iterable[PlannedChange]) -> ByKind:
    """The changes of each kind, in the order in which kinds are written."""
    found: dict[str, list[PlannedChange]] = {}
    for change in changes:
        found.setdefault(change.kind, []).append(change)
    return {kind: found[kind.key] for kind in all_kinds() if kind.key in found}


def count_of(cursor: Cursor) -> int:
    """The number that a counting statement gave."""
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def write(cursor: Cursor, work: Work, changes: list[PlannedChange], rows: Narrow, progress: Progress) -> Written:
    """Carry out these changes, those in `rows` by writing these rows alone.

    Raises ResultDiffers when what stands there then is not what the plan said.
    """
    written = Written()
    _couple(cursor, work, changes, written)
    writing = by_kind(change for change in changes if change.writes_content)
    whole = by_kind(change for change in changes if change.writes_content and change not in rows)
    for kind, found in whole.items():
        if any(change.action.row_action == Action.UPDATE for change in found):
            _run(cursor, work.schema, statements.removals(kind), found, written)
    done = 0
    total = sum(map(len, writing.values()))
    for kind, found in writing.items():
        progress(kind.key, done, total)
        if kind in whole:
            _run(cursor, work.schema, statements.writes(kind), whole[kind], written)
        narrow = {change: rows[change] for change in found if change in rows}
        for table, count in write_narrow(cursor, work.schema, narrow):
            written.add(table, count)
        done += len(found)
        progress(kind.key, done, total)
        reach("apply.between-kinds")
    for kind, found in whole.items():
        _run(cursor, work.schema, statements.late_references(kind), found, written)
    # After all writing, because only by now does what pointed at it point elsewhere.
    _delete(cursor, work, changes, written)
    reach("apply.before-result-check")
    for kind, found in whole.items():
        _check_result(cursor, work.schema, kind, found)
    for kind, found in writing.items():
        cursor.execute(books.move_index(kind, work.schema, found))
        cursor.execute(books.keep_versions(kind, work.schema, found, str(work.audit.get("actor_name", ""))))
    _move_books(cursor, work, changes, written)
    return written


def write_rows(cursor: Any, schema: str, kind: Kind, becoming: Entry, seen: Entry | None) -> None:
    """Write one setting whose document is stored, outside a sync; `seen` is what stands there, None for a new one.

    Raises ResultDiffers when what stands there then is not that document.
    """
    action, verdict = (Action.UPDATE, Verdict.CHANGED_LOCALLY) if seen else (Action.CREATE, Verdict.NEW)
    local = seen.digest if seen else None
    change = PlannedChange(becoming.key, becoming.label, verdict, action, local=local, result=becoming.digest)
    wanted = [*statements.writes(kind), *statements.late_references(kind)]
    _run(cursor, schema, [*(statements.removals(kind) if seen else ()), *wanted], [change], Written())
    _check_result(cursor, schema, kind, [change])


def delete_rows(cursor: Any, schema: str, kind: Kind, uid: uuid.UUID) -> None:
    """Delete one setting that nothing points at, with its parts and links, outside a sync."""
    change = PlannedChange((kind.key, uid), "", Verdict.OWN, Action.DELETE)
    _run(cursor, schema, statements.deletions(kind), [change], Written())


def _run(
    cursor: Cursor, schema: str, wanted: Sequence[Statement], changes: list[PlannedChange], written: Written
) -> None:
    """Run statements one after another, sent in one go."""
    if not wanted:
        return
    values = statements.rows_of(changes)
    cursor.execute("; ".join(statement.filled(schema, values) for statement in wanted))
    for statement in wanted:
        written.add(statement.table, count_of(cursor))
        cursor.nextset()


def _couple(cursor: Cursor, work: Work, changes: list[PlannedChange], written: Written) -> None:
    for kind, found in by_kind(change for change in changes if change.couples is not None).items():
        _run(cursor, work.schema, statements.couplings(kind), found, written)
        cursor.execute(books.drop_index(kind, work.schema, [change.seen_uid for change in found]))
        cursor.execute(books.mark_dependents(kind, work.schema, found))
    for kind, found in by_kind(change for change in changes if change.pairs).items():
        _run(cursor, work.schema, statements.part_couplings(kind, found), found, written)


def _delete(cursor: Cursor, work: Work, changes: list[PlannedChange], written: Written) -> None:
    """Delete what nothing points at; what something does is archived, whatever the plan said."""
    doomed = by_kind(change for change in changes if change.action == Action.DELETE)
    # What points goes before what is pointed at, which would otherwise count as used.
    for kind, found in reversed(list(doomed.items())):
        kept = found
        while gone := _unused(cursor, work.schema, kind, kept):
            _run(cursor, work.schema, statements.deletions(kind), gone, written)
            cursor.execute(books.drop_index(kind, work.schema, [change.uid for change in gone]))
            kept = [change for change in kept if change not in gone]
            # What stood in it may go now as well.
            if not any(link.other_kind == kind.key for link in kind.links):
                break
        if kept:
            cursor.execute(books.archive(kind, work.schema, kept))
            written.add(kind.root.table, count_of(cursor))
            written.archived += kept


def _unused(cursor: Cursor, schema: str, kind: Kind, doomed: list[PlannedChange]) -> list[PlannedChange]:
    """Those of the items that are to go that nothing points at."""
    if not doomed:
        return []
    cursor.execute(find_used(kind, schema, [change.uid for change in doomed]))
    used = {uid for (uid,) in cursor.fetchall()}
    return [change for change in doomed if change.uid not in used]


def _check_result(cursor: Cursor, schema: str, kind: Kind, changes: list[PlannedChange]) -> None:
    """What stands there now must be what the plan said, digest for digest."""
    cursor.execute(books.find_different_results(kind, schema, changes))
    different = {uid for (uid,) in cursor.fetchall()}
    if different:
        raise ResultDiffers(items=", ".join([change.label for change in changes if change.uid in different][:5]))


def _move_books(cursor: Cursor, work: Work, changes: list[PlannedChange], written: Written) -> None:
    # What was archived instead stays followed, except where the sync that brought it is taken back.
    followed = [] if work.takes_back else written.archived
    for kind, found in by_kind(followed).items():
        cursor.execute(books.follow_as_it_stands(kind, work.schema, found))
        written.add("sync_ledger_base", count_of(cursor))
    moving = [change for change in changes if change.moves_base and change not in followed]
    for kind, found in by_kind(change for change in moving if change.next_base is not None).items():
        cursor.execute(books.move_bases(kind, work.schema, found))
        written.add("sync_ledger_base", count_of(cursor))
    for kind, found in by_kind(change for change in moving if change.next_base is None).items():
        cursor.execute(books.drop_bases(kind, work.schema, found))
        written.add("sync_ledger_base", count_of(cursor))
    _move_deviations(cursor, work, changes, written)


def _with_reasons(change: PlannedChange, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> PlannedChange:
    """What goes along from an item whose place is taken, with why and by whom it was kept; `known` by uid and path."""
    if change.couples is None:
        return change
    return replace(change, deviations=tuple(_with_reason(kept, change.couples, known) for kept in change.deviations))


def _with_reason(kept: Deviation, uid: uuid.UUID, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> Deviation:
    former = known.get((str(uid), kept.path))
    # A reason given in this plan is a newer word than the one that went along.
    if former is None or kept.reason or kept.decided_at:
        return kept
    said = {name: former[name] for name in ("reason", "review_on", "decided_by", "decided_at")}
    return replace(kept, **said)


def _move_deviations(cursor: Cursor, work: Work, changes: list[PlannedChange], written: Written) -> None:
    # Read before anything of it goes: who takes the run back needs what was there.
    for kind, found in by_kind(change for change in changes if change.moves_deviations).items():
        cursor.execute(books.deviations_of(kind, work.schema, found))
        written.former_deviations += [former for (former,) in cursor.fetchall()]
    for kind, found in by_kind(change for change in changes if change.clears_deviations).items():
        cursor.execute(books.drop_deviations(kind, work.schema, found))
        written.add("sync_ledger_deviation", count_of(cursor))
    known = {(former["uid"], former["path"]): former for former in written.former_deviations}
    keeping = [_with_reasons(change, known) for change in changes if change.deviations]
    for kind, found in by_kind(keeping).items():
        cursor.execute(books.keep_deviations(kind, work.schema, found, str(work.audit.get("actor_name", ""))))
        written.add("sync_ledger_deviation", count_of(cursor))
    # Last: what this plan keeps at the new place stands there already, and goes before what moves to it.
    for kind, found in by_kind(change for change in changes if change.pairs).items():
        cursor.execute(books.rename_deviations(kind, work.schema, found))
        written.add("sync_ledger_deviation", count_of(cursor))
