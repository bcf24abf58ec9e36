"""The model's own merge of three values of an item: fields, links, parts and their order."""

from collections.abc import Callable, Sequence
from typing import Any

Item = dict[str, Any]
Side = Callable[[str], str]

SIMPLE = ("name", "description", "is_archived")
OF_PART = ("label", "help_text", "reference")
PART_UID = 4 << 64
"""The uid of a part is this plus its number."""


def path_of(part: int, name: str = "") -> str:
    """`field/<uid>` or `field/<uid>/<name>`, as decisions name it."""
    digits = f"{PART_UID + part:032x}"
    uid = "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
    return f"field/{uid}/{name}" if name else f"field/{uid}"


def merge_items(b: Item | None, s: Item, here: Item, force: Side, answer: Side) -> tuple[Item, dict[str, str]]:
    """What comes out, and every conflict with the side that it took ("" while nobody has said so)."""
    conflicts: dict[str, str] = {}

    def ask(path: str) -> bool:
        conflicts[path] = answer(path)
        return conflicts[path] == "source"

    def value(path: str, before: Any, theirs: Any, ours: Any) -> Any:
        if forced := force(path):
            return theirs if forced == "source" else ours
        if ours == theirs or before == theirs:
            return ours
        return theirs if before == ours or ask(path) else ours

    before = b or {"parts": {}, "order": ()}
    item = {name: value(name, before.get(name), s[name], here[name]) for name in SIMPLE}
    item["work_types"] = _links(b, s, here, force, ask)
    item["parts"] = {
        part: _part(part, before["parts"].get(part), s["parts"].get(part), here["parts"].get(part), value)
        for part in {**here["parts"], **s["parts"]}
        if _stays(part, b, s, here, force, ask)
    }
    item["order"] = _order(b, s, here, item["parts"], force, ask)
    return item, conflicts


def _links(b: Item | None, s: Item, here: Item, force: Side, ask: Callable[[str], bool]) -> frozenset[int]:
    theirs, ours = s["work_types"], here["work_types"]
    if forced := force("work_types"):
        return theirs if forced == "source" else ours
    if b is None:
        return ours if theirs == ours or not ask("work_types") else theirs
    added, removed = theirs - b["work_types"], b["work_types"] - theirs
    return (ours | added) - removed


def _part(part: int, before: Any, theirs: Any, ours: Any, value: Callable[..., Any]) -> dict[str, str]:
    if theirs is None or ours is None:
        return dict(theirs or ours)
    known = before or {}
    return {name: value(path_of(part, name), known.get(name), theirs[name], ours[name]) for name in OF_PART}


def _stays(part: int, b: Item | None, s: Item, here: Item, force: Side, ask: Callable[[str], bool]) -> bool:
    """Whether a part is there: in both, added by one side, or removed by one and then kept."""
    theirs, ours = part in s["parts"], part in here["parts"]
    if theirs and ours:
        return True
    if forced := force(path_of(part)):
        return theirs if forced == "source" else ours
    if b is not None and part not in b["parts"]:
        return True
    if b is None or b["parts"][part] != (s if theirs else here)["parts"][part]:
        return theirs if ask(path_of(part)) else ours
    return False


def _order(b: Item | None, s: Item, here: Item, there: Any, force: Side, ask: Callable[[str], bool]) -> tuple[int, ...]:
    theirs, ours = ([part for part in item["order"] if part in there] for item in (s, here))
    side = force("field/order") or _mover(b, theirs, ours, there)
    if not side:
        side = "source" if ask("field/order") else "local"
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
