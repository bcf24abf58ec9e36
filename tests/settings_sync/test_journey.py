"""The main job, service by service, on the real database and the real sync login."""

from accounts.models import User
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import Receipt, SyncRun
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member


def sync(owner: User, main: Administration, *children: Administration, **choice: object) -> SyncRun:
    plan = create_plan(acting_user=owner, main=main, targets=[child.slug for child in children], **choice)
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    for target in run.targets.all():
        execute_target(target.pk)
    run.refresh_from_db()
    return run


def make_form(name: str) -> Form:
    form = Form.objects.create(name=name)
    section = Section.objects.create(form=form, title="Metingen", position=1)
    Field.objects.create(section=section, label="CO-gehalte", type="number", position=1, reference="co")
    form.work_types.add(WorkType.objects.create(name=f"Werk bij {name}"))
    return form


def test_a_form_arrives_with_its_parts_and_what_it_needs(owner, main, child, other_child):
    make_member(child, user=owner)
    with inside(main):
        uid = make_form("Onderhoud cv-ketel").uid
    run = sync(owner, main, child, categories=["forms"])
    assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("error_code", "error_detail"))
    with inside(child):
        arrived = Form.objects.get(uid=uid)
        assert [field.label for section in arrived.sections.all() for field in section.fields.all()] == ["CO-gehalte"]
        assert [work_type.name for work_type in arrived.work_types.all()] == ["Werk bij Onderhoud cv-ketel"]
    with inside(other_child):
        assert not Form.objects.exists()


def test_a_second_sync_writes_nothing(owner, main, child):
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud cv-ketel")
    sync(owner, main, child, categories=["forms"])
    run = sync(owner, main, child, categories=["forms"])
    receipt = Receipt.objects.get(target__run=run)
    assert receipt.rows == {}
    assert receipt.business_rows_written == 0
