"""The rings of a run as rows: given to its administrations when it begins, opened, and ended with it.

Call these with the run locked, or not stored yet. Whoever opens a ring wakes workers for what they return.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from settings_sync.exceptions import RingWithoutTargets
from settings_sync.models import Finding, Plan, RunStage, SyncRun, SyncTarget
from settings_sync.planning.stages import Who

from .reading import read_rings

WRONG = (SyncTarget.State.FAILED, SyncTarget.State.SKIPPED, SyncTarget.State.HELD)
State = RunStage.State


def check_first_ring(rings: Mapping[str, Any], plan: Plan) -> None:
    """Raises RingWithoutTargets when nobody that a plan goes to is in the group that comes first.

    Without it those who come after would be the first.
    """
    for stage in read_rings(rings).stages[:1]:
        planned = plan.targets.filter(left_out={}).select_related("administration")
        is_in = any(stage.group in target.administration.groups for target in planned)
        if stage.who == Who.GROUP and not is_in:
            raise RingWithoutTargets(name=stage.group)


def give_rings(run: SyncRun, targets: Sequence[SyncTarget]) -> list[RunStage]:
    """Give unsaved targets the number of their ring, and let those of the first begin; returns the unsaved rings.

    Only what is to be carried out is divided: whoever has everything already takes no place in a ring.
    """
    waiting = [target for target in targets if target.state == SyncTarget.State.QUEUED]
    rollout = read_rings(run.rings)
    if not rollout.stages or not waiting:
        return []
    numbers = rollout.divide([target.administration.groups for target in waiting])
    for target, number in zip(waiting, numbers, strict=True):
        target.ring = number
        target.may_begin = number == 1
    # Also those that nobody is in: where the first has nothing to do, the next one begins when it says all the same.
    stages = [RunStage(run=run, number=number) for number in range(1, len(rollout.stages) + 1)]
    stages[0].state = State.OPEN
    stages[0].started_at = timezone.now()
    return stages


def open_ring(run: SyncRun, stage: RunStage) -> list[uuid.UUID]:
    """Let a ring begin; returns its targets, for which somebody has to be woken."""
    stage.state = State.OPEN
    stage.started_at = timezone.now()
    stage.save(update_fields=["state", "started_at"])
    return let_begin(run, [stage])


def let_begin(run: SyncRun, stages: Sequence[RunStage]) -> list[uuid.UUID]:
    """Let workers take what waits in these rings; returns the targets, in the order of the run."""
    waiting = run.targets.filter(ring__in=[stage.number for stage in stages], state=SyncTarget.State.QUEUED)
    found = list(waiting.order_by("plan_target_id").values_list("pk", flat=True))
    waiting.update(may_begin=True, woken_at=Now())
    return found


def begin_again(run: SyncRun, again: Sequence[SyncTarget]) -> list[uuid.UUID]:
    """Let the rings of targets that are tried again follow each other as before, the first of them at once; returns
    the targets that may begin."""
    open_now = list(run.stages.filter(state=State.OPEN))
    numbers = {target.ring for target in again if target.ring is not None}
    numbers -= {stage.number for stage in open_now}
    again_later = run.targets.filter(ring__in=numbers, state=SyncTarget.State.QUEUED)
    again_later.update(may_begin=False)
    stages = run.stages.filter(number__in=numbers)
    stages.update(
        state=State.WAITING,
        opens_at=None,
        asked_at=None,
        approved_by=None,
        reason="",
        started_at=None,
        finished_at=None,
    )
    at_once = [target.pk for target in again if target.ring is None] + let_begin(run, open_now)
    first = stages.order_by("number").first()
    return at_once + (open_ring(run, first) if first else [])


def wait_until(stage: RunStage, minutes: int, now: Any) -> bool:
    """Note when a ring begins that waits for a time; returns whether that has come."""
    if stage.opens_at is None:
        stage.opens_at = now + timedelta(minutes=minutes)
        stage.save(update_fields=["opens_at"])
    return bool(stage.opens_at <= now)


def end_ring(stage: RunStage, state: str) -> None:
    """Give a ring its final state."""
    stage.state = state
    stage.finished_at = timezone.now()
    stage.save(update_fields=["state", "finished_at"])


def end_rings(run: SyncRun) -> list[RunStage]:
    """End what is left of the rings of a run that has ended; returns those that had begun."""
    is_stopped = run.cancelled_at is not None
    ended = []
    for stage in run.stages.filter(state__in=RunStage.UNFINISHED):
        had_begun = stage.state == State.OPEN
        end_ring(stage, State.DONE if had_begun and not is_stopped else State.STOPPED)
        if had_begun:
            ended.append(stage)
    return ended


def has_open_in(run_id: uuid.UUID, ring: int) -> bool:
    """Whether something of a ring is still to be carried out."""
    return SyncTarget.objects.filter(run=run_id, ring=ring, state__in=SyncTarget.OPEN).exists()


def went_wrong() -> Q:
    """The targets that failed, or where something was held back that the plan had not held."""
    held = Finding.objects.filter(target=OuterRef("pk")).exclude(code__in=Finding.NOT_HELD)
    return Q(ring__isnull=False) & (Q(state__in=WRONG) | Q(Exists(held), state__in=SyncTarget.APPLIED))


def goes_too_wrong(run: SyncRun) -> int:
    """In how many administrations it went wrong, where that is more than the rings allow; otherwise 0."""
    wrong = run.targets.filter(went_wrong()).count()
    if not wrong:
        return 0
    begun = run.stages.exclude(started_at=None).values("number")
    return wrong if read_rings(run.rings).must_stop(wrong, run.targets.filter(ring__in=begun).count()) else 0
