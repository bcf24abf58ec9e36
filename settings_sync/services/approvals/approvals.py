"""Approving and rejecting what somebody else asked: both names stand in the trail, and nothing begins before it."""

import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.acting import staff_behind
from accounts.models import User
from audit.models import record
from settings_sync.exceptions import (
    ApprovalDecided,
    ApprovalOutdated,
    AskerMayNoMore,
    OwnApproval,
    PlanExpired,
    SyncError,
    WordMissing,
)
from settings_sync.models import Approval, Plan, PlanTarget, SyncRun
from settings_sync.permissions import NotAllowed, require_for, right_for, syncable_keys
from settings_sync.services.plans.category_rights import approvers_of, may_approve
from settings_sync.services.plans.source_moves import moved_since
from settings_sync.services.runs.outdated import refuse_outdated, refuse_what_no_rule_allows
from settings_sync.services.runs.runs import begin_approved, check_targets, end_waiting, lock_run
from settings_sync.services.runs.waiting import close_approval
from tenants.models import Administration
from tenants.permissions import may
from tenants.rights import SyncRight


def list_approvals(*, acting_user: User, main: Administration) -> "QuerySet[Approval]":
    """What waits or waited for approval that the user asked, or may approve: the latest first."""
    mine = Q(run__requested_by=acting_user) | Q(run__by_right_of=acting_user)
    if may(acting_user, SyncRight.APPROVE, main):
        for right, kinds in ((SyncRight.RUN, (Plan.Kind.SYNC, Plan.Kind.PROMOTE)), (SyncRight.UNDO, (Plan.Kind.UNDO,))):
            if may(acting_user, right, main):
                of_plan = PlanTarget.objects.filter(plan=OuterRef("run__plan"))
                elsewhere = of_plan.exclude(administration__in=syncable_keys(acting_user, main, right))
                mine |= Q(~Exists(elsewhere), run__plan__kind__in=kinds)
    found = Approval.objects.filter(mine, administration=main)
    return found.select_related("run__plan", "run__requested_by", "decided_by", "administration")


def find_approval(*, acting_user: User, main: Administration, approval_id: uuid.UUID) -> Approval | None:
    """One that the user asked, or may approve; None when it is neither."""
    found = list_approvals(acting_user=acting_user, main=main).filter(pk=approval_id).first()
    if found is None:
        return None
    is_own = acting_user.pk in (found.run.requested_by_id, found.run.by_right_of_id)
    return found if is_own or may_approve(acting_user, found.run.plan) else None


def approval_of(plan: Plan) -> Approval | None:
    """What the run of a plan waits or waited for; None where it did not."""
    found = Approval.objects.filter(run__plan=plan).select_related("run__requested_by", "decided_by")
    return found.first()


def may_decide(user: User, approval: Approval) -> bool:
    """Whether the user may approve or reject this now."""
    is_waiting = approval.state == Approval.State.WAITING
    return is_waiting and user.pk not in askers_of(approval) and may_approve(user, approval.run.plan)


def others_who_may_approve(approval: Approval) -> list[User]:
    """Everybody who may approve it now."""
    return approvers_of(approval.run.plan, but=askers_of(approval))


def approve(*, acting_user: User, approval: Approval, reason: str) -> SyncRun:
    """Let a run begin that waited, as whoever asked for it: their right is asked anew, and again when it is applied.

    Raises NotAllowed, WordMissing, OwnApproval, ApprovalDecided, PlanExpired, AskerMayNoMore, ApprovalOutdated,
    HeadsDiffer, DocumentsOutdated or RehearsalFailed; then nothing was started and it waits on.
    """
    word = _check(acting_user, approval, reason)
    # Before anything is locked, for it looks at the whole main administration.
    moved = moved_since(approval.run.plan)
    with transaction.atomic():
        run = lock_run(approval.run_id)
        _refuse_decided(run)
        if run.plan.is_expired:
            raise PlanExpired
        _check_asker(run)
        if moved.mark != approval.mark:
            raise ApprovalOutdated
        refuse_outdated(run.plan)
        refuse_what_no_rule_allows(run.plan)
        _record("approval.approved", acting_user, run, word)
        close_approval(run, Approval.State.APPROVED, decided_by=acting_user, reason=word)
        begin_approved(run, approval.door, acting_user)
    return run


def reject(*, acting_user: User, approval: Approval, reason: str) -> SyncRun:
    """End a run that waited: nothing of it begins. Raises NotAllowed, WordMissing, OwnApproval or ApprovalDecided."""
    word = _check(acting_user, approval, reason)
    with transaction.atomic():
        run = lock_run(approval.run_id)
        _refuse_decided(run)
        _record("approval.rejected", acting_user, run, word)
        close_approval(run, Approval.State.REJECTED, decided_by=acting_user, reason=word)
        end_waiting(run, SyncRun.State.REJECTED)
    return run


def expire_approvals() -> int:
    """End the runs whose preview has become too old while they waited; returns how many."""
    waiting = Approval.objects.filter(state=Approval.State.WAITING, run__plan__expires_at__lte=Now())
    return sum(map(_expire, waiting.values_list("run", flat=True)))


@transaction.atomic
def _expire(run_id: uuid.UUID) -> bool:
    run = lock_run(run_id)
    if close_approval(run, Approval.State.EXPIRED) is None:
        return False
    record("approval.expired", administration=run.administration, run=str(run.pk))
    end_waiting(run, SyncRun.State.EXPIRED)
    return True


def _check(user: User, approval: Approval, reason: str) -> str:
    """The word that was given, once it is sure that this user may give it."""
    if user.pk in askers_of(approval):
        raise OwnApproval
    if not may_approve(user, approval.run.plan):
        raise NotAllowed(SyncRight.APPROVE)
    # Support looks and helps; that a second person has looked is said by that person.
    if staff_behind(user) is not None:
        raise NotAllowed(SyncRight.APPROVE)
    word = reason.strip()
    if not word or len(word) > Approval.LONGEST_REASON:
        raise WordMissing
    return word


def askers_of(approval: Approval) -> set[int | None]:
    """Who asked, and on whose behalf: neither is somebody else. Nobody, where only an order asked for a look."""
    run = approval.run
    return {run.requested_by_id, run.by_right_of_id} if approval.needs_other else set()


def _refuse_decided(run: SyncRun) -> None:
    # Of the locked row: another tab, or whoever asked, may have ended it a moment ago.
    approval = Approval.objects.get(run=run)
    if approval.state != Approval.State.WAITING:
        raise ApprovalDecided(state=approval.get_state_display())


def _check_asker(run: SyncRun) -> None:
    # Looked up, because the key has no constraint: whoever asked may be gone.
    asker = User.objects.filter(pk=run.by_right_of_id or 0, is_active=True).first()
    try:
        if asker is None:
            raise NotAllowed(right_for(run.plan))
        require_for(asker, run.plan)
        check_targets(run.plan, asker)
    except (NotAllowed, SyncError):
        raise AskerMayNoMore(name=str(asker or run.requested_by or "–")) from None


def _record(action: str, user: User, run: SyncRun, word: str) -> None:
    told = {"run": str(run.pk), "requested_by": str(run.requested_by or "")}
    record(action, actor=user, administration=run.administration, note=word, **told)
