"""The model's own merge of three values of an item: fields, links, parts and their order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]
Side = Callable[[str], str]

PART_UID = 4 << 64
"""The uid of a part is this plus its number."""


@dataclass(frozen=True)
class Shape:
    """Of one kind: its simple fields, how its parts are called, and their fields in groups that change as one."""

    simple: tuple[str, ...] = ("name", "description", "is_archived")
    part: str = ""
    of_part: tuple[tuple[str, ...], ...] = ()


SHAPES = {
    "type": Shape(),
    "form": Shape(part="field", of_part=(("label",), ("help_text",), ("reference",))),
    "flow": Shape(part="step", of_part=(("title",), ("type", "form"))),
    "scheme": Shape(("name", "currency", "is_default", "is_archived")),
    "layout": Shape(("name", "is_archived")),
    "vat": Shape(("name", "is_archived")),
}


def path_of(shape: Shape, part: int, name: str = "") -> str:
    """`field/<uid>` or `field/<uid>/<name>`, as decisions name it."""
    digits = f"{PART_UID + part:032x}"
    uid = "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
    return f"{shape.part}/{uid}/{name}" if name else f"{shape.part}/{uid}"


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
    shape: Shape, b: Item | None, s: Item, here: Item, force: Side, answer: Side
) -> tuple[Item, dict[str, str]]:
    """What comes out, and every conflict with the side that it took ("" while nobody has said so)."""
    conflicts: dict[str, str] = {}

    def ask(path: str) -> bool:
        conflicts[path] = answer(path)
        return conflicts[path] == "source"

    def values(paths: Sequence[str], names: Sequence[str], before: Any, theirs: Any, ours: Any) -> Any:
        taken = {name: theirs[name] for name in names}, {name: ours[name] for name in names}
        forced = {force(path) for path in paths} - {""}
        if forced:
            return taken[0] if "source" in forced else taken[1]
        known = {name: before.get(name) for name in names}
        if taken[0] in (taken[1], known):
            return taken[1]
        asked = next(path for path, name in zip(paths, names, strict=True) if theirs[name] != ours[name])
        return taken[0] if known == taken[1] or ask(asked) else taken[1]

    before = b or {"parts": {}, "order": ()}
    item: Item = {}
    for name in shape.simple:
        item |= values([name], [name], before, s, here)
    item["work_types"] = _links(b, s, here, force, ask)
    item["parts"] = {
        part: _part(shape, part, before["parts"].get(part), s["parts"].get(part), here["parts"].get(part), values)
        for part in {**here["parts"], **s["parts"]}
        if _stays(shape, part, b, s, here, force, ask)
    }
    item["order"] = _order(shape, b, s, here, item["parts"], force, ask)
    return item, conflicts


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
    known, found = before or {}, {}
    for names in shape.of_part:
        found |= values([path_of(shape, part, name) for name in names], names, known, theirs, ours)
    return found


def _stays(
    shape: Shape, part: int, b: Item | None, s: Item, here: Item, force: Side, ask: Callable[[str], bool]
) -> bool:
    """Whether a part is there: in both, added by one side, or removed by one and then kept."""
    theirs, ours, path = part in s["parts"], part in here["parts"], path_of(shape, part)
    if theirs and ours:
        return True
    if forced := force(path):
        return theirs if forced == "source" else ours
    if b is not None and part not in b["parts"]:
        return True
    if b is None or b["parts"][part] != (s if theirs else here)["parts"][part]:
        return theirs if ask(path) else ours
    return False


def _order(
    shape: Shape, b: Item | None, s: Item, here: Item, there: Any, force: Side, ask: Callable[[str], bool]
) -> tuple[int, ...]:
    theirs, ours = ([part for part in item["order"] if part in there] for item in (s, here))
    path = f"{shape.part}/order"
    side = force(path) or _mover(b, theirs, ours, there)
    if not side:
        side = "source" if ask(path) else "local"
    leading, other = (theirs, ours) if side == "source" else (ours, theirs)
    return _with_followers(leading, other)


def _mover(b: Item | None, theirs: list[int], ours: list[int], there: Any) -> str:
    """The side that moved something; empty when both did, or when nobody knows what it was."""
    both = set(theirs) & set(ours)
    if [part for part in theirs if part in both] == [part for part in ours if part in both]:
        return "local"
    if b is None:
        return ""
    known = [part for part in b["order"] if part in both and part in there]
    if [part for part in theirs if part in known] == known:
        return "local"
    return "source" if [part for part in ours if part in known] == known else ""


def _with_followers(leading: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """What only the other side has comes right after what it stood behind there."""
    found = list(leading)
    for place, part in enumerate(other):
        if part not in found:
            found.insert(found.index(other[place - 1]) + 1 if place else 0, part)
    return tuple(found)
