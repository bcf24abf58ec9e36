"""Exactly the plan: what moved after the preview is held and named, and every child gets what the preview froze."""

from typing import Any

import pytest
from django.db import connection, transaction

from reference_data.models import VatRate, WorkType
from settings_sync.models import Change, Finding, FormerDocument, SyncRun
from settings_sync.services.plans.source_moves import find_source_moves
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, fingerprint, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def names(administration: Administration, model: Any, field: str = "name") -> list[str]:
    with inside(administration):
        return sorted(model.objects.values_list(field, flat=True))


class TestStaleItems:
    """An item that moved in the child after the preview is held, and named; the rest goes on."""

    @pytest.fixture
    def work_types(self, company, child) -> list[WorkType]:
        with inside(company.main):
            made = [WorkType.objects.create(name=name) for name in ("Een", "Twee")]
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.update(description="nieuw")
        return made

    def test_an_edit_after_the_preview_is_not_overwritten(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        with inside(child):
            WorkType.objects.filter(name="Een").update(description="eigen")
        run = company.run(plan)
        assert run.state == SyncRun.State.PARTLY_HELD
        with inside(child):
            assert dict(WorkType.objects.values_list("name", "description")) == {"Een": "eigen", "Twee": "nieuw"}
        target = run.targets.get()
        assert list(Finding.objects.values_list("target", "label", "code")) == [(target.pk, "Een", "stale")]
        counted = {name: target.counts[name] for name in ("update", "hold", "stale")}
        assert counted == {"update": 1, "hold": 1, "stale": 1}

    def test_what_was_to_be_kept_and_moved_is_counted_once(self, company, child, work_types):
        with inside(child):
            WorkType.objects.update(description="eigen")
        plan = company.plan(child, categories=["reference_data"], policies={"conflict": "keep_local"})
        planned = plan.targets.get().counts
        assert planned["keep"] == 2
        with inside(child):
            WorkType.objects.filter(name="Een").update(description="nog eens")
        counts = company.run(plan).targets.get().counts
        assert (counts["keep"], counts["hold"], counts["stale"]) == (1, 1, 1)

    def test_what_the_main_changed_before_it_was_confirmed_is_held_everywhere(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.filter(name="Een").update(description="nog nieuwer")
        run = company.run(plan)
        with inside(child):
            assert dict(WorkType.objects.values_list("name", "description")) == {"Een": "", "Twee": "nieuw"}
        assert list(Finding.objects.values_list("label", "code")) == [("Een", "stale")]
        assert run.targets.get().counts["stale"] == 1
        company.sync(child, categories=["reference_data"])
        with inside(child):
            assert WorkType.objects.get(name="Een").description == "nog nieuwer"

    def test_what_the_main_changed_comes_as_it_was_shown_to_who_was_told_and_wants_that(
        self, company, child, work_types
    ):
        plan = company.plan(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.filter(name="Een").update(description="nog nieuwer")
        company.run(plan, seen=find_source_moves(plan).mark)
        with inside(child):
            assert dict(WorkType.objects.values_list("name", "description")) == {"Een": "nieuw", "Twee": "nieuw"}
        assert not Finding.objects.exists()

    def test_what_the_main_changed_after_that_does_not_matter(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
        with inside(company.main):
            WorkType.objects.update(description="nog nieuwer")
        company.finish(run)
        with inside(child):
            assert dict(WorkType.objects.values_list("name", "description")) == {"Een": "nieuw", "Twee": "nieuw"}

    def test_an_administration_stops_when_asked_to(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"], policies={"stale": "stop"})
        with inside(company.main):
            WorkType.objects.filter(name="Een").delete()
        run = company.run(plan)
        assert run.targets.get().error_code == "stale"
        with inside(child):
            assert set(WorkType.objects.values_list("description", flat=True)) == {""}

    def test_its_base_stays_so_that_the_next_preview_sees_a_conflict(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        with inside(child):
            WorkType.objects.filter(name="Een").update(description="eigen")
        company.run(plan)
        change = Change.objects.get(plan_target__plan=company.plan(child, categories=["reference_data"]))
        assert (change.label, change.verdict) == ("Een", "both_changed")

    def test_a_removal_after_the_preview_is_not_undone(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        with inside(child):
            WorkType.objects.filter(name="Een").delete()
        run = company.run(plan)
        assert run.state == SyncRun.State.PARTLY_HELD
        assert names(child, WorkType) == ["Twee"]
        assert Finding.objects.get().label == "Een"

    def test_when_told_to_stop_nothing_is_written(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"], policies={"stale": "stop"})
        with inside(child):
            WorkType.objects.filter(name="Een").update(description="eigen")
        before = fingerprint(child)
        run = company.run(plan)
        assert run.state == SyncRun.State.FAILED
        assert run.targets.get().error_code == "stale"
        assert "Een" in run.targets.get().error_detail
        assert not FormerDocument.objects.exists()
        unlooked = {table: found for table, found in before.items() if table not in OWN_INDEX}
        assert {table: fingerprint(child)[table] for table in unlooked} == unlooked

    def test_an_edit_that_was_taken_back_is_not_stale(self, company, child, work_types):
        plan = company.plan(child, categories=["reference_data"])
        with inside(child):
            WorkType.objects.filter(name="Een").update(description="eigen")
            WorkType.objects.filter(name="Een").update(description="")
        company.run(plan)
        assert not Finding.objects.exists()
        with inside(child):
            assert set(WorkType.objects.values_list("description", flat=True)) == {"nieuw"}

    def test_what_another_run_has_done_since_the_preview_is_done_already_and_not_held(self, company, child, work_types):
        one, other = (company.plan(child, categories=["reference_data"]) for _ in range(2))
        first = company.run(one)
        before = fingerprint(child)
        run = company.run(other)
        target = run.targets.get()
        assert (run.state, target.state) == (SyncRun.State.SUCCEEDED, "succeeded")
        assert {name: target.counts[name] for name in ("update", "hold", "skip")} == {"update": 0, "hold": 0, "skip": 2}
        assert set(Finding.objects.values_list("code", "overtaken_by")) == {("done-before", first.pk)}
        unlooked = {table: found for table, found in before.items() if table not in OWN_INDEX}
        assert {table: fingerprint(child)[table] for table in unlooked} == unlooked


class TestEditsThatNoTriggerSaw:
    """What the index does not know makes one sync stale, and never the next one."""

    @pytest.fixture
    def work_type(self, company, child) -> WorkType:
        with inside(company.main):
            made = WorkType.objects.create(name="Een")
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.update(description="nieuw")
        return made

    def edit(self, child: Administration, statement: str) -> None:
        """Run a statement in the child while no trigger of its work types looks."""
        with inside(child), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE reference_data_worktype DISABLE TRIGGER USER")
            cursor.execute(statement)
            cursor.execute("ALTER TABLE reference_data_worktype ENABLE TRIGGER USER")

    @pytest.mark.parametrize("stale", ["hold", "stop"])
    @pytest.mark.parametrize(
        ("statement", "verdict"),
        [
            ("UPDATE reference_data_worktype SET description = 'eigen'", "both_changed"),
            ("DELETE FROM reference_data_worktype", "removed_locally"),
        ],
    )
    def test_the_next_preview_sees_what_stands_there(self, company, child, work_type, statement, verdict, stale):
        self.edit(child, statement)
        choice = {"categories": ["reference_data"], "policies": {"stale": stale}}
        target = company.run(company.plan(child, **choice)).targets.get()
        assert (target.state, target.error_code) == (("held", "") if stale == "hold" else ("failed", "stale"))
        change = Change.objects.get(plan_target__plan=company.plan(child, **choice))
        assert change.verdict == verdict

    def test_who_has_a_name_is_known_to_the_next_preview(self, company, child, work_type):
        with inside(company.main):
            WorkType.objects.create(name="Twee")
        self.edit(
            child,
            "INSERT INTO reference_data_worktype (uid, name, is_archived, description, default_minutes, is_active)"
            " VALUES (gen_random_uuid(), 'Twee', false, '', 60, true)",
        )
        target = company.run(company.plan(child, categories=["reference_data"])).targets.get()
        assert [(found.label, found.code) for found in target.findings.all()] == [("Twee", "name-taken")]
        plan = company.plan(child, categories=["reference_data"])
        assert [change.verdict for change in Change.objects.filter(plan_target__plan=plan)] == ["name_taken"]


OWN_INDEX = {"sync_ledger_dirty", "sync_ledger_indexentry"}


def test_a_name_that_was_taken_after_the_preview_holds_that_item_alone(company, child):
    with inside(company.main):
        WorkType.objects.create(name="Een")
        WorkType.objects.create(name="Twee")
    plan = company.plan(child, categories=["reference_data"])
    with inside(child):
        WorkType.objects.create(name="EEN")
    run = company.run(plan)
    target = run.targets.get()
    assert target.state == "succeeded"
    assert [(found.label, found.code) for found in target.findings.all()] == [("Een", "name-taken")]
    assert names(child, WorkType) == ["EEN", "Twee"]


def test_what_needs_an_item_that_went_after_the_preview_is_held(company, child):
    with inside(company.main):
        layout = Layout.objects.create(kind="invoice", name="Lay-out")
        vat_rate = VatRate.objects.create(code="H", name="Hoog")
        mail = MessageTemplate.objects.create(kind="email", name="Mail", subject="Factuur")
    company.sync(child, categories=["templates", "reference_data"])
    with inside(company.main):
        Scheme.objects.create(name="S", kind="invoice", layout=layout, vat_rate=vat_rate, email_template=mail)
    plan = company.plan(child, categories=["templates"])
    with inside(child):
        MessageTemplate.objects.all().delete()
    run = company.run(plan)
    target = run.targets.get()
    assert target.state == "held"
    assert [(found.label, found.code) for found in target.findings.all()] == [("S", "needs-held")]
    assert (target.counts["create"], target.counts["hold"]) == (0, 1)
    assert names(child, Scheme) == []


def test_an_item_that_cannot_give_its_name_up_holds_the_one_that_would_get_it(company, child):
    with inside(company.main):
        one, other = WorkType.objects.create(name="Een"), WorkType.objects.create(name="Twee")
    company.sync(child, categories=["reference_data"])
    with inside(company.main), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        WorkType.objects.filter(pk=one.pk).update(name="Twee")
        WorkType.objects.filter(pk=other.pk).update(name="Een")
    plan = company.plan(child, categories=["reference_data"])
    with inside(child):
        WorkType.objects.filter(uid=one.uid).update(description="eigen")
    target = company.run(plan).targets.get()
    assert target.state == "held"
    assert {(found.label, found.code) for found in target.findings.all()} == {("Twee", "stale"), ("Een", "name-taken")}
    assert names(child, WorkType) == ["Een", "Twee"]


def test_every_child_gets_what_the_preview_froze(company, child):
    """The main may change while a run is on its way: each child gets the one snapshot, not what stands there now."""
    other = company.child("Oost")
    with inside(company.main):
        WorkType.objects.create(name="Bevroren")
    plan = company.plan(child, other, categories=["reference_data"])
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    first, second = run.targets.all()
    execute_target(first.pk)
    with inside(company.main):
        WorkType.objects.update(name="Later")
        WorkType.objects.create(name="Nog later")
    execute_target(second.pk)
    assert names(child, WorkType) == names(other, WorkType) == ["Bevroren"]
