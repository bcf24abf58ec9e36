"""The model's own merge of three values of an item: fields, links, sections, parts and their order."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Item = dict[str, Any]
Side = Callable[[str], str]

PART_UID, SECTION_UID = 4 << 64, 3 << 64
"""The uid of a part, or of a section, is this plus its number."""


@dataclass(frozen=True)
class Shape:
    """Of one kind: its simple fields, how its parts are called, and their fields in groups that change as one.

    `above` is what its parts stand in, if they do.
    """

    simple: tuple[str, ...] = ("name", "description", "is_archived")
    part: str = ""
    of_part: tuple[tuple[str, ...], ...] = ()
    above: str = ""


SHAPES = {
    "type": Shape(),
    "form": Shape(part="field", of_part=(("label",), ("help_text",), ("options",), ("reference",)), above="section"),
    "flow": Shape(part="step", of_part=(("title",), ("type", "form"))),
    "scheme": Shape(("name", "currency", "is_default", "is_archived")),
    "layout": Shape(("name", "is_archived")),
    "vat": Shape(("name", "is_archived")),
}


def path_of(shape: Shape, part: int, name: str = "") -> str:
    """`field/<uid>` or `field/<uid>/<name>`, as decisions name it."""
    return _path(f"{shape.part}/{UUID(int=PART_UID + part)}", name)


def field_of(path: str) -> str:
    """The path of the list of which a path names an entry; any other path itself."""
    return path.partition("#")[0]


def section_path(section: int, name: str = "") -> str:
    """`section/<uid>` or `section/<uid>/<name>`."""
    return _path(f"section/{UUID(int=SECTION_UID + section)}", name)


def _path(place: str, name: str) -> str:
    return f"{place}/{name}" if name else place


def widened(shape: Shape, paths: Iterable[str]) -> frozenset[str]:
    """These paths, and those of the fields that only make sense together with one of them."""
    found = set(paths)
    for path in list(found):
        above, _slash, name = path.rpartition("/")
        found |= {f"{above}/{mate}" for group in shape.of_part if above and name in group for mate in group}
    return frozenset(found)


def covers(paths: Iterable[str], path: str) -> bool:
    """Whether a path, or something above it, is among the paths."""
    return any(not above or path == above or path.startswith(f"{above}/") for above in paths)


def merge_items(
    shape: Shape, b: Item | None, s: Item, here: Item, force: Side, answer: Side, wish: Side = lambda path: ""
) -> tuple[Item, dict[str, str]]:
    """What comes out, and every conflict with the side that it took ("" while nobody has said so).

    `wish` is what was decided, which an order in one section takes that is in conflict in another.
    """
    conflicts: dict[str, str] = {}

    def ask(path: str) -> bool:
        conflicts[path] = answer(path)
        return conflicts[path] == "source"

    def values(paths: Sequence[str], names: Sequence[str], before: Any, theirs: Any, ours: Any) -> Any:
        taken = {name: theirs[name] for name in names}, {name: ours[name] for name in names}
        forced = {force(path) for path in paths} - {""}
        if forced:
            return taken[0] if "source" in forced else taken[1]
        known = before and {name: before.get(name) for name in names}
        if taken[0] in (taken[1], known):
            return taken[1]
        if names == ("options",) and known and known != taken[1]:
            entries = merge_lists(
                known["options"], theirs["options"], ours["options"], lambda entry: ask(f"{paths[0]}#{entry.strip()}")
            )
            if entries is not None:
                return {"options": entries}
        asked = next(path for path, name in zip(paths, names, strict=True) if theirs[name] != ours[name])
        return taken[0] if known == taken[1] or ask(asked) else taken[1]

    before = b or {"parts": {}, "order": (), "sections": {}, "heads": ()}
    item: Item = {}
    for name in shape.simple:
        item |= values([name], [name], before, s, here)
    item["work_types"] = _links(b, s, here, force, ask)
    there = _sections(b, s, here, force, ask)
    item["sections"] = {
        section: _section(section, before["sections"], s["sections"], here["sections"], values)
        for section, side in there.items()
        if side != GONE
    }
    item["heads"] = _order("section/order", b, s, here, item["sections"], "heads", force, ask, wish)
    item["parts"] = {
        part: _part(shape, part, before["parts"].get(part), s["parts"].get(part), here["parts"].get(part), values)
        for part in {**here["parts"], **s["parts"]}
        if _stays(shape, part, b, s, here, there, force, ask)
    }
    item["order"] = _order_of_parts(shape, b, s, here, item, force, ask, wish)
    return item, conflicts


GONE, THERE = "gone", "there"
"""What becomes of a section; or the side that a conflict about it took, which what stands in it takes as well."""


def _sections(b: Item | None, s: Item, here: Item, force: Side, ask: Callable[[str], bool]) -> dict[int, str]:
    found = {}
    for section in {**here["sections"], **s["sections"]}:
        theirs, ours, path = section in s["sections"], section in here["sections"], section_path(section)
        if theirs and ours:
            found[section] = THERE
        elif forced := force(path):
            found[section] = THERE if (theirs if forced == "source" else ours) else GONE
        elif b is not None and section not in b["sections"]:
            found[section] = THERE
        elif b is None or _is_edited(section, b, *((s, here) if theirs else (here, s))):
            takes = "source" if ask(path) else "local"
            found[section] = takes if (theirs if takes == "source" else ours) else GONE
        else:
            found[section] = GONE
    return found


def _is_edited(section: int, b: Item, has: Item, lacks: Item) -> bool:
    """Whether removing a section would lose what was done to it, or to what stands in it."""
    lost = {n: part for n, part in has["parts"].items() if part.get("section") == section and n not in lacks["parts"]}
    edited = any(part != b["parts"].get(number) for number, part in lost.items())
    return edited or has["sections"][section] != b["sections"].get(section)


def _section(section: int, known: Any, theirs: Any, ours: Any, values: Callable[..., Any]) -> Item:
    if section not in theirs or section not in ours:
        return dict(theirs.get(section) or ours[section])
    path = section_path(section, "title")
    return dict(values([path], ["title"], known.get(section) or {}, theirs[section], ours[section]))


def couple_forms(s: Item, own: Item, former: Item | None) -> tuple[Item, frozenset[str]]:
    """The main's form with the questions and the sections that only the child's has, and the paths of those sections.

    `former` is what the child's followed, if it did: of that only stays what was made or edited there. A question that
    both have, by the id that it came with, is the main's, and a section of which all questions are goes. Titles are
    never the same.
    """
    known = {part["reference"] for part in s["parts"].values()}
    was = former or {"parts": {}, "sections": {}}
    paired = set()
    for number in own["order"]:
        reference = was["parts"].get(number, own["parts"][number])["reference"]
        if reference in known:
            known.remove(reference)
            paired.add(number)
    parts = {n: part for n, part in own["parts"].items() if n not in paired and part != was["parts"].get(n)}
    filled = {part["section"] for part in parts.values()}
    full = {part["section"] for part in own["parts"].values()}
    left = {part["section"] for number, part in own["parts"].items() if number not in paired}
    sections = {
        section: title
        for section, title in own["sections"].items()
        if section in filled or (title != was["sections"].get(section) and (section not in full or section in left))
    }
    heads = _led("source", s["heads"], [section for section in own["heads"] if section in sections])
    item = {**s, "sections": {**s["sections"], **sections}, "heads": heads, "parts": {**s["parts"], **parts}}
    order = [part for part in (*s["order"], *own["order"]) if part in item["parts"]]
    order.sort(key=lambda part: heads.index(item["parts"][part]["section"]))
    return {**item, "order": tuple(order)}, frozenset(map(section_path, sections))


def _links(b: Item | None, s: Item, here: Item, force: Side, ask: Callable[[str], bool]) -> frozenset[int]:
    theirs, ours = s["work_types"], here["work_types"]
    if forced := force("work_types"):
        return theirs if forced == "source" else ours
    if b is None:
        return ours if theirs == ours or not ask("work_types") else theirs
    added, removed = theirs - b["work_types"], b["work_types"] - theirs
    return (ours | added) - removed


def _part(shape: Shape, part: int, before: Any, theirs: Any, ours: Any, values: Callable[..., Any]) -> Item:
    if theirs is None or ours is None:
        return dict(theirs or ours)
    known, found = before or {}, {name: ours[name] for name in ("section",) if name in ours}
    for names in shape.of_part:
        found |= values([path_of(shape, part, name) for name in names], names, before and known, theirs, ours)
    return found


def _stays(
    shape: Shape,
    part: int,
    b: Item | None,
    s: Item,
    here: Item,
    sections: dict[int, str],
    force: Side,
    ask: Callable[[str], bool],
) -> bool:
    """Whether a part is there: in both, added by one side, or removed by one and then kept; what it stands in, too."""
    theirs, ours, path = part in s["parts"], part in here["parts"], path_of(shape, part)
    if theirs and ours:
        return True
    above = (s if theirs else here)["parts"][part].get("section")
    if sections.get(above) == GONE:
        return False
    if forced := force(path):
        return theirs if forced == "source" else ours
    if b is not None and part not in b["parts"]:
        return True
    if sections.get(above) in ("source", "local"):
        return theirs if sections[above] == "source" else ours
    if b is None or b["parts"][part] != (s if theirs else here)["parts"][part]:
        return theirs if ask(path) else ours
    return False


def _order_of_parts(
    shape: Shape, b: Item | None, s: Item, here: Item, item: Item, force: Side, ask: Callable[[str], bool], wish: Side
) -> tuple[int, ...]:
    """The parts section by section; or all of them, where they stand in none."""
    found: list[int] = []
    for section in item["heads"] if shape.above else (None,):
        there = {number for number, part in item["parts"].items() if part.get("section") == section}
        found += _order(f"{shape.part}/order", b, s, here, there, "order", force, ask, wish)
    return tuple(found)


def _order(
    path: str,
    b: Item | None,
    s: Item,
    here: Item,
    there: Any,
    name: str,
    force: Side,
    ask: Callable[[str], bool],
    wish: Side,
) -> tuple[int, ...]:
    theirs, ours = ([part for part in item[name] if part in there] for item in (s, here))
    side = force(path)
    if not side and (side := _mover(None if b is None else b[name], theirs, ours, there)):
        side = wish(path) or side
    if not side:
        side = "source" if ask(path) else "local"
    return _led(side, theirs, ours)


def _led(side: str, theirs: Sequence[Any], ours: Sequence[Any]) -> tuple[Any, ...]:
    """Everything of both in the order of one side; behind the same one comes first what the main has put there."""
    if side == "source":
        return _with_followers(theirs, ours, {part for part in theirs if part not in ours})
    return _with_followers(ours, theirs, set())


def _mover(base: Sequence[Any] | None, theirs: list[Any], ours: list[Any], there: Any) -> str:
    """The side that moved something; empty when both did, or when nobody knows what it was."""
    both = set(theirs) & set(ours)
    if [part for part in theirs if part in both] == [part for part in ours if part in both]:
        return "local"
    if base is None:
        return ""
    known = [part for part in base if part in both and part in there]
    if [part for part in theirs if part in known] == known:
        return "local"
    return "source" if [part for part in ours if part in known] == known else ""


def merge_lists(
    base: Sequence[str], theirs: Sequence[str], ours: Sequence[str], ask: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """A list to choose from, entry by entry; None where both moved entries differently."""
    fates = [_fates(base, side) for side in (theirs, ours)]
    named = [{new: old for old, new in found.items() if new} for found in fates]
    orders = [[was.get(entry, entry) for entry in side] for side, was in zip((theirs, ours), named, strict=True)]
    side = _mover(base, *orders, set(base))
    if not side:
        return None
    became = {entry: entry for entry in (*theirs, *ours)}
    for entry in base:
        there, here = (found[entry] for found in fates)
        if there != here and entry not in (there, here):
            became[entry] = there if ask(entry) else here
        else:
            became[entry] = here if there == entry else there
    order = _led(side, *orders)
    return tuple(dict.fromkeys(became[entry] for entry in order if became[entry]))


def _fates(base: Sequence[str], side: Sequence[str]) -> dict[str, str]:
    """What one side calls each entry now; empty where it is gone. As many new ones in its place are those, renamed."""
    fates = {entry: entry if entry in side else "" for entry in base}
    for before in ("", *(entry for entry in base if entry in side)):
        gone, new = (_run_after(before, found, other) for found, other in ((base, side), (side, base)))
        if len(gone) == len(new):
            fates |= dict(zip(gone, new, strict=True))
    return fates


def _run_after(before: str, entries: Sequence[str], other: Sequence[str]) -> list[str]:
    """The entries right after one, or at the beginning, up to the first that the other list has as well."""
    start = entries.index(before) + 1 if before else 0
    return list(itertools.takewhile(lambda entry: entry not in other, entries[start:]))


def _with_followers(leading: Sequence[Any], other: Sequence[Any], first: set[Any]) -> tuple[Any, ...]:
    """What only the other side has comes after what it stood behind there, and after what comes first in that place."""
    found = list(leading)
    for place, part in enumerate(other):
        if part not in found:
            behind = found.index(other[place - 1]) + 1 if place else 0
            while behind < len(found) and found[behind] in first:
                behind += 1
            found.insert(behind, part)
    return tuple(found)
