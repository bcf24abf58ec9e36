"""Parts that are known by a title or an id keep their local keys: coupled, made anew in the main, and taken back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from forms_catalog.models import Field, Form, Section
from settings_sync.models import Change, Package, Plan
from settings_sync.planning.verdicts import Demand, Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from workflows.models import Step, Workflow

LONG_AGO = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)

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


def make_form(*sections: tuple[str, list[str]], name: str = "Blad") -> Form:
    """A form of sections, each a title with the ids of its fields."""
    form = Form.objects.create(name=name)
    for number, (title, references) in enumerate(sections, start=1):
        section = Section.objects.create(form=form, title=title, position=number)
        for place, reference in enumerate(references, start=1):
            Field.objects.create(section=section, reference=reference, label=reference, position=place)
    return form


def content(administration: Administration) -> list[tuple[str, list[str]]]:
    with inside(administration):
        sections = Section.objects.order_by("form__name", "position")
        return [
            (section.title, list(section.fields.order_by("position").values_list("reference", flat=True)))
            for section in sections
        ]


def keys(administration: Administration) -> dict[str, int]:
    """The local key of each field by its id, and of each section by what it holds."""
    with inside(administration):
        fields = Field.objects.all()
        return {field.reference: field.pk for field in fields} | {
            f"section of {field.reference}": field.section_id for field in fields
        }


def change_of(plan: Plan, form: Form) -> Change:
    return Change.objects.get(plan_target__plan=plan, uid=form.uid)


def coupled(company: Company, child: Administration, form: Form, own: Form, *also: Asked) -> Plan:
    plan = company.plan(child, categories=["forms"])
    asked = [Asked(form.uid, Word.COUPLE, couple_with=own.uid)]
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=asked)
    return decide(acting_user=company.owner, plan=plan, version=2, decisions=also) if also else plan


def run(company: Company, plan: Plan) -> Any:
    run = company.run(plan, confirmation=company.main.slug)
    assert run.state == "succeeded", list(run.targets.values("error_code", "error_detail"))
    return run


def replaced(company: Company, child: Administration, *anew: tuple[str, list[str]], own: str) -> Any:
    """A synced form to which the child added a field, of which the main made another in its place; done, and undone."""
    with inside(company.main):
        make_form(name="Blijft")
        form = make_form(("Metingen", ["co"]))
    run(company, company.plan(child, categories=["forms"]))
    with inside(child):
        Field.objects.create(section=Section.objects.get(), reference=own, label=own, position=2)
    with inside(company.main):
        form.delete()
        new = make_form(*anew)
    before = keys(child)
    done = run(company, coupled(company, child, new, form))
    after = (content(child), keys(child))
    run(company, create_undo_plan(acting_user=company.owner, run=done))
    assert (content(child), keys(child)) == ([("Metingen", ["co", own])], before)
    return before, *after


TWICE = ("Controle", ["druk"]), ("Controle", ["temp"])


class TestReplacing:
    def test_an_own_field_keeps_its_section_that_the_one_made_anew_has_not(self, company, child):
        _before, found, _after = replaced(company, child, ("Controle", ["co"]), own="lek")
        assert found == [("Controle", ["co"]), ("Metingen", ["lek"])]

    def test_an_own_field_that_the_one_made_anew_has_as_well_is_that_field(self, company, child):
        before, found, after = replaced(company, child, ("Metingen", ["co", "lek"]), own="lek")
        assert (found, after) == ([("Metingen", ["co", "lek"])], before)

    def test_what_was_kept_for_a_reason_is_kept_for_that_reason_by_whom_it_was(self, company, child):
        with inside(company.main):
            form, _other = make_form(("Metingen", ["co"])), make_form(name="Blijft")
        run(company, company.plan(child, categories=["forms"]))
        said = {"reason": "eis van de gemeente", "review_on": date(2031, 3, 1), "decided_by": "Planner Noord"}
        with inside(child):
            Form.objects.filter(uid=form.uid).update(description="hier")
            Deviation.objects.create(
                kind=Form._meta.label_lower,
                uid=form.uid,
                path="description",
                is_pinned=True,
                decided_at=LONG_AGO,
                **said,
            )
        with inside(company.main):
            form.delete()
            new = make_form(("Metingen", ["co"]))
        done = run(company, coupled(company, child, new, form))
        with inside(child):
            assert Deviation.objects.filter(uid=new.uid, decided_at=LONG_AGO, **said).count() == 1
        run(company, create_undo_plan(acting_user=company.owner, run=done))
        with inside(child):
            assert Deviation.objects.filter(uid=form.uid, decided_at=LONG_AGO, **said).count() == 1


class TestCoupling:
    def test_sections_of_one_title_keep_their_keys_also_when_it_is_taken_back(self, company, child):
        with inside(company.main):
            form = make_form(*TWICE)
        with inside(child):
            own = make_form(*TWICE)
        before = keys(child)
        done = run(company, coupled(company, child, form, own))
        assert (keys(child), content(child)) == (before, [*TWICE])
        assert company.plan(child, categories=["forms"]).targets.get().counts["unchanged"] == 1
        run(company, create_undo_plan(acting_user=company.owner, run=done))
        assert keys(child) == before
        with inside(child):
            assert Form.objects.get().uid == own.uid

    def test_what_the_administration_made_itself_stays_and_the_preview_says_so(self, company, child):
        with inside(company.main):
            form = make_form(("Metingen", ["co", "druk"]))
        with inside(child):
            own = make_form(("Metingen", ["co", "lek"]), ("Foto's", ["foto"]))
        before = keys(child)
        plan = coupled(company, child, form, own)
        change = change_of(plan, form)
        with inside(child):
            lek, photos = Field.objects.get(reference="lek").uid, Section.objects.get(title="Foto's").uid
        assert sorted(change.conflicts) == sorted([[f"field/{lek}", "local"], [f"section/{photos}", "local"]])
        done = run(company, plan)
        assert content(child) == [("Metingen", ["co", "druk", "lek"]), ("Foto's", ["foto"])]
        assert {name: key for name, key in keys(child).items() if name in before} == before
        assert not company.plan(child, categories=["forms"]).targets.get().changes.exclude(action="keep").exists()
        run(company, create_undo_plan(acting_user=company.owner, run=done))
        assert (keys(child), content(child)) == (before, [("Metingen", ["co", "lek"]), ("Foto's", ["foto"])])

    def test_what_it_made_itself_goes_when_that_was_decided(self, company, child):
        with inside(company.main):
            form = make_form(("Metingen", ["co"]))
        with inside(child):
            own = make_form(("Metingen", ["co", "lek"]), ("Foto's", ["foto"]))
            lek, photos = Field.objects.get(reference="lek").uid, Section.objects.get(title="Foto's").uid
        decided = [
            Asked(form.uid, Word.OVERWRITE, path=f"field/{lek}"),
            Asked(form.uid, Word.KEEP_LOCAL, path=f"section/{photos}", reason="eigen foto's"),
        ]
        run(company, coupled(company, child, form, own, *decided))
        assert content(child) == [("Metingen", ["co"]), ("Foto's", ["foto"])]
        with inside(child):
            assert Deviation.objects.get().path == f"section/{photos}"

    def test_a_section_of_its_own_whose_questions_moved_leaves_no_shell(self, company, child):
        with inside(company.main):
            form = make_form(("Metingen", ["co", "druk"]))
        with inside(child):
            own = make_form(("Ketel", ["co", "druk"]))
        before = keys(child)
        run(company, coupled(company, child, form, own))
        assert content(child) == [("Metingen", ["co", "druk"])]
        assert {name: key for name, key in keys(child).items() if "section" not in name} == {
            name: key for name, key in before.items() if "section" not in name
        }


class TestMadeAnew:
    @pytest.fixture
    def form(self, company: Company, child: Administration) -> Form:
        with inside(company.main):
            form = make_form(("Metingen", ["co", "druk"]))
        company.sync(child, categories=["forms"])
        return form

    def remake(self, company: Company, label: str = "Druk nu") -> None:
        with inside(company.main):
            old = Field.objects.get(reference="druk")
            old.delete()
            Field.objects.create(section=old.section, reference="druk", label=label, position=old.position)

    def test_a_field_made_anew_with_the_same_id_keeps_its_key(self, company, child, form):
        before = keys(child)
        self.remake(company)
        done = company.sync(child, categories=["forms"])
        assert keys(child) == before
        with inside(child):
            assert Field.objects.get(reference="druk").label == "Druk nu"
        run(company, create_undo_plan(acting_user=company.owner, run=done))
        assert keys(child) == before
        with inside(child):
            assert Field.objects.get(reference="druk").label == "druk"

    def test_what_was_changed_here_in_such_a_field_is_merged_with_it(self, company, child, form):
        before = keys(child)
        self.remake(company)
        with inside(child):
            Field.objects.filter(reference="druk").update(help_text="hier")
        plan = company.plan(child, categories=["forms"])
        assert (change_of(plan, form).action, change_of(plan, form).conflicts) == ("update", [])
        run(company, plan)
        assert keys(child) == before
        with inside(child):
            field = Field.objects.get(reference="druk")
            assert (field.label, field.help_text) == ("Druk nu", "hier")

    def test_what_is_pinned_in_such_a_field_stays_pinned(self, company, child, form):
        with inside(child):
            field = Field.objects.get(reference="druk")
            Field.objects.update(label="hier")
            path = f"field/{field.uid}/label"
            pinned = {"path": path, "is_pinned": True, "decided_at": timezone.now()}
            Deviation.objects.create(kind=Form._meta.label_lower, uid=form.uid, **pinned)
        self.remake(company)
        plan = company.plan(child, categories=["forms"], policies={"changed_locally": "put_back"})
        run(company, plan)
        with inside(child):
            found = Field.objects.get(reference="druk")
            assert (found.pk, found.label) == (field.pk, "hier")
            assert found.uid != field.uid
            assert Deviation.objects.get().path == f"field/{found.uid}/label"


def test_what_points_at_an_item_whose_coupling_is_held_goes_on_pointing_at_it(company, child):
    with inside(company.main):
        flow = Workflow.objects.create(name="Werkwijze")
        Step.objects.create(workflow=flow, type="work_details", position=1)
    company.sync(child, categories=["forms", "workflows"])
    with inside(company.main):
        coming = Form.objects.create(name="Klep")
        Workflow.objects.filter(uid=flow.uid).update(description="Nieuw")
    with inside(child):
        own = Form.objects.create(name="Blad")
        Form.objects.create(name="Klep")
        here = Workflow.objects.get(uid=flow.uid)
        Step.objects.create(workflow=here, type="predefined_form", form=own, position=2)
    plan = company.plan(child, categories=["forms", "workflows"])
    asked = [Asked(coming.uid, Word.COUPLE, couple_with=own.uid)]
    plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)
    assert (change_of(plan, coming).action, change_of(plan, coming).verdict) == ("hold", "name_taken")
    assert Change.objects.get(plan_target__plan=plan, uid=flow.uid).action == "update"
    company.run(plan)
    with inside(child):
        workflow = Workflow.objects.get(uid=flow.uid)
        assert workflow.description == "Nieuw"
        assert [step.form and step.form.name for step in workflow.steps.order_by("position")] == [None, "Blad"]


def test_what_is_archived_stays_when_the_coupling_that_it_points_at_is_held_after_all(company, child):
    with inside(company.main):
        former = make_form(("Metingen", ["co"]))
        flow = Workflow.objects.create(name="Werkwijze")
        Step.objects.create(workflow=flow, type="predefined_form", form=former, position=1)
    company.sync(child, categories=["forms", "workflows"])
    with inside(company.main):
        Workflow.objects.all().delete()
        Form.objects.all().delete()
        coming = make_form(("Metingen", ["co2"]))
    plan = company.plan(child, categories=["forms", "workflows"], policies={"removed_in_source": "archive"})
    asked = [Asked(coming.uid, Word.COUPLE, couple_with=former.uid)]
    plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)
    assert Change.objects.get(plan_target__plan=plan, uid=flow.uid).action == "archive"
    with inside(child):
        Form.objects.update(name="Intussen anders")
    target = company.run(plan, confirmation=company.main.slug).targets.get()
    assert target.state == "held", target.error_detail
    found = {(coming.uid, "stale"), (former.uid, "stale"), (flow.uid, "needs-held")}
    assert set(target.findings.values_list("uid", "code")) == found
    with inside(child):
        assert Workflow.objects.get().steps.get().form.name == "Intussen anders"
        assert not Workflow.objects.get().is_archived


def test_what_a_package_keeps_away_is_not_coupled_either(company, child):
    with inside(company.main):
        former = make_form(("Metingen", ["co"]))
    company.sync(child, categories=["forms"])
    package = Package.objects.create(administration=company.main, name="Weg", items=[str(former.uid)])
    package.assignments.create(administration=child, demand=Demand.NOT_HERE)
    with inside(company.main):
        Form.objects.all().delete()
        coming = make_form(("Metingen", ["co2"]), name="Klep")
    plan = company.plan(child, categories=["forms"])
    asked = [Asked(coming.uid, Word.COUPLE, couple_with=former.uid)]
    plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)
    package.delete()
    change = change_of(plan, coming)
    assert (change.action, change.verdict, change.facts["coupling"]) == ("hold", "name_taken", "impossible")
