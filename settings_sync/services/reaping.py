"""What the reaper does each round: everything that was accepted ends, whatever was killed. It needs no broker."""

from dataclasses import dataclass

from django.db import transaction

from tenants.services import administrations_to_wake
from tenants.waking import WORK_ON_ADMINISTRATION, send_messages

from ..models import SyncRun, SyncTarget
from ..waking import APPLY_TARGET
from .alignment import fold_alignment
from .runs import finish_run_when_done, lock_run
from .starting import start_forgotten
from .targets import give_up_poisoned_targets, take_targets_to_wake


@dataclass(frozen=True)
class Round:
    """What one round of the reaper did."""

    woken: int
    given_up: int
    finished: int


def reap() -> Round:
    """Wake workers for what is open, end what was tried too often, and finish runs whose worker died just before."""
    given_up = give_up_poisoned_targets()
    finished = _finish_runs()
    start_forgotten()
    woken = send_messages(APPLY_TARGET, take_targets_to_wake())
    woken += send_messages(WORK_ON_ADMINISTRATION, administrations_to_wake())
    fold_alignment()
    return Round(woken=woken, given_up=given_up, finished=finished)


def _finish_runs() -> int:
    done = SyncRun.objects.filter(finished_at=None).exclude(targets__state__in=SyncTarget.OPEN)
    finished = 0
    for run_id in done.values_list("pk", flat=True):
        with transaction.atomic():
            finished += finish_run_when_done(lock_run(run_id))
    return finished
