"""The table of verdicts once more, for items with parts and links: plain dictionaries, by nobody's code but this.

An item is a dictionary: `name`, `description`, `is_archived`, `work_types` (what it is linked to), `parts` by number
and their `order`. What a sync must come to is foreseen from the main's items and from what stands in one child.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .threeway import merge_items

Key = tuple[str, int]
Item = dict[str, Any]
Items = dict[Key, Item]

HELD, SKIPPED, KEPT, WRITTEN, ARCHIVED, DELETED = "held", "skipped", "kept", "written", "archived", "deleted"
CATEGORY = {"type": "reference_data", "form": "forms"}
OVERRULING = ("overwrite", "put_back", "bring_back")


@dataclass
class Stand:
    """One child: its items, what was last decided per item, and the paths that stay as they are."""

    items: Items = field(default_factory=dict)
    base: Items = field(default_factory=dict)
    agreed: dict[Key, frozenset[str]] = field(default_factory=dict)
    pinned: dict[Key, frozenset[str]] = field(default_factory=dict)
    used: set[Key] = field(default_factory=set)


@dataclass(frozen=True)
class Decided:
    """What was decided about an item: a word for all of it, or a side (`local`, `source`) per path."""

    word: str = ""
    couple: Key | None = None
    name: str = ""
    sides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What becomes of an item: what stands there then (None: nothing) and what is remembered as decided."""

    word: str
    item: Item | None
    base: Item | None
    row: str
    couple: Key | None = None
    creates: bool = False
    agreed: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    clears: bool = False
    conflicts: frozenset[str] = frozenset()

    @property
    def writes(self) -> bool:
        return self.word in (WRITTEN, ARCHIVED)


@dataclass(frozen=True)
class Order:
    """What was asked: categories and single items, policies, decisions."""

    categories: frozenset[str] = frozenset()
    items: frozenset[Key] = frozenset()
    policies: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[Key, Decided] = field(default_factory=dict)


def foresee(main: Items, child: Stand, order: Order) -> dict[Key, Outcome]:
    """What a sync must come to, for every item that is not simply in line."""
    told = {key: outcome for key in _asked(main, child, order) if (outcome := _one(key, main, child, order))}
    told = _hold_couplings(told, main, child)
    while True:
        before = dict(told)
        told = _hold_all(told, child, {key for key in told if _is_name_taken(key, told, main, child)})
        told = _hold_all(told, child, {key for key in told if _is_need_unmet(key, told, child)})
        if told == before:
            return _spare_the_used(told, child)


def carry_out(child: Stand, told: Mapping[Key, Outcome]) -> Stand:
    """The child after all of this was done."""
    after = Stand(dict(child.items), dict(child.base), dict(child.agreed), dict(child.pinned), set(child.used))
    for key, outcome in told.items():
        if outcome.writes or outcome.word == DELETED:
            _move(after.items, key, outcome.item)
        _move(after.base, key, outcome.base)
        if outcome.clears:
            after.agreed.pop(key, None)
            after.pinned.pop(key, None)
        for kept, paths in ((after.agreed, outcome.agreed), (after.pinned, outcome.pinned)):
            if paths:
                kept[key] = kept.get(key, frozenset()) | paths
    for key, outcome in told.items():
        if outcome.couple is not None:
            _take_over(after, outcome.couple, key)
    return after


def _move(items: Items, key: Key, item: Item | None) -> None:
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


def _take_over(after: Stand, own: Key, key: Key) -> None:
    """What pointed at the child's own item points at what it has become."""
    del after.items[own]
    if own in after.used:
        after.used = {key if used == own else used for used in after.used}
    if own[0] == "type":
        for found, item in after.items.items():
            if own[1] in item["work_types"]:
                after.items[found] = {**item, "work_types": item["work_types"] - {own[1]} | {key[1]}}


def _asked(main: Items, child: Stand, order: Order) -> set[Key]:
    """What was chosen, what that is linked to, and what is gone from a category that was chosen."""
    chosen = {key for key in main if CATEGORY[key[0]] in order.categories} | (order.items & set(main))
    needed = {("type", number) for key in chosen for number in main[key]["work_types"]}
    gone = {key for key in child.base if key not in main and CATEGORY[key[0]] in order.categories}
    news = {key for key in chosen | needed if not _is_old_news(key, main, child) or key in needed}
    return news | gone


def _is_old_news(key: Key, main: Items, child: Stand) -> bool:
    return main[key]["is_archived"] and key not in child.items and key not in child.base


