"""What support reads of a plan of a customer: the same sentences as on the customer's own pages."""

import pytest
from django.utils.translation import override

from forms_catalog.models import Form
from settings_sync.models import Change, Plan
from settings_sync.services.support.support import list_held_back
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.schemas import inside
from tests.contracts.world import make_company

pytestmark = pytest.mark.usefixtures("db")
FORMS = ("forms",)


@pytest.fixture
def db(standing):
    """The database stands for this module: a sync is carried out on a connection of its own."""


@pytest.fixture
def company():
    made = make_company()
    made.child("Noord")
    return made


def described(administration, text):
    with inside(administration):
        Form.objects.update(description=text)


def test_why_a_setting_is_held_back_is_told_as_on_its_page(company):
    child = company.main.children.get()
    with inside(company.main):
        Form.objects.create(name="Onderhoud")
    run = company.run(company.plan(child, categories=FORMS))
    described(child, "here")
    described(company.main, "there")
    plan = company.plan(child, categories=FORMS)
    undo = create_undo_plan(acting_user=company.owner, run=run)
    with override("en"):
        assert (
            list_held_back(plan.targets.get()) == f"Onderhoud: Was changed in {child} and in the main administration."
        )
        assert list_held_back(undo.targets.get()) == f"Onderhoud: Was changed in {child} after that sync."


def test_what_points_at_something_is_named_by_its_place(company):
    child = company.main.children.get()
    with inside(company.main):
        Form.objects.create(name="Onderhoud")
    plan = company.plan(child, categories=FORMS)
    facts = {"needs_kind": "reference_data.worktype", "needs": "Storing", "path": "work_types"}
    Change.objects.filter(plan_target__plan=plan).update(action="hold", verdict="needs_held", facts=facts)
    with override("en"):
        said = list_held_back(Plan.objects.get(pk=plan.pk).targets.get())
    assert said == "Onderhoud: Needs work type “Storing” (shown for these work types), which is held back."
