"""A year of a weekly order in three rings: a worker killed in every ring, two schedulers, and stops on the way."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from forms_catalog.models import Form
from settings_sync.models import OrderMoment, RunStage, SyncRun, SyncTarget
from settings_sync.services.runs.runs import cancel_run
from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.standing.due import find_due_moments
from settings_sync.services.standing.standing_orders import resume_order
from settings_sync.services.standing.steering import approve_ring
from settings_sync.services.targets import targets as targets_service
from settings_sync.services.targets.targets import claim_target, execute_target
from tenants.schemas import inside

from .conftest import rings_of, work

pytestmark = pytest.mark.django_db(transaction=True)

SUNDAYS = 52
FIRST = datetime(2026, 12, 6, tzinfo=UTC)
STOPPED_BY_SOMEBODY = 17
FAILED = 30
RINGS = {
    "steps": [
        {"kind": "group", "group": "Proef"},
        {"kind": "number", "number": 1, "start": "after", "minutes": 60},
        {"kind": "rest", "start": "approval"},
    ],
    "stop": {"number": 0},
}
SUNDAY_NIGHT = {"kind": "weekday", "weekday": 7, "at": "02:30"}


def description_in(administration):
    with inside(administration):
        return Form.objects.values_list("description", flat=True).first()


def look_twice():
    """What two reapers do; returns how much happened."""
    return advance_rings() + advance_rings()


def kill_a_worker(run, ring):
    """A worker takes the target of a ring and is never heard of again, until its lease has ended."""
    target = run.targets.get(ring=ring)
    assert claim_target(target.pk) is not None
    assert claim_target(target.pk) is None
    assert not execute_target(target.pk)
    SyncTarget.objects.filter(pk=target.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    return target


def nothing_begins(run, *rings):
    return all(claim_target(target.pk) is None for target in run.targets.filter(ring__in=rings))


def go_through(run, clock, owner, *, until=3):
    """The rings of a run one after the other, with a worker killed in each."""
    for ring in range(1, until + 1):
        assert nothing_begins(run, *range(ring + 1, 4))
        killed = kill_a_worker(run, ring)
        assert look_twice() == 0
        assert execute_target(killed.pk)
        look_twice()
        if ring == 1:
            clock.go_on(minutes=59)
            assert (look_twice(), nothing_begins(run, 2)) == (0, True)
            clock.go_on(minutes=1)
            assert look_twice() == 1
        if ring == 2 and until == 3:
            assert nothing_begins(run, 3)
            approve_ring(acting_user=owner, run=run, number=3)
            assert look_twice() == 0


def test_a_year_in_rings_with_a_worker_killed_in_every_ring(make, clock, owner, main, grouped, others, monkeypatch):
    clock.now = FIRST - timedelta(days=1)
    order = make("Elke week", when=SUNDAY_NIGHT, rings=RINGS)
    ended = Counter()
    for number in range(SUNDAYS):
        with inside(main):
            Form.objects.update(description=f"Week {number}")
        # Twice on each side of the moment, for wherever the clock goes forward or back.
        clock.now = FIRST + timedelta(weeks=number)
        assert find_due_moments() == 0
        clock.now += timedelta(hours=2)
        (moment,) = work()
        assert work() == []
        run = moment.run
        if number == STOPPED_BY_SOMEBODY:
            go_through(run, clock, owner, until=2)
            cancel_run(acting_user=owner, run=run)
            clock.go_on(days=2)
            assert (look_twice(), nothing_begins(run, 3)) == (0, True)
            assert description_in(grouped) == f"Week {number}" != description_in(others[1])
        elif number == FAILED:
            with monkeypatch.context() as patch:
                patch.setattr(targets_service, "_apply", lambda claim: 1 / 0)
                assert not execute_target(run.targets.get(ring=1).pk)
                SyncTarget.objects.filter(run=run, ring=1).update(not_before=None, attempts=9)
                targets_service.give_up_poisoned_targets()
            look_twice()
            clock.go_on(days=2)
            assert (look_twice(), nothing_begins(run, 1, 2, 3)) == (0, True)
            assert description_in(grouped) == f"Week {number - 1}"
            order.refresh_from_db()
            assert (order.state, order.state_code) == ("paused", "order-ring-stopped")
            assert work() == []
            resume_order(acting_user=owner, order=order)
        else:
            go_through(run, clock, owner)
            assert {description_in(row) for row in (grouped, *others)} == {f"Week {number}"}
        run.refresh_from_db()
        ended[run.state] += 1
    assert ended == {"succeeded": SUNDAYS - 2, "cancelled": 1, "failed": 1}
    moments = OrderMoment.objects.order_by("moment").values_list("moment", flat=True)
    local = [moment.astimezone(ZoneInfo("Europe/Amsterdam")) for moment in moments]
    assert [moment.date() for moment in local] == [(FIRST + timedelta(weeks=n)).date() for n in range(SUNDAYS)]
    assert SyncRun.objects.count() == SUNDAYS
    assert not RunStage.objects.filter(state__in=RunStage.UNFINISHED).exists()
    told = AuditEntry.objects.filter(action="ring.finished").values_list("data__run", "data__ring")
    assert len(told) == len(set(told)) == 3 * (SUNDAYS - 2) + 2 + 1
    # Each that was killed was tried once more, and none was written twice.
    tried = SyncTarget.objects.filter(run__state="succeeded").values_list("attempts", flat=True)
    assert set(tried) == {2}
    assert rings_of(SyncRun.objects.latest("created_at")) == [(1, "done"), (2, "done"), (3, "done")]
