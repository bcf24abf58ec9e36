"""Taking over into the main administration what a sub changed: an edit of the main's setting, kept as a plan and a run.

The sync login has no rights in a main administration, and keeps none: what is written there is written as by whoever
edits the setting, with its rules, its rights and its log.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import shape_of
from settings_sync.engine.reading.following import find_followers
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.engine.reading.snapshots import take_snapshot
from settings_sync.exceptions import CannotPromote, DeviationMoved, DocumentRefused, ItemGone, ItemMoved
from settings_sync.models import (
    Change,
    Document,
    InboxDecision,
    InboxDeviation,
    InboxEntry,
    Plan,
    PlanTarget,
    Receipt,
    SyncRun,
    SyncTarget,
)
from settings_sync.permissions import syncable_children
from settings_sync.planning.agreements import covers
from settings_sync.planning.lists import LOCAL, SOURCE
from settings_sync.planning.merging import merge
from settings_sync.planning.verdicts import WRITING, Action, Verdict, Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.plans.plans import PLAN_LIFETIME, create_plan
from tenants.models import Administration


@dataclass(frozen=True)
class Taken:
    """What the main administration had, what it has now, and what stands in the sub that it came from."""

    former: bytes
    result: bytes
    local: bytes


@dataclass(frozen=True)
class Offered:
    """What is to follow: by `equal` those that had it follow the main again, `others` is for somebody to look at
    and to confirm."""

    equal: Plan | None
    others: Plan | None


def take_over(user: User, entry: InboxEntry, row: InboxDeviation) -> Taken:
    """Let the main administration's setting be what it is in this sub, as far as it was changed there; what the main
    changed elsewhere in it since stays.

    Raises NotAllowed, DeviationMoved, CannotPromote, or what writing a setting raises.
    """
    main = entry.administration
    former, document = _merged(main, entry, row)
    try:
        written = replace_item(
            acting_user=user, administration=main, uid=entry.uid, document=document, seen=former.hex()
        )
    except (ItemMoved, ItemGone):
        raise DeviationMoved(label=entry.label) from None
    except DocumentRefused as refused:
        reasons = dict.fromkeys(message for messages in refused.errors.values() for message in messages)
        raise CannotPromote(label=entry.label, reason=" ".join(reasons)) from refused
    assert row.local_digest is not None
    return Taken(former, bytes.fromhex(written.row.digest), bytes(row.local_digest))


def give_back(user: User, decision: InboxDecision) -> None:
    """Let the main administration's setting be what it was. Raises DeviationMoved when somebody edited it since."""
    assert decision.former_digest is not None and decision.result_digest is not None
    entry = decision.entry
    former = Document.objects.get(digest=bytes(decision.former_digest))
    try:
        replace_item(
            acting_user=user,
            administration=entry.administration,
            uid=entry.uid,
            document=former.body,
            seen=bytes(decision.result_digest).hex(),
        )
    except (ItemMoved, ItemGone):
        raise DeviationMoved(label=entry.label) from None


def _merged(main: Administration, entry: InboxEntry, row: InboxDeviation) -> tuple[bytes, Mapping[str, Any]]:
    """The digest of what the main administration has, and the document that it is to have."""
    key = (entry.kind, entry.uid)
    local = read_documents(row.administration.schema_name, {key}).get(key)
    source = read_documents(main.schema_name, {key}).get(key)
    seen = (row.local_digest, row.source_digest)
    if local is None or source is None or (local.entry.digest, source.entry.digest) != tuple(map(_bytes, seen)):
        raise DeviationMoved(label=entry.label)
    base = Document.objects.filter(digest=_bytes(row.base_digest)).values_list("body", flat=True).first()
    pins = look_at(row.administration).pins.get(key, frozenset())
    merged = merge(
        base=base,
        source=source.body,
        local=local.body,
        shape=shape_of(all_kinds()[entry.kind]),
        answers=lambda path: LOCAL,
        forced=lambda path: SOURCE if covers(pins, path) else "",
    )
    if merged.broken or merged.document == source.body:
        raise CannotPromote(label=entry.label, reason=_("What it points at is not in the main administration."))
    return source.entry.digest, merged.document


