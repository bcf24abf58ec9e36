"""How far everything was in line, week by week: each day keeps one figure, and a day without one is as the last."""

from datetime import timedelta

import pytest
from django.utils import timezone

from settings_sync.models import Alignment, AlignmentDay
from settings_sync.services.administrations.days import KEPT, last_weeks, note_today
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


def test_a_day_keeps_the_figure_of_its_last_count(main):
    note_today(main)
    Alignment.objects.filter(administration__slug="noord").update(counts={"in_line": 10})
    note_today(main)
    day = AlignmentDay.objects.get()
    assert (day.day, day.in_line, day.total) == (timezone.localdate(), 16, 18)


def test_a_week_stands_as_the_last_day_before_its_end(main):
    today = timezone.localdate()
    AlignmentDay.objects.create(administration=main, day=today - timedelta(days=20), in_line=1, total=4)
    AlignmentDay.objects.create(administration=main, day=today - timedelta(days=3), in_line=2, total=4)
    weeks = [week.percent for week in last_weeks(main)]
    assert weeks == [None] * 9 + [25, 25, 50]


def test_what_is_too_long_ago_is_forgotten(main):
    old = timezone.localdate() - KEPT - timedelta(days=1)
    AlignmentDay.objects.create(administration=main, day=old, in_line=1, total=4)
    note_today(main)
    assert not AlignmentDay.objects.filter(day=old).exists()
