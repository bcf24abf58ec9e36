"""When and windows of an order, from how they are kept and sent to what planning reckons with."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import connection

from settings_sync.exceptions import NeverOpen, TimetableNotUsable
from settings_sync.models import StandingOrder
from settings_sync.planning.moments import Timetable, When, Window

KINDS = [str(kind) for kind in When]
"""What can make an order due, as `when` has it under `kind`."""
MOST_QUIET_MINUTES = 7 * 24 * 60
YEARS = range(2000, 3000)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def timetable_of(order: StandingOrder) -> Timetable:
    """The timetable of an order."""
    return read_timetable(order.when, order.windows, order.time_zone, order.groups)


def read_timetable(
    when: Mapping[str, Any], windows: Mapping[str, Any], zone: str, groups: Collection[str] = ()
) -> Timetable:
    """What was sent or kept as a timetable for these groups; raises TimetableNotUsable with the field that is wrong."""
    if zone not in _zones():
        raise TimetableNotUsable(field="time_zone")
    kind = When(when.get("kind", "")) if when.get("kind") in set(When) else None
    if kind is None:
        raise TimetableNotUsable(field="when")
    return Timetable(
        when=kind,
        zone=ZoneInfo(zone),
        at=_time(when, "at") if kind in (When.NIGHTLY, When.WEEKLY) else time(),
        weekday=_whole(when, "weekday", 7) if kind == When.WEEKLY else 1,
        once=_moment(when) if kind == When.ONCE else None,
        windows=tuple(_window(row) for row in windows.get("allow", ())),
        closed=frozenset(_day(text) for text in windows.get("closed", ())),
        closed_in=_closed_in(windows.get("closed_in", ())),
        groups=tuple(groups),
    )


def _closed_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[date]]:
    """The closed days of each group, which may be named more than once."""
    found: dict[str, frozenset[date]] = {}
    for row in rows:
        found[row["group"]] = found.get(row["group"], frozenset()).union(map(_day, row["days"]))
    return found


def groups_in(windows: Mapping[str, Any]) -> set[str]:
    """The groups for which something is said of their own."""
    named = {group for row in windows.get("allow", ()) for group in row.get("groups", ())}
    return named | {row["group"] for row in windows.get("closed_in", ())}


def check_timetable(table: Timetable, now: datetime) -> None:
    """Raises NeverOpen, or TimetableNotUsable for a single moment that is over."""
    if any(table.of([group]).first_open(now) is None for group in table.groups) or table.first_open(now) is None:
        raise NeverOpen
    if table.when == When.ONCE and table.next_moment(now) is None:
        raise TimetableNotUsable(field="at")


def quiet_of(when: Mapping[str, Any]) -> timedelta:
    """How long nothing may have been published before what was is brought."""
    return timedelta(minutes=_whole(when, "quiet_minutes", MOST_QUIET_MINUTES, least=0))


def database_now() -> datetime:
    """The instant by the database's clock, which all that schedules goes by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now.astimezone(UTC)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time(row: Mapping[str, Any], name: str) -> time:
    try:
        return datetime.strptime(str(row.get(name, "")), "%H:%M").time()
    except ValueError:
        raise TimetableNotUsable(field=name) from None


def _moment(when: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.strptime(str(when.get("at", "")), "%Y-%m-%dT%H:%M")
    except ValueError:
        raise TimetableNotUsable(field="at") from None
    # At either end of the calendar a time zone leads out of it.
    if moment.year not in YEARS:
        raise TimetableNotUsable(field="at")
    return moment


def _day(text: Any) -> date:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()
    except ValueError:
        raise TimetableNotUsable(field="closed") from None


def _whole(row: Mapping[str, Any], name: str, most: int, least: int = 1) -> int:
    number = row.get(name)
    if type(number) is not int or not least <= number <= most:
        raise TimetableNotUsable(field=name)
    return number


def _window(row: Mapping[str, Any]) -> Window:
    days = row.get("days", EVERY_DAY)
    if not days or not set(days) <= set(EVERY_DAY):
        raise TimetableNotUsable(field="days")
    return Window(_time(row, "from"), _time(row, "until"), frozenset(days), frozenset(row.get("groups", ())))
