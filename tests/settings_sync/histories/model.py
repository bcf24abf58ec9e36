"""The table of verdicts once more, for items with parts and links: plain dictionaries, by nobody's code but this.

An item is a dictionary: the simple fields of its kind (`SHAPES`), `work_types` (what it is linked to), `parts` by
number and their `order`. What a sync must come to is foreseen from the main's items and from what stands in one child.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .rulings import OVERRULING, Decided, Key, Rules
from .threeway import SHAPES, couple_forms, covers, field_of, merge_items, path_of, section_path, widened

Item = dict[str, Any]
Items = dict[Key, Item]

MERGED = ("behind", "changed locally", "both changed")
HELD, SKIPPED, KEPT, WRITTEN, ARCHIVED, DELETED = "held", "skipped", "kept", "written", "archived", "deleted"
CATEGORY = {
    "type": "reference_data",
    "vat": "reference_data",
    "form": "forms",
    "flow": "workflows",
    "scheme": "templates",
    "layout": "templates",
}
FIRST = {"changed_locally": "keep", "conflict": "hold", "removed_locally": "leave", "removed_in_source": "keep"}
"""The policies that nobody has chosen otherwise."""


@dataclass
class Stand:
    """One child: its items, what was last decided per item, and the paths that stay as they are."""

    items: Items = field(default_factory=dict)
    base: Items = field(default_factory=dict)
    agreed: dict[Key, frozenset[str]] = field(default_factory=dict)
    pinned: dict[Key, frozenset[str]] = field(default_factory=dict)
    used: set[Key] = field(default_factory=set)

    def copy(self) -> "Stand":
        """As it stands now, whatever is edited later."""
        return Stand(dict(self.items), dict(self.base), dict(self.agreed), dict(self.pinned), set(self.used))

    @property
    def deviations(self) -> set[tuple[Key, str, bool]]:
        """What is agreed or pinned, path by path."""
        found = {(key, path, False) for key, paths in self.agreed.items() for path in paths}
        return found | {(key, path, True) for key, paths in self.pinned.items() for path in paths}

    @property
    def says(self) -> tuple[Any, ...]:
        """Everything that a sync may change of it."""
        return self.items, self.base, self.deviations


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
    asks_default: bool = False
    gives_way_to: Key | None = None
    replaces: Key | None = None

    @property
    def writes(self) -> bool:
        return self.word in (WRITTEN, ARCHIVED)


@dataclass(frozen=True)
class Order:
    """What was asked: categories and single items, policies, decisions; and what the main has locked."""

    categories: frozenset[str] = frozenset()
    items: frozenset[Key] = frozenset()
    policies: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[Key, Decided] = field(default_factory=dict)
    locks: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    away: frozenset[Key] = frozenset()
    """What a package says is not to come to this child."""


def needs_of(key: Key, item: Item) -> set[Key]:
    """What must stand in the same administration for this item to stand there."""
    needed = {("type", number) for number in item["work_types"]}
    needed |= {("form", part["form"]) for part in item["parts"].values() if part.get("form")}
    return needed | ({("layout", _layout_of(key)), ("vat", 1)} if key[0] == "scheme" else set())


def _layout_of(key: Key) -> int:
    return 2 if default_of(key) == "quotation" else 1


def default_of(key: Key) -> str:
    """Of what a scheme can be the default: one of each kind is."""
    return "quotation" if key[1] % 10 == 3 else "invoice"


def is_default(key: Key, item: Item | None, kind: str) -> bool:
    """Whether this item is the default of a kind."""
    found = item is not None and item.get("is_default") and not item["is_archived"]
    return bool(found) and default_of(key) == kind


def foresee(main: Items, child: Stand, order: Order) -> dict[Key, Outcome]:
    """What a sync must come to, for every item that is not simply in line."""
    told = {key: outcome for key in looked_at(main, child, order) if (outcome := _one(key, main, child, order))}
    givers = _givers(told, main, child, order)
    while True:
        settled = _settle(_hold_couplings({**told, **givers}, main, child, order), main, child)
        # What would give way for nothing comes to what it is by itself.
        if not (lost := givers.keys() - settled.keys()):
            return settled
        givers = {key: giver for key, giver in givers.items() if key not in lost}


def _settle(told: dict[Key, Outcome], main: Items, child: Stand) -> dict[Key, Outcome]:
    while True:
        before = dict(told)
        told = _with_replaced(told, main, child)
        told = _hold_defaults(told, child)
        told = _hold_all(told, child, {key for key in told if _is_name_taken(key, told, main, child)})
        told = _hold_all(told, child, {key for key in told if _is_need_unmet(key, told, child)})
        told = {key: o for key, o in told.items() if _is_given_for_something(o, told)}
        if told == before:
            return spare_the_used(told, child)


def carry_out(child: Stand, told: Mapping[Key, Outcome]) -> Stand:
    """The child after all of this was done."""
    after = child.copy()
    for key, outcome in told.items():
        if outcome.writes or outcome.word == DELETED:
            move(after.items, key, outcome.item)
        move(after.base, key, outcome.base)
        if outcome.clears:
            after.agreed.pop(key, None)
            after.pinned.pop(key, None)
        for kept, paths, other in (
            (after.agreed, outcome.agreed, after.pinned),
            (after.pinned, outcome.pinned, after.agreed),
        ):
            if paths:
                kept[key] = kept.get(key, frozenset()) | paths
                other[key] = other.get(key, frozenset()) - paths
    for key, outcome in told.items():
        if outcome.couple is not None:
            _take_over(after, outcome.couple, key)
            for found in told:
                if told[found].row in MERGED and told[found].word != HELD and found in after.base:
                    after.base[found] = renamed(after.base[found], outcome.couple, key)
    return after


def move(items: dict[Key, Any], key: Key, item: Any) -> None:
    """What stands under a key from now on; None for nothing."""
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


def _take_over(after: Stand, own: Key, key: Key) -> None:
    """What pointed at the child's own item points at what it has become."""
    del after.items[own]
    if own in after.used:
        after.used = {key if used == own else used for used in after.used}
    after.items = {found: renamed(item, own, key) for found, item in after.items.items()}


