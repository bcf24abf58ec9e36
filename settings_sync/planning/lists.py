"""Merging lists to choose from, entry by entry, together with what only makes sense beside them.

What either side added is there, in order; what one side removed or renamed and the other left alone is removed or
renamed. An entry that both sides changed differently is a conflict of that entry alone. A value that points at entries,
such as the default of a dropdown, follows them and never points at what is not in the list. So does an object by entry,
such as the labels of options: each entry's value is merged by itself.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .ordering import merge_order

LOCAL = "local"
SOURCE = "source"
ENTRY = "#"
LONGEST = 150
KEPT = 120
"""A path holds 250 characters, so of a longer entry it tells the beginning and a mark of its own."""

Row = Mapping[str, Any]
Entries = Sequence[str] | Mapping[str, str] | None
"""A list of entries, or the values of some of them."""
Settle = Callable[[str], str]
"""Gives for a place below the row, such as `options#Nefit`, the side that a conflict there takes."""


def entry_place(name: str, entry: str) -> str:
    """Where an entry of a list stands, such as `options#Nefit`."""
    said = entry.strip()
    if len(said) > LONGEST:
        said = f"{said[:KEPT]}…{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    return f"{name}{ENTRY}{said}"


def field_path(path: str) -> str:
    """The path of the field that a path is about: of an entry of a list, the list."""
    return path.partition(ENTRY)[0]


def entry_of(path: str) -> str:
    """The entry of a list that a path is about, as it was before either side changed it; empty for other paths."""
    return path.partition(ENTRY)[2]


def unite(group: Sequence[str], base: Row, source: Row, local: Row, settle: Settle) -> dict[str, Any] | None:
    """The fields of a group that both sides changed, where what differs is a list and what points at its entries.

    None where it cannot be taken apart: what else is in the group differs, or both sides moved the entries differently.
    """
    rows = (base, source, local)
    # Of two lists it is not known at which of them the rest points.
    names = {name for name in group if any(isinstance(row.get(name), list) for row in rows)}
    if len(names) != 1:
        return None
    (name,) = names
    three = _Three(*(row.get(name) or [] for row in rows))
    maps = [other for other in group if any(isinstance(row.get(other), dict) for row in rows)]
    others = [other for other in group if other != name and other not in maps]
    differing = [other for other in others if source.get(other) != local.get(other)]
    if not three.can_merge or any(not _points(other, three, rows) for other in differing):
        return None
    if not all(_is_map(row.get(other, {})) for other in maps for row in rows):
        return None
    return _united(name, three, _Beside(others, differing, maps), rows, settle)


def entry_sides(path: str, base: Entries, source: Entries, local: Entries) -> tuple[str, str]:
    """What became of an entry in the main administration and here: its name there, empty where it was removed.

    Of values by entry: the value on each side, and the entry itself where it has none.
    """
    if any(isinstance(side, Mapping) for side in (base, source, local)):
        return _values_of_entry(
            path, *(dict(side) if isinstance(side, Mapping) else {} for side in (base, source, local))
        )
    three = _Three(list(base or ()), list(source or ()), list(local or ()))
    entry = next((one for one in three.base if entry_place(field_path(path), one) == path), "")
    return three.theirs.get(entry) or "", three.ours.get(entry) or ""


def renamed_entries(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Return the entries that stand under another name now, by what they were; as merging would take them."""
    fates = _Three(before, after, before).theirs
    return {entry: became for entry, became in fates.items() if became not in (None, entry)}


def _values_of_entry(
    path: str, base: Mapping[str, str], source: Mapping[str, str], local: Mapping[str, str]
) -> tuple[str, str]:
    entries = {**base, **source, **local}
    entry = next((one for one in entries if entry_place(field_path(path), one) == path), entry_of(path))
    return source.get(entry, entry), local.get(entry, entry)


@dataclass(frozen=True)
class _Beside:
    """The other fields of the group: all, those that point at entries differently, and those with values by entry."""

    others: Sequence[str]
    pointing: Sequence[str]
    maps: Sequence[str]


