"""Making, editing, archiving and deleting workflows, in a real schema."""

import pytest
from django.db import IntegrityError, transaction

from catalog_kit.editing import EditRefused, StillUsed, fingerprint
from reference_data.models import WorkType
from sync_ledger.models import Edit
from tenants.permissions import NotAllowed
from workflows import services
from workflows.models import Step, Workflow
from workflows.services import StepValues, WorkflowValues
from workflows.step_types import StepType


@pytest.fixture
def create(within, owner):
    def make(name="Onderhoud", **fields):
        values = WorkflowValues(name=name, **fields)
        return services.create_workflow(acting_user=owner, administration=within, values=values)

    return make


@pytest.fixture
def update(within, owner):
    def change(workflow, *, name=None, seen=None, **fields):
        values = WorkflowValues(name=name or workflow.name, **fields)
        return services.update_workflow(
            acting_user=owner, administration=within, workflow=workflow, values=values, seen=seen
        )

    return change


def standing(workflow):
    return [(step.type, step.title) for step in workflow.steps.order_by("position")]


def kept(step, **changed):
    values = {name: getattr(step, name) for name in services.STEP_FIELDS} | {"uid": step.uid} | changed
    return StepValues(**values)


def test_a_workflow_is_made_with_its_steps_in_order(create, pointed):
    steps = [
        StepValues("customer"),
        StepValues("predefined_form", form=pointed.form),
        StepValues("email", email_template=pointed.email),
        StepValues("work_status", work_status=pointed.status),
        StepValues("free_fields", free_field=pointed.free_field),
        StepValues("send"),
    ]
    workflow = create(work_types=[pointed.work_type], steps=steps)
    assert [kind for kind, _title in standing(workflow)] == [step.type for step in steps]
    assert list(workflow.work_types.all()) == [pointed.work_type]


def test_steps_swap_and_keep_their_identity(create, update):
    workflow = create(steps=[StepValues("customer"), StepValues("picture"), StepValues("send")])
    first, second, last = workflow.steps.order_by("position")
    update(workflow, steps=[kept(second), kept(first), kept(last)])
    assert list(workflow.steps.order_by("position")) == [second, first, last]


def test_a_step_is_removed_changed_and_added_at_once(create, update):
    workflow = create(steps=[StepValues("customer"), StepValues("picture", title="Voor"), StepValues("send")])
    _first, second, last = workflow.steps.order_by("position")
    update(workflow, steps=[kept(second, title="Na"), StepValues("material"), kept(last)])
    assert standing(workflow) == [("picture", "Na"), ("material", ""), ("send", "")]
    assert second in workflow.steps.all()


def test_a_uid_of_another_workflow_does_not_move_its_step(create, update):
    other = create("Storing", steps=[StepValues("customer")])
    workflow = create(steps=[StepValues("send")])
    update(workflow, steps=[kept(other.steps.get(), title="Gestolen")])
    assert standing(other) == [("customer", "")]


def test_a_wrong_order_is_refused_and_nothing_is_written(create):
    with pytest.raises(EditRefused, match="Send must be the last step"):
        create(steps=[StepValues("send"), StepValues("customer")])
    assert not Workflow.objects.exists()


def test_an_sms_is_not_an_email(create, pointed):
    with pytest.raises(EditRefused, match="“Onderweg” is an SMS"):
        create(steps=[StepValues("email", email_template=pointed.sms)])


def test_a_name_is_taken_whatever_its_capitals(create):
    create("Onderhoud")
    with pytest.raises(EditRefused) as refused:
        create("  ONDERHOUD ")
    assert list(refused.value.problems) == ["name"]


def test_the_name_of_an_archived_workflow_is_free_until_it_comes_back(create, within, owner):
    archived = create("Onderhoud")
    services.archive_workflow(acting_user=owner, administration=within, workflow=archived)
    create("Onderhoud")
    with pytest.raises(EditRefused, match="Another one has this name already"):
        services.unarchive_workflow(acting_user=owner, administration=within, workflow=archived)


def test_an_archived_setting_may_stay_but_not_be_chosen(create, update, pointed):
    workflow = create(steps=[StepValues("predefined_form", form=pointed.form)])
    pointed.form.is_archived = True
    pointed.form.save()
    update(workflow, description="Nieuw", steps=[kept(workflow.steps.get(), form=pointed.form)])
    with pytest.raises(EditRefused, match="“Onderhoud cv-ketel” is archived"):
        create("Ander", steps=[StepValues("predefined_form", form=pointed.form)])


