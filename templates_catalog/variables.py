"""The own variables of an administration: a name and a text, which shared templates take up. They never travel."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from catalog_kit.editing import EditRefused
from catalog_kit.placing import may_begin_link, names_of_links
from catalog_kit.template_language import used_names
from tenants.models import Administration
from tenants.permissions import require
from tenants.rights import AdministrationRight

from .models import Block, Layout, MessageTemplate, Variable
from .placeholders import OWN, is_own

MAY_CHANGE = AdministrationRight.UPDATE
"""Variables belong to the company details, and so does the right to change them."""


def own_values() -> dict[str, str]:
    """The value of each variable by its placeholder, in the administration that was entered."""
    return {f"{OWN}{name}": value for name, value in Variable.objects.values_list("name", "value")}


def create_variable(*, acting_user: User, administration: Administration, name: str, value: str) -> Variable:
    """A new variable. Raises NotAllowed, or EditRefused when the name is there already."""
    require(acting_user, MAY_CHANGE, administration)
    _refuse_no_link(name, value)
    with _saving():
        made = Variable.objects.create(name=name, value=value)
        _record(acting_user, administration, made, before=None)
    return made


def update_variable(
    *, acting_user: User, administration: Administration, variable: Variable, values: Mapping[str, str]
) -> Variable:
    """Change the name, the value or both. Raises NotAllowed, or EditRefused when it is gone or the name taken."""
    require(acting_user, MAY_CHANGE, administration)
    _refuse_no_link(values["name"], values["value"])
    with _saving():
        stored = _lock(variable)
        before = {"name": stored.name, "value": stored.value}
        stored.name = values["name"]
        stored.value = values["value"]
        stored.save()
        _record(acting_user, administration, stored, before=before)
    return stored


def delete_variable(*, acting_user: User, administration: Administration, variable: Variable) -> None:
    """Remove a variable; templates that use it show its placeholder. Raises NotAllowed, or EditRefused."""
    require(acting_user, MAY_CHANGE, administration)
    with _saving():
        stored = _lock(variable)
        record("variable.deleted", actor=acting_user, administration=administration, name=stored.name)
        stored.delete()


def _refuse_no_link(name: str, value: str) -> None:
    """A text that begins a link in a template here has to be one: elsewhere it would lead nowhere, or run."""
    if may_begin_link(value):
        return
    for template, *texts in _texts_of_templates():
        if any(f"{OWN}{name}" in names_of_links(text) for text in texts):
            message = _("This stands in a link of “%(template)s”: let it begin with https://, mailto: or tel:.")
            raise EditRefused({"value": [message % {"template": template}]})


@contextmanager
def _saving() -> Iterator[None]:
    """One transaction in which a name that is taken becomes an EditRefused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise EditRefused({"name": [_("There is a variable with this name already.")]}) from error


def _lock(variable: Variable) -> Variable:
    found = Variable.objects.select_for_update().filter(pk=variable.pk).first()
    if found is None:
        raise EditRefused({"": [_("“%(name)s” was deleted by somebody else.") % {"name": variable}]})
    return found


def _record(user: User, administration: Administration, variable: Variable, before: Mapping[str, str] | None) -> None:
    record(
        "variable.changed" if before else "variable.created",
        actor=user,
        administration=administration,
        name=variable.name,
        value=variable.value,
        before=before,
    )


@dataclass(frozen=True)
class VariableRow:
    """One variable, its placeholder, and how many templates of the administration have that."""

    id: int
    name: str
    value: str
    placeholder: str
    used: int


@dataclass(frozen=True)
class Overview:
    """The variables of an administration; `missing` are the names that its templates ask for in vain."""

    rows: tuple[VariableRow, ...]
    missing: tuple[str, ...]


def read_overview() -> Overview:
    """The variables of the administration that was entered, by name; three queries."""
    found = list(Variable.objects.all())
    used = _names_in_templates()
    rows = tuple(
        VariableRow(row.pk, row.name, row.value, "{{ " + OWN + row.name + " }}", len(used.get(row.name, ())))
        for row in found
    )
    return Overview(rows, tuple(sorted(used.keys() - {row.name for row in found})))


def templates_with(name: str) -> list[str]:
    """The names of the templates here that have the placeholder of a variable."""
    return _names_in_templates().get(name, [])


def _texts_of_templates() -> list[tuple[str, ...]]:
    """The name and the texts of every template; those that are archived do not count."""
    return [
        *MessageTemplate.objects.filter(is_archived=False).values_list("name", "subject", "body"),
        *Layout.objects.filter(is_archived=False).values_list("name", "header", "body", "footer"),
        *Block.objects.filter(is_archived=False).values_list("name", "body"),
    ]


def _names_in_templates() -> dict[str, list[str]]:
    """Which templates ask for which variable."""
    found: dict[str, list[str]] = defaultdict(list)
    for template, *fields in _texts_of_templates():
        names = {name for text in fields for name in used_names(text) if is_own(name)}
        for name in names:
            found[name.removeprefix(OWN)].append(template)
    return dict(found)
