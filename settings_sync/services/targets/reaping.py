"""What the reaper does each round: everything that was accepted ends, whatever was killed. It needs no broker."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from accounts.acting import end_what_is_over
from notices.services.reading import forget_old_notices
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.approvals.approvals import expire_approvals
from settings_sync.services.plans.plans import fail_forgotten_plans
from settings_sync.services.runs.runs import finish_run_when_done, lock_run
from settings_sync.services.runs.starting import start_forgotten
from settings_sync.services.runs.waking import APPLY_TARGET
from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.standing.carrying_out import CARRY_OUT_MOMENT, carry_out_moment
from settings_sync.services.standing.due import find_due_moments, moments_nobody_takes, take_moments_to_wake
from settings_sync.services.undos.making import make_plan, plans_nobody_makes, take_plans_to_make
from settings_sync.services.undos.waking import MAKE_PLAN
from tenants.administrations import administrations_to_wake, give_up_poisoned_administrations, work_on_administration
from tenants.failpoints import reach
from tenants.waking import WORK_ON_ADMINISTRATION, send_messages
from webhooks.services.deliveries import forget_old_messages
from webhooks.services.sending import send_due

from .open_work import OpenWork, find_open_work
from .targets import execute_target, give_up_poisoned_targets, take_targets_to_wake, targets_nobody_takes

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """What one round of the reaper did."""

    woken: int
    given_up: int
    finished: int
    done: int = 0


_others: list[Callable[[], int]] = []


def also_each_round(*steps: Callable[[], int]) -> None:
    """Have the reaper do these too, after it has counted: what stands above this room, called when the app is ready."""
    _others.extend(step for step in steps if step not in _others)


def _goes_on() -> bool:
    return False


def reap(must_stop: Callable[[], bool] = _goes_on) -> Round:
    """Wake workers for what is open, end what was tried too often, and finish runs whose worker died just before.

    What no worker can be woken for, or takes though it was woken, is done here and now.
    Messages that are due are sent here as well, last, for a receiver may take its time.

    What goes wrong in one step is logged and keeps no other from being done; only a database that is away is raised.
    Once `must_stop` says so nothing is begun any more that takes its time.
    """
    # After what may open something itself.
    _attempt(start_forgotten)
    _attempt(find_due_moments)
    there = find_open_work()
    # Before anybody is woken, who would otherwise be woken for what was tried too often.
    given_up = _attempt_where(there.runs, give_up_poisoned_targets)
    given_up += _attempt_where(there.administrations, give_up_poisoned_administrations)
    finished = _attempt_where(there.runs, _finish_runs)
    _attempt_where(there.runs, expire_approvals)
    _attempt_where(there.runs, advance_rings)
    _attempt_where(there.plans, fail_forgotten_plans)
    reach("reaper.before-waking")
    woken, alone = _wake(there)
    done = _work_on(alone, must_stop)
    for step in (end_what_is_over, fold_alignment, *_others, send_due, forget_old_messages, forget_old_notices):
        if not must_stop():
            _attempt(step)
    return Round(woken=woken, given_up=given_up, finished=finished, done=done)


def _attempt(step: Callable[[], int]) -> int:
    try:
        return step()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A step of the reaper failed: %s", step)
        return 0


def _attempt_where(is_open: bool, step: Callable[[], int]) -> int:
    """Attempt a step where there is something that it could be about."""
    return _attempt(step) if is_open else 0


def _wake(there: OpenWork) -> tuple[int, list[Callable[[], int]]]:
    """Wake workers for what is open; returns for how much, and the work for which nobody could be woken."""
    targets = take_targets_to_wake() if there.runs else []
    administrations = administrations_to_wake() if there.administrations else []
    plans = take_plans_to_make() if there.plans else []
    moments = take_moments_to_wake() if there.moments else []
    # Sending stops at the first message that the broker does not take: nobody was woken for those after it.
    alone_targets = targets[send_messages(APPLY_TARGET, targets) :]
    alone_administrations = administrations[send_messages(WORK_ON_ADMINISTRATION, administrations) :]
    alone_plans = plans[send_messages(MAKE_PLAN, plans) :]
    alone_moments = moments[send_messages(CARRY_OUT_MOMENT, moments) :]
    alone: list[Callable[[], int]] = [partial(work_on_administration, row_id) for row_id in alone_administrations]
    # That messages were sent does not mean that a worker reads them.
    if there.runs:
        alone += [partial(execute_target, row_id) for row_id in alone_targets or targets_nobody_takes()]
    if there.plans:
        alone += [partial(make_plan, row_id) for row_id in alone_plans or plans_nobody_makes()]
    if there.moments:
        alone += [partial(carry_out_moment, row_id) for row_id in alone_moments or moments_nobody_takes()]
    waiting = len(targets) + len(administrations) + len(plans) + len(moments)
    left = len(alone_targets) + len(alone_administrations) + len(alone_plans) + len(alone_moments)
    return waiting - left, alone


def _work_on(work: Iterable[Callable[[], int]], must_stop: Callable[[], bool]) -> int:
    """Do for a while what no message could be sent for, or what no worker takes; returns how much was done."""
    # Not for longer: whatever else the round does, such as giving up, waits for this.
    until = time.monotonic() + settings.REAPER_WORKS_AT_MOST_SECONDS
    done = 0
    for piece in work:
        if must_stop() or time.monotonic() > until:
            break
        done += _attempt(piece)
    return done


def _finish_runs() -> int:
    unfinished = SyncRun.objects.filter(finished_at=None).exclude(state=SyncRun.State.WAITING)
    done = unfinished.exclude(targets__state__in=SyncTarget.OPEN)
    finished = 0
    for run_id in done.values_list("pk", flat=True):
        with transaction.atomic():
            finished += finish_run_when_done(lock_run(run_id))
    return finished
