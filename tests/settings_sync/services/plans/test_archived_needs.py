"""What a setting points at and the administration has archived is named in the preview, at every door."""

import pytest
from django.utils import translation

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.models import Change
from settings_sync.planning.values import Choice
from settings_sync.services.plans.local_values import warnings_in_words
from settings_sync.shapes.answers import shape_changes
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from tests.settings_sync.planning.shelf import change_of, followed, item, local_of, plan, source_of
from workflows.models import Step, Workflow

pytestmark = pytest.mark.usefixtures("db")

FORM, FLOW = item(1, name="Checklist"), item(2, name="Onderhoud")
ARCHIVED = item(1, name="Checklist", archived=True)


def test_what_is_archived_here_alone_is_named_where_it_is_pointed_at():
    source = source_of(FORM, FLOW, needs=[(FLOW, "step/1/form", FORM)])
    change = change_of(plan(source, local_of(ARCHIVED, bases=(FORM,))), FLOW)
    assert change is not None
    assert change.facts["archived_needs"] == [{"kind": FORM.kind, "name": "Checklist", "path": "step/1/form"}]


@pytest.mark.parametrize(
    ("there", "here", "bases"),
    [(ARCHIVED, ARCHIVED, (ARCHIVED,)), (FORM, FORM, (FORM,)), (FORM, ARCHIVED, (ARCHIVED,))],
    ids=["archived in the main as well", "not archived", "brought back by the same plan"],
)
def test_what_is_as_the_main_has_it_is_not_named(there, here, bases):
    source = source_of(there, FLOW, needs=[(FLOW, "step/1/form", there)])
    change = change_of(plan(source, local_of(here, bases=bases)), FLOW)
    assert change is not None and "archived_needs" not in change.facts


def test_what_is_in_line_is_not_named_again():
    source = source_of(FORM, FLOW, needs=[(FLOW, "step/1/form", FORM)])
    assert change_of(plan(source, followed(FORM, FLOW), Choice(items=frozenset({FLOW.key}))), FLOW) is None


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


def test_a_form_and_a_work_type_that_are_archived_here_are_named_with_the_step_and_the_link(standing_company):
    company, child = standing_company
    with inside(company.main):
        form, work_type = Form.objects.create(name="Checklist"), WorkType.objects.create(name="Storing")
    company.sync(child, categories=["forms", "reference_data"])
    with inside(child):
        Form.objects.update(is_archived=True)
        WorkType.objects.update(is_archived=True)
    with inside(company.main):
        workflow = Workflow.objects.create(name="Onderhoud")
        workflow.work_types.add(work_type)
        Step.objects.create(workflow=workflow, type="predefined_form", form=form, position=0)
    change = Change.objects.get(plan_target__plan=company.plan(child, categories=["workflows"]), uid=workflow.uid)
    assert change.action == "create"
    with translation.override("en"):
        words = warnings_in_words(change.kind, change.warnings)
        assert [answer["detail"] for answer in shape_changes([change])[0]["warnings"]] == words
    assert len(words) == 2
    assert any("form “Checklist” (step 1, form), which is archived" in sentence for sentence in words)
    assert any("work type “Storing” (work types), which is archived" in sentence for sentence in words)
