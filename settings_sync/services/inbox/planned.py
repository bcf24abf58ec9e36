"""The plan that carries out a decision about a deviation: of that setting, where it still stands as it was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from settings_sync.exceptions import DeviationMoved
from settings_sync.models import Change, InboxDeviation, InboxEntry, Plan
from settings_sync.planning.verdicts import WRITING, Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.plans.plans import create_plan


@dataclass(frozen=True)
class Planned:
    """The plan, the deviations that it is about, and those that stand otherwise by now."""

    plan: Plan
    rows: list[InboxDeviation]
    moved: list[InboxDeviation]


def plan_decision(
    user: User, entry: InboxEntry, rows: Sequence[InboxDeviation], *, accepts: bool, reason: str, until: date | None
) -> Planned:
    """A preview in which these deviations are put back or agreed, and all else stays as a sync would leave it.

    Raises DeviationMoved when none of them stands as it was seen, and what making a plan raises.
    """
    slugs = [row.administration.slug for row in rows]
    plan = create_plan(acting_user=user, main=entry.administration, targets=slugs, items=[entry.uid])
    changes = list(Change.objects.filter(plan_target__plan=plan).select_related("plan_target"))
    about = {change.plan_target.administration_id: change for change in changes if change.uid == entry.uid}
    # Compared here with what was seen, because what is compared with when it is applied is what the plan saw.
    kept = [row for row in rows if _stands_as_seen(row, about.get(row.administration_id))]
    moved = [row for row in rows if row not in kept]
    if not kept:
        raise DeviationMoved(label=entry.label)
    asked = list(_decisions(entry, kept, accepts, reason, until))
    asked += [Asked(entry.uid, Word.SKIP, row.administration.slug) for row in moved if row.administration_id in about]
    if accepts:
        # What it needs there is brought with what is written, and of what is accepted nothing is.
        along = {change.uid for change in changes if change.uid != entry.uid and change.action in WRITING}
        asked += [Asked(uid, Word.SKIP) for uid in sorted(along)]
    return Planned(decide(acting_user=user, plan=plan, version=plan.version, decisions=asked), kept, moved)


def _stands_as_seen(row: InboxDeviation, change: Change | None) -> bool:
    if change is None:
        return False
    return _same(change.local_digest, row.local_digest) and _same(change.source_digest, row.source_digest)


def _same(one: bytes | memoryview | None, other: bytes | memoryview | None) -> bool:
    return (None if one is None else bytes(one)) == (None if other is None else bytes(other))


def _decisions(
    entry: InboxEntry, rows: Sequence[InboxDeviation], accepts: bool, reason: str, until: date | None
) -> list[Asked]:
    decided = []
    for row in rows:
        is_removed = row.local_digest is None
        if accepts:
            word = Word.LEAVE if is_removed else Word.KEEP_LOCAL
        else:
            word = Word.BRING_BACK if is_removed else Word.PUT_BACK
        decided.append(Asked(entry.uid, word, row.administration.slug, reason=reason, review_on=until))
    return decided
