"""Sections and fields made from others: a second one like the first, and one that was removed a moment ago."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import EditRefused
from tenants.models import Administration

from .documents import FIELDS_OF, row_of
from .formula_rules import renamed
from .models import Field, Form, Section
from .services import Part, changing, form_of, next_position, put_after, siblings_of, standing_part

LONGEST_REFERENCE = 80


@dataclass(frozen=True)
class Removed:
    """A section with its fields, or a field, as it was, and where it stood; plain values that a session can keep."""

    name: str
    sections: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    after: str | None

    @property
    def values(self) -> dict[str, Any]:
        return asdict(self)


def duplicate_part(*, acting_user: User, administration: Administration, part: Part) -> Part:
    """A second section with its fields, or a second field, right after the first; ids get a number that is free.

    Rules within a section that name its fields name those of the copy.
    """
    with changing(acting_user, administration, form_of(part)) as form:
        standing: Part = standing_part(part)
        fields = [standing] if isinstance(standing, Field) else _fields_of(standing)
        taken = set(Field.objects.filter(section__form=form).values_list("reference", flat=True))
        names = {field.reference: _free_name(field.reference, taken) for field in fields}
        made: Part
        if isinstance(standing, Section):
            made = Section(form=form, position=next_position(siblings_of(standing)), **_values(standing))
            made.save()
            _copy_fields(fields, made, names)
        else:
            made = Field(section=standing.section, position=next_position(siblings_of(standing)), **_values(standing))
            made.reference = names[standing.reference]
            made.save()
        put_after(made, standing.uid)
    return made


def as_removed(part: Part) -> Removed:
    """What is needed to bring this section or field back once it is deleted."""
    above = siblings_of(part).filter(position__lt=part.position).order_by("-position").values_list("uid", flat=True)
    first = above.first()
    after = str(first) if first else None
    if isinstance(part, Section):
        return Removed(str(part), [row_of(part)], [row_of(field) for field in _fields_of(part)], after)
    return Removed(str(part), [], [row_of(part)], after)


def bring_back(*, acting_user: User, administration: Administration, form: Form, removed: Removed) -> Part:
    """Let a section or field that was deleted be there again, as the same one: where it stood, or last in its place."""
    with changing(acting_user, administration, form) as locked:
        _refuse_what_stands(removed)
        sections = [_row(Section, row, form=locked) for row in removed.sections]
        for section in sections:
            section.position = next_position(locked.sections.all())
            section.save()
        places = {str(section.uid): section for section in locked.sections.all()}
        fields = [_row(Field, row, section=_place(places, row)) for row in removed.fields]
        first = next_position(fields[0].section.fields.all()) if fields else 0
        for number, field in enumerate(fields):
            field.position = first + number
        Field.objects.bulk_create(fields)
        _point_again([*sections, *fields], [*removed.sections, *removed.fields], locked)
        made = (sections or fields)[0]
        if removed.after is None or siblings_of(made).filter(uid=removed.after).exists():
            put_after(made, UUID(removed.after) if removed.after else None)
    return made


def _fields_of(section: Section) -> list[Field]:
    return list(section.fields.select_related("section", "visible_if_field").order_by("position"))


def _values(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in FIELDS_OF[type(part)]}


def _free_name(name: str, taken: set[str]) -> str:
    """The name with the first number that is free, which is taken then."""
    number = 2
    while (free := f"{name[: LONGEST_REFERENCE - 5]}_{number}") in taken:
        number += 1
    taken.add(free)
    return free


def _copy_fields(fields: Iterable[Field], section: Section, names: Mapping[str, str]) -> None:
    copies = {field.pk: Field(section=section, position=field.position, **_values(field)) for field in fields}
    for copy in copies.values():
        row = _values(copy)
        for rule, text in renamed(row, names).items():
            setattr(copy, rule, text)
        copy.reference = names[copy.reference]
    Field.objects.bulk_create(copies.values())
    for copy in copies.values():
        if copy.visible_if_field_id in copies:
            copy.visible_if_field = copies[copy.visible_if_field_id]
    Field.objects.bulk_update(copies.values(), ["visible_if_field"])


def _refuse_what_stands(removed: Removed) -> None:
    uids = [row["uid"] for row in (*removed.sections, *removed.fields)]
    if Section.objects.filter(uid__in=uids).exists() or Field.objects.filter(uid__in=uids).exists():
        raise EditRefused({"": [_("“%(name)s” is there again already.") % {"name": removed.name}]})


def _place(places: Mapping[str, Section], row: Mapping[str, Any]) -> Section:
    if row["section"] not in places:
        raise EditRefused({"": [_("The section that it stood in is gone. Nothing was brought back.")]})
    return places[row["section"]]


def _row(model: type[Any], row: Mapping[str, Any], **above: Any) -> Any:
    values = {name: row[name] for name in FIELDS_OF[model] if name != "visible_if_field"}
    return model(uid=UUID(row["uid"]), **above, **values)


def _point_again(parts: list[Part], rows: list[dict[str, Any]], form: Form) -> None:
    """Let what was shown by an answer be shown by that again, once all fields are there."""
    fields = {str(field.uid): field for field in Field.objects.filter(section__form=form)}
    for part, row in zip(parts, rows, strict=True):
        if row["visible_if_field"]:
            part.visible_if_field = fields.get(row["visible_if_field"])
            part.save(update_fields=["visible_if_field"])