@dataclass(frozen=True)
class _Three:
    """One list in the three places."""

    base: Sequence[str]
    source: Sequence[str]
    local: Sequence[str]

    @property
    def can_merge(self) -> bool:
        """Whether entries are told apart by their text, and no two of them were moved differently by both sides."""
        return all(map(_is_plain, (self.base, self.source, self.local))) and self.order() is not None

    def order(self) -> list[str] | None:
        """Every entry that either side has, a renamed one by its former name."""
        return merge_order(self.base, self._former(self.source), self._former(self.local), "")

    @cached_property
    def theirs(self) -> dict[str, str | None]:
        """What the main administration made of each entry of the base."""
        return self.fates(self.source)

    @cached_property
    def ours(self) -> dict[str, str | None]:
        """What this administration made of each entry of the base."""
        return self.fates(self.local)

    def fates(self, side: Sequence[str]) -> dict[str, str | None]:
        """What one side made of each entry of the base: the same, another name, or None where it was removed."""
        there = set(side)
        known = set(self.base)
        found: dict[str, str | None] = {entry: entry if entry in there else None for entry in self.base}
        for missing, after in _gaps(self.base, there):
            fresh = _fresh_after(side, after, known)
            # Of another number nobody can tell which became which, so those are removed and added.
            if len(fresh) == len(missing):
                found |= dict(zip(missing, fresh, strict=True))
        return found

    def _former(self, side: Sequence[str]) -> list[str]:
        former = {new: old for old, new in self.fates(side).items() if new is not None}
        return [former.get(entry, entry) for entry in side]


def _is_plain(values: object) -> bool:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return False
    # Stripped, as their places are: entries that differ in spaces only would share one.
    return len({value.strip() for value in values}) == len(values)


def _is_map(values: object) -> bool:
    return isinstance(values, dict) and all(isinstance(value, str) for value in values.values())


def _gaps(base: Sequence[str], there: set[str]) -> list[tuple[list[str], str | None]]:
    """Entries in a row that a side has no more, each row with the entry before it."""
    found: list[tuple[list[str], str | None]] = []
    before = None
    missing = []
    for entry in base:
        if entry not in there:
            missing.append(entry)
            continue
        found.append((missing, before))
        before = entry
        missing = []
    return [(gap, after) for gap, after in [*found, (missing, before)] if gap]


def _fresh_after(side: Sequence[str], after: str | None, known: set[str]) -> list[str]:
    """The new entries that stand where others stood: right after an entry, or at the beginning."""
    start = 0 if after is None else side.index(after) + 1
    fresh = []
    for entry in side[start:]:
        if entry in known:
            break
        fresh.append(entry)
    return fresh


def _points(name: str, three: _Three, rows: tuple[Row, Row, Row]) -> bool:
    """Whether a field points at entries of the list: every line of it is one, on each side."""
    lists = (three.base, three.source, three.local)
    return all(
        isinstance(row.get(name, ""), str) and set(row.get(name, "").splitlines()) <= set(entries)
        for row, entries in zip(rows, lists, strict=True)
    )


def _united(name: str, three: _Three, beside: _Beside, rows: tuple[Row, Row, Row], settle: Settle) -> dict[str, Any]:
    conflicts: dict[str, str] = {}
    became = {entry: entry for entry in (*three.source, *three.local) if entry not in three.base}
    theirs = three.theirs
    ours = three.ours
    values = [_Values(other, three, rows) for other in beside.maps]
    for entry in three.base:
        named = _newly_named(entry, beside.pointing, rows).union(*(one.changed(entry) for one in values))
        fate = _fate(entry, theirs[entry], ours[entry], named)
        if fate is None:
            conflicts[entry] = settle(entry_place(name, entry)) or LOCAL
        side = conflicts.get(entry, fate)
        if became_of := (theirs if side == SOURCE else ours)[entry]:
            became[entry] = became_of
    # Each once: one side may have added by hand what the other renamed an entry to.
    entries = list(dict.fromkeys(became[entry] for entry in three.order() or () if entry in became))
    merged: dict[str, Any] = {name: entries} if entries else {}
    for other in beside.others:
        value = rows[2].get(other)
        if other in beside.pointing:
            value = _pointing(other, rows, conflicts, became, set(entries), settle)
        merged |= {} if value in (None, "") else {other: value}
    for one in values:
        kept = {entry: value for entry, value in one.merged(became, conflicts, settle).items() if entry in entries}
        merged |= {one.name: kept} if kept else {}
    return merged