def renamed(item: Item, own: Key, key: Key) -> Item:
    """The item with what pointed at the child's own one pointing at what that becomes."""
    if own[0] == "type" and own[1] in item["work_types"]:
        return {**item, "work_types": item["work_types"] - {own[1]} | {key[1]}}
    if own[0] == "form" and any(part.get("form") == own[1] for part in item["parts"].values()):
        return {**item, "parts": {n: _pointing(part, own[1], key[1]) for n, part in item["parts"].items()}}
    return item


def _pointing(part: Item, before: int, after: int) -> Item:
    return {**part, "form": after} if part["form"] == before else part


def looked_at(main: Items, child: Stand, order: Order) -> set[Key]:
    """What was chosen, what that is linked to, and what is gone from a category that was chosen."""
    chosen = {key for key in main if CATEGORY[key[0]] in order.categories} | (order.items & set(main))
    needed: set[Key] = set()
    waiting = set(chosen)
    while waiting:
        found = {need for key in waiting for need in needs_of(key, main[key])}
        waiting = found - needed
        needed |= found
    gone = {key for key in child.base if key not in main and CATEGORY[key[0]] in order.categories}
    news = {key for key in chosen | needed if not _is_old_news(key, main, child) or key in needed}
    return news | gone


def _is_old_news(key: Key, main: Items, child: Stand) -> bool:
    return main[key]["is_archived"] and key not in child.items and key not in child.base


def _one(key: Key, main: Items, child: Stand, order: Order) -> Outcome | None:
    b, s, here = child.base.get(key), main.get(key), child.items.get(key)
    if s is not None and b == s == here:
        return None
    if s is None and here is None:
        return Outcome(KEPT, None, None, "gone", clears=True)
    if key in order.away:
        return Outcome(SKIPPED, here, b, "not here")
    rules = _rules(key, main, child, order)
    if rules.decided.word == "skip":
        return Outcome(SKIPPED, here, b, "skipped")
    if "" in rules.pinned and not rules.locked:
        return Outcome(SKIPPED, here, b, "pinned")
    if s is None:
        return _removed_in_source(here, b, rules)
    rules = replace(rules, meets=_is_pinned_and_locked(s, here, b, rules))
    if rules.meets and rules.decided.word not in OVERRULING:
        return Outcome(HELD, here, b, "locked")
    if here is None:
        return _absent(s, b, rules, child)
    if here == s:
        return _staying(Outcome(KEPT, here, s, "already equal" if b else "rejoined"), rules, here)
    return _differing(s, here, b, rules)


