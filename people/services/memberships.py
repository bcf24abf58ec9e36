"""Who may enter an administration and as what: giving another role, taking access away, who its administrators are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.acting import refuse_while_acting
from accounts.models import ApiToken, User
from accounts.services import end_sessions
from audit.models import record
from tenants.models import Administration, Membership, Role
from tenants.permissions import require, rights_of
from tenants.rights import all_rights
from tenants.roles import usable_roles
from tenants.tokens import revoke_api_token

from ..exceptions import AccessGone, LastAdministrator, MoreThanYourOwn, RoleNotUsable
from ..mails import tell_access_taken
from ..models import Invitation
from ..rights import PeopleRight
from .telling import tell_role

MOST_NAMED = 5


@dataclass(frozen=True)
class PersonRow:
    """Somebody with access, as the list shows them."""

    membership: Membership
    last_sign_in: datetime | None
    has_second_factor: bool


def members_of(administration: Administration, words: str = "") -> "QuerySet[Membership]":
    """The memberships here of people whose account is open, by name; `words` must stand in name or e-mail address."""
    found = Membership.objects.filter(administration=administration, user__is_active=True)
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    confirmed = TOTPDevice.objects.filter(user=OuterRef("user"), confirmed=True)
    listed = found.annotate(has_second_factor=Exists(confirmed)).select_related("user", "role")
    return listed.order_by("user__name", "user__email")


def person_rows(memberships: Iterable[Any]) -> list[PersonRow]:
    """The memberships of `members_of` as rows."""
    return [PersonRow(row, row.user.last_login, row.has_second_factor) for row in memberships]


def administrators_of(administration: Administration, most: int = MOST_NAMED) -> list[User]:
    """Whom to ask for a right here: those who may give roles, who signed in last first, at most so many."""
    held = {"memberships__administration": administration, "memberships__role__rights__contains": [PeopleRight.MANAGE]}
    found = User.objects.filter(is_active=True, **held)
    return list(found.order_by("-last_login", "name")[:most])


def change_role(*, acting_user: User, membership: Membership, role: Role) -> Membership:
    """Give somebody another role here. Raises NotAllowed, AccessGone, RoleNotUsable, MoreThanYourOwn or
    LastAdministrator."""
    administration = _begin(acting_user, membership)
    with transaction.atomic():
        locked = _lock(administration, membership)
        check_role(acting_user, administration, role, former=locked.role)
        if PeopleRight.MANAGE not in role.rights:
            _keep_one_administrator(locked)
        former = locked.role
        locked.role = role
        if former.pk != role.pk:
            locked.save(update_fields=["role"])
            facts = {"user": locked.user.email, "former_role": former.name, "role": role.name}
            record("user.role_changed", actor=acting_user, administration=administration, **facts)
            tell_role(locked, role, by=acting_user)
    return locked


def take_access(*, acting_user: User, membership: Membership, reason: str = "") -> int:
    """Take away somebody's access to this administration: from now on their sessions and tokens open nothing here.

    Returns how many tokens ended. Raises NotAllowed, AccessGone, MoreThanYourOwn or LastAdministrator.
    """
    administration = _begin(acting_user, membership)
    with transaction.atomic():
        locked = _lock(administration, membership)
        _check_own(acting_user, administration, set(locked.role.rights))
        _keep_one_administrator(locked)
        person = locked.user
        role = locked.role
        locked.delete()
        # A page that is still open would show what it shows until it is asked for again.
        end_sessions(person)
        ended = _end_tokens(acting_user, person, administration)
        _withdraw_their_invitations(person, administration)
        facts: dict[str, Any] = {"user": person.email, "role": role.name, "tokens_ended": ended}
        record("user.access_taken", actor=acting_user, administration=administration, note=reason, **facts)
        if person.pk != acting_user.pk:
            tell_access_taken(person, administration)
    return ended


def check_role(acting_user: User, administration: Administration, role: Role, former: Role | None = None) -> None:
    """Raise RoleNotUsable or MoreThanYourOwn unless this user may give this role here, in place of a former one."""
    if not usable_roles(administration.main).filter(pk=role.pk).exists():
        raise RoleNotUsable
    _check_own(acting_user, administration, set(role.rights) ^ set(former.rights if former else ()))


def _begin(acting_user: User, membership: Membership) -> Administration:
    refuse_while_acting()
    require(acting_user, PeopleRight.MANAGE, membership.administration)
    return membership.administration


def _lock(administration: Administration, membership: Membership) -> Membership:
    """One change of an administration's people at a time, so that its last two administrators cannot both go."""
    Administration.objects.select_for_update(of=("self",), no_key=True).get(pk=administration.pk)
    found = Membership.objects.select_related("user", "role").filter(pk=membership.pk).first()
    if found is None:
        raise AccessGone
    return found


def _check_own(acting_user: User, administration: Administration, changed: set[str]) -> None:
    foreign = changed - (rights_of(acting_user, administration) or frozenset())
    if foreign:
        raise MoreThanYourOwn(rights=", ".join(str(right.label) for right in all_rights() if right in foreign))


def _keep_one_administrator(membership: Membership) -> None:
    if PeopleRight.MANAGE not in membership.role.rights:
        return
    others = administrators_of(membership.administration, most=2)
    if not [user for user in others if user.pk != membership.user_id]:
        raise LastAdministrator(name=str(membership.user))


def _end_tokens(acting_user: User, person: User, administration: Administration) -> int:
    """Of this administration; of its main as well once the person may enter nothing there any more."""
    main = administration.main
    family = Q(administration=main) | Q(administration__parent=main)
    mains = {administration.pk} if person.memberships.filter(family).exists() else {administration.pk, main.pk}
    tokens = list(ApiToken.objects.usable().filter(user=person, administration__in=mains))
    for token in tokens:
        revoke_api_token(token, acting_user=acting_user)
    return len(tokens)


def _withdraw_their_invitations(person: User, administration: Administration) -> None:
    """Who may not come in any more must not let anybody in either."""
    theirs = Invitation.objects.filter(administration=administration, invited_by=person)
    theirs.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
