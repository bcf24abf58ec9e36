"""How workflows travel."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from settings_sync.declaring.options import Category, DocumentEdit, ModelSync, Removed
from settings_sync.declaring.registry import register

from . import document_edits, models, rules
from .pictures import WorkflowPicture

WORKFLOWS = Category("workflows", _("Workflows"), order=20)


@register(models.Workflow)
class WorkflowSync(ModelSync):
    category = WORKFLOWS
    natural_key = "name"
    fields = ("name", "description")
    links = ("work_types",)
    removed = Removed.DELETE
    picture = WorkflowPicture()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.problems_of_workflow(document)

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        return document_edits.problems_of_workflow_edit(edit)


@register(models.Step)
class StepSync(ModelSync):
    part_of = "workflow"
    label = "title"
    fields = ("type", "title", "is_required", "form", "email_template", "work_status", "free_field")
    merge_together = (("type", "form", "email_template", "work_status", "free_field"),)
