"""The shortest way to a preview: everything that differs in one administration, chosen already."""

import uuid
from collections.abc import Collection

from accounts.models import User
from settings_sync.exceptions import NothingDiffers, UnknownTarget
from settings_sync.models import Plan
from settings_sync.permissions import syncable_children
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.settings.followers import find_behind
from settings_sync.services.settings.items import relations_of
from tenants.models import Administration

DIFFERING = ("behind", "missing", "conflict", "changed_locally")
WAITING = ("conflict",)
"""The relations of what differs, and of what waits for a decision."""


def bring_in_line(*, acting_user: User, main: Administration, child: str) -> Plan:
    """A preview of all that differs in one administration, by its slug.

    Raises UnknownTarget, NothingDiffers, and what making a plan raises.
    """
    return _plan_of(acting_user, main, child, DIFFERING)


def bring_setting(*, acting_user: User, main: Administration, kind: str, uid: uuid.UUID) -> Plan:
    """A preview that brings one setting to where it is behind, as far as the user may sync there.

    Raises NothingDiffers, and what making a plan raises.
    """
    allowed = {row.pk for row in syncable_children(acting_user, main)}
    targets = [row.slug for row in find_behind(main, kind, uid) if row.pk in allowed]
    if not targets:
        raise NothingDiffers(name=main.name)
    return create_plan(acting_user=acting_user, main=main, targets=targets, items=[uid])


def open_decisions(*, acting_user: User, main: Administration, child: str) -> Plan:
    """A preview of what waits for a decision in one administration, by its slug; raises as `bring_in_line` does."""
    return _plan_of(acting_user, main, child, WAITING)


def _plan_of(user: User, main: Administration, slug: str, states: Collection[str]) -> Plan:
    administration = next((row for row in syncable_children(user, main) if row.slug == slug), None)
    if administration is None:
        raise UnknownTarget(slug=slug)
    relations = relations_of(acting_user=user, main=main, administration=administration)
    items: list[uuid.UUID] = [row.uid for rows in relations.values() for row in rows if row.state in states]
    if not items:
        raise NothingDiffers(name=administration.name)
    return create_plan(acting_user=user, main=main, targets=[slug], items=items)
