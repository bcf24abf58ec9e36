"""Who sees which deviations: those of the administrations that they may sync to, of what they may read there."""

import uuid
from collections import defaultdict

from django.db.models import Q, QuerySet

from accounts.models import User
from settings_sync.exceptions import NotTheMain
from settings_sync.models import InboxDeviation
from settings_sync.permissions import NotAllowed, may_run_sync, syncable_keys
from settings_sync.services.plans.category_rights import hidden_categories, readable_categories
from tenants.models import Administration, Membership


def guard(user: User, main: Administration) -> None:
    """Raises NotTheMain or NotAllowed for whoever has no inbox here."""
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")


def visible_deviations(user: User, main: Administration) -> "QuerySet[InboxDeviation]":
    """The deviations that the user may see and decide about; none of an administration that is being deleted."""
    reached = syncable_keys(user, main)
    by_categories: dict[frozenset[str], list[uuid.UUID]] = defaultdict(list)
    rows = Membership.objects.filter(user=user, administration__in=reached)
    for administration, rights in rows.values_list("administration", "role__rights"):
        by_categories[frozenset(readable_categories(rights))].append(administration)
    may = Q(pk__in=[])
    for categories, administrations in by_categories.items():
        may |= Q(administration__in=administrations, entry__category__in=categories)
    found = InboxDeviation.objects.filter(may, entry__administration=main)
    return found.exclude(entry__category__in=hidden_categories(user, [main]))
