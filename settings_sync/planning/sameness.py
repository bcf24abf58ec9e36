"""Administrations that stand the same get the same plan, which is then made once."""

from collections.abc import Hashable

from ..verdicts import Verdict
from .values import Entry, Local, Source, TargetPlan


class Sameness:
    """Tells administrations apart by what a plan from this source depends on, as long as nobody has decided anything.

    What an administration has of its own does not matter, except where it has a name, or is a default, that an item of
    the main administration would have.
    """

    def __init__(self, source: Source) -> None:
        self._followed = source.entries.keys()
        self._wanted = {(entry.kind, value) for entry in source.entries.values() for value in entry.keys.values()}

    def of(self, local: Local) -> Hashable:
        """Equal for administrations that get the same plan."""
        standing = frozenset((key, entry.digest) for key, entry in local.entries.items() if self._matters(entry, local))
        kept = (frozenset(found.items()) for found in (local.bases, local.pins, local.agreed))
        return (standing, *kept)

    def _matters(self, entry: Entry, local: Local) -> bool:
        is_followed = entry.key in self._followed or entry.key in local.bases
        return is_followed or any((entry.kind, value) in self._wanted for value in entry.keys.values())


def is_shareable(plan: TargetPlan) -> bool:
    """Whether a plan was made without a look at what uses the settings of that one administration."""
    return all(change.verdict != Verdict.REMOVED_IN_SOURCE for change in plan.changes)
