"""Who sees which deviations: those of the administrations that they may sync to, of what they may read there."""

import uuid
from collections import defaultdict

from django.db.models import Q, QuerySet

from accounts.models import User
from settings_sync.exceptions import NotTheMain
from settings_sync.models import InboxDeviation
from settings_sync.permissions import NotAllowed, may_run_sync
from settings_sync.services.plans.category_rights import hidden_categories, readable_categories
from tenants.models import Administration, Membership, Role
from tenants.rights import SyncRight


def guard(user: User, main: Administration) -> None:
    """Raises NotTheMain or NotAllowed for whoever has no inbox here."""
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")


def visible_deviations(user: User, main: Administration) -> "QuerySet[InboxDeviation]":
    """The deviations that the user may see and decide about; none of an administration that is being deleted."""
    syncing = Membership.objects.filter(user=user, administration__parent=main, role__rights__contains=[SyncRight.RUN])
    syncing = syncing.exclude(administration__state__in=Administration.GONE).select_related("role")
    there: dict[Role, list[uuid.UUID]] = defaultdict(list)
    for membership in syncing.order_by():
        there[membership.role].append(membership.administration_id)
    may = Q(pk__in=[])
    # The keys themselves: joined in the same statement, an estimate that is off makes it go through them for each row.
    for role, keys in there.items():
        may |= Q(administration__in=keys, entry__category__in=readable_categories(role.rights))
    found = InboxDeviation.objects.filter(may, entry__administration=main)
    return found.exclude(entry__category__in=hidden_categories(user, [main]))
