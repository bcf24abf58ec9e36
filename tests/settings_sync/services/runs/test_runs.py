"""Runs: a preview is confirmed once, and what was confirmed ends in a state that says what became of it."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone
from psycopg import errors

from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.exceptions import (
    NothingToRetry,
    PlanChanged,
    PlanExpired,
    PlanFailed,
    PlanNotReady,
    PlanUsed,
    RunFinished,
)
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.permissions import NotAllowed
from settings_sync.services.runs.runs import cancel_run, outcome, retry_run, start_run
from settings_sync.services.targets import targets
from settings_sync.services.targets.targets import claim_target, execute_target
from tenants.models import Administration
from tenants.rights import EMPLOYEE_ROLE
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import Company, in_threads, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, list[Administration]]:
    company = make_company()
    return company, [company.child(name) for name in ("Noord", "Oost")]


@pytest.fixture
def children(standing_company: Any) -> list[Administration]:
    return standing_company[1]


@pytest.fixture
def company(standing_company: Any) -> Company:
    company, children = standing_company
    company.sweep(*children)
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    return company


@pytest.fixture
def plan(company: Company, children: list[Administration]) -> Plan:
    return company.plan(*children, categories=["reference_data"])


def start(company: Company, plan: Plan, **changed: Any) -> SyncRun:
    return start_run(**{"acting_user": company.owner, "plan": plan, "version": plan.version} | changed)


class TestConfirming:
    def test_a_run_has_one_waiting_target_per_administration(self, company, plan, children):
        run = start(company, plan, note="Voor maandag")
        assert set(run.targets.values_list("administration", "state")) == {(child.pk, "queued") for child in children}
        assert (run.state, run.note, run.requested_by) == ("queued", "Voor maandag", company.owner)

    def test_it_stands_in_the_trail_with_who_and_why(self, company, plan, children):
        support = make_member(company.main)
        run = start(company, plan, note="Voor maandag", asked_by=support)
        entry = AuditEntry.objects.get(action="run.started", data__run=str(run.pk))
        assert (entry.actor, entry.note, entry.on_behalf_of) == (support, "Voor maandag", str(company.owner))
        assert set(entry.data["targets"]) == {child.slug for child in children}

    def test_a_preview_is_confirmed_once(self, company, plan):
        start(company, plan)
        with pytest.raises(PlanUsed):
            start(company, Plan.objects.get(pk=plan.pk))

    def test_a_preview_that_is_confirmed_many_times_at_once_starts_one_run(self, company, plan):
        done = in_threads(*[lambda: start(company, Plan.objects.get(pk=plan.pk))] * 5)
        assert sum(isinstance(found, SyncRun) for found in done) == 1
        assert sum(isinstance(found, PlanUsed) for found in done) == 4
        assert SyncTarget.objects.count() == 2

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            ({"state": Plan.State.COMPUTING}, PlanNotReady),
            ({"state": Plan.State.FAILED}, PlanFailed),
            ({"expires_at": timezone.now() - timedelta(seconds=1)}, PlanExpired),
            ({"version": 2}, PlanChanged),
        ],
        ids=["computing", "failed", "expired", "changed"],
    )
    def test_a_preview_that_is_not_what_was_seen_is_refused(self, company, plan, changed, refusal):
        seen = plan.version
        Plan.objects.filter(pk=plan.pk).update(**changed)
        with pytest.raises(refusal):
            start(company, plan, version=seen)
        assert not SyncRun.objects.exists()

    def test_who_may_not_sync_confirms_nothing(self, company, plan):
        with pytest.raises(NotAllowed):
            start(company, plan, acting_user=make_member(company.main, EMPLOYEE_ROLE))
        assert not SyncRun.objects.exists()


class TestCancelling:
    def test_what_nobody_started_stops(self, company, plan, children):
        run = cancel_run(acting_user=company.owner, run=start(company, plan))
        assert set(run.targets.values_list("state", flat=True)) == {"cancelled"}
        assert run.state == SyncRun.State.CANCELLED
        for target in run.targets.all():
            assert not execute_target(target.pk)
        for child in children:
            with inside(child):
                assert not WorkType.objects.exists()

    def test_what_is_busy_finishes(self, company, plan):
        run = start(company, plan)
        busy, queued = run.targets.all()
        claim = claim_target(busy.pk)
        run = cancel_run(acting_user=company.owner, run=run)
        assert not run.is_finished
        assert SyncTarget.objects.get(pk=queued.pk).state == "cancelled"
        targets._apply(claim)
        targets._finish_run([claim.target])
        run.refresh_from_db()
        assert (SyncTarget.objects.get(pk=busy.pk).state, run.state) == ("succeeded", "cancelled")

    def test_what_is_busy_and_cannot_go_on_is_not_started_again_after_all(self, company, plan):
        run = start(company, plan)
        busy, _queued = run.targets.all()
        claim = claim_target(busy.pk)
        cancel_run(acting_user=company.owner, run=run)
        targets._end(claim, errors.LockNotAvailable("busy"))
        targets._finish_run([claim.target])
        run.refresh_from_db()
        assert SyncTarget.objects.get(pk=busy.pk).state == "cancelled"
        assert run.state == SyncRun.State.CANCELLED

    def test_what_a_killed_worker_left_of_a_cancelled_run_is_not_taken_up_again(self, company, plan, children):
        run = start(company, plan)
        busy, _queued = run.targets.all()
        claim_target(busy.pk)
        cancel_run(acting_user=company.owner, run=run)
        SyncTarget.objects.filter(pk=busy.pk).update(leased_until=timezone.now() - timedelta(hours=1))
        assert not execute_target(busy.pk)
        run.refresh_from_db()
        assert (SyncTarget.objects.get(pk=busy.pk).state, run.state) == ("cancelled", "cancelled")
        with inside(children[0]):
            assert not WorkType.objects.exists()

    def test_a_retry_of_a_cancelled_run_goes_on(self, company, plan):
        run = start(company, plan)
        failed, queued = run.targets.all()
        SyncTarget.objects.filter(pk=failed.pk).update(state="failed")
        run = retry_run(acting_user=company.owner, run=cancel_run(acting_user=company.owner, run=run))
        assert execute_target(failed.pk)
        assert execute_target(queued.pk)
        run.refresh_from_db()
        assert run.state == SyncRun.State.SUCCEEDED

    def test_only_the_named_ones_of_a_cancelled_run_go_on(self, company, plan):
        run = cancel_run(acting_user=company.owner, run=start(company, plan))
        one, other = run.targets.select_related("administration")
        retry_run(acting_user=company.owner, run=run, targets=[one.administration.slug])
        assert execute_target(one.pk)
        assert not execute_target(other.pk)
        run.refresh_from_db()
        assert run.state == SyncRun.State.CANCELLED

    def test_what_has_finished_cannot_be_cancelled(self, company, plan):
        run = company.run(plan)
        with pytest.raises(RunFinished):
            cancel_run(acting_user=company.owner, run=run)

    def test_cancelling_and_claiming_at_the_same_time_decide_each_target_once(self, company, plan):
        run = start(company, plan)
        jobs = [lambda pk=target.pk: execute_target(pk) for target in run.targets.all()]
        in_threads(lambda: cancel_run(acting_user=company.owner, run=run), *jobs)
        run.refresh_from_db()
        assert run.is_finished
        assert set(run.targets.values_list("state", flat=True)) <= {"cancelled", "succeeded"}

    def test_who_may_not_sync_cancels_nothing(self, company, plan):
        run = start(company, plan)
        with pytest.raises(NotAllowed):
            cancel_run(acting_user=make_member(company.main, EMPLOYEE_ROLE), run=run)
        assert set(run.targets.values_list("state", flat=True)) == {"queued"}


class TestRetrying:
    def test_only_what_failed_or_was_skipped_isqueued_again(self, company, plan):
        run = start(company, plan)
        good, bad = run.targets.all()
        execute_target(good.pk)
        SyncTarget.objects.filter(pk=bad.pk).update(state="failed", attempts=5, error_code="x", error_detail="x")
        run = retry_run(acting_user=company.owner, run=run)
        states = dict(run.targets.values_list("pk", "state"))
        assert states == {good.pk: "succeeded", bad.pk: "queued"}
        assert execute_target(bad.pk)
        run.refresh_from_db()
        assert run.state == SyncRun.State.SUCCEEDED
        assert AuditEntry.objects.filter(action="run.retried", data__run=str(run.pk)).count() == 1

    @pytest.mark.parametrize(
        ("state", "code"), [("queued", ""), ("running", ""), ("succeeded", ""), ("held", ""), ("skipped", "overtaken")]
    )
    def test_nothing_else_is(self, company, plan, state, code):
        """What a later run has decided stays decided, however often it is tried."""
        run = start(company, plan)
        targets = list(run.targets.all())
        for target in targets if state != "running" else targets[:1]:
            SyncTarget.objects.filter(pk=target.pk).update(state=state, error_code=code)
        with pytest.raises(NothingToRetry):
            retry_run(acting_user=company.owner, run=run)

    def test_an_error_told_before_is_forgotten(self, company, plan):
        run = start(company, plan)
        run.targets.update(state="failed", error_code="name-taken", error_facts={"fact": "x"}, error_detail="x")
        retry_run(acting_user=company.owner, run=run)
        assert set(run.targets.values_list("error_code", "error_detail", "error_facts")) == {("", "", None)}

    def test_who_may_not_sync_retries_nothing(self, company, plan):
        run = start(company, plan)
        run.targets.update(state="failed")
        with pytest.raises(NotAllowed):
            retry_run(acting_user=make_member(company.main, EMPLOYEE_ROLE), run=run)


class TestOutcomes:
    """Every set of final states that targets can end in."""

    FINAL = ("succeeded", "held", "failed", "skipped", "cancelled")
    EXPECTED = {
        ("succeeded",): "succeeded",
        ("held",): "partly_held",
        ("failed",): "failed",
        ("skipped",): "failed",
        ("cancelled",): "cancelled",
        ("held", "succeeded"): "partly_held",
        ("failed", "succeeded"): "partly_failed",
        ("skipped", "succeeded"): "partly_failed",
        ("cancelled", "succeeded"): "cancelled",
        ("failed", "held"): "failed",
        ("held", "skipped"): "failed",
        ("cancelled", "held"): "cancelled",
        ("failed", "skipped"): "failed",
        ("cancelled", "failed"): "failed",
        ("cancelled", "skipped"): "failed",
        ("failed", "held", "succeeded"): "partly_failed",
        ("held", "skipped", "succeeded"): "partly_failed",
        ("cancelled", "held", "succeeded"): "cancelled",
        ("failed", "skipped", "succeeded"): "partly_failed",
        ("cancelled", "failed", "succeeded"): "partly_failed",
        ("cancelled", "skipped", "succeeded"): "partly_failed",
        ("failed", "held", "skipped"): "failed",
        ("cancelled", "failed", "held"): "failed",
        ("cancelled", "held", "skipped"): "failed",
        ("cancelled", "failed", "skipped"): "failed",
        ("failed", "held", "skipped", "succeeded"): "partly_failed",
        ("cancelled", "failed", "held", "succeeded"): "partly_failed",
        ("cancelled", "held", "skipped", "succeeded"): "partly_failed",
        ("cancelled", "failed", "held", "skipped"): "failed",
        ("cancelled", "failed", "skipped", "succeeded"): "partly_failed",
        ("cancelled", "failed", "held", "skipped", "succeeded"): "partly_failed",
    }

    @pytest.mark.parametrize("ended", EXPECTED, ids="+".join)
    def test_the_run_says_what_became_of_it(self, ended):
        assert outcome(list(ended)) == self.EXPECTED[ended]

    def test_what_was_held_when_applying_is_no_success(self):
        assert outcome(["succeeded"], held=True) == "partly_held"
        assert outcome(["succeeded", "cancelled"], held=True) == "cancelled"
        assert outcome(["succeeded", "failed"], held=True) == "partly_failed"

    def test_every_combination_is_in_the_table(self):
        assert set(self.FINAL) == set(SyncTarget.ENDED)
        found = {tuple(sorted(set(states))) for states in product(self.FINAL, repeat=5)}
        assert found == set(self.EXPECTED)


def test_a_run_with_an_open_target_has_not_finished(company, plan):
    run = start(company, plan)
    execute_target(run.targets.first().pk)
    run.refresh_from_db()
    assert (run.state, run.finished_at) == ("running", None)


def test_two_workers_that_finish_at_the_same_time_finish_the_run_once(company, plan):
    run = start(company, plan)
    in_threads(*(lambda pk=target.pk: execute_target(pk) for target in run.targets.all()))
    run.refresh_from_db()
    assert run.state == SyncRun.State.SUCCEEDED
    assert AuditEntry.objects.filter(action="run.finished", data__run=str(run.pk)).count() == 1
