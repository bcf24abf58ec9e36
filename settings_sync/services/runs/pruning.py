"""Forgetting what taking runs back needs, once it was kept long enough. What happened stays told.

Everything goes in batches, each in a transaction of its own, so that it can be stopped at any moment and gone on with.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.models import record
from settings_sync.engine import sql
from settings_sync.models import FormerDocument, Plan, Receipt, Snapshot, SnapshotItem, SyncRun
from tenants.models import Administration
from tenants.wholeness import having

KEPT_DAYS = 365
AT_ONCE = 100
DOCUMENTS_AT_ONCE = 1000
DIGESTS = ("base_digest", "source_digest", "local_digest", "result_digest", "next_base_digest")


@dataclass(frozen=True)
class Pruned:
    """How many of each were removed; of runs, how many can no longer be taken back."""

    plans: int
    runs: int
    snapshots: int
    documents: int


def prune(*, days: int = KEPT_DAYS) -> Pruned:
    """Remove what was needed only for previews that expired, and runs that ended, so many days ago.

    What an undo of a later run needs stays, and so does what any administration has as the base of a setting. Raises
    ValueError for less than a day.
    """
    if days < 1:
        raise ValueError("Keep at least 1 day.")
    before = timezone.now() - timedelta(days=days)
    # In this order, because each of them keeps in use what comes after it.
    pruned = Pruned(
        plans=_until_done(lambda: _forget_plans(before)),
        runs=_until_done(lambda: _forget_runs(before)),
        snapshots=_until_done(lambda: _empty_snapshots(before)),
        documents=_forget_documents(before),
    )
    if any(asdict(pruned).values()):
        record("documents.pruned", days=days, **asdict(pruned))
    return pruned


def _until_done(batch: Callable[[], int]) -> int:
    total = 0
    while done := batch():
        total += done
    return total


def _forget_plans(before: datetime) -> int:
    """Previews that nobody confirmed; nobody can any more."""
    old = Plan.objects.filter(run=None, expires_at__lt=before).values_list("pk", flat=True)[:AT_ONCE]
    # By key, for no deletion can be limited; and counted by itself, for its changes go with it.
    _total, counted = Plan.objects.filter(pk__in=list(old)).delete()
    return counted.get(Plan._meta.label, 0)


@transaction.atomic
def _forget_runs(before: datetime) -> int:
    """Runs that ended; not while they are being taken back."""
    taking_back = Plan.objects.filter(undoes=OuterRef("pk")).filter(
        Q(run=None, expires_at__gt=timezone.now()) | Q(run__isnull=False, run__finished_at=None)
    )
    old = SyncRun.objects.filter(~Exists(taking_back), finished_at__lt=before, pruned_at=None)
    # One that is locked is being taken back or tried again, and waits for the next time.
    locked = list(old.select_for_update(skip_locked=True, of=("self",)).order_by("finished_at")[:AT_ONCE])
    FormerDocument.objects.filter(target__run__in=locked).delete()
    return SyncRun.objects.filter(pk__in=[run.pk for run in locked]).update(pruned_at=timezone.now())


@transaction.atomic
def _empty_snapshots(before: datetime) -> int:
    """Snapshots of nothing but forgotten runs: without their items, and never found again by their content."""
    old = Snapshot.objects.filter(
        Exists(SnapshotItem.objects.filter(snapshot=OuterRef("pk"))),
        ~Exists(_living_plans().filter(snapshot=OuterRef("pk"))),
        taken_at__lt=before,
    )
    locked = list(old.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    SnapshotItem.objects.filter(snapshot__in=locked).delete()
    for snapshot in locked:
        snapshot.content = b"pruned " + snapshot.pk.bytes
        snapshot.save(update_fields=["content"])
    # Whatever is told of a run goes on naming its snapshot, of which then the row stays.
    told = Plan.objects.filter(snapshot=OuterRef("pk")), Receipt.objects.filter(snapshot=OuterRef("pk"))
    empty = Snapshot.objects.filter(pk__in=[snapshot.pk for snapshot in locked])
    empty.exclude(Exists(told[0])).exclude(Exists(told[1])).delete()
    return len(locked)


def _living_plans() -> QuerySet[Plan]:
    """Plans that can still be confirmed, are being carried out, or whose run can still be taken back."""
    return Plan.objects.filter(Q(run=None) | Q(run__pruned_at=None))


def _forget_documents(before: datetime) -> int:
    with connection.cursor() as cursor:
        # A table, because these are the digests of all settings of all administrations.
        cursor.execute("CREATE TEMPORARY TABLE pruning_needed (digest bytea PRIMARY KEY)")
        try:
            for query in _needed():
                cursor.execute(f"INSERT INTO pruning_needed {query} ON CONFLICT DO NOTHING")
            return _until_done(lambda: _forget_some_documents(before))
        finally:
            cursor.execute("DROP TABLE pruning_needed")


def _needed() -> list[str]:
    """Queries for the documents that are needed: of snapshots, of plans, and in every administration."""
    living = (
        " FROM public.settings_sync_change c JOIN public.settings_sync_plantarget t ON t.id = c.plan_target_id"
        " LEFT JOIN public.settings_sync_syncrun r ON r.plan_id = t.plan_id WHERE r.pruned_at IS NULL"
    )
    queries = [f"SELECT DISTINCT c.{column}{living} AND c.{column} IS NOT NULL" for column in DIGESTS]
    schemas = Administration.objects.existing().exclude(migration_head="").values_list("schema_name", flat=True)
    for table in ("sync_ledger_base", "sync_ledger_indexentry", "sync_ledger_version"):
        # Where the table is gone, nothing is needed: whoever puts it back brings the documents along.
        present = sorted(having(table, list(schemas)))
        queries += [f"SELECT DISTINCT digest FROM {sql.name(schema, table)}" for schema in present]
    return ["SELECT DISTINCT digest FROM public.settings_sync_snapshotitem", *queries]


def _forget_some_documents(before: datetime) -> int:
    """What was taken into use again meanwhile is younger by now, and stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.settings_sync_document WHERE created_at < %(before)s AND digest IN"
            " (SELECT digest FROM public.settings_sync_document d WHERE created_at < %(before)s"
            " AND NOT EXISTS (SELECT FROM pruning_needed n WHERE n.digest = d.digest) LIMIT %(most)s)",
            {"before": before, "most": DOCUMENTS_AT_ONCE},
        )
        return int(cursor.rowcount)
