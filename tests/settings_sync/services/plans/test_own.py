"""How many settings are an administration's own: never fewer than none, whatever is coupled or taken back."""

import uuid

import pytest

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.models import Change
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.schemas import inside
from tests.contracts.world import make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing):
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing):
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def child(standing_company):
    """Two forms and two work types of its own, of which one of each has a name that the main administration uses."""
    company, child = standing_company
    company.sweep(child)
    with inside(company.main):
        Form.objects.create(name="Blad").work_types.add(WorkType.objects.create(name="Storing"))
    with inside(child):
        Form.objects.bulk_create([Form(name="Blad"), Form(name="Eigen")])
        WorkType.objects.bulk_create([WorkType(name="Storing"), WorkType(name="Eigen werk")])
    return child


@pytest.fixture
def company(standing_company, child):
    return standing_company[0]


def couple_everything(company, plan):
    taken = Change.objects.filter(plan_target__plan=plan, verdict="name_taken")
    asked = [
        Asked(item=change.uid, word=Word.COUPLE, couple_with=uuid.UUID(change.facts["holder_uid"])) for change in taken
    ]
    return decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)


def own_in(plan):
    return plan.targets.get().counts["own"]


@pytest.mark.parametrize(
    ("categories", "before", "after"),
    [(["forms"], 2, 1), (["reference_data"], 2, 1), (["forms", "reference_data"], 4, 2)],
)
def test_what_is_coupled_is_no_longer_its_own_where_it_was_counted(company, child, categories, before, after):
    """A form brings the work type that it is shown for, whose category was not chosen."""
    plan = company.plan(child, categories=categories)
    assert own_in(plan) == before
    plan = couple_everything(company, plan)
    assert plan.targets.get().counts["couple"] == (2 if "forms" in categories else 1)
    assert own_in(plan) == after


def test_it_is_none_where_single_settings_were_chosen(company, child):
    with inside(company.main):
        form = Form.objects.get()
    plan = couple_everything(company, company.plan(child, items=[form.uid]))
    assert plan.targets.get().counts["couple"] == 2
    assert own_in(plan) == 0


def test_it_is_none_where_a_run_is_taken_back(company, child):
    run = company.run(couple_everything(company, company.plan(child, categories=["forms"])))
    back = create_undo_plan(acting_user=company.owner, run=run)
    assert own_in(back) == 0
    assert company.run(back).targets.get().counts["own"] == 0
    assert own_in(company.plan(child, categories=["forms"])) == 2


def test_as_many_stay_its_own_once_it_is_carried_out(company, child):
    run = company.run(couple_everything(company, company.plan(child, categories=["forms"])))
    assert run.targets.get().counts["own"] == 1
    assert own_in(company.plan(child, categories=["forms"])) == 1