def _one(key: Key, main: Items, child: Stand, order: Order) -> Outcome | None:
    b, s, here = child.base.get(key), main.get(key), child.items.get(key)
    decided = order.decided.get(key, Decided())
    if s is not None and b == s == here:
        return None
    if s is None and here is None:
        return Outcome(KEPT, None, None, "gone")
    if decided.word == "skip":
        return Outcome(SKIPPED, here, b, "skipped")
    if s is None:
        return _removed_in_source(here, b, order.policies, decided)
    if here is None:
        return _absent(s, b, order.policies, decided)
    if here == s:
        return Outcome(KEPT, here, s, "already equal" if b else "rejoined")
    return _differing(key, s, here, b, child, order.policies, decided)


def _removed_in_source(here: Any, b: Any, policies: Mapping[str, str], decided: Decided) -> Outcome:
    word = decided.word or (policies["removed_in_source"] if here == b else "keep")
    row = "removed in the source" if here == b else "removed / changed"
    if word == "delete":
        return Outcome(DELETED, None, None, row)
    if word == "archive":
        archived = {**here, "is_archived": True}
        return Outcome(KEPT if archived == here else ARCHIVED, archived, None, row)
    return Outcome(KEPT, here, None if word == "keep_local" else b, row)


def _absent(s: Item, b: Item | None, policies: Mapping[str, str], decided: Decided) -> Outcome:
    back = decided.word in ("bring_back", "create_as")
    back = back or (policies["removed_locally"] == "bring_back" and decided.word != "leave")
    if b is not None and not back:
        return Outcome(KEPT, None, s, "removed locally")
    row = "new" if b is None else "removed locally"
    if decided.word == "create_as":
        return Outcome(WRITTEN, {**s, "name": decided.name}, s, row, creates=True, pinned=frozenset({"name"}))
    couple = decided.couple if decided.word == "couple" else None
    clears = decided.word in OVERRULING
    return Outcome(WRITTEN, s, s, row, couple=couple, creates=couple is None, clears=clears)


def _differing(
    key: Key, s: Item, here: Item, b: Item | None, child: Stand, policies: Mapping[str, str], decided: Decided
) -> Outcome:
    row = "behind" if here == b else "changed locally" if s == b else "both changed"
    if decided.word == "keep_local" and row != "both changed":
        return Outcome(KEPT, here, s, row, agreed=frozenset({""}))
    rules = Rules(row, child.pinned.get(key, frozenset()), child.agreed.get(key, frozenset()), policies, decided)
    if row == "changed locally" and not (rules.everything or rules.puts_back):
        return Outcome(KEPT, here, s, row)
    if row == "behind" and not rules.pinned:
        return _named(Outcome(WRITTEN, s, s, row, clears=rules.everything), decided, here)
    item, conflicts = merge_items(b, s, here, rules.force, rules.answer)
    if row == "both changed" and b and rules.puts_back and not rules.everything and decided.word != "keep_local":
        asked = frozenset(conflicts)
        item, conflicts = merge_items(b, s, here, lambda path: rules.force_around(asked, path), rules.answer)
    if not all(conflicts.values()):
        return Outcome(HELD, here, b, row, conflicts=frozenset(conflicts))
    base = s if b is None or "name" not in rules.pinned else {**s, "name": b["name"]}
    clears, found = rules.everything, frozenset(conflicts)
    return _named(
        Outcome(WRITTEN, item, base, row, agreed=rules.agreeing, clears=clears, conflicts=found), decided, here
    )


@dataclass(frozen=True)
class Rules:
    """What is said about the paths of one item: by pins, decisions and policies, in that order."""

    row: str
    pinned: frozenset[str]
    agreed: frozenset[str]
    policies: Mapping[str, str]
    decided: Decided

    @property
    def everything(self) -> bool:
        return self.decided.word in ("overwrite", "put_back")

    @property
    def puts_back(self) -> bool:
        return self.policies["changed_locally"] == "put_back"

    @property
    def agreeing(self) -> frozenset[str]:
        """The paths that are agreed to stay by what is decided now."""
        sides = self.decided.sides.items()
        return frozenset({""}) if self.decided.word == "keep_local" else frozenset(p for p, s in sides if s == "local")

    def force(self, path: str) -> str:
        """The side that a path takes, conflict or not; empty where the changes say."""
        if _covers(self.pinned, path):
            return "local"
        if self.row == "both changed":
            return "source" if self.everything else "local" if self.decided.word == "keep_local" else ""
        if self.row == "behind":
            return ""
        goes_back = self.everything or (self.puts_back and not _covers(self.agreed, path))
        return _said(self.decided, path) or ("source" if goes_back else "local")

    def force_around(self, asked: frozenset[str], path: str) -> str:
        """What is asked, and what was agreed, stays as it is; all else that only changed here goes back."""
        return self.force(path) or ("" if _covers(self.agreed | asked, path) else "source")

    def answer(self, path: str) -> str:
        """The side that a conflict takes; empty when nobody says so."""
        by_policy = {"keep_local": "local", "overwrite": "source"}.get(self.policies["conflict"], "")
        return _said(self.decided, path) or by_policy


