"""A worker that is woken for one target of a run goes on with those after it."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reference_data.models import WorkType
from settings_sync.models import Alignment, Receipt, SyncRun, SyncTarget
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.runs.runs import cancel_run, start_run
from settings_sync.services.runs.waking import places, turn_length
from settings_sync.services.targets import targets, turns
from settings_sync.services.targets.targets import claim_target
from settings_sync.services.targets.turns import take_turn
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("committed")
CATEGORIES = ["reference_data"]


@pytest.fixture
def company(committed: None) -> Company:
    made = make_company()
    with inside(made.main):
        WorkType.objects.create(name="Storing")
    return made


@pytest.fixture
def children(company: Company) -> list[Administration]:
    return [company.child(name) for name in ("Noord", "Oost", "Zuid", "West")]


@pytest.fixture(autouse=True)
def whole_runs_in_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "turn_length", lambda number: 25)


def start(company: Company, children: list[Administration]) -> SyncRun:
    plan = company.plan(*children, categories=CATEGORIES)
    return start_run(acting_user=company.owner, plan=plan, version=plan.version)


def states(run: SyncRun) -> list[str]:
    return list(run.targets.order_by("plan_target").values_list("state", flat=True))


def ids(run: SyncRun) -> list[uuid.UUID]:
    return list(run.targets.order_by("plan_target").values_list("pk", flat=True))


def arrived(child: Administration) -> bool:
    with inside(child):
        return WorkType.objects.filter(name="Storing").exists()


def test_it_carries_out_a_target_and_all_after_it_and_finishes_the_run(company, children):
    fold_alignment()
    run = start(company, children)
    assert take_turn(ids(run)[0]) == 4
    run.refresh_from_db()
    assert (states(run), run.state) == (["succeeded"] * 4, SyncRun.State.SUCCEEDED)
    assert all(map(arrived, children))
    assert Receipt.objects.filter(target__run=run).count() == 4
    assert not Alignment.objects.filter(administration__in=children, as_of=Alignment.LONG_AGO).exists()
    assert fold_alignment() == 0, "what was written is counted already"


def test_what_stands_before_it_is_left_to_others(company, children):
    run = start(company, children)
    assert take_turn(ids(run)[2]) == 2
    assert states(run) == ["queued", "queued", "succeeded", "succeeded"]
    run.refresh_from_db()
    assert run.state == SyncRun.State.RUNNING


def test_one_that_fails_keeps_no_other(company, children, monkeypatch):
    honest = targets.apply_target

    def fail(work: Any, **how: Any) -> Any:
        if work.schema == children[1].schema_name:
            raise RuntimeError("planted")
        return honest(work, **how)

    monkeypatch.setattr(targets, "apply_target", fail)
    run = start(company, children)
    assert take_turn(ids(run)[0]) == 3
    run.refresh_from_db()
    assert states(run) == ["succeeded", "failed", "succeeded", "succeeded"]
    assert run.state == SyncRun.State.PARTLY_FAILED


def test_what_another_worker_has_is_left_to_it(company, children):
    run = start(company, children)
    assert claim_target(ids(run)[1])
    assert take_turn(ids(run)[0]) == 3
    assert states(run) == ["succeeded", "running", "succeeded", "succeeded"]


def test_a_run_that_is_stopped_is_stopped_between_targets(company, children, monkeypatch):
    honest, run = targets.apply_target, start(company, children)

    def stop(work: Any, **how: Any) -> Any:
        if work.schema == children[1].schema_name:
            cancel_run(acting_user=company.owner, run=run)
        return honest(work, **how)

    monkeypatch.setattr(targets, "apply_target", stop)
    assert take_turn(ids(run)[0]) == 2
    run.refresh_from_db()
    assert (states(run), run.state) == (["succeeded", "succeeded", "cancelled", "cancelled"], SyncRun.State.CANCELLED)
    assert [arrived(child) for child in children] == [True, True, False, False]


def test_a_worker_that_is_told_to_stop_gives_back_what_it_is_busy_with_and_has_nothing_else(
    company, children, monkeypatch
):
    honest, run, woken = targets.apply_target, start(company, children), []

    def stop(work: Any, **how: Any) -> Any:
        if work.schema == children[1].schema_name:
            raise SystemExit
        return honest(work, **how)

    monkeypatch.setattr(targets, "apply_target", stop)
    monkeypatch.setattr(targets, "wake_again", woken.append)
    with pytest.raises(SystemExit):
        take_turn(ids(run)[0])
    assert states(run) == ["succeeded", "queued", "queued", "queued"]
    assert list(run.targets.order_by("plan_target").values_list("attempts", flat=True)) == [1, 0, 0, 0]
    assert woken == [ids(run)[1]]


def test_what_a_killed_worker_has_not_counted_the_reaper_counts(company, children, monkeypatch):
    fold_alignment()
    run = start(company, children)

    def killed(*_given: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(targets, "fold_children", killed)
    with pytest.raises(SystemExit):
        take_turn(ids(run)[0])
    assert states(run) == ["succeeded"] * 4
    assert fold_alignment() >= 4
    rows = Alignment.objects.filter(administration__in=children, category="reference_data")
    assert [row.counts.get("in_line") for row in rows] == [1] * 4


def test_after_its_time_another_is_woken_for_the_next(company, children, monkeypatch):
    run, woken = start(company, children), []
    monkeypatch.setattr(turns, "SECONDS_AT_MOST", -1.0)
    monkeypatch.setattr(turns, "wake_again", woken.append)
    assert take_turn(ids(run)[1]) == 1
    assert states(run) == ["queued", "succeeded", "queued", "queued"]
    assert woken == [ids(run)[2]]


def test_a_message_for_what_does_not_exist_does_nothing(company):
    assert take_turn(uuid.uuid4()) == 0


def test_what_waits_for_its_next_attempt_is_passed_over(company, children):
    run = start(company, children)
    run.targets.filter(pk=ids(run)[1]).update(not_before=timezone.now() + timezone.timedelta(hours=1))
    assert take_turn(ids(run)[0]) == 3
    assert states(run) == ["succeeded", "queued", "succeeded", "succeeded"]


def queries_of_turn(company: Company, children: list[Administration]) -> int:
    run = start(company, children)
    with CaptureQueriesContext(connection) as captured:
        assert take_turn(ids(run)[0]) == len(children)
    return len(captured.captured_queries)


def test_what_targets_share_is_read_once(company, children):
    company.sync(*children, categories=CATEGORIES)
    with inside(company.main):
        WorkType.objects.update(description="anders")
    one = queries_of_turn(company, children[:1])
    three = queries_of_turn(company, children[1:])
    assert (three - one) / 2 <= EACH, "the product's own statements for one more target; a sync has more on its login"


EACH = 13


@pytest.mark.parametrize(("number", "length"), [(1, 1), (5, 1), (8, 1), (9, 2), (100, 13), (200, 25), (1000, 25)])
def test_a_few_are_divided_over_workers_and_many_are_taken_together(number, length):
    assert turn_length(number) == length
    found = places([uuid.uuid4() for _number in range(number)])
    assert len(found) == -(-number // length)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settings_sync.services.runs.waking.send_messages", lambda _task, ids: len(ids))


def test_a_run_wakes_in_some_places_and_the_reaper_none_of_it_for_a_while(company, children, monkeypatch):
    sent: list[uuid.UUID] = []
    monkeypatch.setattr("settings_sync.services.runs.waking.turn_length", lambda number: 3)
    monkeypatch.setattr("settings_sync.services.runs.waking.send_messages", lambda _task, ids: sent.extend(ids) or 9)
    run = start(company, children)
    assert sent == [ids(run)[0], ids(run)[3]]
    assert targets.take_targets_to_wake() == []
    SyncTarget.objects.update(woken_at=None)
    assert targets.take_targets_to_wake() == sent
