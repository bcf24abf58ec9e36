"""Making a whole form at once from plain data, such as an XLSForm was read to."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import editing, refuse_when
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .documents import FIELD_FIELDS, SECTION_FIELDS, document_of, values_for_log
from .models import Field, Form, Section
from .permissions import may_create_forms
from .rights import FormRight
from .rules import problems_of_form
from .type_rules import plain, plain_limit

MOST_FIELDS = 2000
POINTING = "visible_if_field"


def create_whole_form(
    *, acting_user: User, administration: Administration, name: str, sections: Sequence[Mapping[str, Any]]
) -> Form:
    """Make a form with its sections and fields. All of it or nothing: raises NotAllowed or EditRefused."""
    if not may_create_forms(acting_user, administration):
        raise NotAllowed(FormRight.CREATE)
    if sum(len(section["fields"]) for section in sections) > MOST_FIELDS:
        refuse_when({"": [_("A form has at most %(most)d fields.") % {"most": MOST_FIELDS}]})
    with editing(Form):
        form = Form(name=name)
        refuse_when(problems_of_names(form))
        form.save()
        made = [_section(form, position, values) for position, values in enumerate(sections)]
        refuse_when({"": _unreadable([*made, *(one for section in made for one in section.new_fields)])})
        Section.objects.bulk_create(made)
        Field.objects.bulk_create(one for section in made for one in section.new_fields)
        refuse_when({"": problems_of_form(document_of(form))})
        record_edits(acting_user=acting_user, item=form, before={}, after=values_for_log(form))
    return form


def try_whole_form(
    *, acting_user: User, administration: Administration, name: str, sections: Sequence[Mapping[str, Any]]
) -> None:
    """Raise what making this form would raise. Nothing of it stays."""
    with transaction.atomic():
        create_whole_form(acting_user=acting_user, administration=administration, name=name, sections=sections)
        transaction.set_rollback(True)


def _section(form: Form, position: int, values: Mapping[str, Any]) -> Any:
    given = {name: values[name] for name in SECTION_FIELDS if name in values and name != POINTING}
    section: Any = Section(form=form, position=position, **given)
    section.new_fields = [_field(section, number, one) for number, one in enumerate(values["fields"])]
    return section


def _field(section: Section, position: int, values: Mapping[str, Any]) -> Field:
    given = {name: values[name] for name in FIELD_FIELDS if name in values and name != POINTING}
    field = Field(section=section, position=position, **given)
    field.default_value = plain(field.type, field.default_value)
    field.at_least = plain_limit(field.type, field.at_least)
    field.at_most = plain_limit(field.type, field.at_most)
    return field


def _unreadable(parts: Sequence[Section | Field]) -> list[str]:
    """What the columns would not take: too long, or no value that they know."""
    messages = []
    for part in parts:
        try:
            part.clean_fields(exclude=["form", "section", "name_key", POINTING])
        except ValidationError as error:
            for name, refused in error.message_dict.items():
                column: Any = part._meta.get_field(name)
                facts = {"part": part, "label": column.verbose_name, "message": " ".join(refused)}
                messages.append(_("“%(part)s”, %(label)s: %(message)s") % facts)
    return messages
