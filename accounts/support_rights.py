"""What people of support may do in the admin; what a customer's people may do is in their roles."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SupportRight(TextChoices):
    """One of these per kind of help. Superusers hold all of them; without `look` the others are worth nothing.

    `look`: administrations, syncs, webhooks and the trail, to read. `help`: runs, provisioning, messages and starting
    syncs. `manage`: users, memberships, roles, tokens and licence caps. `act`: on behalf of a user (acting.py).
    """

    LOOK = "look", _("look at every customer")
    HELP = "help", _("try again, cancel, send again, start")
    MANAGE = "manage", _("manage users, roles and tokens")
    ACT = "act", _("act on behalf of a user")


def may_support(user: Any, right: SupportRight) -> bool:
    """Whether this user holds this right of support; whether they gave their second factor is asked elsewhere."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return False
    return bool(user.is_superuser or {SupportRight.LOOK, right} <= set(user.support_rights))
