"""The mails about people: what they say when they are sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tenants.models import Administration
from webhooks.models import OutboxMessage
from webhooks.services.letters import Content, register_letter, send_letter

from .links import INVITATION, NEW_ADDRESS, address_of, make_key
from .models import Invitation

INVITED = "user.invited"
ACCESS_TAKEN = "user.access_taken"
FORGOTTEN = "password.forgotten"
PASSWORD_CHANGED = "password.changed"  # nosec B105 # a kind of mail
NEW_ADDRESS_ASKED = "address.asked"
ADDRESS_CHANGED = "address.changed"


def register_mails() -> None:
    """Tell the outbox what these mails say; called once, when all apps are ready."""
    register_letter(INVITED, _("invitation"), _write_invitation)
    register_letter(ACCESS_TAKEN, _("access was taken away"), _write_access_taken)
    register_letter(FORGOTTEN, _("link for a new password"), _write_password_link)
    register_letter(PASSWORD_CHANGED, _("the password was changed"), _write_password_changed)
    register_letter(NEW_ADDRESS_ASKED, _("link for a new e-mail address"), _write_to_new_address)
    register_letter(ADDRESS_CHANGED, _("the e-mail address was changed"), _write_address_changed)


def send_invitation(invitation: Invitation) -> None:
    """Send the link of an invitation to who is invited."""
    send_letter(
        INVITED, address=invitation.email, administration=invitation.administration, invitation=str(invitation.pk)
    )


def tell_access_taken(person: User, administration: Administration) -> None:
    """Tell somebody that they may not enter an administration any more."""
    send_letter(ACCESS_TAKEN, recipient=person, administration=administration)


def send_password_link(user: User) -> None:
    """Send the link with which somebody chooses a new password."""
    send_letter(FORGOTTEN, recipient=user)


def tell_password_changed(user: User) -> None:
    """Tell somebody that their password is another one, in case it was not they who changed it."""
    send_letter(PASSWORD_CHANGED, recipient=user)


def send_to_new_address(user: User, email: str) -> None:
    """Send the link that makes this the address of the account, to that address."""
    send_letter(NEW_ADDRESS_ASKED, recipient=user, former=user.email, to=email)


def tell_address_changed(user: User, *, former: str, now: str) -> None:
    """Tell the former address that the account has another one now."""
    send_letter(ADDRESS_CHANGED, recipient=user, former=former, now=now)


def _write_invitation(_message: OutboxMessage, facts: Mapping[str, Any]) -> Content | None:
    found = Invitation.objects.select_related("administration__parent", "invited_by", "role")
    invitation = found.filter(pk=facts["invitation"]).first()
    if invitation is None or invitation.state != Invitation.State.OPEN:
        return None
    key = make_key(INVITATION, {"invitation": str(invitation.pk)})
    context = {
        "who": invitation.invited_by,
        "name": invitation.administration.name,
        "role": invitation.role,
        "until": invitation.expires_at,
        "link": address_of("account:invitation", key),
    }
    return Content("people/mails/invited", context, invitation.language)


def _write_access_taken(message: OutboxMessage, _facts: Mapping[str, Any]) -> Content | None:
    if message.recipient is None:
        return None
    context = {"administration": message.administration}
    return Content("people/mails/access_taken", context, message.recipient.reads)


def _write_password_link(message: OutboxMessage, _facts: Mapping[str, Any]) -> Content | None:
    user = message.recipient
    # A mail server that was away for a day: by now somebody else may read what is on that screen.
    is_late = message.created_at < timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if user is None or not user.is_active or is_late:
        return None
    number = urlsafe_base64_encode(force_bytes(user.pk))
    link = address_of("account:new-password", number, default_token_generator.make_token(user))
    return Content("people/mails/password_link", {"user": user, "link": link}, user.reads)


def _write_password_changed(message: OutboxMessage, _facts: Mapping[str, Any]) -> Content | None:
    user = message.recipient
    if user is None:
        return None
    return Content("people/mails/password_changed", {"user": user, "link": address_of("account:forgot")}, user.reads)


def _write_to_new_address(message: OutboxMessage, facts: Mapping[str, Any]) -> Content | None:
    user = message.recipient
    if user is None or user.email != facts["former"]:
        return None
    key = make_key(NEW_ADDRESS, {"user": user.pk, **facts})
    context = {"user": user, "link": address_of("account:new-address", key), **facts}
    return Content("people/mails/new_address", context, user.reads, address=facts["to"])


def _write_address_changed(message: OutboxMessage, facts: Mapping[str, Any]) -> Content | None:
    user = message.recipient
    if user is None:
        return None
    return Content("people/mails/address_changed", {"user": user, **facts}, user.reads, address=facts["former"])
