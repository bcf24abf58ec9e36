"""The packages of administrations, as planning and counting take them; read once for a main administration."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.snapshots import read_needs
from settings_sync.models import Assignment, Package, TakenPackage
from settings_sync.planning import assigning
from settings_sync.planning.assigning import NOTHING_ASSIGNED, PRECEDENCE, Assigned, Expected, Given, expect
from settings_sync.planning.values import Entry, Key, Source
from settings_sync.planning.verdicts import Demand
from tenants.models import Administration

ById = tuple[frozenset[tuple[Demand, uuid.UUID]], frozenset[tuple[Demand, uuid.UUID]]]
"""What is asked of an administration itself, and of its groups, with the ids of packages."""


class Assignments:
    """Who is to have what, under one main administration; nothing is read of it more than once."""

    def __init__(self, main: Administration) -> None:
        self._main = main

    @cached_property
    def _rows(self) -> list[Assignment]:
        return list(Assignment.objects.filter(package__administration=self._main).select_related("package"))

    @cached_property
    def _taken(self) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
        if not any(row.demand == Demand.OPTIONAL for row in self._rows):
            return frozenset()
        rows = TakenPackage.objects.filter(package__administration=self._main)
        return frozenset(rows.values_list("package", "administration"))

    @cached_property
    def _packages(self) -> Mapping[uuid.UUID, assigning.Package]:
        return {row.package_id: as_value(row.package) for row in self._rows}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is assigned to anybody."""
        return not self._rows

    def of(self, administration: Administration) -> Assigned:
        """What is assigned to one sub-administration."""
        return self.as_if(administration, administration.groups)

    def as_if(self, administration: Administration, groups: Iterable[str]) -> Assigned:
        """What would be assigned to a sub-administration if it were in these groups."""
        if self.is_empty:
            return NOTHING_ASSIGNED
        named = set(groups)
        itself = frozenset(
            self._given(row, administration) for row in self._rows if row.administration_id == administration.pk
        )
        by_group = frozenset(self._given(row, administration) for row in self._rows if row.group in named)
        return Assigned(itself, by_group)

    def _given(self, row: Assignment, administration: Administration) -> Given:
        return (self._demand(row, administration), self._packages[row.package_id])

    def _demand(self, row: Assignment, administration: Administration) -> Demand:
        demand = Demand(row.demand)
        is_taken = demand == Demand.OPTIONAL and (row.package_id, administration.pk) in self._taken
        return Demand.REQUIRED if is_taken else demand

    def by_id(self, administration: Administration) -> "ById":
        """The same as `of`, with the ids of the packages in place of what they hold."""
        groups = set(administration.groups)
        itself = {row for row in self._rows if row.administration_id == administration.pk}
        by_group = {row for row in self._rows if row.group in groups}
        return (
            frozenset((self._demand(row, administration), row.package_id) for row in itself),
            frozenset((self._demand(row, administration), row.package_id) for row in by_group),
        )

    def asking_for(self, asked: "ById", category: str, uid: uuid.UUID) -> tuple[str, ...]:
        """The ids of those of these packages by which a setting is to be there; none where another keeps it away."""
        for level in asked:
            holding = [(demand, key) for demand, key in level if self._packages[key].holds(category, uid)]
            if holding:
                demands = {demand for demand, _key in holding}
                if next(demand for demand in PRECEDENCE if demand in demands) != Demand.REQUIRED:
                    return ()
                return tuple(str(key) for demand, key in holding if demand == Demand.REQUIRED)
        return ()


class Expectations:
    """What each sub-administration is to have of the settings of its main administration, as they stand now."""

    def __init__(self, main: Administration, entries: Mapping[Key, Entry] | None = None) -> None:
        """`entries` are all of the main's settings, where these were read already, with their documents kept."""
        self.assignments = Assignments(main)
        self._main = main
        self._entries = entries
        self._known: dict[Assigned, Expected | None] = {}
        self._asking: dict[ById, dict[Key, tuple[str, ...]]] = {}

    def of(self, administration: Administration) -> Expected | None:
        """What one is to have; None where it has no package, and everything counts."""
        return self.by(self.assignments.of(administration))

    def by(self, assigned: Assigned) -> Expected | None:
        """What one with these packages is to have."""
        # Administrations share their groups, so four hundred of them come to a handful of these.
        if assigned and assigned not in self._known:
            self._known[assigned] = expect(assigned, self._source, _category_of())
        return self._known.get(assigned)

    def asking(self, administration: Administration) -> Mapping[Key, tuple[str, ...]]:
        """By setting the ids of the packages that ask one administration to have it; what only they need is not among
        them."""
        if self.assignments.is_empty:
            return {}
        asked = self.assignments.by_id(administration)
        if asked not in self._asking:
            category_of = _category_of()
            keys = {
                key: self.assignments.asking_for(asked, category_of[key[0]], key[1])
                for key in self._source.entries
                if key[0] in category_of
            }
            self._asking[asked] = {key: packages for key, packages in keys.items() if packages}
        return self._asking[asked]

    @cached_property
    def _source(self) -> Source:
        entries = self._entries
        if entries is None:
            entries = look_at(self._main, keep_documents=True).entries
        return Source(entries, read_needs({entry.digest for entry in entries.values()}))

    @property
    def everything(self) -> frozenset[Key]:
        """Every setting of the main administration."""
        return frozenset(self._source.entries)

    def by_members(self, administrations: Iterable[Administration]) -> dict[Expected, list[Administration]]:
        """The administrations that have packages, by what they are to have."""
        found: dict[Expected, list[Administration]] = defaultdict(list)
        for administration in administrations:
            expected = self.of(administration)
            if expected is not None:
                found[expected].append(administration)
        return found


def as_value(package: Package) -> assigning.Package:
    """A package as planning takes it."""
    return assigning.Package(
        categories=frozenset(package.categories),
        items=frozenset(map(uuid.UUID, package.items)),
        excepted=frozenset(map(uuid.UUID, package.excepted)),
        is_everything=package.is_everything,
        forbids_editing=package.forbids_editing,
    )


def _category_of() -> dict[str, str]:
    return {kind.key: kind.category.key for kind in all_kinds()}
