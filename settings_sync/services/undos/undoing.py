"""Taking a run back, for all or some of its administrations: a plan of its own through the same engine."""

import time
import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.models import record
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import NothingToUndo, RunNotFinished, UnknownTarget
from settings_sync.models import Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.permissions import syncable_children
from settings_sync.planning.values import Rules
from settings_sync.services.plans.category_rights import require_changes
from settings_sync.services.plans.dry_run import rehearse
from settings_sync.services.plans.leaving_out import attempt, refuse_when_none, whole_targets
from settings_sync.services.plans.local_values import Examiner
from settings_sync.services.plans.plans import PLAN_LIFETIME, STORED_AT_ONCE, keep_plan, keep_plans, making
from settings_sync.services.plans.rules import decisions_of, policies_of
from settings_sync.services.runs.outdated import check_version
from settings_sync.services.runs.runs import check_kept, lock_run
from tenants.permissions import require
from tenants.rights import SyncRight

from .comparing import UndoComparison, plan_one, refuse_waiting
from .histories import ReadHistory, done_by, read_histories
from .waking import refuse_lost, wake_makers

MADE_AT_ONCE = 25
"""Administrations for which whoever asks can wait; of more a worker makes the plan."""


def create_undo_plan(*, acting_user: User, run: SyncRun, targets: Collection[str] = (), waits: bool = False) -> Plan:
    """Preview taking a run back in these administrations (slugs), or in all that it changed. Writes only the plan.

    Where there are many, a worker makes it and it is computing when this returns, unless somebody `waits`.

    Raises NotAllowed, RunNotFinished, RunPruned, NothingToUndo, CategoryNotAllowed, UnknownTarget for an administration
    where the user may not take it back or that the run did not change, or when it can be taken back nowhere what stands
    in the way first: AdministrationDamaged, HeadsDiffer or DocumentsOutdated.
    """
    require(acting_user, SyncRight.UNDO, run.administration)
    if not run.is_finished:
        raise RunNotFinished
    check_kept(run)
    done = _find_targets(acting_user, run, targets)
    require_changes(acting_user, run.plan, [target.administration for target in done])
    is_for_worker = not waits and len(done) > MADE_AT_ONCE
    with transaction.atomic():
        locked = lock_run(run.pk)
        # Once more under the lock: somebody may have pruned it, or tried it again, a moment ago.
        check_kept(locked)
        if not locked.is_finished:
            raise RunNotFinished  # it is tried again just now
        plan = Plan.objects.create(
            kind=Plan.Kind.UNDO,
            administration=run.administration,
            requested_by=acting_user,
            undoes=run,
            # Of these only that of what moved meanwhile is heeded; planning leaves out the rest.
            policies=policies_of(run.administration),
            snapshot=run.plan.snapshot,
            expires_at=timezone.now() + PLAN_LIFETIME,
            is_for_worker=is_for_worker,
        )
        PlanTarget.objects.bulk_create(
            PlanTarget(plan=plan, administration=target.administration, position=number)
            for number, target in enumerate(done)
        )
        record("run.undo_planned", actor=acting_user, administration=run.administration, run=str(run.pk))
        if is_for_worker:
            wake_makers([plan.pk])
    if not is_for_worker:
        with making(plan):
            compute_undos(plan)
    return plan


def compute_undos(plan: Plan, *, until: float | None = None) -> bool:
    """Compare what the run left with what stands there now, in every administration of the plan that was not compared
    yet, and store what comes out. Returns whether that was all of them: at the moment `until` it stops.

    Raises what stands in the way when it can be taken back nowhere, or LeaseLost when another worker does this.
    """
    targets = list(plan.targets.select_related("administration__parent"))
    comparison = UndoComparison(plan)
    whole = whole_targets(target for target in targets if not target.is_made)
    for start in range(0, len(whole), STORED_AT_ONCE):
        # Some in every turn, however late it is: else it would never end.
        if start and until is not None and time.monotonic() > until:
            return False
        _compute_batch(comparison, plan, whole[start : start + STORED_AT_ONCE])
    refuse_when_none(targets)
    return True


def _compute_batch(comparison: UndoComparison, plan: Plan, targets: Sequence[PlanTarget]) -> None:
    done = _histories(plan, targets)
    found = (attempt(target, lambda each: comparison.of(each, done[each.administration_id])) for target in targets)
    kept = [one for one in found if one is not None]
    with transaction.atomic():
        refuse_lost(plan)
        keep_plans(kept)
    for one in kept:
        attempt(one.target, _check_after_update)


def _histories(plan: Plan, targets: Iterable[PlanTarget]) -> dict[uuid.UUID, ReadHistory]:
    """What the run did, by administration."""
    administrations = [target.administration_id for target in targets]
    undone = SyncTarget.objects.filter(run=plan.undoes_id, administration__in=administrations)
    return {target.administration_id: done for target, done in read_histories(undone).items()}


def compute_undo(target: PlanTarget) -> None:
    """Compare what the run left in one administration with what stands there now, by what was decided about that, and
    store what comes out in place of what was there.

    Raises HeadsDiffer where it waits for the update that its main has had, or DocumentsOutdated where what would be
    written is of before an update, and cannot be read any more.
    """
    refuse_waiting(target)
    (done,) = _histories(target.plan, [target]).values()
    local = look_at(target.administration)
    rules = Rules(policies=target.plan.policies, decisions=decisions_of(target))
    planned, reader = plan_one(target, done.history, local, rules)
    keep_plan(target, planned, reader, Examiner(target.plan.administration), standing=len(local.entries))
    _check_after_update(target)


def _check_after_update(target: PlanTarget) -> None:
    check_version(target, target.administration)
    assert target.plan.snapshot is not None
    if target.plan.snapshot.migration_head != target.administration.migration_head:
        # A rule of the database may be younger than what would come back, and only the database knows.
        rehearse(target)


def _find_targets(user: User, run: SyncRun, slugs: Collection[str]) -> list[SyncTarget]:
    syncable = {child.pk for child in syncable_children(user, run.administration, SyncRight.UNDO)}
    done = run.targets.filter(state=SyncTarget.State.SUCCEEDED, administration__in=syncable)
    found = {target.administration.slug: target for target in done.select_related("administration", "plan_target")}
    for slug in slugs:
        if slug not in found:
            raise UnknownTarget(slug=slug)
    chosen = [target for slug, target in found.items() if not slugs or slug in set(slugs)]
    did_something = set(done_by(chosen).values_list("plan_target", flat=True).order_by().distinct())
    changed = [target for target in chosen if target.plan_target_id in did_something]
    if not changed:
        raise NothingToUndo
    return changed