@dataclass(frozen=True)
class _Values:
    """What each entry of a list has beside it in one field, such as its label."""

    name: str
    three: _Three
    rows: tuple[Row, Row, Row]

    def sides(self, entry: str) -> tuple[str | None, str | None, str | None]:
        """The value of an entry before, there and here: empty without one, None where there is no such entry."""
        base, source, local = (row.get(self.name) or {} for row in self.rows)
        if entry in self.three.base:
            there = self.three.theirs[entry]
            here = self.three.ours[entry]
            return base.get(entry, ""), _value_of(source, there), _value_of(local, here)
        there = entry if entry in self.three.source else None
        here = entry if entry in self.three.local else None
        return None, _value_of(source, there), _value_of(local, here)

    def merged(self, became: Mapping[str, str], conflicts: Mapping[str, str], settle: Settle) -> dict[str, str]:
        """The value of each entry under what the entry is called now, from the side that changed it."""
        found = {called: self._merged(entry, conflicts, settle) for entry, called in became.items()}
        return {called: value for called, value in found.items() if value}

    def changed(self, entry: str) -> set[str]:
        """The sides that kept an entry and gave it another value."""
        before, there, here = self.sides(entry)
        return {side for side, value in ((SOURCE, there), (LOCAL, here)) if value not in (None, before)}

    def _merged(self, entry: str, conflicts: Mapping[str, str], settle: Settle) -> str:
        before, there, here = self.sides(entry)
        if there is None or here is None:
            return here or there or ""
        # Who decides about an entry decides about its value: that is not asked twice.
        side = conflicts.get(entry) or _changed_alone(before, there, here)
        side = side or settle(entry_place(self.name, entry)) or LOCAL
        return there if side == SOURCE else here


def _changed_alone(before: str | None, there: str, here: str) -> str:
    if there in (here, before):
        return LOCAL
    return SOURCE if here == before else ""


def _value_of(values: Mapping[str, str], called: str | None) -> str | None:
    return None if called is None else values.get(called, "")


def _fate(entry: str, theirs: str | None, ours: str | None, named: set[str]) -> str | None:
    """The side whose change of an entry holds; None where both changed it, or one removed what the other points at."""
    if theirs == ours:
        return LOCAL
    if ours == entry:
        return None if theirs is None and LOCAL in named else SOURCE
    if theirs == entry:
        return None if ours is None and SOURCE in named else LOCAL
    return None


def _newly_named(entry: str, pointing: Sequence[str], rows: tuple[Row, Row, Row]) -> set[str]:
    """The sides on which something points at an entry that did not before."""
    base, source, local = ({line for name in pointing for line in _lines(row, name)} for row in rows)
    return {side for side, named in ((SOURCE, source), (LOCAL, local)) if entry in named - base}


def _lines(row: Row, name: str) -> list[str]:
    return str(row.get(name, "")).splitlines()


def _pointing(
    name: str,
    rows: tuple[Row, Row, Row],
    conflicts: Mapping[str, str],
    became: Mapping[str, str],
    entries: set[str],
    settle: Settle,
) -> str:
    """The value of a field that points: of the side that changed it, along with what became of what it points at."""
    before, theirs, ours = (_lines(row, name) for row in rows)
    side = LOCAL if before == theirs else SOURCE
    if ours not in (before, theirs) and theirs != before:
        # Who decides about an entry decides about the default that was on it: that is not asked twice.
        sides = [conflicts[line] for line in before if line in conflicts]
        side = sides[0] if sides else settle(name) or LOCAL
    chosen, other = (theirs, ours) if side == SOURCE else (ours, theirs)
    follow = [
        [line for line in (became.get(line, line) for line in value) if line in entries]
        for value in (chosen, other, before)
    ]
    # A default whose entry went takes the other side's, which is in the list; one that was emptied stays empty.
    return "\n".join(next((value for value in follow if value), []) if chosen else [])
