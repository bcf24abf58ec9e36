"""What came of standing orders last, and when each comes next."""

import uuid
from collections.abc import Collection
from datetime import datetime

from settings_sync.models import OrderMoment, StandingOrder
from settings_sync.planning.moments import When

from .timetables import quiet_of, timetable_of


def last_moments(orders: Collection[StandingOrder]) -> dict[uuid.UUID, OrderMoment]:
    """The latest moment of each of these, with its run; an order that was never due is not in it."""
    latest = OrderMoment.objects.filter(order__in=orders).order_by("order_id", "-moment").distinct("order_id")
    return {moment.order_id: moment for moment in latest.select_related("run")}


def next_moment(order: StandingOrder, now: datetime) -> datetime | None:
    """The first instant at which it is carried out as far as is known, by the database's clock; None while it is not
    on, and while nothing was published that it would bring."""
    if order.state != StandingOrder.State.ON:
        return None
    if order.when["kind"] != When.PUBLISHED:
        return order.look_at
    if order.seen_at is None or order.seen_mark == order.done_mark:
        return None
    return timetable_of(order).first_open(max(order.seen_at + quiet_of(order.when), now))
