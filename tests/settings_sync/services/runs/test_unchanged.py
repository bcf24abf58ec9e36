"""What a plan has nothing to do in is closed when its run starts, and nobody visits it."""

import json
from typing import Any

import pytest

from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.models import Plan, Receipt, SyncRun, SyncTarget
from settings_sync.services.runs import waking
from settings_sync.services.runs.run_overview import show_run
from settings_sync.services.runs.runs import retry_run, start_run
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tenants.template_schema import drop_schema
from tests.contracts.world import Company, fingerprint, make_company
from webhooks.models import Endpoint, OutboxMessage

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration, Administration]:
    company = make_company()
    return company, company.child("Noord"), company.child("Oost")


@pytest.fixture
def noord(standing_company: Any) -> Administration:
    return standing_company[1]


@pytest.fixture
def oost(standing_company: Any) -> Administration:
    return standing_company[2]


@pytest.fixture
def company(standing_company: Any) -> Company:
    """A work type that both children have, and the administrations as they belong."""
    company, *children = standing_company
    company.sweep(*children)
    for administration in children:
        Administration.objects.filter(pk=administration.pk).update(
            state="active", migration_head=company.main.migration_head
        )
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    company.sync(*children, categories=["reference_data"])
    return company


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The targets for which workers are woken."""
    found: list[Any] = []
    monkeypatch.setattr(waking, "send_messages", lambda _task, ids: found.extend(ids) or len(found))
    return found


def start(company: Company, *children: Administration) -> SyncRun:
    return confirm(company, company.plan(*children, categories=["reference_data"]))


def confirm(company: Company, plan: Plan) -> SyncRun:
    return start_run(acting_user=company.owner, plan=plan, version=plan.version)


def add_in_main(company: Company, name: str = "Onderhoud") -> None:
    with inside(company.main):
        WorkType.objects.create(name=name)


def states(run: SyncRun) -> dict[str, str]:
    return dict(run.targets.values_list("administration__name", "state"))


class TestARunOfNothing:
    def test_it_has_ended_when_it_has_started(self, company, noord, oost, woken):
        run = start(company, noord, oost)
        assert (run.state, states(run)) == ("succeeded", {"Noord": "succeeded", "Oost": "succeeded"})
        assert run.started_at <= run.finished_at
        assert woken == []

    def test_each_target_has_its_receipt_and_the_counts_of_the_plan(self, company, noord):
        (target,) = start(company, noord).targets.all()
        receipt = Receipt.objects.get(target=target)
        assert (receipt.rows, receipt.business_rows_written) == ({}, 0)
        assert receipt.snapshot == target.plan_target.plan.snapshot
        assert target.counts == target.plan_target.counts
        assert target.counts["unchanged"] == 1
        assert (target.attempts, target.error_code) == (1, "")

    def test_its_end_is_announced_and_stands_in_the_trail(self, company, noord):
        Endpoint.objects.create(
            administration=company.main, url="https://example.com/", events=["run.finished"], secret="whsec_eA=="
        )
        run = start(company, noord)
        (entry,) = AuditEntry.objects.filter(action="run.finished", data__run=str(run.pk))
        assert entry.data["targets"] == {str(noord.pk): "succeeded"}
        (told,) = OutboxMessage.objects.filter(event="run.finished")
        assert json.loads(told.body)["data"]["targets"]["succeeded"] == 1

    def test_no_schema_is_visited(self, company, noord):
        """Not even when there is none: what a worker would have found out, the plan said already."""
        plan = company.plan(noord, categories=["reference_data"])
        before = fingerprint(noord)
        with inside(noord):
            WorkType.objects.update(description="hier")
        edited = fingerprint(noord)
        assert confirm(company, plan).state == "succeeded"
        assert before != edited == fingerprint(noord)

    def test_the_page_tells_it_as_any_other(self, company, noord):
        shown = show_run(acting_user=company.owner, run=start(company, noord))
        (target,) = shown.targets
        assert (shown.is_finished, target.state, target.may_undo, target.may_retry) == (True, "succeeded", False, False)
        assert target.proof is not None
        assert target.proof.total == 0


class TestWhatAWorkerMustSee:
    def test_only_what_has_something_to_do_waits(self, company, noord, oost, woken):
        add_in_main(company)
        company.sync(oost, categories=["reference_data"])
        run = start(company, noord, oost)
        assert states(run) == {"Noord": "queued", "Oost": "succeeded"}
        assert woken[-1:] == [run.targets.get(administration=noord).pk]
        assert (run.state, run.started_at) == ("queued", None)
        company.finish(run)
        assert run.state == "succeeded"

    def test_the_time_left_is_told_from_what_workers_did(self, company, noord, oost):
        add_in_main(company)
        company.sync(oost, categories=["reference_data"])
        assert start(company, noord, oost).targets.get(administration=oost).started_at is None

    def test_what_is_migrated_since_the_plan_is_left_to_a_worker(self, company, noord, oost):
        plan = company.plan(noord, oost, categories=["reference_data"])
        Administration.objects.filter(pk=noord.pk).update(migration_head="other")
        run = confirm(company, plan)
        assert states(run) == {"Noord": "queued", "Oost": "succeeded"}
        company.finish(run)
        assert states(run)["Noord"] == "skipped"
        assert run.state == "partly_failed"

    def test_an_older_run_that_is_under_way_there_goes_first(self, company, noord):
        """Closed before it, this one would have decided what the older one is about to bring."""
        former = company.plan(noord, categories=["reference_data"])
        add_in_main(company)
        older = start(company, noord)
        newer = confirm(company, former)
        assert states(newer) == {"Noord": "queued"}
        company.finish(older)
        company.finish(newer)
        assert (states(older), states(newer)) == ({"Noord": "succeeded"}, {"Noord": "succeeded"})
        with inside(noord):
            assert WorkType.objects.filter(name="Onderhoud").exists()

    def test_one_that_is_tried_again_is_a_workers(self, company, noord):
        run = start(company, noord)
        run.targets.update(state="failed")
        Receipt.objects.all().delete()
        SyncRun.objects.filter(pk=run.pk).update(state="failed")
        retry_run(acting_user=company.owner, run=run)
        (target,) = run.targets.all()
        assert target.state == "queued"
        assert execute_target(target.pk)


def test_a_schema_that_is_gone_is_found_by_the_reaper_and_not_by_a_run(company, oost):
    gone = company.child("West")
    company.sync(gone, categories=["reference_data"])
    plan = company.plan(gone, categories=["reference_data"])
    drop_schema(gone.schema_name)
    assert confirm(company, plan).state == "succeeded"
    reap()
    gone.refresh_from_db()
    assert gone.damage
    assert SyncTarget.objects.filter(administration=gone).count() == 2
