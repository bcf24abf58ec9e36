"""How forms travel: a form with its sections and fields, and the work types it is shown for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from settings_sync.declaring.options import Category, DocumentEdit, ModelSync, Removed
from settings_sync.declaring.registry import register

from . import models, rules
from .document_edits import written_plainly
from .documents import FIELD_FIELDS, SECTION_FIELDS
from .local_values import FormValues
from .pictures import FormPicture

FORMS = Category("forms", _("Forms"), order=10)


@register(models.Form)
class FormSync(ModelSync):
    category = FORMS
    natural_key = "name"
    fields = ("name", "description", "print_template")
    links = ("work_types",)
    removed = Removed.DELETE
    local_values = FormValues()
    picture = FormPicture()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return rules.problems_of_form(document)

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        assert edit.after is not None
        return written_plainly(edit.after)


@register(models.Section)
class SectionSync(ModelSync):
    part_of = "form"
    part_key = "title"
    fields = SECTION_FIELDS
    merge_together = (("visible_if_field", "visible_if_value"),)


@register(models.Field)
class FieldSync(ModelSync):
    part_of = "section"
    part_key = "reference"
    label = "label"
    fields = FIELD_FIELDS
    merge_together = (("type", "options", "option_labels", "default_value"), ("visible_if_field", "visible_if_value"))
