"""Merging one item: what the main changed and what was changed here since the base, field by field and part by part.

A field changed on one side takes that side; changed on both sides to the same value, that value; to different values,
it is a conflict, which a decision settles or which stays open. Fields that are declared to change together count as
one. Links are sets: what either side added or removed. A list to choose from is merged entry by entry (`lists`). A
part that one side removed and the other left alone is removed; edited there, it is a conflict. The order of parts is
one field; parts of one side keep their predecessor.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .differences import ORDER, PARTS, Document
from .lists import LOCAL, SOURCE, unite
from .ordering import merge_order

Chooser = Callable[[str], str]
"""Gives for a path the side that it takes, `LOCAL` or `SOURCE`; empty when nobody has said so."""

Rows = dict[str, Mapping[str, Any]]

Follow = Callable[[Document, Document, Document], Collection[str] | None]
"""Gives what a link has where the texts of a merged document name it: of the document, of the source and local. None
where both sides name the same, so that the link is merged like any other."""


@dataclass(frozen=True)
class PartShape:
    """One part model: its name, by which key its rows name the part above them (empty below the item itself), and the
    field by which a row without a common uid is recognised, if any.
    """

    name: str
    above: str = ""
    above_key: str = ""
    key: str = ""
    inside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shape:
    """What merging must know of a kind: the field with its name, its links, its parts from the top down, and by part
    name (empty for the item itself) the fields that change as one. `in_texts` are the links that follow from texts,
    each with the kind that it links and what gives the names in a document; `named` is what that comes to.
    """

    name_field: str = "name"
    links: frozenset[str] = frozenset()
    in_texts: Mapping[str, tuple[str, Callable[[Document], Collection[str]]]] = field(default_factory=dict)
    named: Mapping[str, Follow] = field(default_factory=dict)
    parts: tuple[PartShape, ...] = ()
    together: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)


class Conflict(NamedTuple):
    """Both sides changed this; `side` is what was decided, empty while nobody has."""

    path: str
    side: str


@dataclass(frozen=True)
class Merged:
    """The document that comes out, its conflicts, and the paths of what would point at something that is not there."""

    document: dict[str, Any]
    conflicts: tuple[Conflict, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return any(not conflict.side for conflict in self.conflicts)


def nobody(path: str) -> str:
    """The chooser that has no opinion."""
    return ""


def merge(
    *,
    base: Document | None,
    source: Document,
    local: Document,
    shape: Shape,
    answers: Chooser = nobody,
    forced: Chooser = nobody,
    wishes: Chooser = nobody,
    needed: Chooser = nobody,
) -> Merged:
    """Merge three documents of one item. Without a base every difference is a conflict.

    `answers` settles conflicts; `forced` settles a path whether or not it is one (pins, locks, putting back); `wishes`
    settles what is no conflict (decisions); `needed` gives the side of a part that something in it needs to stand in.
    """
    return _Merge(base, source, local, shape, answers, forced, wishes, needed).run()


class _Merge:
    def __init__(
        self,
        base: Document | None,
        source: Document,
        local: Document,
        shape: Shape,
        answers: Chooser,
        forced: Chooser,
        wishes: Chooser,
        needed: Chooser,
    ) -> None:
        self.base = base
        self.source = source
        self.local = local
        self.shape = shape
        self.answers = answers
        self.forced = forced
        self.wishes = wishes
        self.needed = needed
        self.conflicts: dict[str, str] = {}
        self.broken: list[str] = []
        self.sides: dict[str, str] = {}
        """Of parts that one side lacks: the side that was taken, which holds for what stands in them as well."""

    def run(self) -> Merged:
        document: dict[str, Any] = self._row("", self.base, self.source, self.local, {*self.shape.links, PARTS})
        # Sorted: a set comes in another order in each process, and conflicts are kept in the order they are met in.
        for link in sorted(self.shape.links):
            if others := self._link(link, document):  # documents leave out what is empty
                document[link] = others
        parts: dict[str, list[dict[str, Any]]] = {}
        for part in self.shape.parts:
            rows = self._part(part, parts)
            if rows:
                parts[part.name] = rows
        # As the sides have it: a document of a kind with parts names them where there are none as well, and only so is
        # what was merged equal to the document that it came to.
        if parts or (PARTS in self.source and PARTS in self.local):
            document[PARTS] = parts
        # At the end, because a row may point at one of a part that is merged after it.
        self._check_inside(parts)
        return Merged(document, tuple(Conflict(*found) for found in self.conflicts.items()), tuple(self.broken))

    def _settle(self, path: str) -> str:
        """A conflict: the side that was decided, local for as long as nobody has."""
        self.conflicts[path] = self.answers(path)
        return self.conflicts[path] or LOCAL

    def _row(
        self,
        prefix: str,
        base: Document | None,
        source: Document,
        local: Document,
        without: Collection[str] = (),
        part: str = "",
    ) -> dict[str, Any]:
        # Not of the base: a name that only the base has was emptied on both sides.
        left_out = {*without, "uid"}
        names = dict.fromkeys(name for name in (*source, *local) if name not in left_out)
        merged: dict[str, Any] = {}
        for group in _groups(names, self.shape.together.get(part, ())):
            merged |= self._group(prefix, group, base, source, local)
        return merged

    def _group(
        self, prefix: str, group: tuple[str, ...], base: Document | None, source: Document, local: Document
    ) -> Mapping[str, Any]:
        """The values of fields that change as one: of one side, or of both where a list can be taken apart."""
        side = self._side_of(prefix, group, base, source, local)
        united = None
        # Of what was never synced nobody can tell which side added an entry and which removed it.
        if not side and base is not None:
            united = unite(group, base, source, local, lambda place: self._settle(prefix + place))
        if united is not None:
            return united
        chosen = source if (side or self._settle(prefix + _differing(group, source, local))) == SOURCE else local
        return {name: chosen[name] for name in group if name in chosen}

    def _side_of(
        self, prefix: str, group: tuple[str, ...], base: Document | None, source: Document, local: Document
    ) -> str:
        """The side that a group takes; empty where both sides changed it differently."""
        # A lock of one field goes before a pin of another where the two only make sense together.
        forced = {self.forced(prefix + name) for name in group} - {""}
        if forced:
            return SOURCE if SOURCE in forced else LOCAL
        ours, theirs = [[row.get(name) for name in group] for row in (local, source)]
        before = None if base is None else [base.get(name) for name in group]
        if ours == theirs:
            return LOCAL
        if before not in (ours, theirs):
            return ""
        # Not for a conflict: of that the plan remembers how it was settled, so `answers` settles it.
        wished = {self.wishes(prefix + name) for name in group} - {""}
        if wished:
            return SOURCE if SOURCE in wished else LOCAL
        return LOCAL if before == theirs else SOURCE

    def _link(self, name: str, merged: Document) -> list[str]:
        if name in self.shape.named:
            named = self.shape.named[name](merged, self.source, self.local)
            if named is not None:
                return sorted(named)
        source = set(self.source.get(name, ()))
        local = set(self.local.get(name, ()))
        if forced := self.forced(name):
            return sorted(source if forced == SOURCE else local)
        # Uniting what was never synced would bring back what either side removed, so it is one question.
        if self.base is None:
            return sorted(local if source == local or self._settle(name) == LOCAL else source)
        if wished := self.wishes(name):
            return sorted(source if wished == SOURCE else local)
        base = set(self.base.get(name, ()))
        # Sorted as in every document: links have no order, and the digest must not depend on one.
        return sorted((local | (source - base)) - (base - source))

    def _part(self, part: PartShape, done: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        base, source, local = (rows_of(document, part.name) for document in (self.base, self.source, self.local))
        above = {row["uid"] for row in done.get(part.above, ())}
        merged: dict[str, dict[str, Any]] = {}
        for uid in {**local, **source}:
            if not self._is_there(part, uid, base, source, local):
                continue
            row = {"uid": uid, **self._part_row(part, uid, base, source, local)}
            # What stood in a section goes with it, but what both sides have, or somebody asked for, not unseen.
            if not part.above or row.get(part.above_key) in above:
                merged[uid] = row
            elif (uid in source and uid in local) or self._is_wanted(f"{part.name}/{uid}"):
                self.broken.append(f"{part.name}/{uid}/{part.above_key}")
        return self._ordered(part, merged, done, (base, source, local))

    def _part_row(self, part: PartShape, uid: str, base: Rows, source: Rows, local: Rows) -> dict[str, Any]:
        if uid not in source or uid not in local:
            return {name: value for name, value in (source.get(uid) or local[uid]).items() if name != "uid"}
        before = base.get(uid)
        return self._row(f"{part.name}/{uid}/", before, source[uid], local[uid], part=part.name)

    def _is_there(self, part: PartShape, uid: str, base: Rows, source: Rows, local: Rows) -> bool:
        if uid in source and uid in local:
            return True
        return uid in (source if self._presence(part, uid, base, source, local) == SOURCE else local)

    def _presence(self, part: PartShape, uid: str, base: Rows, source: Rows, local: Rows) -> str:
        """Whether a part that one side lacks is there, as the side that is taken."""
        path = f"{part.name}/{uid}"
        row = source.get(uid) or local[uid]
        above = f"{part.above}/{row.get(part.above_key)}"
        wished = self.wishes(path)
        needed = self.needed(path)
        # What became of a section holds for its fields, but what is said of a field itself goes first.
        if forced := self.forced(path) or (above in self.sides and (wished or needed or self.sides[above])):
            self.sides[path] = forced
            return forced
        if needed and not wished:
            return needed  # what else stands in it is not kept by that, so its side is not remembered
        has, lacks = (self.source, self.local) if uid in source else (self.local, self.source)
        is_added = self.base is not None and uid not in base
        if not is_added and (self.base is None or self._is_edited(part, uid, has, lacks)):
            self.sides[path] = self._settle(path)
        elif wished:
            self.sides[path] = wished
        else:
            # The side that added or removed it. Nobody said so, so what stands in it is still judged by itself.
            return SOURCE if (uid in source) is is_added else LOCAL
        return self.sides[path]

    def _is_wanted(self, path: str) -> bool:
        """Whether somebody said of a part itself that it is to be there, so that it must not be lost unseen."""
        return bool(self.forced(path) or self.wishes(path))

    def _is_edited(self, part: PartShape, uid: str, has: Document, lacks: Document) -> bool:
        """Whether removing a part would lose what the side that has it did to it, or to what lies below it."""
        assert self.base is not None  # without one, `_presence` asks and does not come here
        if rows_of(has, part.name)[uid] != rows_of(self.base, part.name).get(uid):
            return True
        for below in self.shape.parts:
            if below.above == part.name:
                elsewhere = rows_of(lacks, below.name)
                for other, row in rows_of(has, below.name).items():
                    # A question that the other side moved elsewhere does not go with its section.
                    is_lost = row.get(below.above_key) == uid and other not in elsewhere
                    if is_lost and self._is_edited(below, other, has, lacks):
                        return True
        return False

    def _ordered(
        self,
        part: PartShape,
        rows: Mapping[str, dict[str, Any]],
        done: Mapping[str, list[dict[str, Any]]],
        sides: tuple[Rows, Rows, Rows],
    ) -> list[dict[str, Any]]:
        path = f"{part.name}/{ORDER}"
        parents = [row["uid"] for row in done.get(part.above, ())] if part.above else [None]
        found = []
        # Below each section by itself, but asked as one: the order of parts is one field.
        for parent in parents:
            members = [uid for uid, row in rows.items() if not part.above or row.get(part.above_key) == parent]
            # A set, because three lists are searched for each, and a form may have thousands of fields.
            of_parent = frozenset(members)
            base, source, local = ([uid for uid in side if uid in of_parent] for side in sides)
            known = None if self.base is None else base
            forced = self.forced(path)
            merged = merge_order(known, source, local, forced)
            if merged is not None and not forced:
                # Only where the orders agree: what both moved differently is a conflict, with its own answer.
                merged = merge_order(known, source, local, self.wishes(path))
            if merged is None:
                merged = merge_order(base, source, local, self._settle(path))
            assert merged is not None
            found += [rows[uid] for uid in merged]
        return found

    def _check_inside(self, parts: Mapping[str, list[dict[str, Any]]]) -> None:
        for part in self.shape.parts:
            for name, target in part.inside.items():
                there = {row["uid"] for row in parts.get(target, ())}
                self.broken += [
                    f"{part.name}/{row['uid']}/{name}"
                    for row in parts.get(part.name, ())
                    if row.get(name) and row[name] not in there
                ]


def _differing(group: tuple[str, ...], source: Document, local: Document) -> str:
    # Not simply the first of the group: pages show only what differs, and there the question is answered.
    return next(name for name in group if source.get(name) != local.get(name))


def rows_of(document: Document | None, part: str) -> Rows:
    """The rows of one part in a document, by uid; none when there is no document."""
    return {} if document is None else {row["uid"]: row for row in document.get(PARTS, {}).get(part, ())}


def _groups(names: Collection[str], together: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    grouped = {name: group for group in together for name in group}
    given: set[tuple[str, ...]] = set()
    for name in names:
        group = grouped.get(name, (name,))
        if group not in given:
            given.add(group)
            yield group
