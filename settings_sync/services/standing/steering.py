"""What people do with the rings of a run that is under way: pause them, let them go on, and let the next one begin.
Stopping it is stopping the run."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.acting import staff_behind
from accounts.models import User
from audit.models import record
from settings_sync.exceptions import NoRings, RingNotWaiting, WordMissing
from settings_sync.models import Approval, RunStage, SyncRun, SyncTarget
from settings_sync.permissions import NotAllowed, require_steering
from settings_sync.services.plans.category_rights import may_approve
from settings_sync.services.rollouts.beginning import let_begin
from settings_sync.services.runs.runs import lock_run
from settings_sync.services.runs.waking import places, wake_targets
from tenants.models import Administration
from tenants.rights import SyncRight

from .advancing import advance


def pause_rings(*, acting_user: User, run: SyncRun, reason: str = "") -> SyncRun:
    """Let nothing of a run begin any more until its rings go on; what has begun is finished, also where that takes
    another attempt. Raises NotAllowed or NoRings."""
    require_steering(acting_user, run.plan)
    with transaction.atomic():
        run = _locked(run)
        if run.paused_at is None:
            run.paused_at = timezone.now()
            run.save(update_fields=["paused_at"])
            # One that is being claimed in this moment is either claimed before, or finds that it may not.
            run.targets.filter(state=SyncTarget.State.QUEUED).update(may_begin=False)
            _record("run.paused", acting_user, run, note=reason)
    return run


def resume_rings(*, acting_user: User, run: SyncRun, reason: str = "") -> SyncRun:
    """Let the rings of a run go on where they were. Raises NotAllowed or NoRings."""
    require_steering(acting_user, run.plan)
    with transaction.atomic():
        run = _locked(run)
        if run.paused_at is not None:
            run.paused_at = None
            run.save(update_fields=["paused_at"])
            wake_targets(places(let_begin(run, list(run.stages.filter(state=RunStage.State.OPEN)))))
            _record("run.resumed", acting_user, run, note=reason)
    # By itself, for it locks the order before the run.
    advance(run.pk)
    return run


def rings_that_wait(*, acting_user: User, main: Administration) -> list[RunStage]:
    """The rings of a main administration that wait for a word which this user may give; the longest waiting first."""
    asked = RunStage.objects.filter(
        run__administration=main, run__finished_at=None, run__cancelled_at=None, state=RunStage.State.WAITING
    )
    waiting = asked.filter(approved_by=None).exclude(asked_at=None).order_by("asked_at")
    found = waiting.select_related("run__plan", "run__order", "run__administration")
    return [stage for stage in found if may_approve(acting_user, stage.run.plan)]


def approve_ring(*, acting_user: User, run: SyncRun, number: int, reason: str = "") -> SyncRun:
    """Let a ring begin that waits for somebody's word: who may approve the whole. `reason` is what they say of it, if
    anything. Raises NotAllowed, WordMissing where that is too long, NoRings or RingNotWaiting."""
    # That somebody has looked is said by that person, and not by support in their name.
    if not may_approve(acting_user, run.plan) or staff_behind(acting_user) is not None:
        raise NotAllowed(SyncRight.APPROVE)
    word = reason.strip()
    if len(word) > Approval.LONGEST_REASON:
        raise WordMissing
    with transaction.atomic():
        run = _locked(run)
        waiting = run.stages.filter(number=number, state=RunStage.State.WAITING, approved_by=None)
        if not waiting.exclude(asked_at=None).update(approved_by=acting_user, reason=word):
            raise RingNotWaiting
        _record("ring.approved", acting_user, run, ring=number, note=word)
    advance(run.pk)
    return run


def _locked(run: SyncRun) -> SyncRun:
    run = lock_run(run.pk)
    unfinished = run.stages.filter(state__in=RunStage.UNFINISHED)
    if run.is_finished or run.cancelled_at is not None or not unfinished.exists():
        raise NoRings
    return run


def _record(action: str, user: User, run: SyncRun, **more: Any) -> None:
    record(action, actor=user, administration=run.administration, run=str(run.pk), **more)