def _is_pinned_and_locked(s: Item, here: Item | None, b: Item | None, rules: Rules) -> bool:
    """Whether something that is pinned would be put back by a lock."""
    if not rules.pinned or not rules.locked or (here is not None and here in (b, s)):
        return False
    if here is None:
        return b is not None
    sides = {"lock": (rules.locked, rules.pinned), "pin": (rules.pinned, rules.locked)}
    found = []
    for first, (strong, weak) in sides.items():
        words = ("source", "local") if first == "lock" else ("local", "source")

        def force(path: str, strong: Any = strong, weak: Any = weak, words: Any = words) -> str:
            return words[0] if covers(strong, path) else words[1] if covers(weak, path) else ""

        found.append(merge_items(rules.shape, b, s, here, force, lambda path: "")[0])
    return found[0] != found[1]


def _rules(key: Key, main: Items, child: Stand, order: Order) -> Rules:
    shape, decided = SHAPES[key[0]], order.decided.get(key, Decided())
    locked = widened(shape, order.locks.get(key, ())) if key in main else frozenset()
    pinned, agreed = (widened(shape, kept.get(key, ())) for kept in (child.pinned, child.agreed))
    becoming = {
        found.couple: other
        for other, found in order.decided.items()
        if found.word == "couple" and found.couple in child.items
    }
    return Rules(key, pinned, agreed, locked, order.policies, decided, becoming=becoming)


def _removed_in_source(here: Any, b: Any, rules: Rules) -> Outcome:
    word = rules.decided.word or (rules.policies["removed_in_source"] if here == b and not rules.agreed else "keep")
    if rules.pinned and word in ("archive", "delete"):
        word = "keep"
    row = "removed in the source" if here == b else "removed / changed"
    if word == "delete":
        return Outcome(DELETED, None, None, row)
    if word == "archive":
        archived = {**here, "is_archived": True}
        return Outcome(KEPT if archived == here else ARCHIVED, archived, None, row)
    return Outcome(KEPT, here, None if word == "keep_local" else b, row)


def _absent(s: Item, b: Item | None, rules: Rules, child: Stand) -> Outcome:
    decided = rules.decided
    back = decided.word in ("bring_back", "create_as") or bool(rules.locked)
    stays = decided.word == "leave" or ("" in rules.agreed and b == s)
    back = back or (rules.policies["removed_locally"] == "bring_back" and not stays)
    if b is not None and not back:
        agreed = frozenset({""}) if decided.word == "leave" else frozenset[str]()
        return Outcome(KEPT, None, s, "removed locally", agreed=agreed)
    row = "new" if b is None else "locked" if rules.locked else "removed locally"
    couple = decided.couple if decided.word == "couple" else None
    if couple in child.items:
        return _coupled(s, couple, child, row, rules)
    overrules = decided.word in OVERRULING or (b is not None and decided.word == "create_as")
    clears = overrules and rules.drops_what_was_kept
    return _adjusted(Outcome(WRITTEN, s, s, row, couple=couple, creates=couple is None, clears=clears), rules)


def _coupled(s: Item, couple: Key, child: Stand, row: str, rules: Rules) -> Outcome:
    """The main's content; of a form also what only the child has in it, which is agreed, unless all of it is locked."""
    item, own_sections = s, frozenset[str]()
    if couple[0] == "form" and "" not in rules.locked:
        item, own_sections = couple_forms(s, child.items[couple], child.base.get(couple))
    replaces = couple if couple in child.base else None
    if not can_stand(item):
        return Outcome(HELD, None, None, row, replaces=replaces)
    return Outcome(WRITTEN, item, s, row, couple=couple, agreed=own_sections, replaces=replaces)


def can_stand(item: Item) -> bool:
    """Whether no two questions have one id, and whoever is to choose has something to choose from."""
    references = [part["reference"] for part in item["parts"].values() if "reference" in part]
    has_no_choice = any(part.get("reference") == "1" and not part["options"] for part in item["parts"].values())
    return len(references) == len(set(references)) and not has_no_choice


