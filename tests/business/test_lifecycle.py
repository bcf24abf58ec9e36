"""From planned to settled, and the copies that are made on the way."""

import pytest

from business.models import WorkOrder
from business.services import add_form, advance_work_order, complete_step, fill_in_form
from catalog_kit.editing import EditRefused
from forms_catalog.models import Field, Form
from workflows.models import Step


@pytest.fixture
def advance(owner, within):
    def to(work_order, *stages):
        for stage in stages:
            work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
        return work_order

    return to


@pytest.fixture
def running(work_order, advance):
    return advance(work_order, "ready", "picked_up")


@pytest.fixture
def do_steps(owner, within, catalog):
    def do(work_order, *positions):
        common = {"acting_user": owner, "administration": within}
        for position in positions:
            if position == 2:
                answers = {str(catalog.measured.uid): "12.5"}
                fill_in_form(**common, filled_form=work_order.filled_forms.get(), answers=answers)
            complete_step(**common, work_order=work_order, position=position)

    return do


def test_a_work_order_goes_through_every_stage(work_order, advance, do_steps):
    running = advance(work_order, "ready", "picked_up")
    do_steps(running, 1, 2, 3, 4)
    settled = advance(running, "complete", "settled")
    assert settled.stage == WorkOrder.Stage.SETTLED
    assert settled.picked_up_at < settled.completed_at < settled.settled_at


def test_no_stage_is_skipped(work_order, advance):
    with pytest.raises(EditRefused):
        advance(work_order, "picked_up")


def test_work_is_not_ready_before_it_is_planned(work_order, advance):
    WorkOrder.objects.filter(pk=work_order.pk).update(planned_at=None)
    with pytest.raises(EditRefused):
        advance(work_order, "ready")


def test_steps_are_copied_when_the_work_is_picked_up_and_not_before(work_order, advance):
    assert advance(work_order, "ready").steps.count() == 0
    steps = advance(work_order, "picked_up").steps.all()
    assert [step.type for step in steps] == ["customer", "predefined_form", "email", "work_status"]


def test_a_later_change_of_the_workflow_does_not_reach_running_work(running, catalog):
    before = list(running.steps.values("position", "type", "title", "status_id", "message"))
    Step.objects.filter(workflow=catalog.workflow, type="email").delete()
    catalog.workflow.steps.update(title="Anders")
    assert list(running.steps.values("position", "type", "title", "status_id", "message")) == before


def test_a_later_change_of_the_form_does_not_reach_running_work(running, catalog, do_steps):
    Field.objects.filter(pk=catalog.measured.pk).update(label="Iets anders", type="text")
    catalog.remark.delete()
    filled = running.filled_forms.get()
    labels = [field["label"] for section in filled.questions for field in section["fields"]]
    assert labels == ["CO-gehalte", "Opmerking"]
    do_steps(running, 1, 2)
    filled.refresh_from_db()
    assert filled.answers == {str(catalog.measured.uid): "12.5", str(catalog.remark.uid): ""}


def test_a_later_change_of_the_email_does_not_reach_running_work(running, catalog):
    template = catalog.workflow.steps.get(type="email").email_template
    template.subject = "Nieuw"
    template.save()
    assert running.steps.get(type="email").message["subject"] == "Je rapport"


def test_no_step_is_skipped(running, do_steps):
    with pytest.raises(EditRefused):
        do_steps(running, 3)


def test_a_prescribed_form_is_filled_in_before_its_step_is_done(owner, within, running, do_steps):
    do_steps(running, 1)
    with pytest.raises(EditRefused) as refused:
        complete_step(acting_user=owner, administration=within, work_order=running, position=2)
    assert "Onderhoud cv-ketel" in str(refused.value)


def test_work_with_open_steps_is_not_complete(running, advance):
    with pytest.raises(EditRefused):
        advance(running, "complete")


def test_a_status_step_sets_the_status(running, do_steps, catalog):
    do_steps(running, 1, 2, 3, 4)
    running.refresh_from_db()
    assert running.status == catalog.done


def test_wrong_answers_are_refused_and_nothing_is_kept(owner, within, running, catalog):
    filled = running.filled_forms.get()
    with pytest.raises(EditRefused) as refused:
        fill_in_form(acting_user=owner, administration=within, filled_form=filled, answers={})
    assert list(refused.value.problems) == [str(catalog.measured.uid)]
    filled.refresh_from_db()
    assert filled.filled_in_at is None


def test_another_form_can_be_added_while_work_runs_and_an_archived_one_cannot(owner, within, running):
    common = {"acting_user": owner, "administration": within, "work_order": running}
    added = add_form(**common, form=Form.objects.create(name="Extra"))
    assert (added.form_name, running.filled_forms.count()) == ("Extra", 2)
    with pytest.raises(EditRefused):
        add_form(**common, form=Form.objects.create(name="Oud", is_archived=True))


def test_work_without_a_workflow_has_no_steps(work_order, advance):
    WorkOrder.objects.filter(pk=work_order.pk).update(workflow=None)
    assert advance(work_order, "ready", "picked_up", "complete").steps.count() == 0
