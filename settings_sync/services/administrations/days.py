"""The figure of each day: how far all sub-administrations of a main administration are in line."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from settings_sync.models import Alignment, AlignmentDay
from tenants.models import Administration

TO_BE_IN_LINE = ("in_line", "behind", "changed_locally", "conflict", "missing")
"""What the main administration has; what a sub has of its own is not to be in line with anything."""

WEEKS = 12
KEPT = timedelta(weeks=60)
"""For so long a figure is kept: a year, and some weeks to compare it with."""


@dataclass(frozen=True)
class Week:
    """How far everything was in line at the end of a week; None while nobody had counted yet."""

    ends_on: date
    percent: int | None


def note_today(main: Administration) -> None:
    """Keep the figure of today, and forget those of too long ago; called after counting."""
    counted = Alignment.objects.filter(administration__parent=main, administration__state=Administration.State.ACTIVE)
    sums = counted.aggregate(
        **{key: Sum(Cast(KeyTextTransform(key, "counts"), IntegerField())) for key in TO_BE_IN_LINE}
    )
    total = sum(number or 0 for number in sums.values())
    today = timezone.localdate()
    AlignmentDay.objects.update_or_create(
        administration=main, day=today, defaults={"in_line": sums["in_line"] or 0, "total": total}
    )
    AlignmentDay.objects.filter(administration=main, day__lt=today - KEPT).delete()


def last_weeks(main: Administration) -> list[Week]:
    """The last weeks, the oldest first: each as it stood on its last day, the present one as it stands; one query."""
    today = timezone.localdate()
    ends = [today - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    rows = list(AlignmentDay.objects.filter(administration=main, day__lte=today).order_by("day"))
    return [Week(end, _percent([row for row in rows if row.day <= end])) for end in ends]


def _percent(rows: list[AlignmentDay]) -> int | None:
    # A day without a figure is one on which nothing changed: the last one before it still holds.
    if not rows or not rows[-1].total:
        return None
    return rows[-1].in_line * 100 // rows[-1].total
