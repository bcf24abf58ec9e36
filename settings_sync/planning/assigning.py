"""What an administration should have of its main administration's settings, by the packages that are assigned to it."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .choosing import needed_items
from .values import Key, Source
from .verdicts import Demand

PRECEDENCE = (Demand.NOT_HERE, Demand.REQUIRED, Demand.OPTIONAL)
"""Of two packages that hold the same setting, which one has its say."""


@dataclass(frozen=True)
class Package:
    """Which settings a package holds: whole categories and single ones, or everything; without those of `excepted`."""

    categories: frozenset[str] = frozenset()
    items: frozenset[uuid.UUID] = frozenset()
    excepted: frozenset[uuid.UUID] = frozenset()
    is_everything: bool = False
    forbids_editing: bool = False

    def holds(self, category: str, uid: uuid.UUID) -> bool:
        """Whether a setting of this category with this uid is among them."""
        if uid in self.excepted:
            return False
        return self.is_everything or category in self.categories or uid in self.items


Given = tuple[Demand, Package]


@dataclass(frozen=True)
class Assigned:
    """The packages of one administration: what is said of itself goes before what is said of the groups it is in."""

    itself: frozenset[Given] = frozenset()
    groups: frozenset[Given] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.itself or self.groups)

    def demand(self, category: str, uid: uuid.UUID) -> Demand | None:
        """What is asked about one setting; None where no package holds it."""
        for level in (self.itself, self.groups):
            said = {demand for demand, package in level if package.holds(category, uid)}
            if said:
                return next(demand for demand in PRECEDENCE if demand in said)
        return None

    def forbids_editing(self, category: str, uid: uuid.UUID) -> bool:
        """Whether a package that it has may not be edited there, and holds this setting."""
        if self.demand(category, uid) in (None, Demand.NOT_HERE):
            return False
        given = (*self.itself, *self.groups)
        return any(
            package.forbids_editing and demand != Demand.NOT_HERE and package.holds(category, uid)
            for demand, package in given
        )

    def not_here(self, keys: Iterable[Key], category_of: Mapping[str, str]) -> frozenset[Key]:
        """Those of these settings that are not to come there."""
        return self._asked(Demand.NOT_HERE, keys, category_of)

    def _asked(self, demand: Demand, keys: Iterable[Key], category_of: Mapping[str, str]) -> frozenset[Key]:
        if not self:
            return frozenset()
        known = (key for key in keys if key[0] in category_of)
        return frozenset(key for key in known if self.demand(category_of[key[0]], key[1]) == demand)

    def required(self, keys: Iterable[Key], category_of: Mapping[str, str]) -> frozenset[Key]:
        """Those of these settings that it is to have, without what they need."""
        return self._asked(Demand.REQUIRED, keys, category_of)


NOTHING_ASSIGNED = Assigned()


@dataclass(frozen=True)
class Expected:
    """Of a main administration's settings those that an administration is to have, with what they need, and those that
    are not to come there."""

    wanted: frozenset[Key]
    not_here: frozenset[Key]

    def judges(self, key: Key, word: str, standing: Collection[Key]) -> str | None:
        """The word by which a setting is counted, from the one it would have without packages; None: not at all."""
        if key in self.not_here:
            # No sync writes it, so it can be neither behind nor missing: what stands there is theirs.
            return "own" if key in standing else None
        # What nobody assigned is not missing; where it stands it is followed like anything else.
        return None if word == "missing" and key not in self.wanted else word


def expect(assigned: Assigned, source: Source, category_of: Mapping[str, str]) -> Expected | None:
    """What an administration with these packages is to have; None where it has no package, and everything counts."""
    if not assigned:
        return None
    not_here = assigned.not_here(source.entries, category_of)
    required = set(assigned.required(source.entries, category_of))
    needed = needed_items(source, required).keys() & source.entries.keys()
    return Expected(frozenset((required | needed) - not_here), not_here)
