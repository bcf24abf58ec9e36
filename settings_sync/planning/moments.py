"""When a standing order is due, and when it may write: pure, with every instant given to it.

A moment is an instant at which an order falls due. It is carried out at the first instant from then on at which writing
is allowed; of moments that were missed the latest counts for all. Times of day are local to a time zone: one that does
not exist, where the clock goes forward, is the first instant after the gap; of one that exists twice the first counts.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LOOKED_AHEAD = 400
"""Days in which a window is looked for: more than a year of closed days is never."""


class When(StrEnum):
    """What makes an order due."""

    NIGHTLY = "nightly"
    WEEKLY = "weekday"
    ONCE = "moment"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Window:
    """From when until when writing is allowed, on the days (1 is Monday) on which the window begins; one that ends no
    later than it begins goes on into the next day. With `groups` it is for those alone."""

    begins: time
    ends: time
    days: frozenset[int] = frozenset(range(1, 8))
    groups: frozenset[str] = frozenset()

    def holds(self, local: datetime) -> bool:
        """Whether a local time is in it."""
        now = local.time()
        if self.begins < self.ends:
            return local.isoweekday() in self.days and self.begins <= now < self.ends
        began_today = local.isoweekday() in self.days and now >= self.begins
        return began_today or ((local - DAY).isoweekday() in self.days and now < self.ends)


@dataclass(frozen=True)
class Timetable:
    """When an order is due, in which windows it may write (without any: always), and on which days it may not; in all
    its `groups` alike, or in some of them otherwise.

    Nightly and weekly orders are due at the local time `at`, the weekly one on the day `weekday`, and one for a single
    moment at the local time `once`. What falls due because something was published has no moments of its own.
    """

    when: When
    zone: ZoneInfo
    at: time = time()
    weekday: int = 1
    once: datetime | None = None
    windows: tuple[Window, ...] = ()
    closed: frozenset[date] = field(default_factory=frozenset)
    closed_in: Mapping[str, frozenset[date]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def of(self, groups: Collection[str]) -> "Timetable":
        """The timetable of an administration that is in these groups: windows of theirs go before those of all, and
        days are closed there for which one of them is."""
        own = tuple(window for window in self.windows if window.groups & set(groups))
        everybody = tuple(window for window in self.windows if not window.groups)
        closed = self.closed.union(*(self.closed_in.get(group, frozenset()) for group in groups))
        return replace(self, windows=own or everybody, closed=closed, closed_in={}, groups=())

    def may_write(self, instant: datetime) -> bool:
        """Whether writing is allowed at this instant, in one of its groups at least."""
        if self.groups:
            return any(self.of([group]).may_write(instant) for group in self.groups)
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        if local.date() in self.closed:
            return False
        return not self.windows or any(window.holds(local) for window in self.windows)

    def first_open(self, instant: datetime) -> datetime | None:
        """The first instant from this one on at which writing is allowed; None where there is none in a year."""
        if self.may_write(instant):
            return instant
        begins = {time(), *(window.begins for window in self.windows)}
        today = instant.astimezone(self.zone).date()
        for number in range(LOOKED_AHEAD):
            opened = [each for each in self._instants(today + number * DAY, begins) if each > instant]
            for each in sorted(opened):
                if self.may_write(each):
                    return each
        return None

    def _instants(self, day: date, times: Collection[time]) -> Iterator[datetime]:
        for at in times:
            local = datetime.combine(day, at)
            yield first_instant(local, self.zone)
            # Where the clock goes back a window opens a second time.
            yield local.replace(tzinfo=self.zone, fold=1).astimezone(UTC)

    def moments(self, after: datetime) -> Iterator[datetime]:
        """The moments after an instant, in their order; without end but for a single one."""
        if self.when == When.ONCE:
            moment = first_instant(self.once, self.zone) if self.once else None
            yield from [moment] if moment and moment > after else []
        if self.when not in (When.NIGHTLY, When.WEEKLY):
            return
        # From the day before: near midnight the local day is another one than that of the instant.
        day = after.astimezone(self.zone).date() - DAY
        while day.year < date.max.year:
            if self.when == When.NIGHTLY or day.isoweekday() == self.weekday:
                moment = first_instant(datetime.combine(day, self.at), self.zone)
                if moment > after:
                    yield moment
            day += DAY

    def next_moment(self, after: datetime) -> datetime | None:
        """The first moment after an instant."""
        return next(self.moments(after), None)

    def due(self, since: datetime, now: datetime) -> datetime | None:
        """The moment that is to be carried out now: the latest of those after `since`, once writing is allowed; None
        while there is none.

        Whoever carries it out calls this the next time with that moment as `since`: so each is carried out once, and of
        several that were missed the latest.
        """
        if not self.may_write(now):
            return None
        latest = None
        for moment in self.moments(since):
            if moment > now:
                break
            latest = moment
        return latest

    def look_again(self, since: datetime) -> datetime | None:
        """The first instant at which something may be due after what was done up to `since`."""
        moment = self.next_moment(since)
        return self.first_open(moment) if moment else None


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time: the first of two, or where the clock skips it the first instant after that."""
    found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    # In a gap the offset of before leads to an instant after it, and the offset of after to one before it.
    before, after = sorted([found, local.replace(tzinfo=zone, fold=1).astimezone(UTC)])
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle == before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
