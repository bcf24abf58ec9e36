"""A worker's turn: targets of one run, one after the other, with what they share read once and seen to once.

A message names one target, and whoever gets it goes on with those that come after it in the run. So a run wakes workers
in a few places (`runs/waking.py`), and not for every target.
"""

import time
import uuid
from collections.abc import Iterable, Iterator

from settings_sync.models import Alignment, SyncTarget
from settings_sync.services.plans.orders import read_ahead
from settings_sync.services.runs.waking import turn_length
from tenants import leases

from .targets import Ended, carry_out, settle, wake_again, with_all_it_takes

SECONDS_AT_MOST = 10.0
"""After which no further target is begun: others want a turn as well, and a worker has a limit of time."""


def take_turn(target_id: uuid.UUID) -> int:
    """Carry out a target and those that wait after it in its run, for a while. Returns how many were applied.

    Each is claimed when it is its turn, as in `execute_target`: until then it can be stopped, or taken by another
    worker, and a worker that is killed or told to stop leaves no other one behind than the one that it is busy with.
    """
    ended = Ended()
    with leases.ending_when_stopped():
        for target in _within_time(_targets_of_turn(target_id)):
            carry_out(target.pk, ended, target)
        settle(ended)
    return len(ended.applied)


def _targets_of_turn(target_id: uuid.UUID) -> list[SyncTarget]:
    """This target, whatever its state, and those that wait after it."""
    first = SyncTarget.objects.filter(pk=target_id).values("run", "plan_target", "ring").first()
    if first is None:
        return []
    # Of its own ring: the others have begun before, or may not begin yet.
    of_run = SyncTarget.objects.filter(run=first["run"], ring=first["ring"])
    # Of those that workers are for: what ended as the run began was nobody's turn.
    shared_out = of_run.exclude(state=SyncTarget.State.SUCCEEDED, started_at=None).count()
    free = of_run.filter(leases.is_due(), state=SyncTarget.State.QUEUED, may_begin=True)
    after = free.filter(plan_target__gt=first["plan_target"])
    following = list(after.order_by("plan_target_id").values_list("pk", flat=True)[: turn_length(shared_out) - 1])
    targets = with_all_it_takes(of_run.filter(pk__in=[target_id, *following]).order_by("plan_target_id"))
    read_ahead(target.plan_target for target in targets)
    # Were this worker killed before it has counted them, the reaper would.
    Alignment.objects.filter(administration__in=[target.administration for target in targets]).update(
        as_of=Alignment.LONG_AGO
    )
    return targets


def _within_time(targets: Iterable[SyncTarget]) -> Iterator[SyncTarget]:
    """One after the other, until the time is over; another worker is woken for what is left then."""
    until = time.monotonic() + SECONDS_AT_MOST
    for number, target in enumerate(targets):
        if number and time.monotonic() > until:
            wake_again(target.pk)
            return
        yield target
