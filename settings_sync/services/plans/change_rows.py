"""What a plan does with one item, from planning's value to the row that keeps it, and back.

A new attribute of a change is a field of both and a line in each of the two functions here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db.models import F, Q

from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.options import Warned
from settings_sync.models import Change, PlanTarget
from settings_sync.planning.values import Deviation, NeededBy, PlannedChange
from settings_sync.planning.verdicts import WRITING, Action, Verdict

from .local_values import stored_warnings

IDENTITY = ("plan_target", "kind", "uid")


def row_of(
    change: PlannedChange, target: PlanTarget, *, used_by: Mapping[str, int], warnings: Sequence[Warned]
) -> Change:
    """The unsaved row of a change, with what was looked up beside planning: what uses the item, and what to warn of."""
    return Change(
        plan_target=target,
        kind=change.kind,
        # Stored, because queries narrow by it and only the code knows which category a kind is of.
        category=all_kinds()[change.kind].category.key,
        uid=change.uid,
        label=change.label,
        action=change.action,
        verdict=change.verdict,
        facts=dict(change.facts),
        needed_by=[asdict(needed) for needed in change.needed_by],
        base_digest=change.base,
        source_digest=change.source,
        local_digest=change.local,
        result_digest=change.result,
        next_base_digest=change.next_base,
        couples=change.couples,
        pairs=change.pairs,
        conflicts=change.conflicts,
        deviations=[asdict(kept) for kept in change.deviations],
        clears_deviations=change.clears_deviations,
        pins=change.pins,
        warnings=stored_warnings(warnings),
        used_by=dict(used_by),
    )


def change_of(row: Change) -> PlannedChange:
    """The change that a row keeps."""
    return PlannedChange(
        key=(row.kind, row.uid),
        label=row.label,
        verdict=Verdict(row.verdict),
        action=Action(row.action),
        base=_digest(row.base_digest),
        source=_digest(row.source_digest),
        local=_digest(row.local_digest),
        result=_digest(row.result_digest),
        next_base=_digest(row.next_base_digest),
        couples=row.couples,
        # JSON gives lists, which have no hash and equal no tuple.
        pairs=tuple((part, old, new) for part, old, new in row.pairs),
        conflicts=tuple((path, side) for path, side in row.conflicts),
        deviations=tuple(Deviation(**kept) for kept in row.deviations),
        clears_deviations=row.clears_deviations,
        pins=tuple(row.pins),
        facts=row.facts,
        needed_by=tuple(NeededBy(**needed) for needed in row.needed_by),
    )


def does_something() -> Q:
    """`PlannedChange.does_something` for queries: the changes that write rows, a base, or what stays as it is here."""
    # NULL apart: in SQL it is neither equal to a digest nor different from one.
    moves = Q(next_base_digest__isnull=True, base_digest__isnull=False)
    moves |= Q(next_base_digest__isnull=False, base_digest__isnull=True)
    moves |= Q(next_base_digest__isnull=False) & ~Q(next_base_digest=F("base_digest"))
    return Q(action__in=WRITING) | moves | ~Q(deviations=[]) | Q(clears_deviations=True)


def save_rows(rows: Sequence[Change]) -> None:
    """Store the changes of some administrations, in the order given.

    A change that was there keeps its key, so that links to it go on working when something is decided.
    """
    renewed = [column.name for column in Change._meta.concrete_fields if column.name not in ("id", *IDENTITY)]
    Change.objects.bulk_create(rows, update_conflicts=True, unique_fields=IDENTITY, update_fields=renewed)


def _digest(value: bytes | memoryview | None) -> bytes | None:
    """psycopg gives binary columns as memoryviews, which are not equal to the digests that planning compares."""
    return None if value is None else bytes(value)
