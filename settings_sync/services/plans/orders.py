"""What applying one administration of a plan takes, put together from the rows where it is stored."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from settings_sync.engine.applying.work import Doer, Overtaker, Work
from settings_sync.models import Change, PlanTarget, SyncRun, SyncTarget
from settings_sync.planning.values import Key, PlannedChange
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.assignments.assigned import Assignments

from .change_rows import change_of, does_something
from .comparing import category_of

READ_AHEAD = 1000
"""How many changes are read for several administrations at once: each takes about 2 kB while it is kept."""
AHEAD = "changes_read_ahead"
NOT_CHANGES = ("unchanged", "own", "conflict")
"""The counts of a plan of which no change tells, and the one that counts held changes once more."""


def work_of(
    target: SyncTarget,
    token: uuid.UUID,
    overtaken: Mapping[Key, Overtaker] | None = None,
    done_before: Mapping[Key, Doer] | None = None,
) -> Work:
    """Everything that applying a claimed target needs; `overtaken` is what a later run has decided since, and
    `done_before` what an earlier one has done already."""
    moved = frozenset((kind, uuid.UUID(uid)) for kind, uid in target.run.moved) | _not_here(target)
    work = work_for(target.plan_target, target_id=target.pk, token=token, moved=moved, audit=_audit_of(target))
    return replace(work, overtaken=overtaken or {}, done_before=done_before or {})


def _not_here(target: SyncTarget) -> frozenset[Key]:
    """What was assigned as not here since the preview: held like what moved since, with what needs it.

    Taking a run back brings what stood there before, whatever is assigned today.
    """
    plan_target = target.plan_target
    assigned = _assignments_of(target.run).of(target.administration)
    if not assigned or plan_target.plan.is_undo:
        return frozenset()
    written = plan_target.changes.filter(action__in=WRITING).values_list("kind", "uid", "couples")
    # What is coupled stands under a uid of its own until then.
    stands_as = {(kind, uid): (kind, couples or uid) for kind, uid, couples in written}
    not_here = assigned.not_here({*stands_as, *stands_as.values()}, category_of())
    return frozenset(key for key, standing in stands_as.items() if key in not_here or standing in not_here)


def _assignments_of(run: SyncRun) -> Assignments:
    """What is assigned under the main administration of a run, read once for all targets that share its object."""
    # Kept on the run, as what Django read of it is: it lives as long as a worker's turn, and the next reads anew.
    shared: Assignments = vars(run).setdefault("assignments", Assignments(run.administration))
    return shared


def work_for(
    plan_target: PlanTarget,
    *,
    target_id: uuid.UUID,
    token: uuid.UUID,
    moved: frozenset[Key] = frozenset(),
    audit: dict[str, Any] | None = None,
) -> Work:
    """Everything that carrying out a plan in one administration needs."""
    plan = plan_target.plan
    assert plan.snapshot_id is not None
    return Work(
        target_id=target_id,
        token=token,
        snapshot_id=plan.snapshot_id,
        schema=plan_target.administration.schema_name,
        changes=_changes_of(plan_target),
        counts=dict(plan_target.counts),
        takes_back=plan.is_undo,
        stop_when_stale=plan.policies.get("stale") == "stop",
        moved=moved,
        audit=audit or {},
    )


def read_ahead(plan_targets: Iterable[PlanTarget]) -> None:
    """Read at once what is to be done in the first of these, as far as READ_AHEAD goes: of a plan that was confirmed
    it changes no more."""
    left = READ_AHEAD
    together = []
    for plan_target in plan_targets:
        left -= sum(number for name, number in plan_target.counts.items() if name not in NOT_CHANGES)
        if left < 0:
            break
        together.append(plan_target)
    prefetch_related_objects(together, Prefetch("changes", _to_be_done(), to_attr=AHEAD))


def _changes_of(plan_target: PlanTarget) -> tuple[PlannedChange, ...]:
    found = vars(plan_target).get(AHEAD)
    rows = _to_be_done().filter(plan_target=plan_target) if found is None else found
    return tuple(map(change_of, rows))


def _to_be_done() -> "QuerySet[Change]":
    """The changes of a plan, without those that are only told: nothing is done to these, so they are not stale."""
    return Change.objects.filter(does_something()).order_by("id")


def _audit_of(target: SyncTarget) -> dict[str, Any]:
    run = target.run
    return {
        "actor_id": run.requested_by_id,
        "actor_name": str(run.requested_by) if run.requested_by else "",
        "on_behalf_of": run.on_behalf_of,
        "administration_id": target.administration_id,
        "administration_name": target.administration.name,
        "note": run.note,
    }
