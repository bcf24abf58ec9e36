"""Keeping the inbox: what was found new, what is settled by itself, and what comes back after a decision."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import AdministrationDamaged
from settings_sync.models import InboxDecision, InboxDeviation, InboxEntry, SyncTarget
from settings_sync.planning.values import Key
from settings_sync.services.plans.plans import MAKING_AT_MOST
from tenants.models import Administration
from tenants.wholeness import having
from webhooks.events import Event, rfc3339
from webhooks.services.outbox import announce

from .looking import Looker, Seen

logger = logging.getLogger(__name__)

AT_ONCE = 50
"""Administrations of which what was found is stored together."""

State = InboxDeviation.State
CameBack = InboxDeviation.CameBack
Places = dict[uuid.UUID, list[Administration]]
"""By entry the administrations in which it was found now."""


@dataclass
class Found:
    """What a look came to: what is new, and what a decision for a group is to be followed in."""

    new: Places = field(default_factory=lambda: defaultdict(list))
    entries: dict[uuid.UUID, InboxEntry] = field(default_factory=dict)


def look_into(main: Administration, children: Iterable[Administration]) -> Iterator[Found]:
    """Bring the inbox up to date with these sub-administrations now, some at a time; gives what was found new.

    One that cannot be read is left as it was.
    """
    waiting = [child for child in children if not child.damage]
    present = having("sync_ledger_dirty", [child.schema_name for child in waiting])
    whole = [child for child in waiting if child.schema_name in present]
    looker = Looker(main)
    for start in range(0, len(whole), AT_ONCE):
        # Read before anything is stored: a look takes locks of its own.
        seen = dict(_looked_at(looker, whole[start : start + AT_ONCE]))
        yield keep_seen(main, seen)


def _looked_at(looker: Looker, children: Iterable[Administration]) -> Iterator[tuple[Administration, Sequence[Seen]]]:
    for child in children:
        try:
            yield child, looker.look(child)
        except AdministrationDamaged:
            # Lost something since it was found whole; the others are not kept waiting.
            logger.warning("The inbox could not look into %s", child.slug)


def keep_seen(main: Administration, seen: Mapping[Administration, Sequence[Seen]]) -> Found:
    """Keep what was seen in these: new, known, or settled by itself; what is new is told to endpoints."""
    found = Found()
    with transaction.atomic():
        found.entries = _store_entries(main, [row for rows in seen.values() for row in rows])
        standing = _standing(seen)
        for child, rows in seen.items():
            _reconcile(child, rows, standing[child.pk], found)
        for key, children in found.new.items():
            _announce(main, found.entries[key], children)
    return found


def _store_entries(main: Administration, seen: Collection[Seen]) -> dict[uuid.UUID, InboxEntry]:
    rows = {
        row.entry: InboxEntry(
            id=row.entry,
            administration=main,
            kind=row.key[0],
            category=all_kinds()[row.key[0]].category.key,
            uid=row.key[1],
            label=row.label,
            fields=[list(each) for each in row.fields],
        )
        for row in seen
    }
    # The name may have changed since; of all else the id tells that it is the same.
    InboxEntry.objects.bulk_create(
        sorted(rows.values(), key=lambda row: row.pk),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["label"],
    )
    return rows


def _standing(administrations: Collection[Administration]) -> dict[uuid.UUID, dict[Key, InboxDeviation]]:
    """What the inbox knows of these, locked."""
    found: dict[uuid.UUID, dict[Key, InboxDeviation]] = defaultdict(dict)
    rows = InboxDeviation.objects.select_for_update(of=("self",)).filter(administration__in=administrations)
    for row in rows.select_related("decision__run").order_by("pk"):
        found[row.administration_id][row.kind, row.uid] = row
    return found


def _reconcile(
    child: Administration, seen: Sequence[Seen], standing: Mapping[Key, InboxDeviation], found: Found
) -> None:
    for one in seen:
        row = standing.get(one.key)
        if row is None:
            row = InboxDeviation(administration=child, kind=one.key[0], uid=one.key[1], state=State.SETTLED)
        former = (row.entry_id, row.state)
        _judge(row, one)
        # What comes back as it was is known; another content, or what was settled, is found anew.
        is_new = row.entry_id != former[0] or former[1] == State.SETTLED
        if is_new and row.state == State.OPEN:
            row.found_at = timezone.now()
            found.new[row.entry_id].append(child)
        row.save()
    gone = [row.pk for key, row in standing.items() if key not in {one.key for one in seen}]
    InboxDeviation.objects.filter(pk__in=gone).exclude(state=State.SETTLED).update(state=State.SETTLED, came_back="")


def _judge(row: InboxDeviation, seen: Seen) -> None:
    """What becomes of a deviation that is seen, by what was decided about it before."""
    is_same = row.entry_id == seen.entry
    if row.state == State.WAITING and row.decision and _is_under_way(row.decision):
        return
    if row.state == State.SETTLED:
        state, came_back = _of_new(seen), ""
        row.decision = None
        row.until = None
    elif not is_same:
        state, came_back = State.OPEN, ("" if row.state == State.OPEN else CameBack.CHANGED)
    else:
        state, came_back = _of_known(row, seen)
    row.entry_id = seen.entry
    row.state = state
    row.came_back = came_back
    row.base_digest = seen.base
    row.source_digest = seen.source
    row.local_digest = seen.local
    row.affected = dict(seen.affected)
    row.weight = sum(seen.affected.values())
    row.edited_by = seen.edited_by
    row.edited_at = seen.edited_at
    row.found_at = row.found_at or timezone.now()


def _is_under_way(decision: InboxDecision) -> bool:
    """Whether a run carries it out, or is being made; one of which none came in a while was broken off."""
    if decision.run is not None:
        return not decision.run.is_finished
    return decision.decided_at > timezone.now() - MAKING_AT_MOST


def _of_new(seen: Seen) -> State:
    """Agreed elsewhere, as in a preview, after it was changed: nobody needs to be asked."""
    if seen.agreed_at is None or (seen.edited_at and seen.edited_at > seen.agreed_at):
        return State.OPEN
    return State.ACCEPTED


def _of_known(row: InboxDeviation, seen: Seen) -> tuple[State, str]:
    if row.state == State.OPEN:
        # What came back because it changed anew was agreed before: only what is agreed later settles it.
        is_agreed = seen.agreed_at is not None and seen.agreed_at > row.found_at
        return (State.ACCEPTED, "") if is_agreed else (State.OPEN, row.came_back)
    if row.state == State.ASKED:
        return State.ASKED, ""
    if row.state == State.ACCEPTED:
        is_past = row.until is not None and row.until <= timezone.localdate()
        is_kept = seen.agreed_at is not None or (seen.is_removed and row.decision is not None and not is_past)
        return (State.ACCEPTED, "") if is_kept else (State.OPEN, CameBack.DUE)
    return _of_carried_out(row, seen)


def _of_carried_out(row: InboxDeviation, seen: Seen) -> tuple[State, str]:
    """It was decided, the run has ended, and it still stands otherwise there."""
    decision = row.decision
    state = _target_state(row)
    if decision is not None and decision.undone_at is not None:
        return State.OPEN, CameBack.UNDONE
    is_kept = seen.agreed_at is not None or seen.is_removed
    is_accepted = decision is not None and decision.word in InboxDecision.ACCEPTING and is_kept
    if is_accepted and state == SyncTarget.State.SUCCEEDED:
        return State.ACCEPTED, ""
    return State.OPEN, CameBack.HELD if state in SyncTarget.APPLIED else CameBack.FAILED


def _target_state(row: InboxDeviation) -> str:
    run = row.decision.run if row.decision else None
    target = SyncTarget.objects.filter(run=run, administration=row.administration_id).first() if run else None
    return target.state if target else ""


def _announce(main: Administration, entry: InboxEntry, children: Sequence[Administration]) -> None:
    """Tell endpoints of what was found, once: whoever looks again finds the row."""
    data = {
        "deviation": str(entry.pk),
        "administration": main.slug,
        "found_in": sorted(child.slug for child in children),
        "category": entry.category,
        "item": str(entry.uid),
        "label": entry.label,
        "fields": [path for path, *_values in entry.fields],
        "found_at": rfc3339(timezone.now()),
    }
    announce(Event.DEVIATION_FOUND, administration=main, data=data)
