"""Giving a new sub-administration the main's settings, when its creator asked for that."""

from django.db import transaction

from tenants.models import Administration

from ..models import SyncRun
from .plans import create_plan
from .runs import start_run


def start_from_main(administration: Administration) -> SyncRun | None:
    """Sync the categories that were chosen at creation, once; None when there are none (any more)."""
    with transaction.atomic():
        row = Administration.objects.select_for_update(of=("self",)).select_related("parent", "created_by")
        found = row.filter(pk=administration.pk, state=Administration.State.ACTIVE).exclude(start_from=[]).first()
        if found is None or found.parent is None:
            return None
        plan = create_plan(
            acting_user=found.created_by, main=found.parent, targets=[found.slug], categories=found.start_from
        )
        Administration.objects.filter(pk=found.pk).update(start_from=[])
        return start_run(acting_user=found.created_by, plan=plan, version=plan.version)


def start_forgotten() -> int:
    """Start the first sync of administrations whose worker was killed just before; returns how many."""
    waiting = Administration.objects.active().exclude(start_from=[]).exclude(parent=None)
    return sum(start_from_main(administration) is not None for administration in waiting)