def _differing(s: Item, here: Item, b: Item | None, rules: Rules) -> Outcome:
    row = "behind" if here == b else "changed locally" if s == b else "both changed"
    rules, keeps = replace(rules, row=row, above=_sections_by_part(rules, b or s, s, here)), rules.keeps
    # Of what changed in the main as well, the base of what is pinned stays behind: that is merged below.
    stays = row == "changed locally" or (row == "behind" and not rules.pinned)
    if keeps and stays and not rules.locked:
        return Outcome(KEPT, here, s, row, agreed=frozenset({""}))
    if row == "changed locally" and not (rules.everything or rules.puts_back or rules.locked or rules.takes_a_path):
        return _staying(Outcome(KEPT, here, s, row), rules, here)
    clears = rules.everything and rules.drops_what_was_kept
    if row == "behind" and not rules.pinned and not keeps:
        return _named(Outcome(WRITTEN, s, s, row, clears=clears), rules, here, s)
    item, conflicts = merge_items(rules.shape, b, s, here, rules.force, rules.answer, rules.wish)
    if row == "both changed" and b and rules.puts_back and not rules.everything and not keeps:
        asked = widened(rules.shape, map(field_of, conflicts))
        item, conflicts = merge_items(
            rules.shape, b, s, here, lambda path: rules.force_around(asked, path), rules.answer, rules.wish
        )
    if not all(conflicts.values()):
        return Outcome(HELD, here, b, row, conflicts=frozenset(conflicts))
    found = frozenset(conflicts)
    base = s if item == s else _next_base(b, s, rules)
    agreed = rules.agreeing | {field_of(path) for path, side in conflicts.items() if side == "local"}
    outcome = Outcome(WRITTEN, item, base, row, agreed=agreed, clears=clears, conflicts=found)
    return _named(outcome, rules, here, s)


def _sections_by_part(rules: Rules, *items: Item) -> dict[str, str]:
    """By the path of each part, the path of the section in which it stands."""
    parts = [(number, part) for item in items for number, part in item["parts"].items() if "section" in part]
    return {path_of(rules.shape, number): section_path(part["section"]) for number, part in parts}


def _next_base(b: Item | None, s: Item, rules: Rules) -> Item:
    """What is remembered as decided: the main's, but for what is pinned, which is to be told again."""
    if b is None:
        return s

    def stays(path: str) -> str:
        return "local" if covers(rules.pinned, path) and not covers(rules.locked, path) else ""

    return merge_items(rules.shape, b, s, b, stays, lambda path: "")[0]


def _staying(outcome: Outcome, rules: Rules, here: Item) -> Outcome:
    """What stays as it is here, but for the name where another one was decided."""
    renames = rules.decided.word == "create_as"
    return _named(replace(outcome, word=WRITTEN), rules, here, here) if renames else outcome


def _named(outcome: Outcome, rules: Rules, here: Item, s: Item) -> Outcome:
    """As decided otherwise; what nobody accepts is held. What comes out as it stands is not written, nor is what does
    so but for what is coupled in the same sync; what comes out as the main has it comes."""
    outcome = _adjusted(outcome, rules)
    item = outcome.item
    assert item is not None
    if item == here or (item != s and _renamed_by(rules, item) == _renamed_by(rules, here)):
        return replace(outcome, word=KEPT, clears=False)
    return outcome if can_stand(item) else replace(outcome, word=HELD)


def _renamed_by(rules: Rules, item: Item) -> Item:
    for own, key in rules.becoming.items():
        item = renamed(item, own, key)
    return item


def _adjusted(outcome: Outcome, rules: Rules) -> Outcome:
    """Under another name, or not as the default, where that was decided about what is not locked."""
    item = outcome.item
    assert item is not None
    if rules.decided.word == "create_as" and not covers(rules.locked, "name"):
        item = {**item, "name": rules.decided.name}
        outcome = replace(outcome, item=item, pinned=outcome.pinned | {"name"})
    leaves = rules.decided.sides.get("is_default") == "local" and not covers(rules.locked, "is_default")
    if leaves and item["is_default"]:
        outcome = replace(outcome, item={**item, "is_default": False}, agreed=outcome.agreed | {"is_default"})
    return outcome


def _held(key: Key, outcome: Outcome, child: Stand) -> Outcome:
    here, b, asks = child.items.get(key), child.base.get(key), outcome.asks_default
    return Outcome(
        HELD, here, b, outcome.row, conflicts=outcome.conflicts, asks_default=asks, replaces=outcome.replaces
    )


def _hold_all(told: dict[Key, Outcome], child: Stand, keys: set[Key]) -> dict[Key, Outcome]:
    told = told | {key: _held(key, told[key], child) for key in keys}
    return {key: _held(key, found, child) if found.word == HELD else found for key, found in told.items()}


