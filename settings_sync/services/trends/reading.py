"""The figures over time as pages, programs and files read them; they ask as much for five administrations as for four
hundred.

Who may see the first page of a main administration may see these: they tell numbers of the whole, as that page does.
Groups are those of administrations that the reader may enter, and packages those that the reader may see.
"""

import uuid
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Subquery
from django.utils import timezone

from accounts.models import User
from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from settings_sync.services.administrations.days import WEEKS, Week, weeks_of
from settings_sync.services.packages.packages import list_packages
from tenants.models import Administration


@dataclass(frozen=True)
class Waiting:
    """How many decisions waited at the end of a week; None where nobody had noted it yet."""

    ends_on: date
    conflicts: int | None = None
    deviations: int | None = None
    approvals: int | None = None

    @property
    def number(self) -> int | None:
        """What is on somebody's desk: a conflict is an entry of the inbox as well, and counts once."""
        return None if self.deviations is None else self.deviations + (self.approvals or 0)


@dataclass(frozen=True)
class Pace:
    """How long it took from publishing to in line, in twelve weeks: half of the arrivals within `median`, nine of ten
    within `slowest`."""

    settings: int
    arrivals: int
    median: timedelta
    slowest: timedelta


@dataclass(frozen=True)
class Part:
    """A group, or a package, with its weeks."""

    name: str
    weeks: tuple[Week, ...]
    package: Package | None = None
    pace: Pace | None = None

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def change(self) -> int | None:
        """How many points of a hundred it went up or down since the first week that is known of it."""
        known = [week.percent for week in self.weeks if week.percent is not None]
        return known[-1] - known[0] if len(known) > 1 and self.now.percent is not None else None

    @property
    def fall(self) -> int:
        """The same where it went down, without its sign."""
        return -(self.change or 0)


@dataclass(frozen=True)
class Row:
    """One week with everything that is known of it."""

    aligned: Week
    waiting: Waiting
    pace: Pace | None


@dataclass(frozen=True)
class Sights:
    """What one user may choose from."""

    groups: tuple[str, ...]
    packages: tuple[Package, ...]

    def package(self, key: str) -> Package | None:
        """The package with this id, or None."""
        return next((package for package in self.packages if str(package.pk) == key), None)


@dataclass(frozen=True)
class Trends:
    """Everything over time of a main administration, of a group, of a package, or of a package in a group.

    `groups` are those within the package, `packages` those within the group; `pace` is of all groups together.
    """

    weeks: tuple[Week, ...]
    waiting: tuple[Waiting, ...]
    pace: Pace | None
    paces: tuple[tuple[date, Pace | None], ...]
    groups: tuple[Part, ...]
    packages: tuple[Part, ...]

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def rows(self) -> list[Row]:
        """The weeks, the newest first, as a table has them."""
        found = [
            Row(week, waiting, pace)
            for week, waiting, (_day, pace) in zip(self.weeks, self.waiting, self.paces, strict=True)
        ]
        return found[::-1]


def find_sights(acting_user: User, main: Administration) -> Sights:
    """The groups and packages that the user may see; three queries."""
    reached = main.children.existing().reachable_by(acting_user)
    groups = {name for names in reached.values_list("groups", flat=True) for name in names}
    packages = list_packages(acting_user=acting_user, main=main).select_related(None)
    return Sights(tuple(sorted(groups, key=str.casefold)), tuple(packages))


def read_trends(
    main: Administration, sights: Sights, *, group: str = "", package: Package | None = None, weeks: int = WEEKS
) -> Trends:
    """The last weeks of what is chosen, and of the groups and packages in it; five queries."""
    today = timezone.localdate()
    ends = [today - timedelta(weeks=number) for number in reversed(range(weeks))]
    whole = AlignmentDay.objects.filter(administration=main, group="", package=None, day__lte=today)
    counted = list(whole.order_by("day").values_list("day", flat=True))
    days = {last for end in ends if (last := _last(counted, end))}
    groups = [] if group else sights.groups
    packages = [] if package else sights.packages
    chosen = Q(group=group, package=package)
    inside = chosen | Q(group__in=groups, package=package) | Q(group=group, package__in=packages)
    rows = list(AlignmentDay.objects.filter(inside, administration=main, day__in=days))
    series: dict[tuple[str, uuid.UUID | None], list[AlignmentDay]] = {}
    for row in rows:
        series.setdefault((row.group, row.package_id), []).append(row)

    def weeks_in(name: str, key: uuid.UUID | None) -> tuple[Week, ...]:
        return tuple(weeks_of(counted, series.get((name, key), []), weeks))

    key = package.pk if package else None
    paces = _paces(main, ends, package)
    by_package = _latest_paces(main, packages)
    return Trends(
        weeks=weeks_in(group, key),
        waiting=_waiting(main, ends),
        pace=paces[-1][1],
        paces=paces,
        groups=tuple(Part(name, weeks_in(name, key)) for name in groups),
        packages=tuple(Part(row.name, weeks_in(group, row.pk), row, by_package.get(row.pk)) for row in packages),
    )


def _waiting(main: Administration, ends: Sequence[date]) -> tuple[Waiting, ...]:
    rows = {row.day: row for row in WaitingDay.objects.filter(administration=main, day__lte=ends[-1])}
    days = sorted(rows)
    found = []
    for end in ends:
        row = rows[last] if (last := _last(days, end)) else None
        found.append(Waiting(end, row.conflicts, row.deviations, row.approvals) if row else Waiting(end))
    return tuple(found)


def _paces(main: Administration, ends: Sequence[date], package: Package | None) -> tuple[tuple[date, Pace | None], ...]:
    rows = PublishingDay.objects.filter(Q(package=None) | Q(package=package), administration=main, day__lte=ends[-1])
    key = package.pk if package else None
    by_day = {row.day: row for row in rows if row.package_id == key}
    # Of everything there is a row of each day that was looked at: what has none then was not brought for so long.
    days = sorted(row.day for row in rows if row.package_id is None)
    return tuple((end, _pace(by_day.get(last)) if (last := _last(days, end)) else None) for end in ends)


def _latest_paces(main: Administration, packages: Collection[Package]) -> dict[uuid.UUID | None, Pace | None]:
    everything = PublishingDay.objects.filter(administration=main)
    latest = everything.filter(package=None).order_by("-day").values("day")[:1]
    rows = everything.filter(package__in=packages, day=Subquery(latest))
    return {row.package_id: _pace(row) for row in rows}


def _pace(row: PublishingDay | None) -> Pace | None:
    if row is None or not row.arrivals:
        return None
    return Pace(
        row.settings,
        row.arrivals,
        timedelta(seconds=row.median_seconds),
        timedelta(seconds=row.slowest_seconds),
    )


def _last(days: Sequence[date], end: date) -> date | None:
    """The last of these days, oldest first, that is not after a day."""
    place = bisect_right(days, end)
    return days[place - 1] if place else None
