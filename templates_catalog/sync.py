"""How message templates, layouts and schemes travel."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from reference_data.rules import messages_of
from settings_sync.declaring.options import Category, DocumentEdit, ModelSync, Removed
from settings_sync.declaring.registry import exclude, register

from . import document_edits, models, rules
from .local_values import BlockValues, LayoutValues, MessageValues

TEMPLATES = Category("templates", _("Templates"), order=30)


@register(models.Block)
class BlockSync(ModelSync):
    category = TEMPLATES
    natural_key = "name"
    removed = Removed.DELETE
    fields = ("name", "body", "former_names")
    links = ("blocks",)
    links_in_texts = {"blocks": document_edits.block_names_in("body")}
    local_values = BlockValues()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return messages_of(rules.problems_of_block(document))

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        return document_edits.problems_of_named_blocks(models.Block, edit)

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        return document_edits.settle_block(edit)


@register(models.MessageTemplate)
class MessageTemplateSync(ModelSync):
    category = TEMPLATES
    natural_key = "name"
    removed = Removed.DELETE
    fields = ("kind", "name", "subject", "body")
    links = ("blocks",)
    links_in_texts = {"blocks": document_edits.block_names_in("body")}
    merge_together = (("kind", "subject"),)
    local_values = MessageValues()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return [*messages_of(rules.problems_of_message(document)), *rules.problems_of_attached(document)]

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        return document_edits.problems_of_kind(edit) | document_edits.problems_of_named_blocks(
            models.MessageTemplate, edit
        )

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        return document_edits.settle_blocks(models.MessageTemplate, edit)


@register(models.Attachment)
class AttachmentSync(ModelSync):
    part_of = "template"
    part_key = "name"
    label = "name"
    fields = ("name", "content")


@register(models.Layout)
class LayoutSync(ModelSync):
    category = TEMPLATES
    natural_key = "name"
    removed = Removed.DELETE
    fields = (
        "kind",
        "name",
        "header",
        "body",
        "footer",
        "show_code",
        "show_quantity",
        "show_unit",
        "show_unit_price",
        "show_discount",
        "show_vat",
        "show_amount",
        "attach_pdf",
    )
    links = ("blocks",)
    links_in_texts = {"blocks": document_edits.block_names_in("header", "body", "footer")}
    local_values = LayoutValues()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return messages_of(rules.problems_of_layout(document))

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        return document_edits.problems_of_kind(edit) | document_edits.problems_of_named_blocks(models.Layout, edit)

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        return document_edits.settle_blocks(models.Layout, edit)


@register(models.Scheme)
class SchemeSync(ModelSync):
    category = TEMPLATES
    natural_key = "name"
    removed = Removed.DELETE
    fields = (
        "kind",
        "name",
        "layout",
        "email_template",
        "reminder_template",
        "vat_rate",
        "currency",
        "attach_work_order",
        "attach_forms",
        "is_default",
    )
    merge_together = (("kind", "layout"),)

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> Sequence[str]:
        return messages_of(rules.problems_of_scheme(document))

    @classmethod
    def problems_of_edit(cls, edit: DocumentEdit) -> Mapping[str, Sequence[str]]:
        return document_edits.problems_of_scheme_edit(edit)

    @classmethod
    def settle(cls, edit: DocumentEdit) -> Mapping[str, Any]:
        return document_edits.settle_scheme(edit)


exclude(models.Variable, reason="Each administration fills in shared templates with values of its own.")
