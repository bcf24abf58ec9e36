"""What a work order copies from the settings when it is picked up, so that later changes do not reach it."""

from typing import Any

from forms_catalog.answering.questions import questions_of_forms
from workflows.models import Step, Workflow

from .models import FilledForm, WorkOrder, WorkOrderStep


def copy_steps(work_order: WorkOrder) -> list[WorkOrderStep]:
    """Give a work order its own copy of its workflow's steps, and of the forms that they prescribe."""
    steps = _steps_of(work_order.workflow) if work_order.workflow else []
    copies = WorkOrderStep.objects.bulk_create(
        WorkOrderStep(work_order=work_order, **step_facts(step, position)) for position, step in enumerate(steps, 1)
    )
    prescribed = [(copy, step.form) for copy, step in zip(copies, steps, strict=True) if step.form]
    questions = questions_of_forms(form for _copy, form in prescribed)
    FilledForm.objects.bulk_create(
        FilledForm(
            work_order=work_order, step=copy, form=form, form_name=form.name, questions=questions[form.pk], answers={}
        )
        for copy, form in prescribed
    )
    return copies


def step_facts(step: Step, position: int) -> dict[str, Any]:
    """What a work order's own step says of a step of a workflow as it stands now."""
    message = step.email_template
    return {
        "position": position,
        "type": step.type,
        "title": step.title,
        "is_required": step.is_required,
        "status_id": step.work_status_id,
        "message": {"name": message.name, "subject": message.subject, "body": message.body} if message else {},
    }


def _steps_of(workflow: Workflow) -> list[Step]:
    return list(workflow.steps.select_related("form", "email_template", "work_status", "free_field"))
