"""The administrations of a plan in which nothing is to be done: closed when the run starts, and never visited."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from settings_sync.models import Change, Plan, Receipt, SyncRun, SyncTarget
from settings_sync.services.plans.change_rows import does_something
from tenants.models import Administration


def find_unchanged(plan: Plan) -> set[int]:
    """The keys of the plan's targets that need no worker; two questions to the database, however many they are.

    A worker would find nothing to do in them either, and not look into their schemas. What it would look at first is
    asked here: that they are active, at the version of the plan's snapshot, and that no other run is under way there,
    for of two runs the one that was confirmed first goes first. The rights of whoever confirms were asked a moment ago.
    """
    if plan.snapshot is None:
        return set()
    ready = plan.targets.filter(
        left_out={},
        administration__state=Administration.State.ACTIVE,
        administration__migration_head=plan.snapshot.migration_head,
    )
    under_way = SyncTarget.objects.filter(administration=OuterRef("administration"), state__in=SyncTarget.OPEN)
    free = ready.exclude(Exists(under_way)).values_list("pk", flat=True)
    # By itself: as a condition of each target, the changes of all plans would be gone through.
    doing = Change.objects.filter(does_something(), plan_target__plan=plan).order_by()
    return set(free) - set(doing.values_list("plan_target", flat=True).distinct())


def close_unchanged(target: SyncTarget) -> None:
    """Give a target that is about to be stored the end that a worker would give it.

    No worker has started it: the time left of a run, and whether workers are there at all, are told from those that one
    has.
    """
    target.state = SyncTarget.State.SUCCEEDED
    target.attempts = 1
    target.finished_at = timezone.now()


def receipt_of(run: SyncRun, target: SyncTarget) -> Receipt:
    """The unsaved proof that nothing was written."""
    at = target.finished_at or timezone.now()
    return Receipt(target=target, snapshot=run.plan.snapshot, rows={}, business_rows_written=0, written_at=at)
