"""What the main administration locked is not changed by the pages of a sub-administration either."""

import pytest

from catalog_kit.editing import EditRefused
from forms_catalog import services
from forms_catalog.models import Field, Form, Section
from settings_sync.models import ItemRule
from settings_sync.services.settings.origins import origin_of
from sync_ledger.models import Edit, Version
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from workflows.models import Step, Workflow
from workflows.services import StepValues, WorkflowValues, delete_workflow, update_workflow

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    """A sub-administration that has a form and a workflow of the main."""
    child = company.child("Noord")
    with inside(company.main):
        form = Form.objects.create(name="Onderhoud", description="Jaarlijks")
        section = Section.objects.create(form=form, title="Metingen")
        Field.objects.create(section=section, label="Druk", reference="druk", position=0)
        Field.objects.create(section=section, label="CO", reference="co", position=1)
        workflow = Workflow.objects.create(name="Bezoek")
        Step.objects.create(workflow=workflow, type="send")
    company.sync(child, categories=["forms", "workflows"])
    return child


@pytest.fixture
def lock(company):
    def lock(item, *paths):
        key = {"administration": company.main, "kind": item._meta.label_lower, "uid": item.uid}
        ItemRule.objects.update_or_create(**key, defaults={"locked_paths": list(paths)})

    yield lock
    ItemRule.objects.all().delete()


@pytest.fixture
def do(company, child):
    def call(service, **what):
        with inside(child):
            return service(acting_user=company.owner, administration=child, **what)

    return call


@pytest.fixture
def here(child):
    def get(model, **which):
        with inside(child):
            return model.objects.select_related(*({"section__form"} if model is Field else ())).get(**which)

    return get


def test_a_locked_field_of_a_form_is_refused_and_told_by_its_name(lock, do, here, company, child):
    form = here(Form, name="Onderhoud")
    lock(form, "name")
    with inside(child):
        before = (Edit.objects.count(), Version.objects.count())
    with pytest.raises(EditRefused) as refused:
        do(services.update_form, form=form, values={"name": "Eigen"})
    assert company.main.name in str(refused.value)
    assert here(Form, uid=form.uid).name == "Onderhoud"
    with inside(child):
        assert (Edit.objects.count(), Version.objects.count()) == before
    do(services.update_form, form=form, values={"description": "Hier anders"})
    assert here(Form, uid=form.uid).description == "Hier anders"


def test_a_locked_question_is_neither_changed_nor_removed_and_its_neighbour_is(lock, do, here):
    form, locked = here(Form, name="Onderhoud"), here(Field, reference="druk")
    lock(form, f"field/{locked.uid}")
    with pytest.raises(EditRefused, match="Druk"):
        do(services.update_part, part=locked, values={"is_required": True})
    with pytest.raises(EditRefused):
        do(services.delete_part, part=locked)
    do(services.update_part, part=here(Field, reference="co"), values={"is_required": True})
    assert here(Field, reference="co").is_required
    assert not here(Field, reference="druk").is_required


def test_a_setting_that_is_locked_as_a_whole_is_not_deleted_and_one_of_its_own_is(lock, do, here, company, child):
    workflow = here(Workflow, name="Bezoek")
    lock(workflow, "")
    with pytest.raises(EditRefused):
        do(delete_workflow, workflow=workflow)
    with pytest.raises(EditRefused):
        do(update_workflow, workflow=workflow, values=WorkflowValues(name="Bezoek", steps=[StepValues("hour")]))
    assert here(Workflow, name="Bezoek")
    with inside(child):
        own = Workflow.objects.create(name="Eigen")
    do(delete_workflow, workflow=own)


def test_the_main_itself_edits_what_it_locked(lock, company, here):
    with inside(company.main):
        form = Form.objects.get(name="Onderhoud")
        lock(form, "")
        services.update_form(
            acting_user=company.owner, administration=company.main, form=form, values={"description": "Anders"}
        )
        assert Form.objects.get(pk=form.pk).description == "Anders"


def test_the_editor_shows_what_is_locked(lock, here, child):
    form, question = here(Form, name="Onderhoud"), here(Field, reference="druk")
    lock(form, "name", f"field/{question.uid}/is_required", "field/00000000-0000-0000-0000-000000000000/label")
    origin = origin_of(child, "forms_catalog.form", form.uid)
    assert origin is not None
    assert len(origin.locked) == 2
    assert "Druk" in origin.locked[1]
