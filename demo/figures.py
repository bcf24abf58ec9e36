"""Twelve weeks of figures behind the demo's companies, so that what is shown over time looks lived in.

Made up from how it stands today and on the days that the story noted: between these it goes from one to the next, a
little lower for some days after each publication. Seeded, so that every load gives the same.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from django.utils import timezone

from settings_sync.models import AlignmentDay, PublishingDay, WaitingDay
from settings_sync.services.trends.noting import EVERY, note_figures_of
from tenants.models import Administration

DAYS = 84
LEAST_WAITING = 3
Place = tuple[str, object]


def fill_figures(main: Administration, *, begin: float = 0.7) -> None:
    """Give a main administration its figures of the twelve weeks up to today; `begin` is how far it was in line at
    first, where the story did not note it."""
    note_figures_of(main)
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    _fill_alignment(main, days, begin)
    _fill_waiting(main, days)
    _fill_publishing(main, days)
    # The inbox is looked into after the load: the reaper notes today once more in its first round.
    WaitingDay.objects.filter(administration=main, day=today).update(noted_at=timezone.now() - EVERY)


def _fill_alignment(main: Administration, days: list[date], begin: float) -> None:
    noted = list(AlignmentDay.objects.filter(administration=main))
    whole = {row.day: row.in_line / row.total for row in noted if not row.group and not row.package_id and row.total}
    told = {row.day for row in noted}
    latest = [row for row in noted if row.day == max(told)]
    shares = _between({days[0]: begin} | whole, days)
    for day in days:
        if day not in told:
            AlignmentDay.objects.bulk_create(_day(main, latest, day, shares[day], whole[max(told)]))


def _day(main: Administration, latest: list[AlignmentDay], day: date, share: float, now: float) -> list[AlignmentDay]:
    rows: dict[Place, AlignmentDay] = {}
    for row in latest:
        today = row.in_line / (row.total or 1)
        found = min(max(share / now * today - _dip(f"{main.slug} {row.group}", day), 0), 1)
        entirely = row.administrations_in_line / (row.administrations or 1) + 2 * (found - today)
        rows[row.group, row.package_id] = AlignmentDay(
            administration=main,
            day=day,
            group=row.group,
            package_id=row.package_id,
            in_line=round(found * row.total),
            total=row.total,
            administrations_in_line=round(min(max(entirely, 0), 1) * row.administrations),
            administrations=row.administrations,
        )
    _add_up(rows)
    return list(rows.values())


def _add_up(rows: dict[Place, AlignmentDay]) -> None:
    """Where every administration is in one group, all of them together are what the groups are together."""
    for (group, package), row in rows.items():
        parts = [part for (name, key), part in rows.items() if name and key == package]
        if not group and sum(part.total for part in parts) == row.total:
            row.in_line = sum(part.in_line for part in parts)
            row.administrations_in_line = sum(part.administrations_in_line for part in parts)


def _dip(seed: str, day: date) -> float:
    """How much less is in line for some days after something was published."""
    chance = random.Random(seed)  # nosec B311 # figures of a demo, the same each time
    when = timezone.localdate() - timedelta(days=DAYS - chance.randrange(6))
    while when <= day:
        ends = when + timedelta(days=chance.randrange(2, 6))
        depth = chance.uniform(0.03, 0.1)
        if day < ends:
            return depth * (ends - day).days / (ends - when).days
        when += timedelta(days=chance.randrange(7, 13))
    return 0


def _between(known: Mapping[date, float], days: list[date]) -> dict[date, float]:
    """The share of each day, on the way from one known day to the next."""
    found = dict(known)
    for former, later in pairwise(sorted(known)):
        for day in days:
            if former < day < later:
                part = (day - former).days / (later - former).days
                found[day] = known[former] + part * (known[later] - known[former])
    return found


def _fill_waiting(main: Administration, days: list[date]) -> None:
    today = WaitingDay.objects.get(administration=main, day=timezone.localdate())
    chance = random.Random(main.slug)  # nosec B311 # figures of a demo, the same each time
    number = most = max(today.deviations, LEAST_WAITING)
    rows = []
    for day in days:
        # On working days people change something and others decide; nobody does at the weekend.
        if day.weekday() < 5:
            number = min(max(number + chance.randrange(-3, 4), 0), round(most * 1.3))
        rows.append(
            WaitingDay(
                administration=main,
                day=day,
                conflicts=number // 4,
                deviations=number,
                approvals=int(chance.random() < 0.15),
                noted_at=timezone.now(),
            )
        )
    WaitingDay.objects.bulk_create(rows, ignore_conflicts=True)


def _fill_publishing(main: Administration, days: list[date]) -> None:
    latest = PublishingDay.objects.filter(administration=main, day=timezone.localdate(), arrivals__gt=0)
    rows = []
    for row in latest:
        for number, day in enumerate(days):
            slower = 1.8 - 0.8 * number / len(days) + _dip(f"{main.slug} {row.package_id}", day)
            rows.append(
                PublishingDay(
                    administration=main,
                    day=day,
                    package_id=row.package_id,
                    settings=row.settings,
                    arrivals=row.arrivals,
                    median_seconds=round(row.median_seconds * slower),
                    slowest_seconds=round(row.slowest_seconds * slower),
                )
            )
    PublishingDay.objects.bulk_create(rows, ignore_conflicts=True)
