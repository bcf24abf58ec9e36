"""Who may preview, run and see syncs."""

import uuid

from django.db.models import QuerySet

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from tenants.models import Administration
from tenants.permissions import NotAllowed, may, require
from tenants.rights import AdministrationRight, Right, SyncRight

from .models import Plan

__all__ = [
    "NotAllowed",
    "may_run_sync",
    "may_see_administrations",
    "may_see_runs",
    "require_for",
    "require_steering",
    "right_for",
    "steerable_children",
    "syncable_children",
    "syncable_keys",
]


def may_run_sync(user: User, main: Administration) -> bool:
    """Whether the user may preview and run syncs from this main administration."""
    return main.is_main and may(user, SyncRight.RUN, main)


def right_for(plan: Plan) -> Right:
    """The right that carrying out a plan takes: taking a run back is one of its own."""
    return SyncRight.UNDO if plan.is_undo else SyncRight.RUN


def require_for(user: User, plan: Plan) -> None:
    """Raise NotAllowed unless the user may decide about, rehearse and confirm a plan of this kind."""
    require(user, right_for(plan), plan.administration)


def require_steering(user: User, plan: Plan) -> None:
    """Raise NotAllowed unless the user may retry and cancel the run of this plan: its own people, and support."""
    if not may_support(user, SupportRight.HELP):
        require_for(user, plan)


def steerable_children(user: User, main: Administration, right: Right) -> list[Administration]:
    """The sub-administrations where the user may retry what failed: those that they sync to, and for support all."""
    if may_support(user, SupportRight.HELP):
        return list(main.children.active())
    return syncable_children(user, main, right)


def may_see_administrations(user: User, main: Administration) -> bool:
    """Whether the user may look at how far the sub-administrations of this main administration are in line."""
    return main.is_main and may(user, AdministrationRight.SEE, main)


def may_see_runs(user: User, main: Administration) -> bool:
    """Whether the user may look at the runs of this main administration."""
    return may_see_administrations(user, main)


def syncable_children(user: User, main: Administration, right: Right = SyncRight.RUN) -> list[Administration]:
    """The sub-administrations that the user may enter and sync to; with SYNC_UNDO those where they may take it back."""
    return list(_held(user, main, right).order_by("name"))


def syncable_keys(user: User, main: Administration, right: Right = SyncRight.RUN) -> set[uuid.UUID]:
    """The keys of the same, for who asks no more than whether one of a thousand is among them."""
    return set(_held(user, main, right).values_list("pk", flat=True))


def _held(user: User, main: Administration, right: Right) -> "QuerySet[Administration]":
    return main.children.exclude(state__in=Administration.GONE).filter(
        memberships__user=user, memberships__role__rights__contains=[right]
    )
