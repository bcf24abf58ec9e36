"""What a plan may delete: only what nothing uses once the plan is carried out.

What the plan itself writes is judged by what it will point at, what it deletes uses nothing, and everything else is
judged by what it points at now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .reader import Reader
from .values import Key, PlannedChange, Source, Uses
from .verdicts import Action


@dataclass(frozen=True)
class Attempt:
    """What a plan comes to when these items, and no others, are taken for used."""

    changes: dict[Key, PlannedChange]
    source: Source


def spare_what_is_used(attempt: Callable[[frozenset[Key]], Attempt], reader: Reader) -> Attempt:
    """The plan that deletes nothing that is used afterwards.

    Whether an item is used depends on what the plan does with its users, and that on what is held back because of it:
    so nothing is taken for used at first, and the plan is made anew for as long as it would delete what is.
    """
    used: frozenset[Key] = frozenset()
    made = attempt(used)
    deleted = _deleted(made.changes)
    if not deleted:
        return made
    uses = reader.uses(deleted)
    while found := _used_after(made, uses):
        used |= found
        made = attempt(used)
    return made


def _deleted(changes: Mapping[Key, PlannedChange]) -> set[Key]:
    return {key for key, change in changes.items() if change.action == Action.DELETE}


def _used_after(made: Attempt, uses: Uses) -> set[Key]:
    """Those of the items that would be deleted that something uses all the same."""
    deleted = _deleted(made.changes)
    rewritten = [change for change in made.changes.values() if change.writes_rows and change.action != Action.ARCHIVE]
    leaving = deleted | {change.stands_as for change in rewritten}
    pointed_at = {key for key, by in uses.pointing if by not in leaving}
    needed = {need.key for change in rewritten for need in made.source.needs.get(change.result or b"", ())}
    return deleted & (uses.in_daily_data | pointed_at | needed)
