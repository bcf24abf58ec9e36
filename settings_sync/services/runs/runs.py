"""Confirming a plan, and what can be done with a run afterwards."""

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from accounts.acting import staff_behind
from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from audit.models import record
from settings_sync.exceptions import (
    NotApproved,
    NothingToRetry,
    OrderTakenBack,
    PlanChanged,
    PlanExpired,
    PlanFailed,
    PlanNotReady,
    PlanUsed,
    RunFinished,
    RunPruned,
    TargetGone,
    TargetLost,
)
from settings_sync.models import (
    Approval,
    Finding,
    Plan,
    PlanTarget,
    Receipt,
    RunStage,
    StandingOrder,
    SyncRun,
    SyncTarget,
)
from settings_sync.permissions import require_for, require_steering, right_for, steerable_children, syncable_children
from settings_sync.services.notices.telling import tell_order
from settings_sync.services.plans.category_rights import require_changes
from settings_sync.services.plans.source_moves import find_source_moves
from settings_sync.services.plans.typed_confirmation import check_confirmation
from settings_sync.services.rollouts.beginning import begin_again, end_rings, give_rings
from tenants.failpoints import reach
from tenants.models import Administration

from .announcing import announce_failed_target, announce_ring, announce_run
from .outdated import refuse_outdated, refuse_what_no_rule_allows, without_outdated
from .retrying import NEVER_RETRIED, RETRIED, check_question
from .unchanged import close_unchanged, find_unchanged, receipt_of
from .waiting import ask_approval, close_approval, reasons_to_wait
from .waking import places, wake_targets

logger = logging.getLogger(__name__)

UNFINISHED = (SyncRun.State.WAITING, SyncRun.State.QUEUED, SyncRun.State.RUNNING)


def start_run(
    *,
    acting_user: User,
    plan: Plan,
    version: int,
    note: str = "",
    asked_by: User | None = None,
    door: str = "",
    token: str = "",
    confirmation: str = "",
    seen: str = "",
    order: StandingOrder | None = None,
    because: Sequence[Mapping[str, Any]] = (),
) -> SyncRun:
    """Confirm a plan: from here on every target reaches a final state. Wakes workers when the transaction commits.

    Where the policy of the main administration asks for it the run only waits, until somebody else approves it.

    `asked_by` is whoever asks on behalf of the acting user, as does who acts on behalf of them: the rights are the
    acting user's, the trail names both. `door` tells the trail by which way it was asked, where that is not a page, and
    `token` the run by which token;
    `confirmation` is what was typed where a plan removes or overwrites much. What the main administration changed since
    the preview is held back, with what needs it, unless `seen` is the mark of exactly that (`find_source_moves`): then
    whoever confirms wants what the preview showed. A standing `order` types nothing: where something would have to be
    typed it waits, as for whatever else it gives as `because`.

    Where the plan says that nothing is to be done, the target ends here and now, and so does a run of nothing else.

    Raises NotAllowed, PlanNotReady, PlanExpired, PlanChanged, PlanUsed or ConfirmationRequired, and TargetLost or
    CategoryNotAllowed when rights were taken away since the preview, or HeadsDiffer, DocumentsOutdated or
    RehearsalFailed when an update since keeps it from being carried out; then nothing was started.
    """
    require_for(acting_user, plan)
    asked_by = asked_by or staff_behind(acting_user)
    asker = asked_by or acting_user
    behalf = str(acting_user) if asked_by else ""
    # Before the plan is locked, for it looks at the whole main administration.
    moves = find_source_moves(plan)
    with transaction.atomic():
        plan = Plan.objects.select_for_update(of=("self",)).select_related("administration").get(pk=plan.pk)
        # Of the locked row: somebody else may have confirmed it a moment ago.
        check_plan(plan, version)
        check_targets(plan, acting_user)
        refuse_outdated(plan)
        refuse_what_no_rule_allows(plan)
        if order is None:
            check_confirmation(plan, confirmation)
        run = SyncRun(plan=plan, requested_by=asker, on_behalf_of=behalf, token=token, note=note, order=order)
        run.moved = [] if moves.mark == seen else [[kind, str(uid)] for kind, uid in moves.keys]
        run.administration = plan.administration
        run.by_right_of = acting_user
        run.rings = order.rings if order else {}
        asked_by_policy = reasons_to_wait(plan)
        if because or asked_by_policy:
            needs_other = order is None or bool(asked_by_policy)
            _let_wait(run, [*because, *asked_by_policy], mark=moves.mark, door=door, needs_other=needs_other)
        else:
            _begin(run, door)
        reach("run.before-commit")
    reach("run.after-commit")
    with bound_contextvars(run=str(run.pk), administration=run.administration.slug):
        logger.info("Run accepted")
    return run


