"""A form as plain values: as the rules take it, and as the log of edits shows it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from catalog_kit.editing import values_of

from .models import Field, Form, Section

FORM_FIELDS = ("name", "description", "print_template", "is_archived")
SECTION_FIELDS = (
    "title",
    "repeats",
    "least_rows",
    "most_rows",
    "visible_if_field",
    "visible_if_value",
    "visible_when",
)
FIELD_FIELDS = (
    "label",
    "reference",
    "type",
    "options",
    "option_labels",
    "allows_other",
    "list_source",
    "unit",
    "decimals",
    "at_least",
    "at_most",
    "formula",
    "default_value",
    "is_required",
    "required_when",
    "valid_when",
    "valid_message",
    "help_text",
    "visible_if_field",
    "visible_if_value",
    "visible_when",
)
FIELDS_OF: dict[type[Section | Field], tuple[str, ...]] = {Section: SECTION_FIELDS, Field: FIELD_FIELDS}

Labels = dict[UUID, str]


def document_of(form: Form) -> dict[str, Any]:
    """A form as the rules take it: its own fields, and its sections and fields in order under `parts`."""
    sections = list(form.sections.select_related("visible_if_field").order_by("position"))
    fields = list(_fields_of(form))
    parts = {"section": [row_of(section) for section in sections], "field": [row_of(field) for field in fields]}
    return {"name": form.name, "print_template": form.print_template, "parts": parts}


def row_of(part: Section | Field) -> dict[str, Any]:
    """One section or field as the rules take it: what it points at by uid, as text."""
    row = {name: getattr(part, name) for name in FIELDS_OF[type(part)]}
    row |= {"uid": str(part.uid), "visible_if_field": _uid_of(part.visible_if_field)}
    return row | {"section": _uid_of(part.section)} if isinstance(part, Field) else row


def with_part(document: Mapping[str, Any], part: Section | Field) -> dict[str, Any]:
    """The document with this section or field as it is in memory: in its place, or at the end where it is new there."""
    kind = part._meta.model_name or ""
    row = row_of(part)
    rows = document["parts"][kind]
    stays = any(other["uid"] == row["uid"] and other.get("section") == row.get("section") for other in rows)
    others = [row if other["uid"] == row["uid"] else other for other in rows if stays or other["uid"] != row["uid"]]
    return {**document, "parts": {**document["parts"], kind: others if stays else [*others, row]}}


def values_for_log(form: Form, known: Labels | None = None) -> dict[str, Any]:
    """A form as people read it, flat: `name`, `sections`, `sections/<title>/fields`, `sections/<title>/<label>/type`.

    `known` keeps the names that sections and fields had before an edit, so that a new title is one change.
    """
    sections = list(form.sections.select_related("visible_if_field").order_by("position"))
    fields = list(_fields_of(form))
    labels = labels_of((*sections, *fields), known)
    values = values_of(form, FORM_FIELDS, ("work_types",))
    values["sections"] = [labels[section.uid] for section in sections]
    for section in sections:
        path = f"sections/{labels[section.uid]}"
        inside = [field for field in fields if field.section_id == section.pk]
        values |= _under(path, values_of(section, SECTION_FIELDS))
        values[f"{path}/fields"] = [labels[field.uid] for field in inside]
        for field in inside:
            values |= _under(f"{path}/{labels[field.uid]}", values_of(field, FIELD_FIELDS))
    return values


def labels_of(parts: Iterable[Section | Field], known: Labels | None = None) -> Labels:
    """A name for each section and field by which people recognise it, numbered where two are alike."""
    labels = dict(known or {})
    for part in parts:
        if part.uid in labels:
            continue
        plain = label = str(part).replace("/", "⁄")
        number = 1
        while label in labels.values():
            number += 1
            label = f"{plain} ({number})"
        labels[part.uid] = label
    return labels


def parts_of(form: Form) -> list[Section | Field]:
    """The sections and fields of a form, in order."""
    return [*form.sections.order_by("position"), *_fields_of(form)]


def _fields_of(form: Form) -> Any:
    fields = Field.objects.filter(section__form=form).select_related("section", "visible_if_field")
    return fields.order_by("section__position", "position")


def _under(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{path}/{name}": value for name, value in values.items()}


def _uid_of(row: Section | Field | None) -> str | None:
    return str(row.uid) if row else None
