"""Which roles there are in an administration, what each may do, and who holds them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from .models import Administration, Membership, Role
from .rights import Right


@dataclass(frozen=True)
class RightRow:
    """One right, and per role whether it holds it, in the order of the roles."""

    label: Any
    held: tuple[bool, ...]


@dataclass(frozen=True)
class RoleOverview:
    """The roles that can be given out in an administration, their rights and the people who have them there."""

    roles: tuple[Role, ...]
    rows: tuple[RightRow, ...]
    memberships: tuple[Membership, ...]


def read_roles(administration: Administration) -> RoleOverview:
    """The built-in roles and those of the main administration, with the members of this administration alone."""
    usable = Q(administration=None) | Q(administration=administration.main)
    roles = tuple(Role.objects.filter(usable).order_by("administration__name", "name"))
    rows = (RightRow(right.label, tuple(right in role.rights for role in roles)) for right in Right)
    members = Membership.objects.filter(administration=administration, user__is_active=True)
    memberships = members.select_related("user", "role").order_by("user__name", "user__email")
    return RoleOverview(roles, tuple(rows), tuple(memberships))
