"""The roles of a main administration: which there are and who holds them, and making, editing and deleting them.

The standard roles belong to nobody and stay as they are; what they hold, each app says in its `rights.py`.
A role can be given in the main administration and its subs.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as all_apps
from django.db import transaction
from django.db.models import Q, QuerySet
from django_tenants.utils import get_public_schema_name

from accounts.models import User
from audit.models import record

from .exceptions import (
    NobodyLeft,
    NobodyLeftElsewhere,
    RightsNotYours,
    RoleInUse,
    RoleInUseElsewhere,
    RoleMoved,
    RoleNameInvisible,
    RoleNameTaken,
    StandardRole,
)
from .fingerprints import fingerprint
from .models import Administration, Membership, Role
from .permissions import require, rights_of
from .readable_names import has_hidden, is_visible
from .rights import BUILT_IN_ROLES, RoleRight, all_rights, kept_rights, rights_of_built_in
from .schemas import current_schema_name


@dataclass(frozen=True)
class RightRow:
    """One right, and per role whether it holds it, in the order of the roles."""

    label: Any
    held: tuple[bool, ...]


@dataclass(frozen=True)
class RoleRow:
    """One role, and how many people of this administration have it."""

    role: Role
    rights: int
    people: int


@dataclass(frozen=True)
class RoleOverview:
    """The roles that can be given out in an administration, their rights and the people who have them there."""

    roles: tuple[RoleRow, ...]
    rows: tuple[RightRow, ...]
    memberships: tuple[Membership, ...]


def usable_roles(main: Administration) -> "QuerySet[Role]":
    """The standard roles, and those of this main administration."""
    return Role.objects.filter(Q(administration=None) | Q(administration=main)).order_by("administration__name", "name")


def read_roles(administration: Administration) -> RoleOverview:
    """The roles that can be given out here, with the members of this administration alone."""
    roles = tuple(usable_roles(administration.main))
    rows = (RightRow(right.label, tuple(right in role.rights for role in roles)) for right in all_rights())
    members = Membership.objects.filter(administration=administration, user__is_active=True)
    memberships = tuple(members.select_related("user", "role").order_by("user__name", "user__email"))
    people = Counter(membership.role_id for membership in memberships)
    listed = tuple(RoleRow(role, len(role.rights), people[role.pk]) for role in roles)
    return RoleOverview(listed, tuple(rows), memberships)


def complete_built_in_roles(apps: Apps = all_apps, **_signal: Any) -> None:
    """Give the built-in roles the rights that an app brought since they were made; after the shared schema migrated.

    `manage.py flush` says so as well, and then names no apps.
    """
    has_roles = "role" in apps.all_models["tenants"]  # not after migrating back to before there were any
    if current_schema_name() != get_public_schema_name() or not has_roles:
        return
    for role in Role.objects.filter(administration=None, name__in=BUILT_IN_ROLES):
        rights = rights_of_built_in(role.name)
        if role.rights != rights:
            role.rights = rights
            role.save(update_fields=["rights"])


def role_mark(role: Role) -> str:
    """The fingerprint of a role as somebody looks at it."""
    return fingerprint({"name": role.name, "rights": sorted(role.rights)})


def create_role(*, acting_user: User, main: Administration, name: str, rights: Collection[str]) -> Role:
    """A new role with some of the rights that its maker has. Raises NotAllowed or a RoleError."""
    require(acting_user, RoleRight.MANAGE, main)
    role = Role(administration=main, name=name.strip(), rights=_in_order(rights))
    with transaction.atomic():
        _lock_roles(main)
        _check(acting_user, role, changed=set(rights))
        role.save()
        _record(acting_user, main, "created", role, rights=role.rights)
    return role


def update_role(*, acting_user: User, role: Role, name: str, rights: Collection[str], seen: str | None = None) -> Role:
    """Give a role another name or other rights; what the acting user may not do themselves stays as it is.

    `seen` is the mark of what the editor was looking at. Raises NotAllowed or a RoleError.
    """
    main = _main_of(acting_user, role)
    with transaction.atomic():
        _lock_roles(main)
        locked = _locked(role)
        if seen is not None and seen != role_mark(locked):
            raise RoleMoved
        former_name = locked.name
        former = set(locked.rights)
        locked.name = name.strip()
        locked.rights = _in_order(rights)
        _check(acting_user, locked, changed=former ^ set(rights))
        holding = _lock_those_holding(locked)
        locked.save()
        _keep_somebody(acting_user, former - set(rights), holding)
        added = sorted(set(rights) - former)
        removed = sorted(former - set(rights))
        _record(acting_user, main, "updated", locked, former_name=former_name, added=added, removed=removed)
    return locked


def holders_of(role: Role) -> list[Membership]:
    """Everybody who has this role, in whichever administration, by name."""
    held = role.memberships.select_related("user", "administration__parent")
    return list(held.order_by("user__name", "user__email", "administration__name"))


def people_with(role: Role) -> int:
    """How many people have this role, in however many administrations."""
    return role.memberships.values("user").distinct().count()


def delete_role(*, acting_user: User, role: Role, instead: Mapping[int, Role]) -> None:
    """Delete a role; `instead` names per membership the role that its holder gets. Raises NotAllowed or a RoleError."""
    main = _main_of(acting_user, role)
    with transaction.atomic():
        _lock_roles(main)
        locked = _locked(role)
        holders = list(locked.memberships.select_related("user", "administration").select_for_update(of=("self",)))
        _check_holders(acting_user, main, locked, holders, instead)
        holding = _lock_those_holding(locked)
        for holder in holders:
            holder.role = instead[holder.pk]
            holder.save(update_fields=["role"])
        _keep_somebody(acting_user, set(locked.rights), holding)
        given = [f"{holder.user.email} @ {holder.administration.slug}: {holder.role}" for holder in holders]
        _record(acting_user, main, "deleted", locked, instead=given)
        locked.delete()


def _main_of(acting_user: User, role: Role) -> Administration:
    if role.administration is None:
        raise StandardRole(name=role.name)
    require(acting_user, RoleRight.MANAGE, role.administration)
    return role.administration


def _lock_roles(main: Administration) -> None:
    """One change at a time, so that two roles never get one name."""
    Administration.objects.select_for_update(of=("self",)).get(pk=main.pk)


def _locked(role: Role) -> Role:
    found = Role.objects.select_for_update(of=("self",)).filter(pk=role.pk).first()
    if found is None:
        raise RoleMoved
    return found


def _comparable(name: str) -> str:
    """Equal for names that look the same: é can be written in two ways."""
    return unicodedata.normalize("NFC", name).casefold()


def _check(acting_user: User, role: Role, changed: Collection[str]) -> None:
    assert role.administration is not None
    if not is_visible(role.name) or has_hidden(role.name):
        raise RoleNameInvisible
    others = usable_roles(role.administration).exclude(pk=role.pk).values_list("name", flat=True)
    if _comparable(role.name) in {_comparable(other) for other in others}:
        raise RoleNameTaken(name=role.name)
    _check_own(acting_user, role.administration, changed)


def _check_own(acting_user: User, main: Administration, changed: Collection[str]) -> None:
    """Nobody gives away, or takes away, what they may not do themselves in the main administration."""
    foreign = set(changed) - (rights_of(acting_user, main) or frozenset())
    if foreign:
        raise RightsNotYours(rights=", ".join(str(right.label) for right in all_rights() if right in foreign))


def _check_holders(
    acting_user: User, main: Administration, role: Role, holders: list[Membership], instead: Mapping[int, Role]
) -> None:
    if any(rights_of(acting_user, holder.administration) is None for holder in holders):
        raise RoleInUseElsewhere
    usable = {found.pk for found in usable_roles(main)} - {role.pk}
    without = [holder for holder in holders if holder.pk not in instead or instead[holder.pk].pk not in usable]
    if without:
        raise RoleInUse(names=", ".join(f"{holder.user} ({holder.administration})" for holder in without))
    for holder in holders:
        _check_own(acting_user, main, set(instead[holder.pk].rights) - set(role.rights))


def _lock_those_holding(role: Role) -> list[Administration]:
    """The administrations in which somebody has this role. Their people change one at a time, here and in `people`."""
    held = Administration.objects.filter(memberships__role=role, memberships__user__is_active=True)
    rows = Administration.objects.filter(pk__in=held.values("pk")).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _keep_somebody(acting_user: User, taken: Collection[str], holding: list[Administration]) -> None:
    """Raise NobodyLeft where a right that was taken from a role has no holder any more, in those administrations."""
    for right in kept_rights():
        if right not in taken:
            continue
        with_it = Membership.objects.filter(user__is_active=True, role__rights__contains=[right])
        kept = set(with_it.filter(administration__in=holding).values_list("administration", flat=True))
        for administration in holding:
            if administration.pk in kept:
                continue
            if rights_of(acting_user, administration) is None:
                raise NobodyLeftElsewhere(right=str(right.label))
            raise NobodyLeft(name=administration.name, right=str(right.label))


def _record(acting_user: User, main: Administration, verb: str, role: Role, **data: Any) -> None:
    record(f"role.{verb}", actor=acting_user, administration=main, role=role.name, **data)


def _in_order(rights: Collection[str]) -> list[str]:
    return [right.value for right in all_rights() if right in rights]
