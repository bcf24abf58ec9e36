"""What people do to settings between two syncs, as rules of a state machine: each is one edit in one administration."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from .model import Item, Items, Key, Stand, default_of, is_default
from .stage import CURRENCIES, Place, new_item, new_step
from .threeway import SHAPES, path_of

CHILDREN = 2
WHERE = st.sampled_from([0, *range(CHILDREN + 1)])
CHILD = st.integers(min_value=1, max_value=CHILDREN)
NUMBER = st.sampled_from([1, 1, 1, 2, 2, 3])
PLACE = st.integers(min_value=0, max_value=2)
NAMES = st.sampled_from(["Ketel", "KETEL", "Pomp", "Klep", "Filter", "Sensor", "Meting"])
TEXTS = st.sampled_from(["", "a", "b", "it's"])
KIND = st.sampled_from(["form", "form", "type", "flow", "flow", "scheme", "scheme"])
WITH_PARTS = st.sampled_from(["form", "flow"])
NOTHING: Item = {"parts": {}, "order": ()}
RULED = st.sampled_from(["", "name", "text", "work_types", "order", "part", "label", "form"])
"""What is locked or pinned: an item, one of its fields, or something of its first part."""
OWN = 10
"""Added to the number of what a child makes itself: the main never has these."""


EDITS = [
    st.tuples(st.just("make"), WHERE, KIND, NUMBER, NAMES, TEXTS),
    st.tuples(st.just("describe"), WHERE, KIND, NUMBER, TEXTS),
    st.tuples(st.just("rename"), WHERE, KIND, NUMBER, NAMES),
    st.tuples(st.just("swap_names"), WHERE, KIND, NUMBER, NUMBER),
    st.tuples(st.just("archive_or_bring_back"), WHERE, KIND, NUMBER),
    st.tuples(st.just("remove"), WHERE, KIND, NUMBER),
    st.tuples(st.just("link_or_unlink"), WHERE, WITH_PARTS, NUMBER, NUMBER),
    st.tuples(st.just("add_part"), WHERE, WITH_PARTS, NUMBER, st.sampled_from("123"), PLACE),
    st.tuples(st.just("edit_part"), WHERE, WITH_PARTS, NUMBER, PLACE, st.sampled_from("abc"), TEXTS),
    st.tuples(st.just("remove_part"), WHERE, WITH_PARTS, NUMBER, PLACE),
    st.tuples(st.just("reorder"), WHERE, WITH_PARTS, NUMBER, st.permutations([0, 1, 2])),
    st.tuples(st.just("make_default"), WHERE, NUMBER),
    st.tuples(st.just("work"), CHILD, NUMBER),
]
"""One rule of the machine draws from all of them: hypothesis leaves out whole rules, and a history needs every edit."""

RULINGS = [
    st.tuples(st.just("lock"), st.just(0), KIND, NUMBER, RULED),
    st.tuples(st.just("unlock"), st.just(0), KIND, NUMBER),
    st.tuples(st.just("pin"), CHILD, KIND, NUMBER, RULED),
    st.tuples(st.just("withdraw"), CHILD, KIND, NUMBER),
    st.tuples(st.just("forget"), CHILD, KIND, NUMBER),
]
"""What is said about settings rather than done to them; nobody does so between a preview and its run."""

MEETINGS = [
    st.tuples(st.just("rival_default"), CHILD, NAMES),
    st.tuples(st.just("lock_what_is_edited"), CHILD, KIND, NUMBER, RULED, TEXTS),
    st.tuples(st.just("pin_what_is_edited"), CHILD, KIND, NUMBER, RULED, TEXTS),
    st.tuples(st.just("pin_what_is_locked"), CHILD, KIND, NUMBER, RULED, TEXTS),
    st.tuples(st.just("remove_on_both_sides"), CHILD, KIND, NUMBER),
]
"""Two edits at once that have to do with each other, which chance alone seldom brings together."""


class Edits(RuleBasedStateMachine):
    """The main stands first, then its children. Subclasses say how a history begins, and sync."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__()
        self.places = places
        self.main: Items = {}
        self.children: list[Stand] = [Stand() for _place in places[1:]]
        self.locks: dict[Key, frozenset[str]] = {}
        self.work_orders = 0
        self.steps = 0

    def items(self, where: int) -> Items:
        return self.children[where - 1].items if where else self.main

    def put(self, where: int, key: Key, item: Item | None) -> None:
        """Write an item, in the model and (a little later) in the database."""
        items = self.items(where)
        self.places[where].edit(key, items.get(key), item)
        if item is None:
            del items[key]
        else:
            items[key] = item

    def is_free(self, where: int, key: Key, name: str) -> bool:
        others = {other: item for other, item in self.items(where).items() if other[0] == key[0] and other != key}
        return all(item["is_archived"] or item["name"].lower() != name.lower() for item in others.values())

    def change(self, where: int, key: Key, **values: Any) -> None:
        item = {**self.items(where)[key], **values}
        is_second = self.default_at(where, key, item) not in (None, key)
        if item["is_archived"] or (self.is_free(where, key, item["name"]) and not is_second):
            self.put(where, key, item)

    def default_at(self, where: int, key: Key, item: Item) -> Key | None:
        """Which scheme is the default here, where this one would be."""
        if not is_default(key, item, default_of(key)):
            return None
        items = self.items(where).items()
        found = [k for k, it in items if k[0] == "scheme" and k != key and is_default(k, it, default_of(key))]
        return found[0] if found else key

    def key_at(self, where: int, kind: str, number: int) -> Key:
        """The item of this number; where a child has none, its own."""
        key = (kind, number)
        return key if where == 0 or key in self.items(where) else (kind, OWN + number)

    def make(self, where: int, kind: str, number: int, name: str, text: str) -> None:
        key = self.key_at(where, kind, number)
        if key not in self.items(where) and self.is_free(where, key, name):
            self.put(where, key, new_item(kind, name, text))

    def describe(self, where: int, kind: str, number: int, text: str) -> None:
        key = self.key_at(where, kind, number)
        if key in self.items(where):
            text_of = {"currency": CURRENCIES[text]} if kind == "scheme" else {"description": text}
            self.change(where, key, **text_of)

    def rename(self, where: int, kind: str, number: int, name: str) -> None:
        key = self.key_at(where, kind, number)
        if key in self.items(where):
            self.change(where, key, name=name)

    def swap_names(self, where: int, kind: str, one: int, other: int) -> None:
        items, keys = self.items(where), [self.key_at(where, kind, number) for number in (one, other)]
        if one != other and all(key in items and not items[key]["is_archived"] for key in keys):
            names = [items[key]["name"] for key in keys]
            for key, name in zip(keys, reversed(names), strict=True):
                self.put(where, key, {**items[key], "name": name})

    def archive_or_bring_back(self, where: int, kind: str, number: int) -> None:
        key = self.key_at(where, kind, number)
        if key in self.items(where):
            self.change(where, key, is_archived=not self.items(where)[key]["is_archived"])

    def remove(self, where: int, kind: str, number: int) -> None:
        key = self.key_at(where, kind, number)
        if key not in self.items(where) or (where and key in self.children[where - 1].used):
            return
        if kind == "form":
            for other, item in list(self.items(where).items()):
                if any(part.get("form") == key[1] for part in item["parts"].values()):
                    self.put(where, other, {**item, "parts": _without(item["parts"], key[1])})
        self.put(where, key, None)
        if kind == "type":
            for other, item in list(self.items(where).items()):
                if key[1] in item["work_types"]:  # the database's rows went with the work type
                    self.items(where)[other] = {**item, "work_types": item["work_types"] - {key[1]}}

    def link_or_unlink(self, where: int, kind: str, number: int, work_type: int) -> None:
        key, other = self.key_at(where, kind, number), self.key_at(where, "type", work_type)
        if key in self.items(where) and other in self.items(where):
            self.change(where, key, work_types=self.items(where)[key]["work_types"] ^ {other[1]})

    def add_part(self, where: int, kind: str, number: int, letter: str, place: int) -> None:
        key = self.key_at(where, kind, number)
        item = self.items(where).get(key)
        part = 100 * key[1] + 10 * where + int(letter) + (10000 if kind == "flow" else 0)
        if item is None or part in item["parts"] or len(item["parts"]) > 4:
            return
        if any(found.get("reference") == letter for found in item["parts"].values()):
            return
        form = self.key_at(where, "form", int(letter))
        step = new_step(form[1] if form in self.items(where) else 0)
        made = step if kind == "flow" else {"label": "nieuw", "help_text": "", "reference": letter}
        order = (*item["order"][:place], part, *item["order"][place:])
        self.change(where, key, parts={**item["parts"], part: made}, order=order)

    def edit_part(self, where: int, kind: str, number: int, place: int, label: str, text: str) -> None:
        key = self.key_at(where, kind, number)
        item = self.items(where).get(key, NOTHING)
        if place < len(item["order"]):
            part = item["order"][place]
            form = self.key_at(where, "form", " abc".index(text) if text in ("a", "b", "c") else 0)
            step = new_step(form[1] if form in self.items(where) else 0, label)
            edited = step if kind == "flow" else {**item["parts"][part], "label": label, "help_text": text}
            self.change(where, key, parts={**item["parts"], part: edited})

    def remove_part(self, where: int, kind: str, number: int, place: int) -> None:
        key = self.key_at(where, kind, number)
        item = self.items(where).get(key, NOTHING)
        if place < len(item["order"]):
            order = (*item["order"][:place], *item["order"][place + 1 :])
            self.change(where, key, parts={part: item["parts"][part] for part in order}, order=order)

    def reorder(self, where: int, kind: str, number: int, moved: list[int]) -> None:
        key = self.key_at(where, kind, number)
        item = self.items(where).get(key, NOTHING)
        order = tuple(item["order"][place] for place in moved if place < len(item["order"]))
        if order != item["order"][:3]:
            self.change(where, key, order=(*order, *item["order"][3:]))

    def make_default(self, where: int, number: int) -> None:
        """Of its kind this scheme becomes the default, or none is any more."""
        self.prefer(where, self.key_at(where, "scheme", number))

    def prefer(self, where: int, key: Key) -> None:
        item = self.items(where).get(key)
        if item is None or item["is_archived"]:
            return
        before = self.default_at(where, key, {**item, "is_default": True})
        if before not in (None, key):
            self.put(where, before, {**self.items(where)[before], "is_default": False})
        self.put(where, key, {**item, "is_default": not item["is_default"]})

    def lock(self, _main: int, kind: str, number: int, what: str) -> None:
        """The main administration says that this is the same everywhere."""
        key = (kind, number)
        if key in self.main and (path := _path(key, self.main[key], what)) is not None:
            self.locks[key] = frozenset({""}) if path == "" else self.locks.get(key, frozenset()) - {""} | {path}
            self.places[0].lock(key, self.locks[key])

    def unlock(self, _main: int, kind: str, number: int) -> None:
        if self.locks.pop((kind, number), None):
            self.places[0].lock((kind, number), ())

    def pin(self, where: int, kind: str, number: int, what: str) -> None:
        """Somebody keeps what came from the main as it is here."""
        key, child = (kind, number), self.children[where - 1]
        if key not in child.items or key not in child.base:
            return
        path = _path(key, child.items[key], what)
        pinned, agreed = (kept.get(key, frozenset()) for kept in (child.pinned, child.agreed))
        if path is not None and path not in pinned | agreed:
            child.pinned[key] = pinned | {path}
            self.places[where].pin(key, path)

    def withdraw(self, where: int, kind: str, number: int) -> None:
        key, child = (kind, number), self.children[where - 1]
        if key in child.pinned or key in child.agreed:
            child.pinned.pop(key, None)
            child.agreed.pop(key, None)
            self.places[where].withdraw(key)

    def rival_default(self, where: int, name: str) -> None:
        """A scheme of its own becomes the default here, and another one in the main."""
        own, items = ("scheme", OWN + 2), self.items(where)
        if own not in items and self.is_free(where, own, name):
            self.put(where, own, new_item("scheme", name, ""))
        if own in items and not items[own]["is_default"]:
            self.prefer(where, own)
        self.prefer(0, ("scheme", 2 if self.main.get(("scheme", 1), NOTHING).get("is_default") else 1))

    def lock_what_is_edited(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.lock(0, kind, number, what)
        self.describe(where, kind, number, text)

    def pin_what_is_edited(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.pin(where, kind, number, what)
        self.describe(0, kind, number, text)

    def pin_what_is_locked(self, where: int, kind: str, number: int, what: str, text: str) -> None:
        self.pin(where, kind, number, what)
        self.lock_what_is_edited(where, kind, number, what, text)

    def remove_on_both_sides(self, where: int, kind: str, number: int) -> None:
        self.remove(0, kind, number)
        self.remove(where, kind, number)

    def forget(self, where: int, kind: str, number: int) -> None:
        """What was decided last about an item is not known any more."""
        if self.children[where - 1].base.pop((kind, number), None):
            self.places[where].forget((kind, number))

    def work(self, where: int, work_type: int) -> None:
        """Somebody plans a job of this work type."""
        key = self.key_at(where, "type", work_type)
        if key in self.items(where) and self.work_orders < 3:
            self.work_orders += 1
            self.places[where].use(key, self.work_orders)
            self.children[where - 1].used.add(key)


def _without(parts: dict[int, Any], form: int) -> dict[int, Any]:
    """The steps, of which none names this form any more."""
    return {number: new_step(0, step["title"]) if step.get("form") == form else step for number, step in parts.items()}


def _path(key: Key, item: Item, what: str) -> str | None:
    """What can be locked or pinned of an item; None where it has no such thing."""
    shape, part = SHAPES[key[0]], item["order"][0] if item["order"] else None
    fields = {"": "", "name": "name", "text": shape.simple[1]}
    if shape.part:
        fields |= {"work_types": "work_types", "order": f"{shape.part}/order"}
    if part is not None:
        label, *others = (name for names in shape.of_part for name in names)
        fields |= {"part": path_of(shape, part), "label": path_of(shape, part, label)}
        fields["form"] = path_of(shape, part, others[-1])
    return fields.get(what)
