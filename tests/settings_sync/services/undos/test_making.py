"""A worker makes the plan of a large undo: in turns, by one at a time, and whatever is killed."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reference_data.models import WorkType
from settings_sync.exceptions import PlanNotReady
from settings_sync.models import Plan, SyncRun
from settings_sync.services.plans.plans import count_made
from settings_sync.services.targets.reaping import reap
from settings_sync.services.undos import making, undoing, waking
from settings_sync.services.undos.making import make_plan
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, list[Administration]]:
    company = make_company()
    return company, [company.child(name) for name in ("Noord", "Oost")]


@pytest.fixture
def company(standing_company: Any) -> Company:
    company, children = standing_company
    company.sweep(*children)
    Administration.objects.filter(pk__in=[child.pk for child in children]).update(
        migration_head=company.main.migration_head
    )
    return company


@pytest.fixture
def done(company: Company, standing_company: Any) -> SyncRun:
    """A run that brought a work type to two administrations."""
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    return company.sync(*standing_company[1], categories=["reference_data"])


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """More than one administration is for a worker here; returns the plans for which one was woken."""
    ids: list[uuid.UUID] = []

    def send(_task: str, plan_ids: Any) -> int:
        ids.extend(plan_ids)
        return len(plan_ids)

    monkeypatch.setattr(undoing, "MADE_AT_ONCE", 1)
    for module in (waking, making):
        monkeypatch.setattr(module, "send_messages", send)
    return ids


def ask(company: Company, run: SyncRun) -> Plan:
    return create_undo_plan(acting_user=company.owner, run=run)


def test_a_worker_makes_what_is_asked_of_many_administrations(company, done, woken):
    plan = ask(company, done)
    assert (plan.state, count_made(plan), woken) == (Plan.State.COMPUTING, 0, [plan.pk])
    with pytest.raises(PlanNotReady):
        company.run(plan)
    assert make_plan(plan.pk) == 1
    plan.refresh_from_db()
    assert (plan.state, count_made(plan)) == (Plan.State.READY, 2)
    company.run(plan, confirmation=company.main.slug)
    assert make_plan(plan.pk) == 0


def test_whoever_waits_gets_it_ready_and_nobody_is_woken(company, done, woken):
    plan = create_undo_plan(acting_user=company.owner, run=done, waits=True)
    assert (plan.state, woken) == (Plan.State.READY, [])


def test_when_its_time_is_over_the_rest_is_for_another_turn(company, done, woken, monkeypatch):
    monkeypatch.setattr(undoing, "STORED_AT_ONCE", 1)
    monkeypatch.setattr(making, "SECONDS_AT_MOST", -1)
    plan = ask(company, done)
    assert make_plan(plan.pk) == 1
    plan.refresh_from_db()
    assert (plan.state, count_made(plan), plan.attempts) == (Plan.State.COMPUTING, 1, 0)
    assert woken == [plan.pk, plan.pk]
    make_plan(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, count_made(plan)) == (Plan.State.READY, 2)


def test_a_worker_that_was_overtaken_stores_nothing(company, done, monkeypatch):
    plan = ask(company, done)
    compute = undoing.UndoComparison.of

    def overtaken(*given: Any) -> Any:
        Plan.objects.filter(pk=plan.pk).update(lease_token=uuid.uuid4())
        return compute(*given)

    monkeypatch.setattr(undoing.UndoComparison, "of", overtaken)
    assert make_plan(plan.pk) == 0
    plan.refresh_from_db()
    assert (plan.state, count_made(plan)) == (Plan.State.COMPUTING, 0)


def test_the_reaper_makes_what_a_killed_worker_left(company, done):
    plan = ask(company, done)
    long_ago = timezone.now() - timedelta(minutes=2)
    Plan.objects.filter(pk=plan.pk).update(
        lease_token=uuid.uuid4(), leased_until=long_ago, attempts=1, woken_at=long_ago
    )
    assert making.take_plans_to_make() == [plan.pk]
    assert making.take_plans_to_make() == []
    Plan.objects.filter(pk=plan.pk).update(attempts=0, created_at=long_ago)
    reap()
    plan.refresh_from_db()
    assert plan.state == Plan.State.READY


def test_what_was_tried_too_often_has_failed(company, done, settings):
    plan = ask(company, done)
    Plan.objects.filter(pk=plan.pk).update(attempts=settings.SYNC_MAX_ATTEMPTS)
    reap()
    plan.refresh_from_db()
    assert (plan.state, plan.state_detail) == (Plan.State.FAILED, "interrupted")


def test_a_worker_that_is_told_to_stop_gives_it_back(company, done, woken, monkeypatch):
    plan = ask(company, done)

    def stop(*_given: Any, **_named: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(making, "compute_undos", stop)
    with pytest.raises(SystemExit):
        make_plan(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.attempts, plan.lease_token) == (Plan.State.COMPUTING, 0, None)
    assert woken == [plan.pk, plan.pk]


def test_why_it_can_be_taken_back_nowhere_is_told_in_words(company, done):
    plan = ask(company, done)
    Administration.objects.filter(pk__in=plan.targets.values("administration")).update(migration_head="older")
    make_plan(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.state_detail) == (Plan.State.FAILED, "heads-differ")
    assert plan.went_wrong
