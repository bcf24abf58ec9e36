"""Which side a path takes: a lock before a pin, that before a decision, that before an agreement, that before a policy.

A decision to overwrite is how an agreement ends, so of these two the decision goes first; a decision to keep makes one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .documents import covers

LOCAL, SOURCE, ASKED = "local", "source", ""
SIDE_OF = {"keep_local": LOCAL, "overwrite": SOURCE, "put_back": SOURCE, "merge": ASKED, "bring_back": SOURCE}
DEFAULT_POLICIES = {
    "changed_locally": "keep",
    "conflict": "hold",
    "removed_locally": "leave",
    "removed_in_source": "keep",
    "stale": "hold",
}
Unit = tuple[str, ...]
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decided:
    """What was decided about one item of a preview: a word for all of it, or words per path."""

    word: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    couple: str = ""
    name: str = ""


@dataclass(frozen=True)
class Rulings:
    """What was said about one item by locks, pins, agreements, decisions and policies."""

    locked: frozenset[str] = NOTHING
    pinned: frozenset[str] = NOTHING
    agreed: frozenset[str] = NOTHING
    decided: Decided = Decided()
    policies: Mapping[str, str] = field(default_factory=lambda: DEFAULT_POLICIES)

    def of_source_change(self, unit: Unit, around: Unit = ()) -> str:
        """Only the main changed it: it comes, unless it stays by pin or decision."""
        return self.said(unit, around) or SOURCE

    def of_local_change(self, unit: Unit, around: Unit = ()) -> str:
        """Only the sub changed it: it stays, unless it goes back by lock, decision or policy."""
        said = self.said(unit, around)
        if said:
            return said
        goes_back = self.policies["changed_locally"] == "put_back" and not self.is_merged
        return SOURCE if goes_back and not is_covered(self.agreed, (*unit, *around)) else LOCAL

    def of_conflict(self, unit: Unit, around: Unit = ()) -> str:
        """Both changed it, otherwise: it asks, unless it was decided or a policy says."""
        return self.said(unit, around) or self.by_policy

    def settles_by_policy(self, unit: Unit, around: Unit = ()) -> bool:
        """Whether only the policy keeps what both changed: that is an agreement, as if it had been decided."""
        return not self.said(unit, around) and self.by_policy == LOCAL

    def said(self, unit: Unit, around: Unit = ()) -> str:
        """The side that a lock, a pin or a decision takes; what is about the part around it holds for it as well."""
        if self.is_locked(unit):
            return SOURCE
        if is_covered(self.pinned, (*unit, *around)):
            return LOCAL
        return self._decided(unit) or self._decided_around(around)

    @property
    def by_policy(self) -> str:
        return {"keep_local": LOCAL, "overwrite": SOURCE, "hold": ASKED}[self.policies["conflict"]]

    @property
    def is_merged(self) -> bool:
        return self.decided.word == "merge"

    def is_locked(self, unit: Unit) -> bool:
        return is_covered(self.locked, unit)

    def is_pinned(self, unit: Unit) -> bool:
        return is_covered(self.pinned, unit) and not self.is_locked(unit)

    def _decided(self, unit: Unit) -> str:
        about = [path for path in self.decided.paths if is_covered({path}, unit)]
        return SIDE_OF[self.decided.paths[max(about, key=len)]] if about else ASKED

    def _decided_around(self, around: Unit) -> str:
        return self._decided(around) or SIDE_OF.get(self.decided.word, ASKED)


def is_covered(paths: Iterable[str], unit: Unit) -> bool:
    """Whether one of these paths is about one of the unit: fields that count as one stay as one."""
    return any(covers(path, one) for path in paths for one in unit)