def _begin(run: SyncRun, door: str) -> None:
    run.save(force_insert=True)
    unchanged = find_unchanged(run.plan)
    planned = run.plan.targets.select_related("administration")
    targets = [_target_of(run, target, unchanged) for target in planned]
    stages = give_rings(run, targets)
    SyncTarget.objects.bulk_create(targets)
    RunStage.objects.bulk_create(stages)
    _record_start(run, targets, door)
    _pause_order(run)
    _see_to(run, targets)


def _let_wait(run: SyncRun, reasons: Sequence[Mapping[str, Any]], **how: Any) -> None:
    run.state = SyncRun.State.WAITING
    run.save(force_insert=True)
    planned = run.plan.targets.select_related("administration")
    SyncTarget.objects.bulk_create(
        SyncTarget(
            run=run,
            administration=target.administration,
            plan_target=target,
            counts=target.counts,
            state=SyncTarget.State.WAITING,
        )
        for target in planned
    )
    ask_approval(run, reasons, **how)


def begin_approved(run: SyncRun, door: str, approved_by: User) -> None:
    """Begin a run that waited; call it with the run locked, once all that `start_run` asks was asked anew."""
    run.state = SyncRun.State.QUEUED
    run.save(update_fields=["state"])
    unchanged = find_unchanged(run.plan)
    targets = list(run.targets.select_related("administration", "plan_target__plan"))
    for target in targets:
        _open(target, unchanged)
    stages = give_rings(run, targets)
    SyncTarget.objects.bulk_update(targets, OPENED)
    RunStage.objects.bulk_create(stages)
    _record_start(run, targets, door, approved_by=str(approved_by))
    _pause_order(run)
    _see_to(run, targets)


def _pause_order(run: SyncRun) -> None:
    """What is taken back is not brought again by the order that brought it, before somebody switches that on."""
    undone = run.plan.undoes
    if undone is None or undone.order_id is None:
        return
    orders = StandingOrder.objects.filter(pk=undone.order_id, state=StandingOrder.State.ON)
    for order in orders.select_for_update(of=("self",)):
        order.state = StandingOrder.State.PAUSED
        order.state_code = OrderTakenBack.code
        order.state_facts = {"name": str(run.requested_by or "–")}
        order.save(update_fields=["state", "state_code", "state_facts"])
        told = {"order": str(order.pk), "name": order.name, "run": str(run.pk)}
        record("order.paused", actor=run.requested_by, administration=run.administration, **told)
        tell_order(order, order.state_code, order.state_facts, but=run.requested_by_id)
        cancel_runs_of(order, run.requested_by)


def end_waiting(run: SyncRun, state: SyncRun.State) -> None:
    """Give a run that waited its final state without anything having begun; call it with the run locked."""
    run.targets.filter(state=SyncTarget.State.WAITING).update(
        state=SyncTarget.State.CANCELLED, finished_at=Now(), error_code=NotApproved.code, error_facts={}
    )
    _end(run, state)


def _see_to(run: SyncRun, targets: list[SyncTarget]) -> None:
    """Tell of what has been left out, wake workers for what waits, and end the run where nothing does."""
    unchanged = (target for target in targets if target.state == SyncTarget.State.SUCCEEDED)
    Receipt.objects.bulk_create(receipt_of(run, target) for target in unchanged)
    for target in targets:
        if target.state == SyncTarget.State.SKIPPED:
            announce_failed_target(target)
    free = (target for target in targets if target.state == SyncTarget.State.QUEUED and target.may_begin)
    wake_targets(places([target.pk for target in free]))
    if all(target.state not in SyncTarget.OPEN for target in targets):
        run.started_at = timezone.now()
        run.save(update_fields=["started_at"])
        finish_run_when_done(run)


def _target_of(run: SyncRun, target: PlanTarget, unchanged: Collection[int]) -> SyncTarget:
    # The counts are copied: these go on to what happened, while those of the plan stay what was planned.
    made = SyncTarget(run=run, administration=target.administration, plan_target=target, counts=target.counts)
    _open(made, unchanged)
    return made


OPENED = (
    *("state", "woken_at", "attempts", "finished_at", "error_code", "error_facts", "error_detail"),
    *("ring", "may_begin"),
)


