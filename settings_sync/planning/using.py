"""What a plan may delete: only what nothing uses once the plan is carried out.

What the plan itself writes is judged by what it will point at, what it deletes uses nothing, and everything else is
judged by what it points at now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .reader import Reader
from .values import Entry, Key, PlannedChange, Source, Uses
from .verdicts import Action, Verdict


@dataclass(frozen=True)
class Attempt:
    """What a plan comes to when these items, and no others, are taken for used."""

    changes: dict[Key, PlannedChange]
    source: Source


def spare_what_is_used(
    attempt: Callable[[frozenset[Key]], Attempt], reader: Reader, standing: Mapping[Key, Entry]
) -> Attempt:
    """The plan that deletes nothing that is used afterwards, with what uses it; `standing` is what is there now.

    Whether an item is used depends on what the plan does with its users, and that on what is held back because of it:
    so nothing is taken for used at first, and the plan is made anew for as long as it would delete what is.
    """
    used: frozenset[Key] = frozenset()
    made = attempt(used)
    deleted = _deleted(made.changes)
    looked_at = deleted | _left_over(made.changes, standing)
    if not looked_at:
        return made
    uses = reader.uses(looked_at)
    while found := _used_after(made, uses):
        used |= found  # never taken back, so that this ends
        made = attempt(used)
    told = {key: _told(made.changes[key], made, uses, standing) for key in looked_at}
    return replace(made, changes={**made.changes, **told})


def _left_over(changes: Mapping[Key, PlannedChange], standing: Mapping[Key, Entry]) -> set[Key]:
    """What the main removed and was archived here: as soon as nothing uses it, it can be deleted."""
    removed = {key for key, change in changes.items() if change.verdict == Verdict.REMOVED_IN_SOURCE}
    return {key for key in removed if key in standing and standing[key].is_archived}


def _told(change: PlannedChange, made: Attempt, uses: Uses, standing: Mapping[Key, Entry]) -> PlannedChange:
    """The change with what uses its item once the plan is carried out, or that nothing does."""
    # What is not followed any more is the administration's own, and its use no reason to report.
    if change.action not in (Action.ARCHIVE, Action.KEEP) or change.next_base is None:
        return change
    users = sorted(_users(change.key, made, uses), key=lambda key: (key[0], _label(key, made, standing)))
    facts: dict[str, Any] = {}
    if users:
        facts["users"] = [{"kind": key[0], "item": str(key[1]), "label": _label(key, made, standing)} for key in users]
    if change.key in uses.rows:
        facts["rows"] = dict(uses.rows[change.key])
    # A pinned item is not offered for removal: pins go before that.
    if not facts and not change.pins and change.key not in uses.in_daily_data:
        facts = {"unused": "yes"}
    return replace(change, facts={**change.facts, **facts})


def _users(item: Key, made: Attempt, uses: Uses) -> set[Key]:
    """The settings that point at an item once the plan is carried out."""
    rewritten = _rewritten(made.changes)
    leaving = _deleted(made.changes) | {change.stands_as for change in rewritten}
    needing = {change.key for change in rewritten if item in _needs(change, made.source)}
    return {by for key, by in uses.pointing if key == item and by not in leaving} | needing - {item}


def _label(key: Key, made: Attempt, standing: Mapping[Key, Entry]) -> str:
    known = made.source.entries.get(key) or standing.get(key)
    return known.label if known else ""


def _rewritten(changes: Mapping[Key, PlannedChange]) -> list[PlannedChange]:
    return [change for change in changes.values() if change.writes_content and change.action != Action.ARCHIVE]


def _needs(change: PlannedChange, source: Source) -> Iterable[Key]:
    return {need.key for need in source.needs.get(change.result or b"", ())}


def _deleted(changes: Mapping[Key, PlannedChange]) -> set[Key]:
    return {key for key, change in changes.items() if change.action == Action.DELETE}


def _used_after(made: Attempt, uses: Uses) -> set[Key]:
    """Those of the items that would be deleted that something uses all the same."""
    deleted = _deleted(made.changes)
    rewritten = _rewritten(made.changes)
    leaving = deleted | {change.stands_as for change in rewritten}
    pointed_at = {key for key, by in uses.pointing if by not in leaving}
    needed = {key for change in rewritten for key in _needs(change, made.source)}
    return deleted & (uses.in_daily_data | pointed_at | needed)
