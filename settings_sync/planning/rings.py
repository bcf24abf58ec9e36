"""Items of one kind that would come to stand in each other: each side may be fine, and what they merge to a ring."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from .reader import Reader
from .values import Key, Local, PlannedChange, Source
from .verdicts import Action

Changes = dict[Key, PlannedChange]


def find_rings(changes: Changes, source: Source, local: Local, reader: Reader) -> dict[Key, str]:
    """What would make an item stand in itself, each with the ring in words. What makes no ring costs no look."""
    writing = {
        key: change
        for key, change in changes.items()
        if change.writes_content and change.action != Action.ARCHIVE and _inner(change, source, reader)
    }
    if not writing:
        return {}
    users = _users(writing, changes, source, reader)
    rings = {key: _ring(key, users) for key in writing}
    return {key: " → ".join(_label(one, changes, source, local) for one in ring) for key, ring in rings.items() if ring}


def _inner(change: PlannedChange, source: Source, reader: Reader) -> set[Key]:
    """The items of its own kind that stand in the texts of an item once it is written.

    What merely points at another of its kind may be pointed at by that one as well: nothing is filled in there.
    """
    linked = {kind for kind, _names_in in reader.shape(change.key[0]).in_texts.values()}
    if change.key[0] not in linked:
        return set()
    needs = source.needs.get(change.result or b"", ())
    return {need.key for need in needs if need.key[0] == change.key[0] and need.key != change.key}


def _users(
    writing: Mapping[Key, PlannedChange], changes: Changes, source: Source, reader: Reader
) -> Mapping[Key, set[Key]]:
    """In what each item stands once the plan is carried out, as far as that is reached from what is written."""
    rewritten = {change.stands_as for change in changes.values() if change.writes_content}
    leaving = rewritten | {key for key, change in changes.items() if change.action == Action.DELETE}
    stands_as = {change.stands_as: key for key, change in changes.items() if change.writes_content}
    users: dict[Key, set[Key]] = defaultdict(set)
    for key, change in writing.items():
        for inner in _inner(change, source, reader):
            users[inner].add(key)
    seen: set[Key] = set()
    waiting = set(writing)
    while waiting:
        seen |= waiting
        standing = {changes[key].stands_as if key in changes else key for key in waiting}
        for item, by in reader.uses(standing).pointing:
            if by[0] == item[0] and by not in leaving:
                users[stands_as.get(item, item)].add(by)
        waiting = {by for key in waiting for by in users[key]} - seen
    return users


def _ring(start: Key, users: Mapping[Key, Collection[Key]]) -> list[Key]:
    """The shortest way from an item over what it stands in back to it, from the inside out; empty without one."""
    ways = [[start]]
    seen: set[Key] = set()
    for way in ways:
        for user in sorted(users.get(way[-1], ())):
            if user == start:
                return [*reversed(way), way[-1]] if len(way) > 1 else []
            if user not in seen:
                seen.add(user)
                ways.append([*way, user])
    return []


def _label(key: Key, changes: Changes, source: Source, local: Local) -> str:
    known: Iterator[str] = (
        found.label for found in (changes.get(key), source.entries.get(key), local.entries.get(key)) if found
    )
    return next(known, "")
