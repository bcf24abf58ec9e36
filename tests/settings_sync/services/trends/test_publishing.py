"""How long it took from publishing until a sync had brought it: from versions and receipts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from settings_sync.models import PublishingDay
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.administrations.days import KEPT
from settings_sync.services.runs.runs import start_run
from settings_sync.services.trends.publishing import note_publishing
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration
from tests.settings_sync.views.conftest import carry_out

from .conftest import HOUR

pytestmark = pytest.mark.django_db(transaction=True)


def noted(main) -> dict[str, tuple[int, int, int, int]]:
    """What is kept of today by the name of the package: settings, arrivals, and rounded hours."""
    note_publishing(main)
    rows = PublishingDay.objects.filter(administration=main, day=timezone.localdate()).select_related("package")
    return {
        row.package.name if row.package else "": (
            row.settings,
            row.arrivals,
            round(row.median_seconds / 3600),
            round(row.slowest_seconds / 3600),
        )
        for row in rows
    }


def test_what_nobody_published_in_these_weeks_took_no_time(main, form):
    assert noted(main) == {"": (0, 0, 0, 0)}


def test_it_is_from_the_version_that_came_until_its_receipt_in_each_administration(main, publisher, joined):
    publisher.publish("Twee", ago=50 * HOUR)
    publisher.bring(joined[0], ago=40 * HOUR)
    assert noted(main) == {"": (1, 1, 10, 10)}
    publisher.bring(joined[1], ago=20 * HOUR)
    assert noted(main) == {"": (1, 2, 20, 28)}, "half within 20 hours, nine of ten within 28"


def test_a_version_that_was_overtaken_before_any_sync_is_not_counted(main, publisher, joined):
    publisher.publish("Twee", ago=500 * HOUR)
    publisher.publish("Drie", ago=50 * HOUR)
    publisher.bring(*joined, ago=40 * HOUR)
    assert noted(main) == {"": (1, 2, 10, 10)}


def test_what_was_published_again_counts_from_then(main, publisher, joined):
    publisher.publish("Twee", ago=300 * HOUR)
    publisher.publish("Drie", ago=200 * HOUR)
    publisher.publish("Twee", ago=50 * HOUR)
    publisher.bring(*joined, ago=40 * HOUR)
    assert noted(main) == {"": (1, 2, 10, 10)}


def test_an_administration_that_came_later_is_not_late(main, publisher, joined):
    publisher.publish("Twee", ago=500 * HOUR)
    Administration.objects.filter(pk=joined[1].pk).update(created_at=timezone.now() - 10 * HOUR)
    publisher.bring(*joined, ago=40 * HOUR)
    assert noted(main) == {"": (1, 1, 460, 460)}


def test_what_taking_back_brings_is_not_published(owner, main, publisher, joined):
    publisher.publish("Twee", ago=50 * HOUR)
    run = publisher.bring(*joined, ago=40 * HOUR)
    plan = create_undo_plan(acting_user=owner, run=run)
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    assert noted(main) == {"": (1, 2, 10, 10)}


def test_what_came_longer_ago_than_twelve_weeks_is_not_counted(main, publisher, joined):
    publisher.publish("Twee", ago=timedelta(weeks=13))
    publisher.bring(joined[0], ago=timedelta(weeks=12, days=1))
    publisher.bring(joined[1], ago=timedelta(weeks=1))
    assert noted(main) == {"": (0, 0, 0, 0)}


def test_a_package_counts_what_it_holds_where_it_is_asked_for(main, publisher, joined, package):
    publisher.publish("Twee", ago=50 * HOUR)
    publisher.bring(joined[0], ago=40 * HOUR)
    publisher.bring(joined[1], ago=20 * HOUR)
    fold_alignment()
    assert noted(main) == {"": (1, 2, 20, 28), "Ketels": (1, 1, 10, 10)}
    package.items = []
    package.save()
    assert noted(main) == {"": (1, 2, 20, 28)}, "and no longer once it does not hold it any more"


def test_it_takes_two_statements_and_the_same_day_has_one_row(main, publisher, joined):
    publisher.publish("Twee", ago=50 * HOUR)
    publisher.bring(*joined, ago=40 * HOUR)
    note_publishing(main)
    with CaptureQueriesContext(connection) as queries:
        note_publishing(main)
    written = [query for query in queries if "publishingday" in query["sql"]]
    assert len(written) == 2
    assert PublishingDay.objects.count() == 1


def test_what_is_too_long_ago_is_forgotten(main, form):
    old = timezone.localdate() - KEPT - timedelta(days=1)
    PublishingDay.objects.create(
        administration=main, day=old, settings=1, arrivals=1, median_seconds=1, slowest_seconds=1
    )
    note_publishing(main)
    assert not PublishingDay.objects.filter(day=old).exists()
