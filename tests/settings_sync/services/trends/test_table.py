"""The figures of each day as a table: columns that never change, and a row for each day, group and package."""

from datetime import timedelta

import pytest
from django.utils import timezone

from settings_sync.models import AlignmentDay, Package, PublishingDay, WaitingDay
from settings_sync.services.trends.reading import Sights
from settings_sync.services.trends.table import COLUMNS, days_table

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.localdate()


@pytest.fixture
def package(main) -> Package:
    """With figures of three days and two places, one of them too long ago."""
    made = Package.objects.create(administration=main, name="Gas")
    for ago, group, package in ((100, "", None), (1, "", None), (0, "", None), (0, "Noord", None), (0, "", made)):
        AlignmentDay.objects.create(
            administration=main, day=TODAY - timedelta(days=ago), group=group, package=package, in_line=3, total=4,
            administrations_in_line=1, administrations=2,
        )  # fmt: skip
    AlignmentDay.objects.create(administration=main, day=TODAY, group="Geheim", in_line=3, total=4)
    WaitingDay.objects.create(
        administration=main, day=TODAY, conflicts=5, deviations=6, approvals=7, noted_at=timezone.now()
    )
    PublishingDay.objects.create(
        administration=main, day=TODAY, package=made, settings=1, arrivals=2, median_seconds=3, slowest_seconds=4
    )
    return made


def test_the_columns_are_what_programs_were_told():
    assert ",".join(COLUMNS) == (
        "day,group,package,settings_in_line,settings,percent,administrations_in_line,administrations,"
        "conflicts,deviations,approvals,"
        "published_settings,published_arrivals,published_median_seconds,published_slowest_seconds"
    )


def test_a_row_for_each_day_and_place_that_one_may_see(main, package):
    rows = list(days_table(main, Sights(("Noord",), (package,))))
    today, yesterday = TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()
    aligned = ["3", "4", "75", "1", "2"]
    assert rows == [
        [yesterday, "", "", *aligned, "", "", "", "", "", "", ""],
        [today, "", "", *aligned, "5", "6", "7", "", "", "", ""],
        [today, "", "Gas", *aligned, "", "", "", "1", "2", "3", "4"],
        [today, "Noord", "", *aligned, "", "", "", "", "", "", ""],
    ]


def test_narrowed_it_tells_of_what_is_chosen_alone(main, package):
    sights = Sights(("Noord",), (package,))
    assert [row[1:3] for row in days_table(main, sights, group="Noord")] == [["Noord", ""]]
    assert [row[1:3] for row in days_table(main, sights, package=package)] == [["", "Gas"]]
    assert len(list(days_table(main, sights, weeks=20))) == 5
