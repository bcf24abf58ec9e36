"""The whole child or nothing of it, and never a row of daily data."""

from typing import Any

import pytest
from django.db import connection
from psycopg import errors, sql

from business.models import Customer, WorkOrder
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying import books, narrow, statements
from settings_sync.engine.applying import targets as applying
from settings_sync.models import Change, Document, Finding, FormerDocument, Receipt, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, Company, fingerprint, in_threads, make_company

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


class TestAllOrNothing:
    """Whatever goes wrong, wherever it goes wrong, the child is as it was and no book says otherwise."""

    @pytest.fixture
    def waiting(self, company, child) -> Any:
        """A plan with something to update and to create, of every kind."""
        filler = Filler("hoofd")
        with inside(company.main):
            filler.everything(count=1)
        company.sync(child, categories=CATEGORIES)
        with inside(company.main):
            for kind in all_kinds():
                filler.alter(kind, kind.root.model._default_manager.order_by("pk").first())
        return company.plan(child, categories=CATEGORIES)

    def books_of(self) -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Receipt, Finding, FormerDocument))

    @pytest.mark.parametrize(
        ("module", "function"),
        [
            (books, "keep_former_and_find_stale"),
            (statements, "removals"),
            (statements, "writes"),
            (statements, "late_references"),
            (books, "find_different_results"),
            (books, "move_index"),
            (books, "move_bases"),
            (applying, "_check_business_untouched"),
            (applying, "_finish"),
        ],
        ids=lambda found: getattr(found, "__name__", found),
    )
    def test_a_failure_half_way_leaves_nothing(self, company, child, waiting, monkeypatch, module, function):
        before, booked = fingerprint(child), self.books_of()
        original, calls = getattr(module, function), []

        def fails_the_last_time(*args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            original(*args, **kwargs)
            raise errors.InternalError_("broken by the test")

        def fails_the_second_time(*args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            if len(calls) == 2:
                raise errors.InternalError_("broken by the test")
            return original(*args, **kwargs)

        once = function in ("_check_business_untouched", "_finish")
        monkeypatch.setattr(module, function, fails_the_last_time if once else fails_the_second_time)
        run = company.run(waiting)
        assert calls
        assert run.state == SyncRun.State.FAILED
        assert fingerprint(child) == before
        assert self.books_of() == booked

    def test_a_document_that_was_tampered_with_is_noticed(self, company, child, waiting, monkeypatch):
        # What was read of it before that is what it was.
        monkeypatch.setattr(narrow, "_known", {})
        change = Change.objects.filter(plan_target__plan=waiting, action="update").first()
        document = Document.objects.get(digest=change.result_digest)
        document.body["is_archived"] = True
        document.save()
        before = fingerprint(child)
        run = company.run(waiting)
        assert run.targets.get().error_code == "result-differs"
        assert change.label in run.targets.get().error_detail
        assert fingerprint(child) == before

    def test_a_document_that_is_gone_is_noticed(self, company, child, waiting):
        change = Change.objects.filter(plan_target__plan=waiting, action="create").first()
        Document.objects.filter(digest=change.result_digest).delete()
        before = fingerprint(child)
        run = company.run(waiting)
        assert run.targets.get().error_code in ("result-differs", "still-used", "rule-broken")
        assert fingerprint(child) == before

    def test_one_failed_child_stops_no_other(self, company, child, waiting):
        other = company.child("Oost")
        plan = company.plan(child, other, categories=CATEGORIES)
        table = sql.Identifier(other.schema_name, "reference_data_worktype")
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ALTER TABLE {} ADD CONSTRAINT planted CHECK (false) NOT VALID").format(table))
        run = company.run(plan)
        assert run.state == SyncRun.State.PARTLY_FAILED
        assert dict(run.targets.values_list("administration", "state")) == {child.pk: "succeeded", other.pk: "failed"}


class TestDailyDataIsOutOfReach:
    """Behind the rights stand a guard on every table of daily data, and behind that the transaction's own counters."""

    @pytest.fixture
    def child(self, company: Company) -> Administration:
        """A child of its own, with daily data and a form, and with what the test plants."""
        child = company.child("Dagelijks")
        with inside(child):
            Filler("eigen").daily_data()
        with inside(company.main):
            form = Form.objects.create(name="Onderhoud")
            section = Section.objects.create(form=form, title="Deel", position=1)
            Field.objects.create(section=section, label="Vraag", reference="vraag", position=1)
        company.sync(child, categories=["forms"])
        return child

    @pytest.fixture
    def trigger(self, child: Administration) -> None:
        """A trigger that somebody added, which writes customers on behalf of the owner."""
        plant(
            child,
            "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE format("
            "'UPDATE %I.business_customer SET name = name', TG_TABLE_SCHEMA); RETURN NULL; END $$;"
            "CREATE TRIGGER planted AFTER INSERT OR UPDATE ON forms_catalog_form EXECUTE FUNCTION planted()",
        )

    @pytest.fixture
    def cascade(self, child: Administration) -> None:
        """A foreign key that somebody added, which deletes a customer with a question."""
        with inside(child):
            customer = Customer.objects.create(number=99, name="Zonder werk")
            question = Field.objects.get(reference="vraag")
        plant(
            child,
            "ALTER TABLE business_customer ADD planted bigint REFERENCES forms_catalog_field ON DELETE CASCADE",
            f"UPDATE business_customer SET planted = {question.pk} WHERE id = {customer.pk}",
        )

    @pytest.fixture(params=["guarded", "unguarded"])
    def guard(self, request: pytest.FixtureRequest, child: Administration) -> str:
        """Once with the guard, and once without: then the counters must notice."""
        if request.param == "unguarded":
            plant(child, "DROP TRIGGER sync_refuse ON business_customer")
        return request.param

    CODES = {"guarded": "database-error", "unguarded": "business-rows-written"}

    def refuse(self, company: Company, child: Administration, guard: str) -> None:
        plan = company.plan(child, categories=["forms"])
        before = fingerprint(child)
        run = company.run(plan)
        target = run.targets.get()
        assert (target.state, target.error_code) == ("failed", self.CODES[guard])
        assert fingerprint(child) == before

    def test_a_trigger_that_writes_daily_data_undoes_the_sync(self, company, child, trigger, guard):
        with inside(company.main):
            Form.objects.update(description="nieuw")
        self.refuse(company, child, guard)

    def test_a_trigger_that_writes_shared_tables_undoes_the_sync(self, company, child):
        """Which a sync may write itself, but only its own rows and at its end."""
        plant(
            child,
            "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
            " UPDATE public.settings_sync_synctarget SET woken_at = woken_at; RETURN NULL; END $$;"
            "CREATE TRIGGER planted AFTER INSERT OR UPDATE ON forms_catalog_form EXECUTE FUNCTION planted()",
        )
        with inside(company.main):
            Form.objects.update(description="nieuw")
        self.refuse(company, child, "unguarded")

    def test_a_foreign_key_that_cascades_undoes_the_sync(self, company, child, cascade, guard):
        with inside(company.main):
            Field.objects.all().delete()
        self.refuse(company, child, guard)

    def test_the_next_sync_on_the_same_connection_is_judged_for_itself(self, company, child, trigger):
        plant(child, "DROP TRIGGER sync_refuse ON business_customer")
        with inside(company.main):
            Form.objects.update(description="nieuw")
        self.refuse(company, child, "unguarded")
        plant(child, "DROP TRIGGER planted ON forms_catalog_form")
        company.sync(child, categories=["forms"])
        assert "nieuw" in names(child, Form, "description")

    def test_a_setting_that_daily_data_uses_is_updated_under_it(self, company, child):
        with inside(company.main):
            work_type = WorkType.objects.create(name="Storing")
        company.sync(child, categories=["reference_data"])
        with inside(child):
            WorkOrder.objects.update(work_type=WorkType.objects.get(uid=work_type.uid))
        with inside(company.main):
            WorkType.objects.update(name="Spoed", is_archived=True)
        before = fingerprint(child)["business_workorder"]
        company.sync(child, categories=["reference_data"])
        assert fingerprint(child)["business_workorder"] == before
        with inside(child):
            assert {order.work_type.name for order in WorkOrder.objects.all()} == {"Spoed"}


def plant(child: Administration, *statements: str) -> None:
    with inside(child), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_threads_that_apply_different_children_do_not_share_a_transaction(company, child):
    """Each thread has a connection of its own: one child's failure must not undo another's work."""
    children = [child, *(company.child(f"Kind {number}") for number in range(2))]
    with inside(company.main):
        Filler("hoofd").everything(count=1)
    plan = company.plan(*children, categories=CATEGORIES)
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    in_threads(*(lambda pk=target.pk: execute_target(pk) for target in run.targets.all()))
    run.refresh_from_db()
    assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("state", "error_code", "error_detail"))
