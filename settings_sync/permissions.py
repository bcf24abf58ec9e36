"""Who may preview, run and see syncs."""

from typing import Any

from tenants.models import Administration
from tenants.permissions import NotAllowed, may, reachable_administrations
from tenants.rights import Right

__all__ = ["NotAllowed", "may_run_sync", "may_see_administrations", "may_see_runs", "syncable_children"]


def may_run_sync(user: Any, main: Administration) -> bool:
    """Whether the user may preview and run syncs from this main administration."""
    return main.is_main and may(user, Right.SYNC_RUN, main)


def may_see_administrations(user: Any, main: Administration) -> bool:
    """Whether the user may look at how far the sub-administrations of this main administration are in line."""
    return main.is_main and may(user, Right.ADMINISTRATIONS_SEE, main)


def may_see_runs(user: Any, main: Administration) -> bool:
    """Whether the user may look at the runs of this main administration."""
    return may_see_administrations(user, main)


def syncable_children(user: Any, main: Administration) -> list[Administration]:
    """The sub-administrations that the user may enter and sync to."""
    reachable = {row.pk for row in reachable_administrations(user) if row.parent_id == main.pk}
    held = Administration.objects.filter(
        pk__in=reachable, memberships__user=user, memberships__role__rights__contains=[Right.SYNC_RUN]
    )
    return list(held.order_by("name"))
