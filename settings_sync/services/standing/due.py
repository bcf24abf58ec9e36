"""Finding what is due, by the database's clock: a row for each moment, whoever finds it and however often."""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from settings_sync.exceptions import OrderWithoutPackage
from settings_sync.models import OrderMoment, RunStage, StandingOrder
from settings_sync.planning.moments import When
from tenants import leases

from .standing_orders import mark_of, schedule, stop_order
from .timetables import database_now, quiet_of, timetable_of

logger = logging.getLogger(__name__)

AT_ONCE = 100
LOOKED_EVERY = timedelta(seconds=60)
"""How often is looked whether something was published."""


def find_due_moments() -> int:
    """Write a row for every moment that has come; returns for how many. Any number of schedulers may do so at once."""
    waiting = StandingOrder.objects.filter(state=StandingOrder.State.ON, look_at__lte=database_now())
    return sum(map(_find, list(waiting.order_by("look_at").values_list("pk", flat=True)[:AT_ONCE])))


def _find(order_id: uuid.UUID) -> bool:
    try:
        with transaction.atomic():
            # Of two schedulers one looks, and the other goes on to the next order.
            rows = StandingOrder.objects.select_for_update(of=("self",), skip_locked=True)
            order = rows.select_related("administration", "package").filter(pk=order_id, state="on").first()
            return order is not None and _look(order, database_now())
    except Exception:
        logger.exception("Standing order %s could not be looked at", order_id)
        # Later, so that it keeps no other from being found.
        StandingOrder.objects.filter(pk=order_id).update(look_at=Now() + LOOKED_EVERY)
        return False


def _look(order: StandingOrder, now: datetime) -> bool:
    if order.package is None:
        stop_order(order, OrderWithoutPackage())
        return False
    if goes_through_rings(order):
        # What comes due meanwhile comes after them, once: to begin again with the first would never get to the last.
        order.look_at = now + LOOKED_EVERY
        order.save(update_fields=["look_at"])
        return False
    is_by_publication = order.when["kind"] == When.PUBLISHED
    moment = _published(order, now) if is_by_publication else timetable_of(order).due(order.since, now)
    is_new = False
    if moment is not None:
        order.since = moment
        _row, is_new = OrderMoment.objects.get_or_create(order=order, moment=moment)
    if is_by_publication:
        order.look_at = now + LOOKED_EVERY
    else:
        schedule(order)
    order.save(update_fields=["since", "look_at", "state", "seen_mark", "seen_at", "done_mark"])
    return is_new


def goes_through_rings(order: StandingOrder) -> bool:
    """Whether a run of an order has rings that are not done."""
    return RunStage.objects.filter(run__order=order, state__in=RunStage.UNFINISHED).exists()


def _published(order: StandingOrder, now: datetime) -> datetime | None:
    """The end of the quiet time after the last publication, once it has come and writing is allowed."""
    mark = mark_of(order)
    if mark != order.seen_mark:
        order.seen_mark = mark
        order.seen_at = now
    if mark == order.done_mark or order.seen_at is None:
        return None
    moment = order.seen_at + quiet_of(order.when)
    if moment > now or not timetable_of(order).may_write(now):
        return None
    order.done_mark = mark
    return moment


def take_moments_to_wake() -> list[uuid.UUID]:
    """The moments for which to wake a worker now, because nobody was woken for them lately; notes that it is done."""
    long_ago = Now() - timedelta(seconds=settings.SYNC_WAKE_AGAIN_SECONDS)
    lately = waiting_moments().filter(Q(woken_at=None) | Q(woken_at__lt=long_ago))
    found = list(lately.order_by("found_at").values_list("pk", flat=True)[:AT_ONCE])
    if found:
        OrderMoment.objects.filter(pk__in=found).update(woken_at=Now())
    return found


def moments_nobody_takes() -> list[uuid.UUID]:
    """What waits for so long that there seems to be no worker."""
    long_ago = Now() - timedelta(seconds=settings.REAPER_WORKS_AFTER_SECONDS)
    return list(waiting_moments().filter(found_at__lt=long_ago, attempts=0).values_list("pk", flat=True)[:AT_ONCE])


def waiting_moments() -> "QuerySet[OrderMoment]":
    """Those that nobody works on."""
    return OrderMoment.objects.filter(leases.has_run_out(), state=OrderMoment.State.DUE)
