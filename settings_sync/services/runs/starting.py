"""Giving a new sub-administration the main's settings, when its creator asked for that."""

import logging
import uuid

from django.db import transaction

from accounts.models import User
from audit.models import AuditEntry, record
from settings_sync.models import SyncRun
from settings_sync.permissions import NotAllowed
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.services.plans.plans import create_plan
from tenants.administrations import PACKAGES_OF_GROUPS
from tenants.exceptions import Refusal
from tenants.models import Administration

from .runs import start_run

logger = logging.getLogger(__name__)


def start_from_main(administration: Administration) -> SyncRun | None:
    """Sync the categories that were chosen at creation, once; None when there are none (any more).

    When the creator may not sync (any more) or the choice makes no sense now, the administration starts empty and the
    trail says why.
    """
    with transaction.atomic():
        # Locked: the reaper and the worker that made it may come at once, and the second finds nothing to start.
        row = Administration.objects.select_for_update(of=("self",)).select_related("parent", "created_by")
        found = row.filter(pk=administration.pk, state=Administration.State.ACTIVE).exclude(start_from=[]).first()
        if found is None or found.parent is None:
            return None
        chosen = found.start_from
        found.start_from = []
        found.save(update_fields=["start_from"])
        try:
            with transaction.atomic():
                # Rolled back by itself where it is refused: that nothing is left to start, and why, is to stay.
                return _start(found, found.parent, chosen)
        except (Refusal, NotAllowed) as refused:
            record("administration.starts_empty", administration=found, reason=str(refused), categories=chosen)
    return None


def _start(child: Administration, main: Administration, categories: list[str]) -> SyncRun | None:
    if child.created_by is None:
        raise NotAllowed("sync.run")
    chosen = [key for key in categories if key != PACKAGES_OF_GROUPS]
    items = _required_by_packages(child, main) if PACKAGES_OF_GROUPS in categories else []
    if not chosen and not items:
        return None
    plan = create_plan(acting_user=child.created_by, main=main, targets=[child.slug], categories=chosen, items=items)
    return start_run(
        acting_user=child.created_by, plan=plan, version=plan.version, asked_by=_who_acted_for_the_creator(child)
    )


def _required_by_packages(child: Administration, main: Administration) -> list[uuid.UUID]:
    """What the packages of its groups ask, with what that needs."""
    expected = Expectations(main).of(child)
    return sorted(uid for _kind, uid in expected.wanted) if expected else []


def _who_acted_for_the_creator(child: Administration) -> User | None:
    """Who of support made it on behalf of its creator, as the trail says."""
    made = AuditEntry.objects.filter(action="administration.created", administration_id=child.pk)
    found = made.exclude(on_behalf_of="").select_related("actor").first()
    return found.actor if found else None


def start_forgotten() -> int:
    """Start the first sync of administrations whose worker was killed just before; returns how many.

    One that cannot be started now is left for the next round, and keeps no other waiting.
    """
    waiting = Administration.objects.active().exclude(start_from=[]).exclude(parent=None)
    return sum(_start_if_possible(administration) for administration in waiting)


def _start_if_possible(administration: Administration) -> bool:
    try:
        return start_from_main(administration) is not None
    except Exception:
        logger.exception("The first sync of administration %s could not be started", administration.pk)
        return False
