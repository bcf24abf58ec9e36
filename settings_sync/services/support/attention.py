"""What needs support's attention across all customers: what failed and was not made good, and what waits too long."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from settings_sync.models import SyncTarget
from tenants.models import Administration

SHOWN = 10
LOOKED_BACK = timedelta(days=14)


@dataclass(frozen=True)
class Attention:
    """Latest or oldest first, at most SHOWN of each; the numbers count all of them."""

    failed_targets: tuple[SyncTarget, ...]
    failed_targets_number: int
    oldest_open: SyncTarget | None
    open_number: int
    failed_administrations: tuple[Administration, ...]
    failed_administrations_number: int


def read_attention() -> Attention:
    """What it is now; six queries."""
    failed = _failed_and_not_made_good()
    # Not what waits for its ring: that may be days, and is as it should be.
    still_open = SyncTarget.objects.filter(state__in=SyncTarget.OPEN, may_begin=True)
    damaged = Q(state=Administration.State.ACTIVE) & ~Q(state_detail="")
    broken = Administration.objects.filter(Q(state=Administration.State.FAILED) | damaged).select_related("parent")
    related = ("run", "administration__parent")
    return Attention(
        failed_targets=tuple(failed.select_related(*related).order_by("-finished_at")[:SHOWN]),
        failed_targets_number=failed.count(),
        oldest_open=still_open.select_related(*related).order_by("run__created_at").first(),
        open_number=still_open.count(),
        failed_administrations=tuple(broken.order_by("name")[:SHOWN]),
        failed_administrations_number=broken.count(),
    )


def _failed_and_not_made_good() -> "QuerySet[SyncTarget]":
    """Of the last LOOKED_BACK; one after which the same administration was synced well needs nobody any more."""
    later = SyncTarget.objects.filter(
        administration=OuterRef("administration"),
        state=SyncTarget.State.SUCCEEDED,
        finished_at__gt=OuterRef("finished_at"),
    )
    failed = SyncTarget.objects.filter(
        state=SyncTarget.State.FAILED, finished_at__gt=timezone.now() - LOOKED_BACK
    ).exclude(administration__state__in=Administration.GONE)
    return failed.filter(~Exists(later))
