"""How far everything was in line, week by week: each day keeps one figure of the whole, and one of each group and
package; a day without one is as the last."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from settings_sync.models import Alignment, AlignmentDay, Package
from settings_sync.services.administrations import days
from settings_sync.services.administrations.days import KEPT, last_weeks, note_today, weeks_of
from tenants.models import Administration

pytestmark = pytest.mark.django_db


@pytest.fixture
def main() -> Administration:
    made = Administration.objects.create(name="Hoofd", slug="hoofd", state="active", schema_name="nowhere_main")
    for name, counts in (("noord", {"in_line": 9, "behind": 1}), ("zuid", {"in_line": 6, "conflict": 2, "own": 50})):
        sub = Administration.objects.create(
            name=name, slug=name, state="active", parent=made, schema_name=f"nowhere_{name}"
        )
        Alignment.objects.create(administration=sub, category="forms", counts=counts, as_of=timezone.now())
    return made


@pytest.fixture
def package(main) -> Package:
    return Package.objects.create(administration=main, name="Elektra", categories=["forms"])


def regroup(slug: str, *groups: str) -> None:
    Administration.objects.filter(slug=slug).update(groups=list(groups))


def figures(main: Administration) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """What today says, by group and by the name of a package."""
    rows = AlignmentDay.objects.filter(administration=main, day=timezone.localdate()).select_related("package")
    return {
        (row.group, row.package.name if row.package else ""): (
            row.in_line,
            row.total,
            row.administrations_in_line,
            row.administrations,
        )
        for row in rows
    }


def test_a_day_keeps_the_figure_of_its_last_count(main):
    note_today(main)
    Alignment.objects.filter(administration__slug="noord").update(counts={"in_line": 10})
    note_today(main)
    day = AlignmentDay.objects.get()
    assert (day.day, day.in_line, day.total) == (timezone.localdate(), 16, 18)
    assert (day.administrations_in_line, day.administrations) == (1, 2)


def test_a_week_stands_as_the_last_day_before_its_end(main):
    today = timezone.localdate()
    AlignmentDay.objects.create(administration=main, day=today - timedelta(days=20), in_line=1, total=4)
    AlignmentDay.objects.create(administration=main, day=today - timedelta(days=3), in_line=2, total=4)
    AlignmentDay.objects.create(administration=main, day=today, in_line=4, total=4, group="Noord")
    weeks = [week.percent for week in last_weeks(main)]
    assert weeks == [None] * 9 + [25, 25, 50]


def test_what_is_too_long_ago_is_forgotten(main):
    old = timezone.localdate() - KEPT - timedelta(days=1)
    AlignmentDay.objects.create(administration=main, day=old, in_line=1, total=4)
    AlignmentDay.objects.create(administration=main, day=old, in_line=1, total=4, group="Noord")
    note_today(main)
    assert not AlignmentDay.objects.filter(day=old).exists()


def test_a_main_without_subs_has_a_figure_of_nothing(main):
    Alignment.objects.all().delete()
    note_today(main)
    assert figures(main) == {("", ""): (0, 0, 0, 0)}
    assert last_weeks(main)[-1].percent is None


def test_every_group_and_package_has_its_own_figure(main, package):
    regroup("noord", "Groningen", "Klein")
    regroup("zuid", "Klein")
    counted = Alignment.objects.filter(administration__slug="noord")
    counted.update(packages={str(package.pk): [3, 3]})
    Alignment.objects.filter(administration__slug="zuid").update(packages={str(package.pk): [1, 2]})
    note_today(main)
    assert figures(main) == {
        ("", ""): (15, 18, 0, 2),
        ("Groningen", ""): (9, 10, 0, 1),
        ("Klein", ""): (15, 18, 0, 2),
        ("", "Elektra"): (4, 5, 1, 2),
        ("Groningen", "Elektra"): (3, 3, 1, 1),
        ("Klein", "Elektra"): (4, 5, 1, 2),
    }


def test_an_administration_that_is_not_active_counts_nowhere(main):
    regroup("zuid", "Klein")
    Administration.objects.filter(slug="zuid").update(state="deleting")
    note_today(main)
    assert figures(main) == {("", ""): (9, 10, 0, 1)}


def test_a_group_under_another_name_begins_anew_and_the_former_ends_the_same_day(main):
    regroup("noord", "Noord")
    note_today(main)
    regroup("noord", "Noord-Nederland")
    note_today(main)
    assert set(figures(main)) == {("", ""), ("Noord-Nederland", "")}


def test_a_group_that_nobody_is_in_any_more_has_no_figure_from_then_on(main):
    today = timezone.localdate()
    for ago, group in ((14, ""), (14, "Noord"), (7, "")):
        AlignmentDay.objects.create(
            administration=main, day=today - timedelta(days=ago), in_line=1, total=2, group=group
        )
    rows = AlignmentDay.objects.filter(administration=main, group="Noord")
    counted = [today - timedelta(days=14), today - timedelta(days=7)]
    assert [week.percent for week in weeks_of(counted, rows, 3)] == [50, None, None]


def test_a_package_that_is_deleted_takes_its_figures_with_it(main, package):
    Alignment.objects.filter(administration__slug="noord").update(packages={str(package.pk): [3, 3]})
    note_today(main)
    assert ("", "Elektra") in figures(main)
    package.delete()
    assert set(figures(main)) == {("", "")}
    # The counts name it until they are counted again.
    note_today(main)
    assert set(figures(main)) == {("", "")}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "🔥 Zuid", "ë" * 60, '"; --', "%s"]
)
def test_a_group_may_be_called_anything(main, name):
    regroup("noord", name)
    note_today(main)
    assert figures(main)[name, ""] == (9, 10, 0, 1)


def test_it_takes_two_statements_however_many_administrations_and_packages(main, package):
    subs = [
        Administration(name=f"Vestiging {number}", slug=f"v-{number}", state="active", parent=main, groups=["Alle"])
        for number in range(40)
    ]
    Administration.objects.bulk_create(subs)
    counted = {"counts": {"in_line": 1}, "packages": {str(package.pk): [1, 1]}, "as_of": timezone.now()}
    Alignment.objects.bulk_create([Alignment(administration=sub, category="forms", **counted) for sub in subs])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        note_today(main)
    assert len(queries) == 2
    assert figures(main)["Alle", "Elektra"] == (40, 40, 40, 40)


def test_a_day_with_too_many_parts_keeps_the_whole_and_what_is_of_most(main, package, monkeypatch):
    monkeypatch.setattr(days, "NOTE", days.NOTE.replace(f"LIMIT {days.MOST_A_DAY}", "LIMIT 3"))
    regroup("noord", "Groot", "Klein")
    regroup("zuid", "Groot")
    Alignment.objects.update(packages={str(package.pk): [1, 1]})
    note_today(main)
    assert set(figures(main)) == {("", ""), ("", "Elektra"), ("Groot", "")}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # In winter an hour before midnight in Amsterdam, in summer two: both nights on which the clock changes.
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), "2026-10-24"),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-10-26"),
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), "2027-03-28"),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), "2027-03-28"),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), "2027-03-29"),
    ],
)
def test_a_day_is_one_of_the_place_where_people_work(main, monkeypatch, moment, day):
    monkeypatch.setattr(timezone, "now", lambda: moment)
    note_today(main)
    assert [str(row.day) for row in AlignmentDay.objects.all()] == [day]


def test_weeks_over_a_change_of_the_clock_are_of_seven_days(main, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 1, 12, tzinfo=UTC))
    ends = [week.ends_on for week in last_weeks(main)]
    assert {later - former for former, later in pairwise(ends)} == {timedelta(days=7)}
