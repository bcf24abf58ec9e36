"""Which side each place of one item takes by what was said about it: locks first, then pins, then decisions.

What is pinned, agreed or decided about a part holds for whatever stands in it. What stays, or comes back, takes the
parts around it along, because it can stand nowhere else; what else is in those is not kept by that.
"""

from collections.abc import Collection, Iterable, Mapping

from .differences import PARTS, Document
from .lists import LOCAL, SOURCE, field_path
from .merging import Chooser, Shape
from .values import Decision
from .verdicts import Word

SIDES = {
    Word.KEEP_LOCAL: LOCAL,
    Word.LEAVE: LOCAL,
    Word.OVERWRITE: SOURCE,
    Word.PUT_BACK: SOURCE,
    Word.BRING_BACK: SOURCE,
}
"""The side that a decision about a place takes."""


class Places:
    """Which part of an item stands in which, by the first of these documents that has it."""

    def __init__(self, shape: Shape, *documents: Document | None) -> None:
        self._around: dict[str, str] = {}
        self._moving = {(part.name, part.above_key) for part in shape.parts if part.above}
        for document in filter(None, documents):
            for part in shape.parts:
                for row in document.get(PARTS, {}).get(part.name, ()) if part.above else ():
                    self._around.setdefault(f"{part.name}/{row['uid']}", f"{part.above}/{row.get(part.above_key)}")

    def outwards(self, path: str) -> list[str]:
        """A path and everything that it stands in: an entry of a list, its field, its part, the part around that."""
        steps = field_path(path).split("/")
        found = [path, *("/".join(steps[:length]) for length in range(len(steps), 0, -1))]
        part = "/".join(steps[:2])
        # By what stands around it and not by the path, which does not name the section that a field is in.
        while part in self._around:
            part = self._around[part]
            found.append(part)
        return list(dict.fromkeys(found))

    def cover(self, paths: Collection[str], path: str) -> bool:
        """Whether a path, or something that it stands in, is among the paths; the empty path is the whole item."""
        return "" in paths or any(place in paths for place in self.outwards(path))

    def around(self, paths: Iterable[str], beside: "Places") -> set[str]:
        """The parts without which what these paths name has nowhere to stand: a part, or the place of one that is on
        the other side as well, and so stays."""
        found: set[str] = set()
        for path in paths:
            steps = path.split("/")
            part = "/".join(steps[:2])
            is_place = len(steps) == 3 and (steps[0], steps[2]) in self._moving and part in beside._around
            while part in self._around and (len(steps) == 2 or is_place):
                part = self._around[part]
                found.add(part)
        return found


class Sides:
    """What was said about the places of one item, and what that comes to for each path."""

    def __init__(
        self,
        shape: Shape,
        *,
        base: Document | None,
        source: Document | None,
        local: Document | None,
        locks: frozenset[str] = frozenset(),
        pins: frozenset[str] = frozenset(),
        agreed: frozenset[str] = frozenset(),
        decisions: Iterable[Decision] = (),
    ) -> None:
        self._shape = shape
        self._locks = locks
        self._pins = pins
        self._agreed = agreed
        self._decided = {decision.path: decision for decision in decisions if decision.path}
        # Without documents a path reaches no further than its own part: fields in a locked section are locked apart.
        self._fields = Places(shape)
        self._in_main = Places(shape, source)
        # The administration's own document first: what is said of a section holds for what stands in it here.
        self._places = Places(shape, local, source, base)
        self._here = Places(shape, local)
        self.needed = self.needed_with(())

    def forced(self, path: str) -> str:
        """The side that a lock or a pin gives to a place, whatever anybody decides; empty where there is neither.

        A lock of a part brings back what the main has in it, and leaves the fields of that to be locked themselves.
        """
        is_part = path.count("/") == 1
        if (self._in_main if is_part else self._fields).cover(self._locks, path):
            return SOURCE
        return LOCAL if self._places.cover(self._pins, path) else ""

    def pinned_first(self, path: str) -> str:
        """The same as `forced`, were a pin to go before a lock."""
        return LOCAL if self._places.cover(self._pins, path) else self.forced(path)

    def decided(self, path: str) -> str:
        """The side that was decided for a place, or else for what it stands in."""
        # the nearest first: what is said of a field goes before what is said of its section
        for place in self._places.outwards(path):
            if place in self._decided:
                return SIDES.get(self._decided[place].word, "")
        return ""

    def is_agreed(self, path: str) -> bool:
        """Whether it was agreed earlier that a place stays as it is here."""
        return self._places.cover(self._agreed, path)

    def around(self, conflicts: Mapping[str, str]) -> Chooser:
        """The main's side for whatever only changed here: not for conflicts, nor for what anybody wants to keep."""
        kept = self._agreed | conflicts.keys()
        # Conflicts that nobody settled as well: were the section put back, the question would go unseen with it.
        needed = self.needed_with({*self._agreed, *(path for path, side in conflicts.items() if side != SOURCE)})

        def side(path: str) -> str:
            stays = self.decided(path) or needed(path) or self._places.cover(kept, path)
            return self.forced(path) or ("" if stays else SOURCE)

        return side

    def pinned(self, path: str) -> str:
        """What of a base stays as it was: what is pinned, and not locked, so that the main's is to be told again."""
        return LOCAL if self.forced(path) == LOCAL else ""

    def needed_in(self, base: Document) -> Chooser:
        """The parts of a base that what is pinned in it needs to stand in."""
        needed = Places(self._shape, base).around(filter(self.pinned, self._pins), self._in_main)
        return lambda path: LOCAL if path in needed else ""

    def needed_with(self, kept: Iterable[str]) -> Chooser:
        """The side that a part takes because something in it stays or comes back; what is `kept` stays as well."""
        decided = {path: SIDES.get(decision.word) for path, decision in self._decided.items()}
        stay = {*kept, *self._pins, *(path for path, side in decided.items() if side == LOCAL)}
        come = {*self._locks, *(path for path, side in decided.items() if side == SOURCE)}
        # What a lock or a pin overrules brings nothing along either.
        here = self._here.around((path for path in stay if self.forced(path) != SOURCE), self._in_main)
        there = self._in_main.around((path for path in come if self.forced(path) != LOCAL), self._here)
        needed = {**dict.fromkeys(here, LOCAL), **dict.fromkeys(there, SOURCE)}
        return lambda path: needed.get(path, "")