def _givers(told: dict[Key, Outcome], main: Items, child: Stand, order: Order) -> dict[Key, Outcome]:
    """What stops being the default here, because it was decided that the main's becomes it."""
    coupled = {outcome.couple for outcome in told.values()}
    givers = {}
    for key, outcome in told.items():
        takes = outcome.writes and order.decided.get(key, Decided()).sides.get("is_default") == "source"
        for other, item in child.items.items() if takes and is_default(key, main[key], default_of(key)) else ():
            moves = other in coupled or (other in told and told[other].writes)
            if is_default(other, item, default_of(key)) and not moves and other not in order.away:
                given = {**item, "is_default": False}
                base = given if given == main.get(other) else child.base.get(other)
                givers[other] = Outcome(WRITTEN, given, base, "gives way", gives_way_to=key)
    return givers


def _is_given_for_something(outcome: Outcome, told: Mapping[Key, Outcome]) -> bool:
    return outcome.gives_way_to is None or told[outcome.gives_way_to].writes


def _hold_defaults(told: dict[Key, Outcome], child: Stand) -> dict[Key, Outcome]:
    """Of each kind one item is the default: where another one stays it, that is asked."""
    coupled = {found.couple for found in told.values()}
    after = {key: item for key, item in child.items.items() if key not in coupled}
    for key, found in told.items():
        move(after, key, found.item)
    held = {}
    for key, outcome in told.items():
        if key[0] == "scheme" and outcome.writes and is_default(key, outcome.item, default_of(key)):
            if is_default(key, child.items.get(outcome.couple or key), default_of(key)):
                continue  # it is the default already: whoever becomes it as well asks
            others = (other for other in after if other != key and other[0] == "scheme")
            if any(is_default(other, after[other], default_of(key)) for other in others):
                held[key] = replace(_held(key, outcome, child), asks_default=True)
    return {**told, **held}


def _with_replaced(told: dict[Key, Outcome], main: Items, child: Stand) -> dict[Key, Outcome]:
    """What the main made anew takes the place of what was followed here, which is then forgotten; while that is held,
    what was followed stays as it is, whatever the policy."""
    found = dict(told)
    for outcome in told.values():
        old = outcome.replaces
        if old is not None:
            here, b = child.items[old], child.base[old]
            row = "removed in the source" if here == b else "removed / changed"
            is_held = outcome.word == HELD
            found[old] = Outcome(KEPT, here if is_held else None, b if is_held else None, row)
    return found


def _hold_couplings(told: dict[Key, Outcome], main: Items, child: Stand, order: Order) -> dict[Key, Outcome]:
    """Only an own item that is there can be coupled."""
    own = {key for key in child.items if key not in main} - order.away
    # Nothing takes the place of what is kept away.
    told = {key: replace(o, replaces=None) if o.replaces in order.away else o for key, o in told.items()}
    return _hold_all(told, child, {key for key, found in told.items() if found.couple and found.couple not in own})


def _is_name_taken(key: Key, told: Mapping[Key, Outcome], main: Items, child: Stand) -> bool:
    outcome = told[key]
    if not outcome.writes or outcome.item is None or outcome.item["is_archived"]:
        return False
    name, coupled = outcome.item["name"].lower(), {found.couple for found in told.values()}
    standing = child.items.get(outcome.couple or key)
    if standing is not None and _has_name(standing, name):
        return False  # it has that name already: whoever wants it as well asks
    holders = {other: child.items[other] for other in child.items if other not in coupled}
    for other, found in told.items():
        move(holders, other, found.item)
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
    needed = needs_of(key, outcome.item)
    return any(need not in child.items and not (need in told and told[need].writes) for need in needed)


def spare_the_used(told: dict[Key, Outcome], child: Stand) -> dict[Key, Outcome]:
    """What daily data points at, or a setting as it stays or becomes, is archived where it would be deleted."""
    doomed = {key for key, outcome in told.items() if outcome.word == DELETED}
    before = None
    while before != doomed:
        before = doomed
        after = dict(child.items)
        for key, outcome in told.items():
            if outcome.couple:
                after.pop(outcome.couple, None)
            if outcome.writes and outcome.item is not None:
                after[key] = outcome.item
        staying = {need for key, item in after.items() if key not in doomed for need in needs_of(key, item)}
        doomed = doomed - child.used - staying
    return {key: found if key in doomed else _spared(key, found, child) for key, found in told.items()}


def _spared(key: Key, outcome: Outcome, child: Stand) -> Outcome:
    if outcome.word != DELETED:
        return outcome
    here = child.items[key]
    archived = {**here, "is_archived": True}
    return replace(outcome, word=KEPT if archived == here else ARCHIVED, item=archived, base=archived)
