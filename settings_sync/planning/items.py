"""One item as planning sees it, and the change that it comes to while its documents have no digests yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .lists import SOURCE
from .merging import Shape
from .sides import SIDES, Sides
from .values import Decision, Entry, Key, PlannedChange, Rules
from .verdicts import Action, Verdict, Word

Body = Mapping[str, Any]

NO_SHAPE = Shape()


@dataclass(frozen=True)
class Draft:
    """A change whose composed documents still need their digests."""

    change: PlannedChange
    result: Body | None = None
    next_base: Body | None = None


@dataclass(frozen=True)
class Item:
    """One item as planning sees it: what stood in the three places, and what was said about it.

    `followed` is the base of the item that was decided to become this one, where that followed another; `former` its
    document.
    """

    change: PlannedChange
    rules: Rules
    shape: Shape = NO_SHAPE
    pins: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    locks: frozenset[str] = frozenset()
    source_entry: Entry | None = None
    local_entry: Entry | None = None
    may_delete: bool = False
    is_used: bool = False
    followed: bytes | None = None
    former: Body | None = None
    base: Body | None = None
    source: Body | None = None
    local: Body | None = None

    @property
    def key(self) -> Key:
        return self.change.key

    @property
    def decision(self) -> Decision | None:
        return self.rules.decided(self.key)

    @property
    def is_not_here(self) -> bool:
        """Whether it is not to come here, by a package."""
        return self.key in self.rules.not_here

    def policy(self, name: str) -> str:
        return self.rules.policy(self.key, name)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        # Decided before it was assigned as not here, and without effect since.
        return () if self.is_not_here else self.rules.decisions.get(self.key, ())

    def sides(self) -> Sides:
        """What was said about the places of the item."""
        return Sides(
            self.shape,
            base=self.base,
            source=self.source,
            local=self.local,
            locks=self.locks,
            pins=self.pins,
            agreed=self.agreed,
            decisions=self.decisions,
        )

    def is_decided(self, *words: Word) -> bool:
        return self.decision is not None and self.decision.word in words

    @property
    def keeps(self) -> bool:
        """Whether it was decided to keep what is here; of what is locked as a whole nobody can decide that."""
        return self.is_decided(Word.KEEP_LOCAL) and "" not in self.locks

    @property
    def puts_back(self) -> bool:
        """Whether something that was changed here goes back, by the policy or because that was decided."""
        is_decided = any(SIDES.get(decision.word) == SOURCE for decision in self.decisions)
        return is_decided or self.policy("changed_locally") == "put_back"

    def with_action(self, action: Action, **values: Any) -> PlannedChange:
        """The change with what is done."""
        return replace(self.change, action=action, **values)

    def kept(self, next_base: bytes | None, **values: Any) -> Draft:
        """What is here stays as it is."""
        return Draft(self.with_action(Action.KEEP, next_base=next_base, **values))

    def from_source(self, action: Action) -> Draft:
        """What the main has comes here as it is."""
        source = self.change.source
        return Draft(self.with_action(action, result=source, next_base=source))


def widen(item: Item, shape: Shape) -> Item:
    """The item with its shape: what is said about one field holds for those that only make sense together with it."""
    pins, agreed, locks = (widened(paths, shape) for paths in (item.pins, item.agreed, item.locks))
    return replace(item, shape=shape, pins=pins, agreed=agreed, locks=locks)


def widened(paths: Iterable[str], shape: Shape) -> frozenset[str]:
    """The paths, each with the fields that only make sense together with it."""
    groups = [group for of_table in shape.together.values() for group in of_table]
    found = set(paths)
    for path in paths:
        above, _slash, name = path.rpartition("/")
        for group in groups:
            if name in group:
                found |= {f"{above}/{mate}".lstrip("/") for mate in group}
    return frozenset(found)


def needs_documents(item: Item) -> bool:
    """Whether settling the item looks into its documents."""
    verdict = item.change.verdict
    named = any(found.path or found.word == Word.CREATE_AS for found in item.decisions)
    named = named or item.change.is_new_coupling
    if verdict == Verdict.BOTH_CHANGED or named:
        return True
    # Not for every update: each document that is asked for is read, and most updates take the main's as it is.
    if verdict == Verdict.BEHIND:
        return bool(item.pins) or (bool(item.locks) and item.keeps)
    if verdict == Verdict.CHANGED_LOCALLY:
        return bool(item.locks) or item.puts_back
    return verdict == Verdict.REMOVED_IN_SOURCE
