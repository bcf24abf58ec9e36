"""A form as the phone of an employee shows it: sections with their questions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.pictures import Block, Level, Shape

from .models import FieldType


class FormPicture:
    """Draws forms; see `PictureOf`."""

    shape = Shape.PHONE

    def draw(self, document: Mapping[str, Any], labels: Mapping[str, str]) -> Sequence[Block]:
        """Every section as a heading, and below it its questions."""
        parts = document.get("parts", {})
        fields = parts.get("field", ())
        known = {field["uid"]: field.get("label", "") for field in fields}
        return list(_blocks(parts.get("section", ()), fields, known))


def _blocks(
    sections: Sequence[Mapping[str, Any]], fields: Sequence[Mapping[str, Any]], known: Mapping[str, str]
) -> Iterator[Block]:
    for section in sections:
        notes = [*([_("a table with rows")] if section.get("repeats") else []), *_condition(section, known)]
        yield Block(section["uid"], section.get("title", ""), Level.HEADING, notes=tuple(notes))
        for field in fields:
            if field.get("section") == section["uid"]:
                yield _question(field, known)


def _question(field: Mapping[str, Any], known: Mapping[str, str]) -> Block:
    labels = field.get("option_labels") or {}
    notes = [note for note in (field.get("help_text", ""), _limits(field), _default(field, labels)) if note]
    options = [str(labels.get(option, option)) for option in field.get("options") or ()]
    unit = field.get("unit")
    return Block(
        uid=field["uid"],
        title=f"{field.get('label', '')} ({unit})" if unit else field.get("label", ""),
        kind=str(dict(FieldType.choices).get(field.get("type", FieldType.TEXT), "")),
        is_required=bool(field.get("is_required")),
        options=(*options, *([_("other, namely")] if field.get("allows_other") else [])),
        notes=(*notes, *_condition(field, known), *_rules(field)),
    )


def _limits(field: Mapping[str, Any]) -> str:
    given = (("≥", field.get("at_least")), ("≤", field.get("at_most")))
    return " · ".join(f"{sign} {limit}" for sign, limit in given if limit)


def _rules(field: Mapping[str, Any]) -> Iterator[str]:
    """What is worked out, and when an answer is asked or accepted, as it was typed."""
    if field.get("formula"):
        yield f"= {field['formula']}"
    if field.get("required_when"):
        yield _("Required when %(rule)s.") % {"rule": field["required_when"]}
    if field.get("valid_when"):
        yield f"{_('accepted when')} {field['valid_when']}"


def _default(field: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    value = field.get("default_value")
    return _("filled in already: %(value)s") % {"value": labels.get(value, value)} if value else ""


def _condition(part: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[str]:
    asked = known.get(str(part.get("visible_if_field")), "")
    if asked and part.get("visible_if_value"):
        yield _("only when “%(asked)s” is “%(value)s”") % {"asked": asked, "value": part["visible_if_value"]}
    elif asked:
        yield _("only when “%(asked)s” is filled in") % {"asked": asked}
    if part.get("visible_when"):
        yield _("Only when %(rule)s.") % {"rule": part["visible_when"]}
