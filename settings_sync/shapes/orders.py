"""Standing orders, as the API takes and answers them."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from settings_sync.models import OrderMoment, StandingOrder
from settings_sync.services.standing.outlook import next_moment
from settings_sync.services.standing.standing_orders import LONGEST
from settings_sync.services.standing.timetables import KINDS, MOST_QUIET_MINUTES

from .base import Body, Day, ErrorShape, Text, Uid, UtcTime, Whole, YesOrNo
from .plans import Policies
from .rings import RingsBody

PACKAGE = "0b0f4d1e-7c5a-4c0e-9c70-0a5b6a1f7a11"
NIGHTLY = {"kind": "nightly", "at": "02:00"}
EXAMPLE = {
    "package": PACKAGE,
    "groups": ["Noord-Nederland"],
    "when": NIGHTLY,
    "windows": {"allow": [{"from": "22:00", "until": "05:00"}], "closed": ["2026-12-25"]},
    "policies": {"conflict": "hold"},
    "approval": {"conflicts": True},
}
MADE = {
    "id": "6f1c2c55-3f0c-4b39-8d0d-51d2f6f1a0c4",
    "name": "Elektra",
    **EXAMPLE,
    "rings": {"steps": [{"kind": "group", "group": "Proef"}, {"kind": "rest", "start": "approval"}]},
    "time_zone": "Europe/Amsterdam",
    "state": "on",
    "why": None,
    "next_moment": "2026-12-01T01:00:00Z",
    "last": None,
    "by_right_of": "beheerder@van-dijk.example",
    "created_at": "2026-11-30T09:12:00Z",
}


class ClockTime(serializers.RegexField):
    """A time of day, as 02:00."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WhenBody(Body):
    """When it is due: `nightly` at a time; `weekday` on a day (1 is Monday) at a time; `moment` once, `at` a day and
    time such as 2026-12-01T02:00; `published` when nothing was published for so many minutes. Times are those of
    `time_zone`."""

    kind = serializers.ChoiceField(choices=KINDS)
    at = Text(max_length=16, required=False)
    weekday = Whole(min_value=1, max_value=7, required=False)
    quiet_minutes = Whole(min_value=0, max_value=MOST_QUIET_MINUTES, required=False)


class WindowBody(Body):
    """A time of day from which until which writing is allowed, on the days on which it begins (1 is Monday); without
    `days` on each. With `groups` it is for those alone, in place of what is said for all."""

    vars()["from"] = ClockTime()
    until = ClockTime()
    days = serializers.ListField(child=Whole(min_value=1, max_value=7), required=False, min_length=1, max_length=7)
    groups = serializers.ListField(child=Text(max_length=60), required=False, min_length=1, max_length=100)


class ClosedInBody(Body):
    """Days on which nothing is written in one group."""

    group = Text(max_length=60)
    days = serializers.ListField(child=Day(), max_length=400)


class WindowsBody(Body):
    """When it may write; without `allow` always, but for the days of `closed`, and in a group for those of
    `closed_in`."""

    allow = WindowBody(many=True, required=False, max_length=20)  # type: ignore[call-arg]
    closed = serializers.ListField(child=Day(), required=False, max_length=400)
    closed_in = ClosedInBody(many=True, required=False, max_length=100)  # type: ignore[call-arg]


class ApprovalBody(Body):
    """When it waits for somebody's look: always, or where something was changed on both sides."""

    always = YesOrNo(required=False)
    conflicts = YesOrNo(required=False)


class OrderFields(Body):
    """What a standing order says."""

    name = Text(max_length=LONGEST, required=False)
    package = Uid()
    groups = serializers.ListField(child=Text(max_length=60), max_length=1000)
    when = WhenBody()
    windows = WindowsBody(required=False)
    time_zone = Text(max_length=60, required=False)
    rings = RingsBody(required=False)
    policies = Policies(required=False)
    approval = ApprovalBody(required=False)


@extend_schema_serializer(examples=[OpenApiExample("Every night", value=EXAMPLE, request_only=True)])
class NewOrder(OrderFields):
    """A standing order to make, which is on at once. Without a `name` it is called as its package is."""


@extend_schema_serializer(examples=[OpenApiExample("Earlier", value={"when": NIGHTLY}, request_only=True)])
class ChangedOrder(OrderFields):
    """What to change; the rest stays."""

    package = Uid(required=False)
    groups = serializers.ListField(child=Text(max_length=60), max_length=1000, required=False)
    when = WhenBody(required=False)


class MomentShape(serializers.Serializer[Any]):
    """A moment at which an order was due: what became of it, the `run` that it made, and why it made none."""

    moment = UtcTime()
    state = serializers.ChoiceField(choices=OrderMoment.State.choices)
    run = serializers.UUIDField(allow_null=True)
    error = ErrorShape(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("An order", value=MADE, response_only=True)])
class OrderShape(serializers.Serializer[Any]):
    """One standing order. It works by the right of whoever made, changed or resumed it last; `why` says what stopped or
    paused it where nobody did, and `package` is null when that was deleted."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    package = serializers.UUIDField(allow_null=True)
    groups = serializers.ListField(child=serializers.CharField())
    when = WhenBody()
    windows = WindowsBody()
    time_zone = serializers.CharField()
    rings = RingsBody()
    policies = Policies()
    approval = ApprovalBody()
    state = serializers.ChoiceField(choices=StandingOrder.State.choices)
    why = ErrorShape(allow_null=True)
    next_moment = UtcTime(allow_null=True)
    last = MomentShape(allow_null=True)
    by_right_of = serializers.EmailField(allow_null=True)
    created_at = UtcTime()


def shape_orders(
    rows: Iterable[StandingOrder], last: Mapping[uuid.UUID, OrderMoment], now: datetime
) -> list[dict[str, Any]]:
    """Standing orders as the API answers them; `last` has the latest moment of each that had one."""
    return list(OrderShape([_order(row, last.get(row.pk), now) for row in rows], many=True).data)


def _order(row: StandingOrder, last: OrderMoment | None, now: datetime) -> dict[str, Any]:
    names = (
        *("id", "name", "groups", "when", "windows", "time_zone", "rings", "policies", "approval"),
        *("state", "created_at"),
    )
    return {
        **{name: getattr(row, name) for name in names},
        "package": row.package_id,
        "why": {"code": row.state_code, "detail": row.why} if row.state_code else None,
        "next_moment": next_moment(row, now),
        "last": _moment(last) if last else None,
        "by_right_of": row.by_right_of.email if row.by_right_of else None,
    }


def _moment(row: OrderMoment) -> dict[str, Any]:
    error = {"code": row.error_code, "detail": row.went_wrong} if row.error_code else None
    return {"moment": row.moment, "state": row.state, "run": row.run_id, "error": error}