def _open(target: SyncTarget, unchanged: Collection[int]) -> None:
    """Let a target be carried out; it ends at once where the plan has left it out, or has nothing to do."""
    planned = target.plan_target
    target.state = SyncTarget.State.QUEUED
    # By whoever is woken for one before it in the run: the reaper need not, for a while.
    target.woken_at = timezone.now()
    if planned.left_out:
        target.state = SyncTarget.State.SKIPPED
        target.finished_at = timezone.now()
        target.error_code = planned.left_out["code"]
        target.error_facts = planned.left_out["facts"]
        target.error_detail = planned.why_left_out
    elif planned.pk in unchanged:
        close_unchanged(target)


def _record_start(run: SyncRun, targets: list[SyncTarget], door: str, **more: str) -> None:
    record(
        "run.started",
        actor=run.requested_by,
        administration=run.administration,
        on_behalf_of=run.on_behalf_of,
        note=run.note,
        run=str(run.pk),
        targets=[target.administration.slug for target in targets],
        **({"door": door} if door else {}),
        **({"order": run.order.name} if run.order else {}),
        **more,
    )


def check_plan(plan: Plan, version: int) -> None:
    """Raises PlanUsed, PlanFailed, PlanNotReady, PlanExpired or PlanChanged when a plan cannot be confirmed or decided
    about."""
    if hasattr(plan, "run"):
        raise PlanUsed(run=plan.run.pk)
    if plan.state == Plan.State.FAILED:
        raise PlanFailed(reason=plan.went_wrong)
    if plan.state != Plan.State.READY:
        raise PlanNotReady
    if plan.is_expired:
        raise PlanExpired
    if plan.version != version:
        raise PlanChanged


def check_targets(plan: Plan, acting_user: User) -> None:
    """Raises TargetLost or CategoryNotAllowed: rights may have been taken away since the preview."""
    allowed = {child.pk for child in syncable_children(acting_user, plan.administration, right_for(plan))}
    targets = [target.administration for target in plan.targets.select_related("administration")]
    for administration in targets:
        if administration.pk not in allowed:
            raise TargetLost(name=administration.name)
    require_changes(acting_user, plan, targets)


def cancel_run(*, acting_user: User, run: SyncRun, reason: str = "") -> SyncRun:
    """Stop every target that no worker has started; what is busy finishes, and is not tried again when it cannot. Of a
    run that waits for approval nothing begins any more.

    Raises NotAllowed or RunFinished.
    """
    require_steering(acting_user, run.plan)
    with transaction.atomic():
        run = lock_run(run.pk)
        if run.is_finished:
            raise RunFinished
        _cancel(run, acting_user, reason)
    return run


def cancel_runs_of(order: StandingOrder, user: User | None, *, states: Collection[str] = UNFINISHED) -> None:
    """Stop what is left of the runs of a standing order, as `cancel_run` does; call it with the order locked."""
    for run_id in list(SyncRun.objects.filter(order=order, state__in=states).values_list("pk", flat=True)):
        run = lock_run(run_id)
        # Of the locked row: a worker may have ended it, or somebody approved it, a moment ago.
        if run.state in states:
            _cancel(run, user, order.name)


def _cancel(run: SyncRun, user: User | None, reason: str) -> None:
    run.cancelled_at = timezone.now()
    run.save(update_fields=["cancelled_at"])
    _record("run.cancelled", user, run, reason)
    if run.state == SyncRun.State.WAITING:
        close_approval(run, Approval.State.WITHDRAWN)
        end_waiting(run, SyncRun.State.CANCELLED)
        return
    run.targets.filter(state=SyncTarget.State.QUEUED).update(
        state=SyncTarget.State.CANCELLED, finished_at=run.cancelled_at
    )
    # No worker may be busy with it, and then nobody else would end it.
    finish_run_when_done(run)


