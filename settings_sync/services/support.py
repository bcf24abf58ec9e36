"""Starting a sync on behalf of a customer: by support, as one of the customer's users, with a reason."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from tenants.models import Administration
from tenants.rights import Right

from ..exceptions import ReasonMissing
from ..models import Plan, SyncRun
from ..permissions import NotAllowed
from .runs import start_run


def users_who_may_sync(main: Administration) -> "QuerySet[User]":
    """The customer's users as whom support may act: those that may sync themselves."""
    held = {"memberships__administration": main, "memberships__role__rights__contains": [Right.SYNC_RUN]}
    return User.objects.filter(is_active=True, **held).order_by("email")


def start_run_on_behalf(*, acting_user: Any, on_behalf_of: User, plan: Plan, version: int, reason: str) -> SyncRun:
    """Confirm a plan that was made for a customer: the rights are those of `on_behalf_of`, the trail names both.

    Raises NotAllowed unless the acting user is of support and the plan of that user, ReasonMissing, or as `start_run`.
    """
    if not may_support(acting_user, SupportRight.HELP) or plan.requested_by_id != on_behalf_of.pk:
        raise NotAllowed(Right.SYNC_RUN)
    if not reason.strip():
        raise ReasonMissing
    return start_run(
        acting_user=on_behalf_of,
        asked_by=acting_user,
        plan=plan,
        version=version,
        note=reason.strip(),
        door="admin",
    )
