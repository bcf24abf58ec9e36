"""A worker makes a plan that was asked for: for a while, then another turn, until all of its administrations are
compared. What is stored by then stays, so that nothing is compared twice."""

import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from settings_sync.exceptions import LeaseLost, SyncError
from settings_sync.models import Plan
from settings_sync.services.plans.plans import failing, set_ready
from tenants import leases
from tenants.waking import send_messages

from .undoing import compute_undos
from .waking import MAKE_PLAN

SECONDS_AT_MOST = 10.0
"""After which no further administrations are begun: others want a turn as well, and a worker has a limit of time."""


def make_plan(plan_id: uuid.UUID) -> int:
    """Claim a plan and go on making it; safe to call any number of times. Returns 1 when this was its turn.

    A process that is told to stop meanwhile (SystemExit) gives it back for another one, and ends.
    """
    token = uuid.uuid4()
    with leases.given_back_when_stopped(Plan, plan_id, token, wake=lambda: _wake_again(plan_id), woken_at=None):
        if not _claim(plan_id, token):
            return 0
        plan = Plan.objects.select_related("administration", "snapshot").get(pk=plan_id)
        try:
            with leases.kept(plan, token):
                _go_on(plan)
        except LeaseLost:  # another worker has it now
            return 0
        except SyncError:  # whoever looks at the plan reads why it failed
            return 1
    return 1


def _claim(plan_id: uuid.UUID, token: uuid.UUID) -> bool:
    free = _waiting().filter(pk=plan_id, attempts__lt=settings.SYNC_MAX_ATTEMPTS)
    # One statement that asks and takes: of two workers only one finds the row free.
    return bool(free.update(lease_token=token, leased_until=Now() + leases.lease(), attempts=F("attempts") + 1))


def _waiting() -> "QuerySet[Plan]":
    return Plan.objects.filter(leases.has_run_out(), is_for_worker=True, state=Plan.State.COMPUTING)


def _go_on(plan: Plan) -> None:
    with failing(plan):
        is_whole = compute_undos(plan, until=time.monotonic() + SECONDS_AT_MOST)
    if is_whole:
        set_ready(plan)
    else:
        _give_back(plan)


def _give_back(plan: Plan) -> None:
    """The rest in another turn, which is no attempt that failed."""
    mine = Plan.objects.filter(pk=plan.pk, lease_token=plan.lease_token)
    mine.update(lease_token=None, leased_until=None, attempts=F("attempts") - 1, woken_at=Now())
    _wake_again(plan.pk)


def _wake_again(plan_id: uuid.UUID) -> None:
    send_messages(MAKE_PLAN, [plan_id])


def take_plans_to_make() -> list[uuid.UUID]:
    """The plans for which to wake a worker now, because nobody was woken for them lately; notes that it is done."""
    # By the database's clock, as everything about leases.
    long_ago = Now() - timedelta(seconds=settings.SYNC_WAKE_AGAIN_SECONDS)
    lately = _waiting().filter(Q(woken_at=None) | Q(woken_at__lt=long_ago), attempts__lt=settings.SYNC_MAX_ATTEMPTS)
    found = list(lately.order_by("created_at").values_list("pk", flat=True)[:100])
    if found:
        Plan.objects.filter(pk__in=found).update(woken_at=Now())
    return found


def plans_nobody_makes() -> list[uuid.UUID]:
    """What waits for so long that there seems to be no worker."""
    long_ago = Now() - timedelta(seconds=settings.REAPER_WORKS_AFTER_SECONDS)
    return list(_waiting().filter(created_at__lt=long_ago, attempts=0).values_list("pk", flat=True)[:100])
