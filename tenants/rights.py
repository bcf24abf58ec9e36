"""The rights that a role can hold, and the two built-in roles.

Each app registers its own rights, in its `rights.py`; those of `tenants` are at the end of this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    """A right, as `module.verb`. To be inherited from: an app lists its rights in its `rights.py`."""


class AdministrationRight(Right):
    """What may be done with administrations as such."""

    SEE = "administrations.see", _("see the administrations")
    CREATE = "administrations.create", _("create administrations")
    DELETE = "administrations.delete", _("delete administrations")
    UPDATE = "administrations.update", _("edit company details")


class SyncRight(Right):
    """What may be done to sub-administrations; here, because who makes one may ask that it begins with a sync."""

    RUN = "sync.run", _("sync to sub-administrations")
    UNDO = "sync.undo", _("undo a sync")
    APPROVE = "sync.approve", _("approve a sync of somebody else")


class RoleRight(Right):
    """What may be done with roles."""

    MANAGE = "roles.manage", _("make, edit and delete roles")


@dataclass(frozen=True)
class Module:
    """The rights over one thing, and what they are called together.

    `place` orders the modules, which come from several apps: by tens, so that there is room in between. What is in
    `for_employees` is held by the built-in role of those who do the daily work; of what is in `kept_by_somebody`,
    changing a role never leaves an administration without a holder that had one.
    """

    place: int
    label: Any
    rights: type[Right]
    for_employees: tuple[Right, ...] = ()
    kept_by_somebody: tuple[Right, ...] = ()

    @property
    def key(self) -> str:
        """What its rights begin with, before the point."""
        return str(self.rights.values[0]).partition(".")[0]


ADMINISTRATOR_ROLE = "Beheerder"
EMPLOYEE_ROLE = "Medewerker"
BUILT_IN_ROLES = (ADMINISTRATOR_ROLE, EMPLOYEE_ROLE)
_registered: dict[str, Module] = {}


def register(*modules: Module) -> None:
    """Add the rights of an app: called in its `rights.py`, which is imported when all apps are ready."""
    _registered.update({module.key: module for module in modules})


def all_modules() -> list[Module]:
    """Every module, in the order in which people see them."""
    return sorted(_registered.values(), key=lambda module: module.place)


def all_rights() -> list[Right]:
    """Every right there is, in the order in which people see them."""
    return [right for module in all_modules() for right in module.rights]


def kept_rights() -> list[Right]:
    """The rights that somebody in an administration must go on having."""
    return [right for module in all_modules() for right in module.kept_by_somebody]


def find_right(value: str) -> Right | None:
    """The right with this value, if there is one."""
    return next((right for right in all_rights() if right == value), None)


def right_choices() -> Iterator[tuple[str, Any]]:
    """Every right with its label, for a field."""
    return ((right.value, right.label) for right in all_rights())


def verb_of(right: Right) -> str:
    """What a right allows, for a list that names the module already: “create” of “forms: create”."""
    label = str(right.label)
    return label.partition(": ")[2] or label


def rights_of_built_in(role: str) -> list[str]:
    """What a built-in role holds: the administrator everything."""
    if role == ADMINISTRATOR_ROLE:
        return [right.value for right in all_rights()]
    return [right.value for module in all_modules() for right in module.for_employees]


register(
    Module(10, _("Administrations"), AdministrationRight),
    Module(20, _("Syncs"), SyncRight),
    Module(40, _("Roles"), RoleRight),
)
