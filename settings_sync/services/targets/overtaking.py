"""Which items of a run a later run has decided about since, so that an older run never takes them back in time.

A run is later when it was confirmed later, be it a sync or the taking back of one. It has decided about an item of an
administration when it was carried out there and the item was among what it looked at: written, kept, skipped, or found
in line. What it held back it left undecided.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from settings_sync.engine.applying.work import Overtaker
from settings_sync.engine.reading.snapshots import read_source
from settings_sync.models import Change, Finding, Plan, PlanTarget, SnapshotItem, SyncTarget
from settings_sync.planning.choosing import chosen_items, needed_items
from settings_sync.planning.values import Key
from settings_sync.planning.verdicts import Action
from settings_sync.services.plans.comparing import category_of
from settings_sync.services.plans.plans import choice_of


def find_overtaken(target: SyncTarget) -> dict[Key, Overtaker]:
    """The items of a target about which a later run has decided, each with the latest such run.

    Call it once the target is claimed: as long as it is, no other run is carried out in that administration.
    """
    applied = _later_targets(target).filter(state__in=SyncTarget.APPLIED)
    # The latest first: that one is named, and what it decided is not asked of those before it.
    later = list(applied.select_related("run__plan__snapshot").order_by("-run__created_at"))
    # Nearly always there is none, and then no change is read.
    planned = _planned(target.plan_target) if later else {}
    of_here = {key for found in planned.values() for key in found.of_here}
    overtaken: dict[Key, Overtaker] = {}
    for newer in later:
        left = {key: found for key, found in planned.items() if key not in overtaken}
        keys = {key for found in left.values() for key in found.about}
        decided = _decided_by(newer, keys - _never_looked_at(newer.run.plan, of_here))
        by = Overtaker(newer.run_id, newer.run.created_at)
        overtaken |= {key: by for key, found in left.items() if not decided.isdisjoint(found.about)}
    return overtaken


def waits_for_a_newer_run(target_id: uuid.UUID) -> bool:
    """Whether a target that is tried again must let a newer run go first, which is about to decide about the same."""
    target = SyncTarget.objects.select_related("run").filter(pk=target_id).exclude(retried_at=None).first()
    return target is not None and _later_targets(target).filter(state__in=SyncTarget.OPEN).exists()


def _later_targets(target: SyncTarget) -> "QuerySet[SyncTarget]":
    return SyncTarget.objects.filter(
        administration=target.administration_id, run__created_at__gt=target.run.created_at
    ).exclude(run=target.run_id)


@dataclass(frozen=True)
class Planned:
    """The items that a change is about (a coupling: both), and those of them that only the administration has."""

    about: frozenset[Key]
    of_here: frozenset[Key]


def _planned(plan_target: PlanTarget) -> dict[Key, Planned]:
    found = {}
    for change in plan_target.changes.only("kind", "uid", "couples", "base_digest", "source_digest"):
        key = (change.kind, change.uid)
        former = (change.kind, change.couples or change.uid)
        # Such as the default that gives way to the main's: the main has no such item, and never brought it here.
        is_own = change.base_digest is None and change.source_digest is None
        own = {former} if former != key else {key} if is_own else set()
        found[key] = Planned(frozenset({key, former}), frozenset(own))
    return found


def _decided_by(newer: SyncTarget, keys: Collection[Key]) -> set[Key]:
    """Those of these items about which a run that was carried out has decided."""
    if not keys:
        return set()
    held = {(found.kind, found.uid) for found in newer.findings.exclude(code__in=Finding.NOT_HELD)}
    decided: set[Key] = set()
    undecided: set[Key] = set()
    for change in Change.objects.filter(plan_target=newer.plan_target_id).only("kind", "uid", "couples", "action"):
        about = {(change.kind, change.uid), (change.kind, change.couples or change.uid)}
        is_open = change.action == Action.HOLD or (change.kind, change.uid) in held
        (undecided if is_open else decided).update(about)
    # What a plan tells nothing of was in line, if it was looked at.
    in_line = _looked_at(newer.run.plan, set(keys) - decided - undecided)
    return (decided | in_line) & set(keys)


def _never_looked_at(plan: Plan, of_here: Collection[Key]) -> set[Key]:
    """Those of the administration's own items that a plan says nothing of: no sync compares what the main has not."""
    if not of_here or plan.is_undo:
        return set()
    uids = {uid for _kind, uid in of_here}
    in_main = SnapshotItem.objects.filter(snapshot=plan.snapshot_id, uid__in=uids)
    told = Change.objects.filter(plan_target__plan=plan, uid__in=uids)
    return set(of_here).difference(in_main.values_list("kind", "uid"), told.values_list("kind", "uid"))


def _looked_at(plan: Plan, keys: Iterable[Key]) -> set[Key]:
    """Those of these items that a sync compared: what was chosen, and what that needs. An undo tells all it does."""
    if plan.is_undo or plan.snapshot is None:
        return set()
    choice = choice_of(plan)
    categories = category_of()
    found = {key for key in keys if categories.get(key[0]) in choice.categories or key in choice.items}
    left = set(keys) - found
    if not left:
        return found
    # Only when something is left, because it takes the whole snapshot.
    source = read_source(plan.snapshot)
    needed = needed_items(source, chosen_items(source, choice, categories))
    return found | (left & needed.keys())
