"""Who may manage webhooks, and who may be told about syncs by mail."""

from typing import Any

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from tenants.models import Administration
from tenants.permissions import NotAllowed, may, require
from tenants.rights import AdministrationRight

from .rights import WebhookRight

__all__ = ["NotAllowed", "may_get_mail", "may_manage_webhooks", "may_resend", "require_managing", "users_who_may_see"]


def may_manage_webhooks(user: User, main: Administration) -> bool:
    """Whether the user may see and change the webhooks of this main administration."""
    return main.is_main and may(user, WebhookRight.MANAGE, main)


def require_managing(user: User, main: Administration) -> None:
    """Raise NotAllowed unless the user may manage the webhooks of this administration."""
    require(user, WebhookRight.MANAGE, main)


def may_resend(user: User, main: Administration | None) -> bool:
    """Whether the user may send a message of this administration again: its own people, and support."""
    return may_support(user, SupportRight.HELP) or (main is not None and may_manage_webhooks(user, main))


def may_get_mail(user: User, main: Administration) -> bool:
    """Whether the user may be told how syncs of this administration ended: as who may look at its runs."""
    return main.is_main and may(user, AdministrationRight.SEE, main)


def users_who_may_see(main: Administration) -> Any:
    """The users that may look at the runs of this main administration."""
    held = {"memberships__administration": main, "memberships__role__rights__contains": [AdministrationRight.SEE]}
    return User.objects.filter(is_active=True, **held)
