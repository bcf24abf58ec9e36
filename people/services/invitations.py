"""Inviting somebody by e-mail, and what becomes of it: accepted, withdrawn, sent again."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.acting import refuse_while_acting
from accounts.models import User, same_address
from audit.models import record
from tenants.exceptions import StaffIsNoMember
from tenants.models import Administration, Membership, Role
from tenants.permissions import require

from ..exceptions import (
    AccountClosed,
    HasAccessAlready,
    InvitationGone,
    LinkExpired,
    LinkForeign,
    LinkUsed,
    LinkWithdrawn,
    NoMailServer,
    TooManyInvitations,
)
from ..links import INVITATION, read_key
from ..mails import send_invitation
from ..models import Invitation
from ..rights import PeopleRight
from .memberships import check_role
from .telling import tell_accepted

MOST_OPEN = 200


@dataclass(frozen=True)
class Answering:
    """An invitation whose link was opened, and the account that it is for, if there is one with a password."""

    invitation: Invitation
    account: User | None


def open_invitations(administration: Administration) -> list[Invitation]:
    """Those that nobody answered yet, expired ones among them, latest first."""
    waiting = administration.invitations.filter(accepted_at=None, withdrawn_at=None)
    return list(waiting.select_related("role", "invited_by")[:MOST_OPEN])


def invite(*, acting_user: User, administration: Administration, email: str, role: Role, language: str) -> Invitation:
    """Ask somebody by e-mail to come in with this role; an earlier invitation of the same person is withdrawn.

    Raises NotAllowed, NoMailServer, RoleNotUsable, MoreThanYourOwn, StaffIsNoMember, HasAccessAlready or
    TooManyInvitations.
    """
    refuse_while_acting()
    require(acting_user, PeopleRight.MANAGE, administration)
    if not settings.SENDS_MAIL:
        raise NoMailServer
    check_role(acting_user, administration, role)
    with transaction.atomic():
        _lock(administration)
        _check_invited(administration, email)
        withdrawn = _withdraw_earlier(administration, email)
        if administration.invitations.filter(accepted_at=None, withdrawn_at=None).count() >= MOST_OPEN:
            raise TooManyInvitations(most=MOST_OPEN)
        made = Invitation.objects.create(
            administration=administration, email=email, role=role, language=language, invited_by=acting_user
        )
        facts: dict[str, Any] = {"email": email, "role": role.name, "former_withdrawn": withdrawn}
        record("user.invited", actor=acting_user, administration=administration, invitation=str(made.pk), **facts)
        send_invitation(made)
    return made


def invite_again(*, acting_user: User, invitation: Invitation) -> Invitation:
    """Send a new link in place of the former one, which then works no more. Raises as `invite`, or InvitationGone."""
    if invitation.state in (Invitation.State.ACCEPTED, Invitation.State.WITHDRAWN):
        raise InvitationGone
    return invite(
        acting_user=acting_user,
        administration=invitation.administration,
        email=invitation.email,
        role=invitation.role,
        language=invitation.language,
    )


def withdraw(*, acting_user: User, invitation: Invitation) -> None:
    """Let the link work no more. Raises NotAllowed or InvitationGone."""
    refuse_while_acting()
    administration = invitation.administration
    require(acting_user, PeopleRight.MANAGE, administration)
    with transaction.atomic():
        _lock(administration)
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if not waiting.update(withdrawn_at=timezone.now()):
            raise InvitationGone
        record(
            "user.invitation_withdrawn",
            actor=acting_user,
            administration=administration,
            invitation=str(invitation.pk),
            email=invitation.email,
        )


def find_invitation(key: str) -> Answering:
    """The invitation behind a link that still works.

    Raises LinkForeign, LinkUsed, LinkWithdrawn, LinkExpired or AccountClosed.
    """
    number = read_key(INVITATION, key).get("invitation")
    invitation = Invitation.objects.filter(pk=uuid.UUID(number)).select_related("role", "invited_by").first()
    if invitation is None:
        raise LinkForeign
    refuse_ended(invitation)
    user = _account_of(invitation.email)
    if user is not None and not user.is_active:
        raise AccountClosed
    return Answering(invitation, user if user is not None and user.has_usable_password() else None)


def refuse_ended(invitation: Invitation) -> None:
    """Raise why the link of an invitation works no more; do nothing while it does."""
    if invitation.state == Invitation.State.ACCEPTED:
        raise LinkUsed
    is_there = invitation.administration.state == Administration.State.ACTIVE
    if invitation.state == Invitation.State.WITHDRAWN or not is_there:
        raise LinkWithdrawn
    if invitation.state == Invitation.State.EXPIRED:
        raise LinkExpired


def accept(*, user: User, invitation: Invitation) -> Membership:
    """Let who was invited in, once. Raises LinkForeign when it is another person, or why the link works no more."""
    refuse_while_acting()
    if same_address(user.email) != same_address(invitation.email):
        raise LinkForeign
    with transaction.atomic():
        return _let_in(user, invitation)


def accept_as_new(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the account of who was invited, and let them in. Raises as `accept`; LinkForeign when there is one already.

    Who opens the link reads the mail of that address, which is all that a new account asks.
    """
    with transaction.atomic():
        Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        user = _account_of(invitation.email)
        if user is not None and (user.has_usable_password() or not user.is_active):
            raise LinkForeign
        user = user or User(email=User.objects.normalize_email(invitation.email))
        user.name = name
        user.language = invitation.language
        user.set_password(password)
        user.save()
        _let_in(user, invitation)
    return user


def _let_in(user: User, invitation: Invitation) -> Membership:
    administration = invitation.administration
    _lock(administration)
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("role").get(pk=invitation.pk)
    refuse_ended(locked)
    if user.is_staff:
        raise StaffIsNoMember(email=user.email)
    membership, _is_new = Membership.objects.get_or_create(
        user=user, administration=administration, defaults={"role": locked.role}
    )
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    facts = {"invitation": str(locked.pk), "user": user.email, "role": membership.role.name}
    record("user.invitation_accepted", actor=user, administration=administration, **facts)
    tell_accepted(locked, user)
    return membership


def _lock(administration: Administration) -> None:
    Administration.objects.select_for_update(of=("self",), no_key=True).get(pk=administration.pk)


def _check_invited(administration: Administration, email: str) -> None:
    user = _account_of(email)
    if user is None:
        return
    if user.is_staff:
        raise StaffIsNoMember(email=email)
    if user.memberships.filter(administration=administration).exists():
        raise HasAccessAlready(email=email, name=administration.name)


def _withdraw_earlier(administration: Administration, email: str) -> int:
    waiting = administration.invitations.filter(email__iexact=email, accepted_at=None, withdrawn_at=None)
    return waiting.update(withdrawn_at=timezone.now())


def _account_of(email: str) -> User | None:
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None
