"""What people are told of people: somebody who came in, and what they may do themselves."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notices.kinds import Kind, Link, Words, register
from notices.services.telling import Reader, tell
from tenants.models import BUILT_IN_LABELS, Administration, Membership, Role

from ..models import Invitation

ACCEPTED = "invitation.accepted"
ROLE = "role.given"


def register_kinds() -> None:
    """Called once, when the app is ready."""
    register(
        Kind(ACCEPTED, 60, gettext_lazy("Somebody accepted my invitation"), "user", _accepted, True),
        Kind(ROLE, 70, gettext_lazy("I was given another role"), "role", _role),
    )


def tell_accepted(invitation: Invitation, user: User) -> None:
    """Tell who invited somebody that they came, as long as they may enter there themselves."""
    inviting = Membership.objects.filter(user=invitation.invited_by_id, administration=invitation.administration)
    readers = [Reader(key, (invitation.administration_id,)) for key in inviting.values_list("user_id", flat=True)]
    tell(ACCEPTED, about=str(invitation.pk), readers=readers, name=str(user), email=user.email)


def tell_role(membership: Membership, role: Role, *, by: User) -> None:
    """Tell somebody which role they have now, unless they gave it themselves."""
    if membership.user_id != by.pk:
        reader = Reader(membership.user_id, (membership.administration_id,))
        # Whoever gets a role back that they had before is told again.
        about = uuid.uuid4().hex
        tell(
            ROLE, about=about, readers=[reader], by=str(by), role=role.name, is_built_in=role.administration_id is None
        )


def _accepted(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    where = administrations[0]
    text = _("%(name)s (%(email)s) accepted your invitation, and may enter %(where)s now.")
    said = text % {"name": facts["name"], "email": facts["email"], "where": where.name}
    return Words(said, (Link(_("Users"), reverse("people:list", args=[where.slug])),))


def _role(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    where = administrations[0]
    role = BUILT_IN_LABELS.get(facts["role"], facts["role"]) if facts["is_built_in"] else facts["role"]
    link = Link(_("Go to %(name)s") % {"name": where.name}, reverse("administration-home", args=[where.slug]))
    text = _("%(by)s gave you the role %(role)s in %(where)s.")
    return Words(text % {"by": facts["by"], "role": role, "where": where.name}, (link,))
