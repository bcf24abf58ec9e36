"""From ring to ring: who looks finds a ring done, opens the next one, or stops all that has not begun. Whoever ends a
target looks, and so does the reaper; with the run locked, so that each step happens once."""

import logging
import uuid

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import record
from settings_sync.exceptions import OrderRingStopped, RingStopped
from settings_sync.models import RunStage, StandingOrder, SyncRun, SyncTarget
from settings_sync.planning.stages import Stage, Start
from settings_sync.services.notices.telling import tell_ring_waits
from settings_sync.services.rollouts.beginning import (
    end_ring,
    goes_too_wrong,
    has_open_in,
    open_ring,
    wait_until,
)
from settings_sync.services.rollouts.reading import read_rings
from settings_sync.services.runs.announcing import announce_ring, announce_ring_wanted
from settings_sync.services.runs.runs import finish_run_when_done, lock_run
from settings_sync.services.runs.waking import places, wake_targets
from tenants.failpoints import reach

from .timetables import database_now

logger = logging.getLogger(__name__)

AT_ONCE = 100
State = RunStage.State


def look_after(target: SyncTarget) -> None:
    """See to what the end of a target means for the rings of its run; one or two short questions, as a rule."""
    if target.ring is None:
        return
    if goes_too_wrong(target.run) or not has_open_in(target.run_id, target.ring):
        advance(target.run_id)


def advance_rings() -> int:
    """Look at every run with rings that are not done; returns in how many something happened."""
    unfinished = RunStage.objects.filter(state__in=RunStage.UNFINISHED).order_by("run__created_at")
    runs = list(dict.fromkeys(unfinished.values_list("run", flat=True)[: AT_ONCE * 10]))[:AT_ONCE]
    return sum(map(_advance_alone, runs))


def _advance_alone(run_id: uuid.UUID) -> bool:
    try:
        return advance(run_id)
    except Exception:
        # So that one run keeps no other from going on.
        logger.exception("The rings of run %s could not be looked at", run_id)
        return False


@transaction.atomic
def advance(run_id: uuid.UUID) -> bool:
    """Let the rings of a run go on as far as they may now; returns whether anything happened."""
    # The order first, as everybody does who locks both: a stop pauses it.
    order = StandingOrder.objects.select_for_update(of=("self",)).filter(runs=run_id).first()
    run = lock_run(run_id)
    if run.is_finished or run.cancelled_at is not None:
        return False
    wrong = goes_too_wrong(run)
    happened = wrong > 0
    if wrong:
        _stop(run, order, wrong)
    while not wrong and _step(run):
        happened = True
    if happened:
        reach("ring.before-commit")
    return happened


def _step(run: SyncRun) -> bool:
    """One thing that can happen now; False where nothing can."""
    stage = run.stages.filter(state__in=RunStage.UNFINISHED).order_by("number").first()
    if stage is None:
        return False
    if stage.state == State.OPEN or not run.targets.filter(ring=stage.number).exists():
        if has_open_in(run.pk, stage.number):
            return False
        end_ring(stage, State.DONE)
        _tell(run, stage)
        return True
    if run.paused_at is not None or not _may_open(run, stage):
        return False
    wake_targets(places(open_ring(run, stage)))
    return True


def _may_open(run: SyncRun, stage: RunStage) -> bool:
    rule: Stage = read_rings(run.rings).stages[stage.number - 1]
    if rule.start == Start.AFTER:
        return wait_until(stage, rule.minutes, database_now())
    if rule.start == Start.APPROVAL and stage.approved_by_id is None:
        _ask(run, stage)
        return False
    return True


def _ask(run: SyncRun, stage: RunStage) -> None:
    if stage.asked_at is not None:
        return
    stage.asked_at = timezone.now()
    stage.save(update_fields=["asked_at"])
    record("ring.waits", administration=run.administration, run=str(run.pk), ring=stage.number)
    tell_ring_waits(run, stage)
    announce_ring_wanted(run, stage)


def _stop(run: SyncRun, order: StandingOrder | None, wrong: int) -> None:
    """Cancel all that has not begun, with the ring as its reason; the order waits until somebody has looked."""
    begun = run.stages.exclude(started_at=None).order_by("-number").first()
    ring = begun.number if begun else 1
    facts = {"ring": str(ring), "number": str(wrong)}
    run.targets.filter(state=SyncTarget.State.QUEUED).update(
        state=SyncTarget.State.CANCELLED, finished_at=Now(), error_code=RingStopped.code, error_facts=facts
    )
    run.cancelled_at = timezone.now()
    run.save(update_fields=["cancelled_at"])
    record("run.cancelled", administration=run.administration, run=str(run.pk), reason=RingStopped.code, ring=ring)
    if order is not None and order.state == StandingOrder.State.ON:
        _pause(order, run, ring, wrong)
    # What is busy is finished first: then whoever ends that ends the rings as well.
    finish_run_when_done(run)


def _pause(order: StandingOrder, run: SyncRun, ring: int, wrong: int) -> None:
    order.state = StandingOrder.State.PAUSED
    order.state_code = OrderRingStopped.code
    order.state_facts = {"ring": str(ring), "number": str(wrong)}
    order.save(update_fields=["state", "state_code", "state_facts"])
    told = {"order": str(order.pk), "name": order.name, "run": str(run.pk), "reason": OrderRingStopped.code}
    record("order.paused", administration=run.administration, **told)


def _tell(run: SyncRun, stage: RunStage) -> None:
    record("ring.finished", administration=run.administration, run=str(run.pk), ring=stage.number, state=stage.state)
    announce_ring(run, stage)