def retry_run(
    *, acting_user: User, run: SyncRun, targets: Collection[str] = (), reason: str = "", confirmation: str = ""
) -> SyncRun:
    """Queue the failed, skipped and cancelled targets again that the user may sync to, or only those of these slugs.

    What a later run has decided there stays as that run left it, and what cannot be carried out since an update stays
    as it ended. `confirmation` is what was typed where the run was taken back since, for then trying it again brings
    something back. Raises NotAllowed, RunPruned, NothingToRetry, CategoryNotAllowed, RetryBringsBack, TargetGone when
    all that failed was deleted since, or HeadsDiffer or DocumentsOutdated when an update keeps all of it back.
    """
    require_steering(acting_user, run.plan)
    with transaction.atomic():
        run = lock_run(run.pk)
        check_kept(run)
        again = without_outdated(_targets_to_retry(acting_user, run, targets))
        check_question(acting_user, run, again, confirmation)
        run.targets.filter(pk__in=[target.pk for target in again]).update(
            state=SyncTarget.State.QUEUED,
            attempts=0,
            retried_at=Now(),
            woken_at=Now(),
            finished_at=None,
            not_before=None,
            error_code="",
            error_facts=None,
            error_detail="",
        )
        # Not stopped any more, or what fails for a moment would be cancelled instead of tried again.
        run.state = SyncRun.State.RUNNING
        run.finished_at = None
        run.cancelled_at = None
        run.paused_at = None
        # From here on it goes by the right of whoever tries it again, which is asked once more when it is applied.
        run.by_right_of = acting_user
        run.save(update_fields=["state", "finished_at", "cancelled_at", "paused_at", "by_right_of"])
        _record("run.retried", acting_user, run, reason)
        wake_targets(places(begin_again(run, again)))
    return run


def _record(action: str, user: User | None, run: SyncRun, reason: str) -> None:
    record(action, actor=user, administration=run.administration, note=reason, run=str(run.pk))


def _targets_to_retry(acting_user: User, run: SyncRun, slugs: Collection[str]) -> list[SyncTarget]:
    failed = run.targets.filter(state__in=RETRIED).exclude(error_code__in=NEVER_RETRIED)
    failed = failed.filter(administration__slug__in=slugs) if slugs else failed
    reached = steerable_children(acting_user, run.administration, right_for(run.plan))
    reachable = failed.filter(administration__in=reached)
    again = list(reachable.select_related("administration__parent", "plan_target__plan__snapshot"))
    if not again:
        gone = failed.filter(administration__state__in=Administration.GONE).select_related("administration")
        if names := sorted(target.administration.name for target in gone):
            raise TargetGone(names=", ".join(names))
        raise NothingToRetry
    if not may_support(acting_user, SupportRight.HELP):
        require_changes(acting_user, run.plan, [target.administration for target in again])
    return again


def check_kept(run: SyncRun) -> None:
    """Raises RunPruned when the documents are gone that taking a run back, or trying it again, would need."""
    if run.pruned_at is not None:
        raise RunPruned(date=run.pruned_at.date().isoformat())


def lock_run(run_id: uuid.UUID) -> SyncRun:
    """The run's row, locked, so that its state and its targets' change together."""
    return SyncRun.objects.select_for_update(of=("self",)).select_related("administration", "plan").get(pk=run_id)


def has_open_targets(run_id: uuid.UUID) -> bool:
    """Whether a target of a run is still to be carried out. It costs the same however many targets there are."""
    return SyncTarget.objects.filter(run=run_id, state__in=SyncTarget.OPEN).exists()


def finish_run_when_done(run: SyncRun) -> bool:
    """Give a run its final state when no target is open any more; call it with the run locked."""
    # Whoever ends a target calls this, and so does the reaper: the second finds it finished.
    if run.is_finished or run.state == SyncRun.State.WAITING or has_open_targets(run.pk):
        return False
    ended = run.targets.values_list("state", flat=True)
    held = Finding.objects.filter(target__run=run).exclude(code__in=Finding.NOT_HELD).exists()
    _end(run, outcome(list(ended), held=held))
    return True


def _end(run: SyncRun, state: SyncRun.State) -> None:
    ended = {str(pk): state for pk, state in run.targets.values_list("administration_id", "state")}
    run.state = state
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])
    administration = run.administration
    for stage in end_rings(run):
        record("ring.finished", administration=administration, run=str(run.pk), ring=stage.number, state=stage.state)
        announce_ring(run, stage)
    record("run.finished", administration=administration, run=str(run.pk), state=run.state, targets=ended)
    announce_run(run)


def outcome(states: list[str], *, held: bool = False) -> SyncRun.State:
    """The final state of a run whose targets ended in these states; `held` when something that the plan had not held
    was held back when it was carried out."""
    ended = set(states)
    if ended & {SyncTarget.State.FAILED, SyncTarget.State.SKIPPED}:
        return SyncRun.State.PARTLY_FAILED if SyncTarget.State.SUCCEEDED in ended else SyncRun.State.FAILED
    if SyncTarget.State.CANCELLED in ended:
        return SyncRun.State.CANCELLED
    return SyncRun.State.PARTLY_HELD if held or SyncTarget.State.HELD in ended else SyncRun.State.SUCCEEDED
