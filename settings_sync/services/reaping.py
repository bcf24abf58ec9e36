"""What the reaper does each round: everything that was accepted ends, whatever was killed. It needs no broker."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction

from tenants.services import administrations_to_wake
from tenants.waking import WORK_ON_ADMINISTRATION, send_messages

from ..models import SyncRun, SyncTarget
from ..waking import APPLY_TARGET
from .alignment import fold_alignment
from .runs import finish_run_when_done, lock_run
from .starting import start_forgotten
from .targets import give_up_poisoned_targets, take_targets_to_wake

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """What one round of the reaper did."""

    woken: int
    given_up: int
    finished: int


def reap() -> Round:
    """Wake workers for what is open, end what was tried too often, and finish runs whose worker died just before.

    What goes wrong in one step is logged and keeps no other from being done; only a database that is away is raised.
    """
    given_up = _attempt(give_up_poisoned_targets)
    finished = _attempt(_finish_runs)
    _attempt(start_forgotten)
    woken = _attempt(_wake_targets) + _attempt(_wake_administrations)
    _attempt(fold_alignment)
    return Round(woken=woken, given_up=given_up, finished=finished)


def _attempt(step: Callable[[], int]) -> int:
    try:
        return step()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A step of the reaper failed: %s", step.__name__)
        return 0


def _wake_targets() -> int:
    return send_messages(APPLY_TARGET, take_targets_to_wake())


def _wake_administrations() -> int:
    return send_messages(WORK_ON_ADMINISTRATION, administrations_to_wake())


def _finish_runs() -> int:
    done = SyncRun.objects.filter(finished_at=None).exclude(targets__state__in=SyncTarget.OPEN)
    finished = 0
    for run_id in done.values_list("pk", flat=True):
        with transaction.atomic():
            finished += finish_run_when_done(lock_run(run_id))
    return finished
