"""Administrations that stand the same get the same plan, which is then made once."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from .values import Entry, Key, Local, Source, TargetPlan
from .verdicts import Verdict


@dataclass(frozen=True)
class Differing:
    """Where an administration differs from a source: what stands there and what was decided there, or None where that
    is missing. Its own items are in it, and `kept`: (key, path, whether it is pinned) of what stays as it is there.
    """

    entries: Mapping[Key, Entry | None] = field(default_factory=dict)
    bases: Mapping[Key, bytes | None] = field(default_factory=dict)
    kept: frozenset[tuple[Key, str, bool]] = frozenset()


def differing(source: Source, local: Local) -> Differing:
    """Where what was read in an administration differs from a source."""
    keys = source.entries.keys()
    entries = {key: local.entries.get(key) for key in keys | local.entries.keys()}
    bases = {key: local.bases.get(key) for key in keys | local.bases.keys()}
    wanted = {key: entry.digest for key, entry in source.entries.items()}
    pinned = {(key, path, True) for key, paths in local.pins.items() for path in paths}
    agreed = {(key, path, False) for key, paths in local.agreed.items() for path in paths}
    return Differing(
        {key: entry for key, entry in entries.items() if entry is None or entry.digest != wanted.get(key)},
        {key: base for key, base in bases.items() if base != wanted.get(key)},
        frozenset(pinned | agreed),
    )


def count_standing(source: Source, found: Differing) -> int:
    """How many settings stand in an administration that differs from a source like this."""
    # From the differences: where those are few, the rest was never read.
    extra = sum(entry is not None and key not in source.entries for key, entry in found.entries.items())
    return len(source.entries) + extra - sum(entry is None for entry in found.entries.values())


IN_LINE: Hashable = (frozenset(), frozenset(), frozenset())
"""How an administration stands that has everything as the source has it."""


class Sameness:
    """Tells administrations apart by what a plan from this source depends on, as long as nobody has decided anything.

    What an administration has of its own does not matter, except where it has a name, or is a default, that an item of
    the main administration would have. `also` are entries that a plan may write beside those of the source, and
    `needed` the keys of what those point at.
    """

    def __init__(self, source: Source, also: Iterable[Entry] = (), needed: Iterable[Key] = ()) -> None:
        entries = [*source.entries.values(), *also]
        self._followed = {entry.key for entry in entries} | set(needed)
        # Whatever the column: what is new asks about a name that only something archived has here.
        self._wanted = {(entry.kind, value) for entry in entries for value in entry.keys.values()}

    def follows(self, key: Key) -> bool:
        """Whether a plan depends on how this item stands, whatever it is called."""
        return key in self._followed

    def of(self, found: Differing) -> Hashable:
        """Equal for administrations that get the same plan."""
        entries = frozenset(
            (key, entry.digest if entry else None)
            for key, entry in found.entries.items()
            if entry is None or self._matters(entry, found)
        )
        bases = frozenset(found.bases.items())
        # Where everything is in line, a pin has nothing to hold back and makes no other plan.
        return (entries, bases, found.kept if entries or bases else frozenset())

    def _matters(self, entry: Entry, found: Differing) -> bool:
        is_followed = entry.key in self._followed or entry.key in found.bases
        return is_followed or any((entry.kind, value) in self._wanted for value in entry.keys.values())


def is_shareable(plan: TargetPlan) -> bool:
    """Whether a plan was made without a look at what uses the settings of that one administration."""
    return all(change.verdict != Verdict.REMOVED_IN_SOURCE for change in plan.changes)
