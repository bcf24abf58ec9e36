"""Making, editing, ordering, archiving and deleting forms. Every refusal is an EditRefused with messages per field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Max, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import (
    EditRefused,
    editing,
    fingerprint,
    lock,
    refuse_when,
    refuse_when_moved,
    refuse_when_used,
    values_of,
)
from reference_data.models import WorkType
from settings_sync.planning.problems import added
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .documents import FIELDS_OF, FORM_FIELDS, document_of, labels_of, read_parts, values_for_log, with_part
from .formula_rules import rules_of
from .models import Field, Form, Section
from .permissions import may_create_forms, may_delete_forms, may_update_forms
from .renaming import Renaming, change_along, in_words, own_values, renaming_of, users_of
from .rights import FormRight
from .rules import problems_of_form, problems_of_part, problems_of_print_template
from .type_rules import plain, plain_limit

Part = Section | Field


def create_form(*, acting_user: User, administration: Administration, values: Mapping[str, Any]) -> Form:
    """A new form without sections, from values per field; `work_types` is a list."""
    if not may_create_forms(acting_user, administration):
        raise NotAllowed(FormRight.CREATE)
    with editing(Form):
        form = Form()
        _write_form(form, values)
        record_edits(acting_user=acting_user, item=form, before={}, after=values_for_log(form))
    return form


def update_form(
    *,
    acting_user: User,
    administration: Administration,
    form: Form,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> Form:
    """Change a form's own fields and work types. `seen` is the fingerprint of what the editor was looking at."""
    with changing(acting_user, administration, form) as locked:
        refuse_when_moved(seen, form_values(locked))
        _write_form(locked, values)
    return locked


def archive_form(*, acting_user: User, administration: Administration, form: Form) -> Form:
    """Take a form out of every choice; workflows and work orders that use it keep it."""
    return _set_archived(acting_user, administration, form, True)


def unarchive_form(*, acting_user: User, administration: Administration, form: Form) -> Form:
    """Bring an archived form back; refused when another one has its name by now."""
    return _set_archived(acting_user, administration, form, False)


def delete_form(*, acting_user: User, administration: Administration, form: Form) -> None:
    """Delete a form that nothing uses, sections and fields and all; raises StillUsed with what does."""
    if not may_delete_forms(acting_user, administration):
        raise NotAllowed(FormRight.DELETE)
    with editing(Form):
        locked = lock(form)
        refuse_when_used(locked)
        record_edits(acting_user=acting_user, item=locked, before=values_for_log(locked), after={})
        # Fields go before the sections that point at them, which a constraint made immediate does not accept.
        locked.sections.update(visible_if_field=None)
        locked.delete()


def add_section(
    *,
    acting_user: User,
    administration: Administration,
    form: Form,
    values: Mapping[str, Any],
    after: UUID | None = None,
) -> Section:
    """A new section at the end of a form, or right after the section of that uid."""
    with changing(acting_user, administration, form) as locked:
        section = Section(form=locked, position=next_position(locked.sections.all()))
        write_part(locked, section, values)
        if after is not None:
            put_after(section, after)
    return section


def add_field(
    *,
    acting_user: User,
    administration: Administration,
    section: Section,
    values: Mapping[str, Any],
    after: UUID | None = None,
) -> Field:
    """A new field at the end of a section, or of the one that `values` name; or right after the field of that uid."""
    with changing(acting_user, administration, section.form) as locked:
        field = Field(section=section_of(locked, values.get("section", section)))
        field.position = next_position(field.section.fields.all())
        write_part(locked, field, values)
        if after is not None:
            put_after(field, after)
    return field


def update_part(
    *, acting_user: User, administration: Administration, part: Part, values: Mapping[str, Any], seen: str | None = None
) -> Part:
    """Change a section or field; a field that goes to another section of the form comes last there."""
    with changing(acting_user, administration, form_of(part)) as locked:
        standing = standing_part(part)
        refuse_when_moved(seen, part_values(standing))
        if isinstance(standing, Field) and values.get("section", standing.section) != standing.section:
            standing.section = section_of(locked, values["section"])
            standing.position = next_position(standing.section.fields.all())
        renaming = renaming_of(standing, values) if isinstance(standing, Field) else None
        if renaming:
            values = _values_along(locked, renaming, values)
        write_part(locked, standing, values)
        if renaming:
            change_along(locked, renaming)
    return standing


