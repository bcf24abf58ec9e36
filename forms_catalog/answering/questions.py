"""A form's questions as plain data, which needs the form no more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..models import Field, Form, Section

Question = Mapping[str, Any]
Questions = Sequence[Mapping[str, Any]]

OF_FIELD = (
    "option_labels",
    "allows_other",
    "unit",
    "decimals",
    "at_least",
    "at_most",
    "list_source",
    "formula",
    "visible_when",
    "required_when",
    "valid_when",
    "valid_message",
)
"""What a copy has of a field only where the field has it, so that older copies are read as they are."""
OF_SECTION = ("visible_when", "repeats", "least_rows", "most_rows")


def questions_of(form: Form) -> list[dict[str, Any]]:
    """Return the sections and fields of a form as they stand now."""
    return questions_of_forms([form])[form.pk]


def questions_of_forms(forms: Iterable[Form]) -> dict[int, list[dict[str, Any]]]:
    """Return the same for several forms, by primary key; a fixed number of queries."""
    copies: dict[int, list[dict[str, Any]]] = {form.pk: [] for form in forms}
    sections = Section.objects.filter(form__in=copies).order_by("position").select_related("visible_if_field")
    for section in sections.prefetch_related("fields", "fields__visible_if_field"):
        copies[section.form_id].append(_section(section))
    return copies


def every_question(questions: Questions) -> Iterator[Question]:
    """Return all questions of all sections, in order."""
    for section in questions:
        yield from section["fields"]


def labels_of(question: Question) -> Mapping[str, str]:
    """Return the labels of a question's options by their code, of those that differ from it."""
    labels: Mapping[str, str] = question.get("option_labels", {})
    return labels


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": str(section.uid),
        "title": section.title,
        "visible_if": _condition(section),
        **_what_it_has(section, OF_SECTION),
        "fields": [_field(field) for field in section.fields.all()],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": str(field.uid),
        "reference": field.reference,
        "label": field.label,
        "type": field.type,
        "is_required": field.is_required,
        "options": field.options,
        "default": field.default_value,
        "help_text": field.help_text,
        "visible_if": _condition(field),
        **_what_it_has(field, OF_FIELD),
    }


def _what_it_has(part: Section | Field, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, "", False, {})}


def _condition(part: Any) -> dict[str, str] | None:
    if part.visible_if_field is None:
        return None
    return {"field": str(part.visible_if_field.uid), "value": part.visible_if_value}
