"""What the main administration changed in a sub-administration, told to the people who work there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from tenants.models import Administration

from ..kinds import all_kinds
from ..models import Change, SyncTarget
from .plan_overview import WRITES, Counted

SHOWN = 3
LOOKED_AT = 10
NAMED = 8


@dataclass(frozen=True)
class NewsOfCategory:
    """The settings of one category that changed: some by name, and how many more."""

    key: str
    label: str
    names: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class News:
    """One sync as the receiving administration sees it."""

    at: datetime
    by: str
    note: str
    counted: Counted
    categories: tuple[NewsOfCategory, ...]


def news_for(administration: Administration) -> list[News]:
    """The latest syncs that changed something here, newest first; two queries."""
    written = Change.objects.filter(action__in=WRITES).only("plan_target_id", "category", "label").order_by("id")
    targets = (
        SyncTarget.objects.filter(administration=administration, state=SyncTarget.State.SUCCEEDED)
        .select_related("run__requested_by", "plan_target")
        .prefetch_related(Prefetch("plan_target__changes", written, to_attr="written"))
        .order_by("-finished_at")
    )
    found = [target for target in targets[:LOOKED_AT] if Counted.sum_of([target.counts]).changes]
    return [_news(target) for target in found[:SHOWN]]


def _news(target: SyncTarget) -> News:
    assert target.finished_at is not None
    return News(
        at=target.finished_at,
        by=str(target.run.requested_by or ""),
        note=target.run.note,
        counted=Counted.sum_of([target.counts]),
        categories=tuple(_categories(target.plan_target.written)),  # type: ignore[attr-defined]
    )


def _categories(changes: list[Change]) -> Iterable[NewsOfCategory]:
    for category in all_kinds().categories:
        names = [change.label for change in changes if change.category == category.key]
        if names:
            yield NewsOfCategory(category.key, str(category.label), tuple(names[:NAMED]), max(len(names) - NAMED, 0))
