"""What a work order copies from the settings when it is picked up, so that later changes do not reach it."""

from collections.abc import Iterable
from typing import Any

from forms_catalog.models import Form, Section
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


def questions_of(form: Form) -> list[dict[str, Any]]:
    """The sections and fields of a form as they stand now, as plain data that needs the form no more."""
    return questions_of_forms([form])[form.pk]


def questions_of_forms(forms: Iterable[Form]) -> dict[int, list[dict[str, Any]]]:
    """The same for several forms, by primary key; a fixed number of queries."""
    found: dict[int, list[dict[str, Any]]] = {form.pk: [] for form in forms}
    sections = Section.objects.filter(form__in=found).order_by("position").select_related("visible_if_field")
    for section in sections.prefetch_related("fields", "fields__visible_if_field"):
        found[section.form_id].append(_section(section))
    return found


def _steps_of(workflow: Workflow) -> list[Step]:
    return list(workflow.steps.select_related("form", "email_template", "work_status", "free_field"))


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": str(section.uid),
        "title": section.title,
        "visible_if": _condition(section),
        "fields": [
            {
                "key": str(field.uid),
                "reference": field.reference,
                "label": field.label,
                "type": field.type,
                "is_required": field.is_required,
                "options": field.options,
                **({"option_labels": field.option_labels} if field.option_labels else {}),
                "default": field.default_value,
                "help_text": field.help_text,
                "visible_if": _condition(field),
            }
            for field in section.fields.all()
        ],
    }


def _condition(part: Any) -> dict[str, str] | None:
    if part.visible_if_field is None:
        return None
    return {"field": str(part.visible_if_field.uid), "value": part.visible_if_value}
