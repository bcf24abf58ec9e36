"""The figures of the last day for a monitoring system: no more than it can bear, the whole of each main first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from settings_sync.models import AlignmentDay, Package
from settings_sync.services.trends import latest
from settings_sync.services.trends.latest import MOST_SERIES, read_latest

pytestmark = pytest.mark.django_db(transaction=True)


def keep(main, group="", package=None, ago=0, administrations=1):
    AlignmentDay.objects.create(
        administration=main, day=timezone.localdate() - timedelta(days=ago), group=group, package=package, in_line=1,
        total=2, administrations=administrations,
    )  # fmt: skip


def test_it_is_what_stood_on_the_last_day_of_each(main, foreign_main):
    package = Package.objects.create(administration=main, name="Gas")
    keep(main, ago=1)
    keep(main, group="Weg", ago=1)
    keep(main)
    keep(main, package=package)
    keep(main, group="Noord", package=package)
    keep(foreign_main, ago=9)
    rows = [row[:3] for row in read_latest().aligned]
    assert rows == [(foreign_main.slug, "", ""), (main.slug, "", ""), (main.slug, "", "Gas")]
    foreign_main.state = "deleted"
    foreign_main.save(update_fields=["state"])
    assert len(read_latest().aligned) == 2


def test_too_many_are_left_out_and_counted(main, foreign_main, monkeypatch):
    monkeypatch.setattr(latest, "ALIGNED", latest.ALIGNED.replace(f"LIMIT {MOST_SERIES}", "LIMIT 3"))
    keep(main, group="Klein")
    keep(main, group="Groot", administrations=40)
    for row in (main, foreign_main):
        keep(row)
    found = read_latest()
    assert [row.group for row in found.aligned] == ["", "", "Groot"]
    assert found.left_out == 1