def _bytes(digest: Any) -> bytes:
    return bytes(digest or b"")


def record_promotion(user: User, decision: InboxDecision, taken: Taken) -> SyncRun:
    """Keep what was taken over as a plan of its own kind, with the run that carried it out."""
    entry = decision.entry
    main = entry.administration
    snapshot, entries = take_snapshot(main)
    now = timezone.now()
    plan = Plan.objects.create(
        kind=Plan.Kind.PROMOTE,
        administration=main,
        requested_by=user,
        state=Plan.State.READY,
        items=[str(entry.uid)],
        snapshot=snapshot,
        expires_at=now + PLAN_LIFETIME,
    )
    counts = {"update": 1}
    target = PlanTarget.objects.create(plan=plan, administration=main, counts=counts, standing=len(entries))
    Change.objects.create(
        plan_target=target,
        kind=entry.kind,
        category=entry.category,
        uid=entry.uid,
        label=entry.label,
        action=Action.UPDATE,
        verdict=Verdict.BEHIND,
        base_digest=taken.former,
        source_digest=taken.result,
        local_digest=taken.former,
        result_digest=taken.result,
        next_base_digest=taken.result,
    )
    run = SyncRun.objects.create(
        plan=plan,
        administration=main,
        requested_by=user,
        by_right_of=user,
        note=decision.reason,
        state=SyncRun.State.SUCCEEDED,
        started_at=now,
        finished_at=now,
    )
    done = SyncTarget.objects.create(
        run=run,
        administration=main,
        plan_target=target,
        state=SyncTarget.State.SUCCEEDED,
        counts=counts,
        started_at=now,
        finished_at=now,
    )
    Receipt.objects.create(target=done, snapshot=snapshot, business_rows_written=0, written_at=now)
    return run


def offer(user: User, entry: InboxEntry, rows: Sequence[InboxDeviation]) -> Offered:
    """Previews that bring what was taken over to everybody who follows the setting."""
    main = entry.administration
    children = [child for child in syncable_children(user, main) if child.state == Administration.State.ACTIVE]
    followers = find_followers([child.schema_name for child in children if not child.damage], entry.kind, entry.uid)
    there = {child.slug for child in children if child.schema_name in followers}
    origins = [row for row in rows if row.administration.slug in there]
    equal = _of_origins(user, entry, origins)
    others = there - {row.administration.slug for row in origins}
    return Offered(
        equal, create_plan(acting_user=user, main=main, targets=others, items=[entry.uid]) if others else None
    )


def _of_origins(user: User, entry: InboxEntry, rows: Sequence[InboxDeviation]) -> Plan | None:
    """A plan by which those that had it already follow the main again: mostly nothing is written but the base.

    What was added alike in several of them has a uid of its own in each, and gets that of the main.
    """
    if not rows:
        return None
    slugs = [row.administration.slug for row in rows]
    plan = create_plan(acting_user=user, main=entry.administration, targets=slugs, items=[entry.uid])
    seen = {row.administration_id: _bytes(row.local_digest) for row in rows}
    asked = []
    along: set[uuid.UUID] = set()
    for change in Change.objects.filter(plan_target__plan=plan).select_related("plan_target__administration"):
        if change.uid != entry.uid:
            along |= {change.uid} if change.action in WRITING else set()
        elif change.verdict != Verdict.ALREADY_EQUAL:
            is_seen = _bytes(change.local_digest) == seen[change.plan_target.administration_id]
            word = Word.OVERWRITE if is_seen else Word.SKIP
            asked.append(Asked(entry.uid, word, change.plan_target.administration.slug))
    asked += [Asked(uid, Word.SKIP) for uid in sorted(along)]
    return decide(acting_user=user, plan=plan, version=plan.version, decisions=asked) if asked else plan
