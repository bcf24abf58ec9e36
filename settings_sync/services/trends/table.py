"""The figures of each day as a table for spreadsheets and programs: the names of its columns never change."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils import timezone

from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from settings_sync.services.administrations.days import WEEKS
from tenants.models import Administration

from .reading import Sights

COLUMNS = (
    "day", "group", "package",
    "settings_in_line", "settings", "percent", "administrations_in_line", "administrations",
    "conflicts", "deviations", "approvals",
    "published_settings", "published_arrivals", "published_median_seconds", "published_slowest_seconds",
)  # fmt: skip
Place = tuple[date, str, uuid.UUID | None]


def days_table(
    main: Administration, sights: Sights, *, group: str = "", package: Package | None = None, weeks: int = WEEKS
) -> Iterator[Sequence[str]]:
    """A row for each day that was noted, of what is chosen, and of each group and package in it; the oldest first.

    A cell is empty where there is no such figure: decisions are counted of everything, and publishing of all groups
    together. Three queries.
    """
    groups = {group} if group else {"", *sights.groups}
    packages: dict[uuid.UUID | None, str] = {row.pk: row.name for row in ([package] if package else sights.packages)}
    if package is None:
        packages[None] = ""
    since = timezone.localdate() - timedelta(weeks=weeks)

    def is_shown(name: str, key: uuid.UUID | None) -> bool:
        return name in groups and key in packages

    aligned = {
        (row.day, row.group, row.package_id): row
        for row in AlignmentDay.objects.filter(administration=main, day__gt=since)
        if is_shown(row.group, row.package_id)
    }
    waiting: dict[Place, WaitingDay] = {}
    if is_shown("", None):
        noted = WaitingDay.objects.filter(administration=main, day__gt=since)
        waiting = {(row.day, "", None): row for row in noted}
    published = {
        (row.day, "", row.package_id): row
        for row in PublishingDay.objects.filter(administration=main, day__gt=since)
        if is_shown("", row.package_id)
    }

    def order(place: Place) -> tuple[date, str, str]:
        return (place[0], place[1].casefold(), packages[place[2]].casefold())

    places: set[Place] = {*aligned, *waiting, *published}
    for place in sorted(places, key=order):
        day, name, key = place
        yield [
            day.isoformat(),
            name,
            packages[key],
            *_aligned(aligned.get(place)),
            *_waiting(waiting.get(place)),
            *_published(published.get(place)),
        ]


def _aligned(row: AlignmentDay | None) -> list[str]:
    if row is None:
        return [""] * 5
    percent = str(row.in_line * 100 // row.total) if row.total else ""
    return [str(row.in_line), str(row.total), percent, str(row.administrations_in_line), str(row.administrations)]


def _waiting(row: WaitingDay | None) -> list[str]:
    return [str(row.conflicts), str(row.deviations), str(row.approvals)] if row else [""] * 3


def _published(row: PublishingDay | None) -> list[str]:
    if row is None:
        return [""] * 4
    return [str(row.settings), str(row.arrivals), str(row.median_seconds), str(row.slowest_seconds)]
