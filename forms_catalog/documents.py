"""A form as plain values: as the rules take it, and as the log of edits shows it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Parts:
    """The sections and fields of a form in order; what they point at in it is the same object."""

    sections: list[Section]
    fields: list[Field]

    def __iter__(self) -> Iterator[Section | Field]:
        yield from self.sections
        yield from self.fields


def read_parts(form: Form) -> Parts:
    """Read a form's sections and fields by two queries: large forms are read before and after each edit."""
    sections = list(form.sections.order_by("position"))
    fields = list(Field.objects.filter(section__form=form).order_by("section__position", "position"))
    section_of = {section.pk: section for section in sections}
    field_of = {field.pk: field for field in fields}
    for field in fields:
        field.section = section_of[field.section_id]
    for part in Parts(sections, fields):
        if part.visible_if_field_id in field_of:
            part.visible_if_field = field_of[part.visible_if_field_id]
    return Parts(sections, fields)


def document_of(form: Form, read: Parts | None = None) -> dict[str, Any]:
    """A form as the rules take it: its own fields, and its sections and fields in order under `parts`."""
    read = read or read_parts(form)
    parts = {
        "section": [row_of(section) for section in read.sections],
        "field": [row_of(field) for field in read.fields],
    }
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


def values_for_log(form: Form, known: Labels | None = None, read: Parts | None = None) -> dict[str, Any]:
    """A form as people read it, flat: `name`, `sections`, `sections/<title>/fields`, `sections/<title>/<label>/type`.

    `known` keeps the names that sections and fields had before an edit, so that a new title is one change.
    """
    read = read or read_parts(form)
    labels = labels_of(read, known)
    values = values_of(form, FORM_FIELDS, ("work_types",))
    values["sections"] = [labels[section.uid] for section in read.sections]
    inside: dict[int, list[Field]] = {}
    for field in read.fields:
        inside.setdefault(field.section_id, []).append(field)
    for section in read.sections:
        path = f"sections/{labels[section.uid]}"
        fields = inside.get(section.pk, [])
        values |= _under(path, values_of(section, SECTION_FIELDS))
        values[f"{path}/fields"] = [labels[field.uid] for field in fields]
        for field in fields:
            values |= _under(f"{path}/{labels[field.uid]}", values_of(field, FIELD_FIELDS))
    return values


def labels_of(parts: Iterable[Section | Field], known: Labels | None = None) -> Labels:
    """A name for each section and field by which people recognise it, numbered where two are alike."""
    labels = dict(known or {})
    taken = set(labels.values())
    for part in parts:
        if part.uid in labels:
            continue
        plain = label = str(part).replace("/", "⁄")
        number = 1
        while label in taken:
            number += 1
            label = f"{plain} ({number})"
        labels[part.uid] = label
        taken.add(label)
    return labels


def _under(path: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{path}/{name}": value for name, value in values.items()}


def _uid_of(row: Section | Field | None) -> str | None:
    return str(row.uid) if row else None
