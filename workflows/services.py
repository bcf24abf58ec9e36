"""Making, editing, archiving and deleting workflows. Every refusal is an EditRefused with messages per field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import editing, lock, refuse_when, refuse_when_moved, refuse_when_used, values_of
from forms_catalog.models import Form
from reference_data.models import FreeField, WorkStatus, WorkType
from sync_ledger.edits import record_edits
from templates_catalog.models import MessageTemplate
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .models import Step, Workflow
from .permissions import may_create_workflows, may_delete_workflows, may_update_workflows
from .rights import WorkflowRight
from .rules import problems_of_steps
from .step_types import StepType

REFERENCES = ("form", "email_template", "work_status", "free_field")
STEP_FIELDS = ("type", "title", "is_required", *REFERENCES)


@dataclass(frozen=True)
class StepValues:
    """One step as somebody filled it in; `uid` is that of a step that stands there already, None for a new one."""

    type: str
    title: str = ""
    is_required: bool = False
    form: Form | None = None
    email_template: MessageTemplate | None = None
    work_status: WorkStatus | None = None
    free_field: FreeField | None = None
    uid: UUID | None = None


@dataclass(frozen=True)
class WorkflowValues:
    """A whole workflow as somebody filled it in; the steps in their order."""

    name: str
    description: str = ""
    work_types: Sequence[WorkType] = ()
    steps: Sequence[StepValues] = ()


def create_workflow(*, acting_user: User, administration: Administration, values: WorkflowValues) -> Workflow:
    """A new workflow with its steps."""
    if not may_create_workflows(acting_user, administration):
        raise NotAllowed(WorkflowRight.CREATE)
    with editing(Workflow):
        workflow = Workflow()
        _refuse_problems(workflow, values)
        _write(workflow, values)
        record_edits(acting_user=acting_user, item=workflow, before={}, after=values_for_log(workflow))
    return workflow


def update_workflow(
    *,
    acting_user: User,
    administration: Administration,
    workflow: Workflow,
    values: WorkflowValues,
    seen: str | None = None,
) -> Workflow:
    """Replace what a workflow holds. `seen` is the fingerprint of what the editor was looking at."""
    if not may_update_workflows(acting_user, administration):
        raise NotAllowed(WorkflowRight.UPDATE)
    with editing(Workflow):
        locked = lock(workflow)
        before = values_for_log(locked)
        refuse_when_moved(seen, before)
        labels = _labels_of(locked.steps.all())
        _refuse_problems(locked, values)
        _write(locked, values)
        record_edits(acting_user=acting_user, item=locked, before=before, after=values_for_log(locked, labels))
    return locked


def archive_workflow(*, acting_user: User, administration: Administration, workflow: Workflow) -> Workflow:
    """Take a workflow out of every choice; work orders that use it keep it."""
    return _set_archived(acting_user, administration, workflow, True)


def unarchive_workflow(*, acting_user: User, administration: Administration, workflow: Workflow) -> Workflow:
    """Bring an archived workflow back; refused when another one has its name by now."""
    return _set_archived(acting_user, administration, workflow, False)


def delete_workflow(*, acting_user: User, administration: Administration, workflow: Workflow) -> None:
    """Delete a workflow that nothing uses, steps and all; raises StillUsed with what does."""
    if not may_delete_workflows(acting_user, administration):
        raise NotAllowed(WorkflowRight.DELETE)
    with editing(Workflow):
        locked = lock(workflow)
        refuse_when_used(locked)
        record_edits(acting_user=acting_user, item=locked, before=values_for_log(locked), after={})
        locked.delete()


def values_for_log(workflow: Workflow, labels: Mapping[UUID, str] | None = None) -> dict[str, Any]:
    """A workflow as people read it, flat: its fields, `steps` in order, and `steps/<step>/<field>`.

    `labels` keeps the names by which steps were known before an edit, so that a new title is one change.
    """
    values = values_of(workflow, ("name", "description", "is_archived"), ("work_types",))
    steps = list(workflow.steps.select_related(*REFERENCES).order_by("position"))
    known = _labels_of(steps, labels or {})
    values["steps"] = [known[step.uid] for step in steps]
    for step in steps:
        of_step = values_of(step, STEP_FIELDS)
        values |= {f"steps/{known[step.uid]}/{name}": value for name, value in of_step.items()}
    return values


def _labels_of(steps: Iterable[Step], known: Mapping[UUID, str] | None = None) -> dict[UUID, str]:
    """A name for each step by which people recognise it, numbered where two are alike."""
    labels = dict(known or {})
    for step in steps:
        if step.uid in labels:
            continue
        # A slash would look like another level in the path of an edit.
        plain = label = (step.title or step.get_type_display()).replace("/", "∕")
        number = 1
        while label in labels.values():
            number += 1
            label = f"{plain} ({number})"
        labels[step.uid] = label
    return labels


def _refuse_problems(workflow: Workflow, values: WorkflowValues) -> None:
    linked = set(workflow.work_types.values_list("pk", flat=True)) if workflow.pk else set()
    archived = [kind for kind in values.work_types if kind.is_archived and kind.pk not in linked]
    steps = [*problems_of_steps([_plain(step) for step in values.steps]), *_problems_of_choices(workflow, values.steps)]
    named = problems_of_names(Workflow(name=values.name))
    steps += _unfinished(values)
    refuse_when(named | {"work_types": [_archived(work_type) for work_type in archived], "steps": steps})


def _unfinished(values: WorkflowValues) -> list[str]:
    """Without work types nobody gets a workflow yet, so it may be half done; with them it must end with Send."""
    if not values.work_types or (values.steps and values.steps[-1].type == StepType.SEND):
        return []
    if any(step.type == StepType.SEND for step in values.steps):
        return []  # that it must be the last is said already
    return [unfinished_in_words()]


def unfinished_in_words() -> str:
    """Why a workflow that has work types must end with Send."""
    return _("Employees get this workflow: end it with the step Send, or untick its work types until it is finished.")


def _plain(step: StepValues) -> dict[str, Any]:
    return {"type": step.type, "title": step.title} | {name: getattr(step, name) for name in REFERENCES}


def _problems_of_choices(workflow: Workflow, steps: Sequence[StepValues]) -> list[str]:
    """An archived setting may stay where it is but not be chosen, and an SMS is not an e-mail."""
    standing = list(workflow.steps.values_list(*(f"{name}_id" for name in REFERENCES))) if workflow.pk else []
    problems = []
    for column, name in enumerate(REFERENCES):
        used = {row[column] for row in standing}
        chosen = {found.pk: found for step in steps if (found := getattr(step, name)) is not None}
        problems += [_archived(found) for pk, found in chosen.items() if found.is_archived and pk not in used]
    for step in steps:
        if step.email_template is not None and step.email_template.kind != MessageTemplate.Kind.EMAIL:
            problems.append(_("“%(name)s” is an SMS. Choose an e-mail template.") % {"name": step.email_template})
    return problems


def _archived(item: Any) -> str:
    return _("“%(name)s” is archived. Choose another.") % {"name": item}


def _write(workflow: Workflow, values: WorkflowValues) -> None:
    workflow.name = values.name
    workflow.description = values.description
    workflow.save()
    workflow.work_types.set(values.work_types)
    _write_steps(workflow, values.steps)


def _write_steps(workflow: Workflow, steps: Sequence[StepValues]) -> None:
    """Delete, then move and change in one statement, then add: positions may swap within a statement only."""
    standing = {step.uid: step for step in workflow.steps.all()}
    changed: list[Step] = []
    new: list[Step] = []
    for position, values in enumerate(steps):
        row = standing.pop(values.uid, None) if values.uid else None
        (new if row is None else changed).append(row := row or Step(workflow=workflow))
        row.position = position
        for name in STEP_FIELDS:
            setattr(row, name, getattr(values, name))
    workflow.steps.filter(uid__in=standing).delete()
    Step.objects.bulk_update(changed, [*STEP_FIELDS, "position"])
    Step.objects.bulk_create(new)


def _set_archived(acting_user: User, administration: Administration, workflow: Workflow, value: bool) -> Workflow:
    if not may_update_workflows(acting_user, administration):
        raise NotAllowed(WorkflowRight.UPDATE)
    with editing(Workflow):
        locked = lock(workflow)
        before = values_for_log(locked)
        locked.is_archived = value
        locked.save(update_fields=["is_archived"])
        record_edits(acting_user=acting_user, item=locked, before=before, after=values_for_log(locked))
    return locked