def move_part(*, acting_user: User, administration: Administration, part: Part, up: bool) -> bool:
    """Swap a section or field with the one above or below it; False when there is none there."""
    with changing(acting_user, administration, form_of(part)):
        standing = standing_part(part)
        beside = siblings_of(standing).filter(**{f"position__{'lt' if up else 'gt'}": standing.position})
        other = beside.order_by("-position" if up else "position").first()
        if other is None:
            return False
        # One statement, because two rows may share a position within a statement only.
        swapped = Case(When(pk=other.pk, then=Value(standing.position)), default=Value(other.position))
        siblings_of(standing).filter(pk__in=[standing.pk, other.pk]).update(position=swapped)
    return True


def place_part(
    *,
    acting_user: User,
    administration: Administration,
    part: Part,
    section: Section | None = None,
    after: UUID | None = None,
) -> Part:
    """Put a section or field right after the one of that uid, or first without one; a field in any section of its form.

    What stood there is asked for once the form is locked: of two who move at once, the second moves what stands then.
    """
    with changing(acting_user, administration, form_of(part)) as locked:
        standing: Part = standing_part(part)
        if isinstance(standing, Field) and section is not None and section.pk != standing.section_id:
            standing.section = section_of(locked, section)
            standing.position = next_position(standing.section.fields.all())
            standing.save(update_fields=["section", "position"])
        put_after(standing, after)
    return standing


def put_after(part: Part, after: UUID | None) -> None:
    """Put a part right after a sibling, or before all of them; nothing where that sibling is gone or is the part."""
    siblings = siblings_of(part)
    if after == part.uid:
        return
    before = siblings.filter(uid=after).values_list("position", flat=True).first() if after else -1
    if before is None:
        raise EditRefused({"": [_("What it was to stand after is not there any more. Nothing was moved.")]})
    # Two statements, because two rows may share a position within a statement only.
    siblings.filter(position__gt=before).update(position=F("position") + 1)
    part.position = before + 1
    siblings.filter(pk=part.pk).update(position=part.position)


def delete_part(*, acting_user: User, administration: Administration, part: Part) -> None:
    """Delete a section with its fields, or a field; refused while something else is shown depending on it."""
    with changing(acting_user, administration, form_of(part)):
        standing = standing_part(part)
        waiting = dependents_of(standing)
        if waiting:
            reason = _("“%(name)s” decides whether this is shown: %(parts)s. Change that first.")
            names = ", ".join(f"“{other}”" for other in waiting)
            refuse_when({"": [reason % {"name": standing, "parts": names}]})
        standing.delete()


def dependents_of(part: Part) -> list[Part]:
    """The sections and fields elsewhere that are shown depending on this field, or on a field of this section."""
    inside = Q(visible_if_field=part) if isinstance(part, Field) else Q(visible_if_field__section=part)
    sections = Section.objects.filter(inside)
    fields = Field.objects.filter(inside)
    if isinstance(part, Section):
        return [*sections.exclude(pk=part.pk), *fields.exclude(section=part)]
    return [*sections, *fields]


def form_of(part: Part) -> Form:
    """The form that a section or field is of."""
    return part.form if isinstance(part, Section) else part.section.form


def form_values(form: Form) -> dict[str, Any]:
    """What the page with a form's own fields shows, for its fingerprint."""
    return values_of(form, FORM_FIELDS, ("work_types",))


def part_values(part: Part) -> dict[str, Any]:
    """What the page of a section or field shows, for its fingerprint."""
    place = ("section",) if isinstance(part, Field) else ()
    return values_of(part, (*FIELDS_OF[type(part)], *place))


def fingerprint_of(edited: Form | Part) -> str:
    """The mark of what somebody looks at on the page of a form, section or field."""
    return fingerprint(form_values(edited) if isinstance(edited, Form) else part_values(edited))


