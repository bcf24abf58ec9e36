"""Each moment of an order is found once: by two schedulers, after a restart, and of those missed the latest."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forms_catalog.models import Form
from settings_sync.models import OrderMoment, SyncRun
from settings_sync.services.standing import due
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.standing.due import find_due_moments, moments_nobody_takes, take_moments_to_wake
from settings_sync.services.targets.reaping import reap
from tenants.schemas import inside
from tests.contracts.world import in_threads

from .conftest import NIGHTLY_MOMENT, work

pytestmark = pytest.mark.django_db(transaction=True)


def found():
    return list(OrderMoment.objects.order_by("moment").values_list("moment", flat=True))


def test_a_moment_is_found_when_it_comes_and_not_again(make, clock):
    order = make()
    clock.set(2026, 11, 24, 0, 59)
    assert find_due_moments() == 0
    clock.set(2026, 11, 24, 1)
    assert find_due_moments() == 1
    assert found() == [NIGHTLY_MOMENT]
    order.refresh_from_db()
    assert (order.since, order.look_at) == (NIGHTLY_MOMENT, NIGHTLY_MOMENT + timedelta(days=1))
    clock.go_on(hours=5)
    assert find_due_moments() == 0


def test_two_schedulers_find_it_once(make, clock):
    make()
    clock.set(2026, 11, 24, 1, 5)
    assert sorted(in_threads(*[find_due_moments] * 4)) == [0, 0, 0, 1]
    assert found() == [NIGHTLY_MOMENT]


def test_a_scheduler_that_was_killed_before_it_noted_what_it_found_finds_it_once(make, clock):
    order = make()
    clock.set(2026, 11, 24, 1, 5)
    # As a restored backup, or a row of another version, would have it.
    OrderMoment.objects.create(order=order, moment=NIGHTLY_MOMENT)
    assert find_due_moments() == 0
    assert found() == [NIGHTLY_MOMENT]


def test_what_was_missed_happens_once(make, clock):
    make()
    clock.set(2026, 11, 28, 9)
    assert find_due_moments() == 1
    assert found() == [datetime(2026, 11, 28, 1, tzinfo=UTC)]
    assert find_due_moments() == 0


def test_a_moment_outside_the_windows_waits_for_the_next_one(make, clock):
    make(windows={"allow": [{"from": "04:00", "until": "05:00"}], "closed": ["2026-11-24"]})
    for _hour in range(26):  # until 03:30 local time of the day after the closed one
        clock.go_on(hours=1.5)
        assert find_due_moments() == 0
    clock.set(2026, 11, 25, 3)
    assert find_due_moments() == 1
    assert found() == [datetime(2026, 11, 25, 1, tzinfo=UTC)]


def test_a_single_moment_is_done_once_it_was(make, clock):
    order = make(when={"kind": "moment", "at": "2026-11-24T07:00"})
    clock.set(2026, 11, 24, 6)
    (moment,) = work()
    order.refresh_from_db()
    assert (moment.state, order.state, order.look_at) == ("started", "done", None)
    clock.go_on(days=400)
    assert find_due_moments() == 0


def test_what_was_published_is_due_once_it_was_quiet(make, main, clock):
    make(when={"kind": "published", "quiet_minutes": 30})
    clock.go_on(hours=1)
    assert find_due_moments() == 0
    with inside(main):
        Form.objects.update(description="Meet warm")
    assert find_due_moments() == 0
    clock.go_on(minutes=20)
    with inside(main):
        Form.objects.update(description="Meet koud")
    assert find_due_moments() == 0
    clock.go_on(minutes=29)
    assert find_due_moments() == 0
    clock.go_on(minutes=1)
    assert find_due_moments() == 1
    clock.go_on(hours=5)
    assert find_due_moments() == 0


def test_an_order_that_cannot_be_looked_at_keeps_no_other_from_being_found(make, clock, monkeypatch):
    broken = make("Kapot")
    make("Heel")
    real = due._look
    monkeypatch.setattr(due, "_look", lambda order, now: 1 / 0 if order.pk == broken.pk else real(order, now))
    clock.set(2026, 11, 24, 1)
    assert find_due_moments() == 1


def test_the_reaper_finds_and_carries_out_where_no_worker_does(make, clock, settings):
    make()
    clock.set(2026, 11, 24, 1)
    settings.REAPER_WORKS_AFTER_SECONDS = 0
    reap()
    reap()
    run = SyncRun.objects.get()
    assert run.order.name == "Elke nacht"


def test_who_was_woken_lately_is_not_woken_again(make, clock, settings):
    make()
    clock.set(2026, 11, 24, 1)
    find_due_moments()
    (moment,) = take_moments_to_wake()
    assert take_moments_to_wake() == []
    settings.SYNC_WAKE_AGAIN_SECONDS = 0
    assert take_moments_to_wake() == [moment]
    settings.REAPER_WORKS_AFTER_SECONDS = 0
    assert moments_nobody_takes() == [moment]
    carry_out_moment(moment)
    assert take_moments_to_wake() == moments_nobody_takes() == []


def test_a_year_with_two_schedulers_and_a_missed_night_has_each_moment_once(make, clock):
    make(when={"kind": "nightly", "at": "02:30"}, windows={"allow": [{"from": "02:00", "until": "04:00"}]})
    first = datetime(2026, 12, 1, tzinfo=UTC)
    missed = first + timedelta(days=154)
    found_at = []
    for number in range(365):
        # 40 minutes apart where the local night is, and once outside of the window.
        for minutes in (-20, 20, 60, 100, 720):
            clock.now = first + timedelta(days=number, minutes=minutes)
            if clock.now.date() != missed.date():
                found_at += [clock.now] * (find_due_moments() + find_due_moments())
    zone = ZoneInfo("Europe/Amsterdam")
    nights = [moment.astimezone(zone).date() for moment in found()]
    # The night before the first came late, and so does the one that was missed.
    assert nights == [(first + timedelta(days=number)).date() for number in range(-1, 365)]
    assert len(found_at) == 366
    assert {instant.astimezone(zone).hour for instant in found_at} <= {2, 3}
    # Where the clock goes forward there is no half past two, and where it goes back there are two.
    assert {datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)} <= set(found())