def test_a_template_in_use_is_not_deleted(create, pointed, within, owner):
    from templates_catalog.services import delete_template

    create(steps=[StepValues("email", email_template=pointed.email)])
    with pytest.raises(StillUsed, match="“Bevestiging” is still used by 1 step: Onderhoud › E-mail"):
        delete_template(acting_user=owner, administration=within, item=pointed.email)


def test_an_unused_workflow_is_deleted_with_its_steps(create, within, owner):
    workflow = create(steps=[StepValues("send")])
    services.delete_workflow(acting_user=owner, administration=within, workflow=workflow)
    assert not Workflow.objects.exists()
    assert not Step.objects.exists()
    assert Edit.objects.filter(uid=workflow.uid, path="name", before="Onderhoud", after__isnull=True).exists()


def test_each_changed_field_is_logged_with_who(create, update, owner):
    workflow = create(steps=[StepValues("picture", title="Voor / na"), StepValues("send")])
    Edit.objects.all().delete()
    picture, send = workflow.steps.order_by("position")
    update(workflow, steps=[kept(picture, title="Foto", is_required=True), kept(send)])
    logged = {edit.path: (edit.before, edit.after, edit.by_name) for edit in Edit.objects.all()}
    assert logged == {
        "steps/Voor ∕ na/title": ("Voor / na", "Foto", str(owner)),
        "steps/Voor ∕ na/is_required": (False, True, str(owner)),
    }


def test_saving_the_same_again_logs_nothing(create, update):
    workflow = create(steps=[StepValues("picture", title="A"), StepValues("picture", title="A")])
    Edit.objects.all().delete()
    update(workflow, steps=[kept(step) for step in workflow.steps.order_by("position")])
    assert not Edit.objects.exists()


def test_work_based_on_an_older_version_is_refused(create, update):
    workflow = create()
    seen = fingerprint(services.values_for_log(workflow))
    update(workflow, description="Van een ander", seen=seen)
    with pytest.raises(EditRefused, match="Somebody else changed this"):
        update(workflow, description="Van mij", seen=seen)
    workflow.refresh_from_db()
    assert workflow.description == "Van een ander"


def test_a_deleted_workflow_cannot_be_saved(create, update):
    workflow = create()
    Workflow.objects.all().delete()
    with pytest.raises(EditRefused, match="deleted by somebody else"):
        update(workflow, description="x")


def test_without_the_right_nothing_happens(within, colleague, create):
    with pytest.raises(NotAllowed):
        services.create_workflow(acting_user=colleague, administration=within, values=WorkflowValues("X"))
    workflow = create()
    for service in (services.archive_workflow, services.unarchive_workflow, services.delete_workflow):
        with pytest.raises(NotAllowed):
            service(acting_user=colleague, administration=within, workflow=workflow)


@pytest.mark.parametrize(
    "row",
    [
        {"type": "predefined_form"},
        {"type": "email"},
        {"type": "work_status"},
        {"type": "dance"},
    ],
)
def test_the_database_refuses_a_step_that_names_nothing(within, row):
    workflow = Workflow.objects.create(name="Kaal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.create(workflow=workflow, **row)


def test_the_database_refuses_a_step_that_names_too_much(within, pointed):
    workflow = Workflow.objects.create(name="Kaal")
    for field, value in {"form": pointed.form, "free_field": pointed.free_field}.items():
        with pytest.raises(IntegrityError), transaction.atomic():
            Step.objects.create(workflow=workflow, type="signature", **{field: value})


def test_no_workflow_has_a_name_that_nobody_can_read(create, update):
    workflow = create()
    for attempt in (lambda: create("\u200b"), lambda: update(workflow, name="\u202e\u202c")):
        with pytest.raises(EditRefused) as refused:
            attempt()
        assert "name" in refused.value.problems


UNFINISHED = [(), (StepValues(StepType.CUSTOMER),), (StepValues(StepType.SIGNATURE), StepValues(StepType.CUSTOMER))]


@pytest.mark.parametrize("steps", UNFINISHED)
def test_what_employees_get_ends_with_send_and_a_draft_may_be_half_done(create, update, steps):
    work_type = WorkType.objects.create(name="Storing")
    draft = create(steps=steps)
    with pytest.raises(EditRefused) as refused:
        update(draft, steps=steps, work_types=[work_type])
    assert list(refused.value.problems) == ["steps"]
    assert "Send" in str(refused.value)
    update(draft, steps=[*steps, StepValues(StepType.SEND)], work_types=[work_type])
    assert draft.work_types.get() == work_type