@contextmanager
def changing(acting_user: User, administration: Administration, form: Form) -> Iterator[Form]:
    """One edit inside a form: the right to do it, the form locked, its rules asked and the difference logged."""
    if not may_update_forms(acting_user, administration):
        raise NotAllowed(FormRight.UPDATE)
    with editing(Form):
        locked = lock(form)
        stood = read_parts(locked)
        known = labels_of(stood)
        before = values_for_log(locked, known, stood)
        wrong = problems_of_form(document_of(locked, stood))
        yield locked
        stands = read_parts(locked)
        # What was wrong before (an older form that came by sync) does not stand in the way of another edit.
        refuse_when({"": added(problems_of_form(document_of(locked, stands)), wrong)})
        record_edits(acting_user=acting_user, item=locked, before=before, after=values_for_log(locked, known, stands))


def _write_form(form: Form, values: Mapping[str, Any]) -> None:
    work_types = values.get("work_types")
    for name in values.keys() - {"work_types"}:
        setattr(form, name, values[name])
    references = Field.objects.filter(section__form=form.pk).values_list("reference", flat=True)
    problems = {"print_template": problems_of_print_template(form.print_template, list(references))}
    refuse_when(problems | problems_of_names(form) | {"work_types": _archived_choices(form, work_types or [])})
    form.save()
    if work_types is not None:
        form.work_types.set(work_types)


def _archived_choices(form: Form, chosen: list[WorkType]) -> list[str]:
    """An archived work type may stay where it is but not be chosen."""
    linked = set(form.work_types.values_list("pk", flat=True)) if form.pk else set()
    archived = [work_type for work_type in chosen if work_type.is_archived and work_type.pk not in linked]
    return [_("“%(name)s” is archived. Choose another.") % {"name": work_type} for work_type in archived]


def write_part(form: Form, part: Part, values: Mapping[str, Any]) -> None:
    for name in values.keys() & set(FIELDS_OF[type(part)]):
        setattr(part, name, values[name])
    _write_plainly(part)
    refuse_when(problems_of_names(part))
    document = with_part(document_of(form), part)
    refuse_when(problems_of_part(document, part._meta.model_name or "", str(part.uid)))
    part.save()


def _write_plainly(part: Part) -> None:
    """Keep numbers, dates and times in their one form: the default by the field's type, an answer by its question's."""
    if isinstance(part, Field):
        part.default_value = plain(part.type, part.default_value)
        part.at_least = plain_limit(part.type, part.at_least)
        part.at_most = plain_limit(part.type, part.at_most)
        # So that two fields that look the same are the same, whoever wrote them.
        part.option_labels = {code: label for code, label in part.option_labels.items() if label != code}
    if part.visible_if_field is not None:
        part.visible_if_value = plain(part.visible_if_field.type, part.visible_if_value)
    for name in rules_of({name: getattr(part, name) for name in FIELDS_OF[type(part)]}):
        setattr(part, name, getattr(part, name).strip())


def _values_along(form: Form, renaming: Renaming, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of an edit that renames, once it is agreed to what names the field or its options."""
    users = users_of(form, renaming)
    if users and not values.get("change_along"):
        message = _(
            "This is named by %(users)s. Tick that these change along, or leave the id and the codes as they are."
        )
        refuse_when({"change_along": [message % {"users": in_words(users)}]})
    return own_values(renaming.before, values, renaming)


def standing_part(part: Part) -> Any:
    """The section or field as it stands now; its form is locked already."""
    found = type(part)._default_manager.filter(pk=part.pk).first()
    if found is None:
        refuse_when({"": [_("“%(name)s” was deleted by somebody else.") % {"name": part}]})
    return found


def section_of(form: Form, section: Section) -> Section:
    if section.form_id != form.pk:
        refuse_when({"section": [_("Choose a section of this form.")]})
    return section


def siblings_of(part: Part) -> QuerySet[Any]:
    if isinstance(part, Section):
        return Section.objects.filter(form=part.form_id)
    return Field.objects.filter(section=part.section_id)


def next_position(parts: QuerySet[Any]) -> int:
    return parts.aggregate(next=Max(F("position") + 1))["next"] or 0


def _set_archived(acting_user: User, administration: Administration, form: Form, value: bool) -> Form:
    with changing(acting_user, administration, form) as locked:
        locked.is_archived = value
        locked.save(update_fields=["is_archived"])
    return locked
