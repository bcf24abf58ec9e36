"""The figures over time as pages and programs read them: which groups and packages, and how they stood each week."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from settings_sync.services.administrations.days import Week
from settings_sync.services.trends.reading import Part, find_sights, read_trends

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def packages(main) -> list[Package]:
    return [Package.objects.create(administration=main, name=name, categories=["forms"]) for name in ("Gas", "Water")]


@pytest.fixture
def grouped(joined):
    joined[0].groups = ["Noord"]
    joined[0].save(update_fields=["groups"])
    return joined


def keep(main, ago, in_line, total=10, group="", package=None):
    AlignmentDay.objects.create(
        administration=main,
        day=timezone.localdate() - timedelta(days=ago),
        in_line=in_line,
        total=total,
        group=group,
        package=package,
        administrations=2,
    )


def percents(weeks):
    return [week.percent for week in weeks]


def test_the_groups_are_those_of_administrations_that_one_may_enter(owner, colleague, main, grouped, packages):
    sights = find_sights(owner, main)
    assert sights.groups == ("Noord",)
    assert [row.name for row in sights.packages] == ["Gas", "Water"]
    seen = find_sights(colleague, main)
    assert (seen.groups, seen.packages) == ((), ()), "who may enter none of them, and may not sync, sees neither"


def test_every_group_and_package_has_its_weeks(owner, main, grouped, packages):
    gas, _water = packages
    for ago, whole in ((8, 5), (0, 10)):
        keep(main, ago, whole)
        keep(main, ago, whole - 1, group="Noord")
        keep(main, ago, whole - 2, package=gas)
    keep(main, 0, 1, group="Noord", package=gas)
    sights = find_sights(owner, main)
    trends = read_trends(main, sights, weeks=3)
    assert percents(trends.weeks) == [None, 50, 100]
    assert [(part.name, percents(part.weeks), part.change) for part in trends.groups] == [("Noord", [None, 40, 90], 50)]
    assert [(part.name, percents(part.weeks)) for part in trends.packages] == [
        ("Gas", [None, 30, 80]),
        ("Water", [None, None, None]),
    ]
    in_group = read_trends(main, sights, group="Noord", package=gas, weeks=3)
    assert percents(in_group.weeks) == [None, None, 10]
    assert (in_group.groups, in_group.packages) == ((), ())
    assert percents(read_trends(main, sights, group="Noord", weeks=1).packages[0].weeks) == [10]
    assert percents(read_trends(main, sights, package=gas, weeks=1).groups[0].weeks) == [10]


def test_a_group_without_administrations_that_are_counted_has_nothing_to_tell(owner, main, grouped):
    keep(main, 0, 10)
    (part,) = read_trends(main, find_sights(owner, main)).groups
    assert (part.now.percent, part.change) == (None, None)


def test_points_go_up_and_down():
    day = timezone.localdate()
    fell = Part("Noord", (Week(day, None), Week(day, 90), Week(day, 70)))
    assert (fell.change, fell.fall) == (-20, 20)
    assert Part("Noord", (Week(day, 90),)).change is None, "one week is no change"


def test_what_waited_and_how_long_publishing_took_stand_as_they_were_noted_last(owner, main, joined, packages):
    gas, _water = packages
    today = timezone.localdate()
    WaitingDay.objects.create(
        administration=main, day=today - timedelta(days=8), conflicts=3, deviations=2, approvals=1,
        noted_at=timezone.now(),
    )  # fmt: skip
    took = {"administration": main, "settings": 1, "slowest_seconds": 7200}
    for ago, package, arrivals, seconds in ((8, None, 4, 60), (8, gas, 4, 60), (0, None, 6, 3600)):
        PublishingDay.objects.create(
            day=today - timedelta(days=ago), package=package, arrivals=arrivals, median_seconds=seconds, **took
        )
    sights = find_sights(owner, main)
    trends = read_trends(main, sights, weeks=3)
    assert [week.number for week in trends.waiting] == [None, 3, 3]
    assert [pace and pace.median for _day, pace in trends.paces] == [None, timedelta(minutes=1), timedelta(hours=1)]
    assert trends.pace is not None
    assert trends.packages[0].pace is None, "nothing of it came in the weeks up to the last day"
    of_gas = read_trends(main, sights, package=gas, weeks=3)
    assert [pace is not None for _day, pace in of_gas.paces] == [False, True, False]
    assert [row.waiting.deviations for row in trends.rows] == [2, 2, None], "as a table has them, the newest first"


def test_it_asks_as_much_for_many_as_for_few(owner, main, grouped, packages):
    def ask() -> int:
        with CaptureQueriesContext(connection) as queries:
            read_trends(main, find_sights(owner, main))
        return len(queries)

    keep(main, 0, 10)
    few = ask()
    for number in range(30):
        package = Package.objects.create(administration=main, name=f"Pakket {number}")
        for ago in range(40):
            keep(main, ago + 1, 5, package=package)
    grouped[1].groups = [f"Groep {number}" for number in range(20)]
    grouped[1].save(update_fields=["groups"])
    assert ask() == few
    assert few <= 8
