"""What must be held back: names that are taken, and whatever needs something that is held.

Holding one item may hold another (its name stays taken, or it is what the other points at), so each rule runs until
nothing changes any more.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from ..verdicts import Action, Verdict
from .values import ARCHIVED_KEY, Entry, Key, Local, PlannedChange, Source

Changes = dict[Key, PlannedChange]


def hold_back(changes: Changes, source: Source, local: Local) -> Changes:
    """The same changes, with those that cannot be done held, each with its reason."""
    before: Changes = {}
    while before != changes:
        before = changes
        changes = _hold_taken_names(changes, source, local)
        changes = _hold_unmet_needs(changes, source, local)
    return changes


def _hold(change: PlannedChange, verdict: Verdict, **facts: str) -> PlannedChange:
    return replace(change, verdict=verdict, action=Action.HOLD, facts={**change.facts, **facts}, result=None)


def _hold_taken_names(changes: Changes, source: Source, local: Local) -> Changes:
    holders = _names_after(changes, source, local)
    archived = _archived_names(source, local)
    held = dict(changes)
    for key, change in changes.items():
        if not change.writes_rows:
            continue
        entry = source.entries[key]
        taken = _first_taken(entry, holders)
        if taken:
            column, holder = taken
            facts = {"holder": holder.label, "column": column, **_also_chosen(holder, changes)}
            held[key] = _hold(change, _verdict_of(column, change, holder, source), **facts)
        elif change.action == Action.CREATE and (found := archived.get((entry.kind, entry.keys.get("name_key")))):
            held[key] = _hold(change, Verdict.NAME_TAKEN, holder=found.label, column="name_key", archived="yes")
    return held


def _names_after(changes: Changes, source: Source, local: Local) -> Mapping[tuple[str, str, str], list[Entry]]:
    """Who has which unique value once the plan is done: (kind, column, value) → items."""
    after = dict(local.entries)
    for key, change in changes.items():
        if change.writes_rows:
            after[key] = source.entries[key]
    holders: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in after.values():
        for column, value in entry.unique_keys.items():
            holders[entry.kind, column, value].append(entry)
    return holders


def _first_taken(entry: Entry, holders: Mapping[tuple[str, str, str], list[Entry]]) -> tuple[str, Entry] | None:
    for column, value in entry.unique_keys.items():
        for holder in holders[entry.kind, column, value]:
            if holder.uid != entry.uid:
                return column, holder
    return None


def _verdict_of(column: str, change: PlannedChange, holder: Entry, source: Source) -> Verdict:
    if column != "name_key":
        return Verdict.DEFAULT_TAKEN
    moves_when_chosen = holder.key in source.entries and source.entries[holder.key].keys != holder.keys
    return Verdict.NAME_HELD if moves_when_chosen else Verdict.NAME_TAKEN


def _also_chosen(holder: Entry, changes: Changes) -> dict[str, str]:
    """What the plan does with the holder of a name when that is in the plan as well; it keeps its name then."""
    return {"holder_action": changes[holder.key].action.value} if holder.key in changes else {}


def _archived_names(source: Source, local: Local) -> dict[tuple[str, str | None], Entry]:
    """The administration's own archived items by kind and name; those of the main are where the main has them."""
    return {
        (entry.kind, entry.keys.get(ARCHIVED_KEY)): entry
        for entry in local.entries.values()
        if entry.is_archived and entry.key not in source.entries
    }


def _hold_unmet_needs(changes: Changes, source: Source, local: Local) -> Changes:
    held = dict(changes)
    for key, change in changes.items():
        if change.writes_rows:
            unmet = _first_unmet(source, key, changes, local)
            if unmet:
                verdict, facts = unmet
                held[key] = _hold(change, verdict, **facts)
    return held


def _first_unmet(source: Source, key: Key, changes: Changes, local: Local) -> tuple[Verdict, dict[str, str]] | None:
    for need in source.needs.get(source.entries[key].digest, ()):
        if need.key not in source.entries:
            return Verdict.UNRESOLVED, {"needs_kind": need.key[0], "path": need.path}
        comes = need.key in changes and changes[need.key].writes_rows
        if not comes and need.key not in local.entries:
            needed = source.entries[need.key]
            return Verdict.NEEDS_HELD, {"needs": needed.label, "needs_kind": needed.kind, "path": need.path}
    return None