def _named(outcome: Outcome, decided: Decided, here: Item) -> Outcome:
    """Under another name where that was decided; what comes out as it stands is not written; what nobody accepts is
    held."""
    item = outcome.item
    assert item is not None
    if decided.word == "create_as":
        item = {**item, "name": decided.name}
        outcome = replace(outcome, item=item, pinned=frozenset({"name"}))
    if item == here:
        return replace(outcome, word=KEPT, clears=False)
    references = [part["reference"] for part in item["parts"].values()]
    if len(references) != len(set(references)):
        return replace(outcome, word=HELD)
    return outcome


def _said(decided: Decided, path: str) -> str:
    steps = path.split("/")
    paths = ["/".join(steps[:length]) for length in range(len(steps), 0, -1)]
    return next((decided.sides[found] for found in paths if found in decided.sides), "")


def _covers(paths: frozenset[str], path: str) -> bool:
    return "" in paths or any(path == above or path.startswith(f"{above}/") for above in paths)


def _held(key: Key, outcome: Outcome, child: Stand) -> Outcome:
    return Outcome(HELD, child.items.get(key), child.base.get(key), outcome.row, conflicts=outcome.conflicts)


def _hold_all(told: dict[Key, Outcome], child: Stand, keys: set[Key]) -> dict[Key, Outcome]:
    told = told | {key: _held(key, told[key], child) for key in keys}
    return {key: _held(key, found, child) if found.word == HELD else found for key, found in told.items()}


def _hold_couplings(told: dict[Key, Outcome], main: Items, child: Stand) -> dict[Key, Outcome]:
    """Only an own item that is there can be coupled."""
    own = {key for key in child.items if key not in main}
    return _hold_all(told, child, {key for key, found in told.items() if found.couple and found.couple not in own})


def _is_name_taken(key: Key, told: Mapping[Key, Outcome], main: Items, child: Stand) -> bool:
    outcome = told[key]
    if not outcome.writes or outcome.item is None or outcome.item["is_archived"]:
        return False
    name, coupled = outcome.item["name"].lower(), {found.couple for found in told.values()}
    holders = {other: child.items[other] for other in child.items if other not in coupled}
    for other, found in told.items():
        _move(holders, other, found.item)
    if any(_has_name(item, name) for other, item in holders.items() if other[0] == key[0] and other != key):
        return True
    before = [item for other, item in child.items.items() if other[0] == key[0] and other not in {*main, *coupled}]
    return outcome.creates and any(item["is_archived"] and item["name"].lower() == name for item in before)


def _has_name(item: Item, name: str) -> bool:
    return not item["is_archived"] and item["name"].lower() == name


def _is_need_unmet(key: Key, told: Mapping[Key, Outcome], child: Stand) -> bool:
    outcome = told[key]
    if outcome.word != WRITTEN or outcome.item is None:
        return False
    needed = {("type", number) for number in outcome.item["work_types"]}
    return any(need not in child.items and not (need in told and told[need].writes) for need in needed)


def _spare_the_used(told: dict[Key, Outcome], child: Stand) -> dict[Key, Outcome]:
    """What daily data points at, or a setting that stays, is archived where it would be deleted."""

    def is_used(key: Key) -> bool:
        staying = [item for other, item in child.items.items() if other not in told or told[other].word != DELETED]
        return key in child.used or (key[0] == "type" and any(key[1] in item["work_types"] for item in staying))

    return {key: _spared(key, found, child) if is_used(key) else found for key, found in told.items()}


def _spared(key: Key, outcome: Outcome, child: Stand) -> Outcome:
    if outcome.word != DELETED:
        return outcome
    here = child.items[key]
    archived = {**here, "is_archived": True}
    return replace(outcome, word=KEPT if archived == here else ARCHIVED, item=archived)
