"""What is kept by decision, policy or possession, on real administrations: there after the run, and after the next."""

import uuid

import pytest

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import Change, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from sync_ledger.models import Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

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


def carry_out(company: Company, plan: Plan) -> None:
    run = company.run(plan, confirmation=company.main.slug)
    assert run.state == "succeeded", list(run.targets.values("error_code", "error_detail"))


def writes(plan: Plan) -> list[str]:
    """What a plan would write: the items by name."""
    writing = ("create", "update", "couple", "archive", "delete")
    return [change.label for change in Change.objects.filter(plan_target__plan=plan, action__in=writing)]


PUT_BACK = {"changed_locally": "put_back"}
KEEPING = {"changed_locally": "put_back", "conflict": "keep_local"}


@pytest.mark.parametrize("policies", [PUT_BACK, KEEPING], ids=["by decision", "by policy"])
def test_a_section_that_the_main_removed_stays_with_its_questions(company, child, policies):
    with inside(company.main):
        form = Form.objects.create(name="Ketel")
        section = Section.objects.create(form=form, title="Metingen", position=0)
        for number, reference in enumerate(("co", "druk")):
            Field.objects.create(section=section, reference=reference, label=reference.upper(), position=number)
    company.sync(child, categories=["forms"])
    with inside(child):
        Field.objects.filter(reference="co").update(help_text="In ppm")
    with inside(company.main):
        section.delete()
    plan = company.plan(child, categories=["forms"], policies=policies)
    if "conflict" not in policies:
        asked = Asked(form.uid, Word.KEEP_LOCAL, path=f"section/{section.uid}", reason="wij meten wel")
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
    carry_out(company, plan)
    for _again in range(2):
        with inside(child):
            assert list(Field.objects.values_list("reference", "help_text")) == [("co", "In ppm"), ("druk", "")]
            assert Deviation.objects.get().path == f"section/{section.uid}"
        again = company.plan(child, categories=["forms"], policies=policies)
        assert writes(again) == []
        carry_out(company, again)


def work_types(administration: Administration) -> dict[uuid.UUID, tuple[str, str]]:
    with inside(administration):
        return {found.uid: (found.name, found.description) for found in WorkType.objects.all()}


def test_whoever_has_a_name_is_updated_and_only_the_newcomer_asks(company, child):
    with inside(company.main):
        echo = WorkType.objects.create(name="Echo")
    company.sync(child, categories=["reference_data"])
    with inside(child):
        WorkType.objects.update(name="Hotel")
    with inside(company.main):
        WorkType.objects.update(description="Nieuw")
        hotel = WorkType.objects.create(name="Hotel")
    plan = company.plan(child, categories=["reference_data"])
    carry_out(company, plan)
    assert work_types(child) == {echo.uid: ("Hotel", "Nieuw")}
    held = Change.objects.get(plan_target__plan=plan, action="hold")
    assert (held.uid, held.verdict) == (hotel.uid, "name_taken")


def test_the_same_run_again_overwrites_nothing_that_its_policy_kept(company, child):
    with inside(company.main):
        made = WorkType.objects.create(name="Storing", description="Was", default_minutes=30)
    company.sync(child, categories=["reference_data"])
    with inside(company.main):
        WorkType.objects.update(description="Hoofd", default_minutes=45)
    with inside(child):
        WorkType.objects.update(description="Hier", name="Storing hier")
    carry_out(company, company.plan(child, categories=["reference_data"], policies=KEEPING))
    assert work_types(child) == {made.uid: ("Storing", "Hier")}
    again = company.plan(child, categories=["reference_data"], policies=KEEPING)
    assert writes(again) == []
    carry_out(company, again)
    assert work_types(child) == {made.uid: ("Storing", "Hier")}
