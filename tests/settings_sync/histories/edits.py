"""What people do to settings between two syncs, as rules of a state machine: each is one edit in one administration."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from .model import Item, Items, Key, Stand
from .stage import Place

CHILDREN = 3
WHERE = st.sampled_from([0, *range(CHILDREN + 1)])
CHILD = st.integers(min_value=1, max_value=CHILDREN)
NUMBER = st.integers(min_value=1, max_value=3)
PLACE = st.integers(min_value=0, max_value=2)
NAMES = st.sampled_from(["Ketel", "KETEL", "Pomp", "Klep", "Filter", "Sensor", "Meting"])
TEXTS = st.sampled_from(["", "a", "b", "it's"])
KIND = st.sampled_from(["form", "form", "type"])
NEW: Item = {"description": "", "is_archived": False, "work_types": frozenset(), "parts": {}, "order": ()}
OWN = 10
"""Added to the number of what a child makes itself: the main never has these."""


EDITS = [
    st.tuples(st.just("make"), WHERE, KIND, NUMBER, NAMES, TEXTS),
    st.tuples(st.just("describe"), WHERE, KIND, NUMBER, TEXTS),
    st.tuples(st.just("rename"), WHERE, KIND, NUMBER, NAMES),
    st.tuples(st.just("swap_names"), WHERE, KIND, NUMBER, NUMBER),
    st.tuples(st.just("archive_or_bring_back"), WHERE, KIND, NUMBER),
    st.tuples(st.just("remove"), WHERE, KIND, NUMBER),
    st.tuples(st.just("link_or_unlink"), WHERE, NUMBER, NUMBER),
    st.tuples(st.just("add_part"), WHERE, NUMBER, st.sampled_from("123"), PLACE),
    st.tuples(st.just("edit_part"), WHERE, NUMBER, PLACE, st.sampled_from("abc"), TEXTS),
    st.tuples(st.just("remove_part"), WHERE, NUMBER, PLACE),
    st.tuples(st.just("reorder"), WHERE, NUMBER, st.permutations([0, 1, 2])),
    st.tuples(st.just("work"), CHILD, NUMBER),
]
"""One rule of the machine draws from all of them: hypothesis leaves out whole rules, and a history needs every edit."""


class Edits(RuleBasedStateMachine):
    """The main stands first, then its children. Subclasses say how a history begins, and sync."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__()
        self.places = places
        self.main: Items = {}
        self.children: list[Stand] = [Stand() for _place in places[1:]]
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
        if item["is_archived"] or self.is_free(where, key, item["name"]):
            self.put(where, key, item)

    def key_at(self, where: int, kind: str, number: int) -> Key:
        """The item of this number; where a child has none, its own."""
        key = (kind, number)
        return key if where == 0 or key in self.items(where) else (kind, OWN + number)

    def make(self, where: int, kind: str, number: int, name: str, text: str) -> None:
        key = self.key_at(where, kind, number)
        if key not in self.items(where) and self.is_free(where, key, name):
            self.put(where, key, {"name": name, **NEW, "description": text})

    def describe(self, where: int, kind: str, number: int, text: str) -> None:
        key = self.key_at(where, kind, number)
        if key in self.items(where):
            self.change(where, key, description=text)

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
        self.put(where, key, None)
        if kind == "type":
            for other, item in list(self.items(where).items()):
                if key[1] in item["work_types"]:  # the database's rows went with the work type
                    self.items(where)[other] = {**item, "work_types": item["work_types"] - {key[1]}}

    def link_or_unlink(self, where: int, form: int, work_type: int) -> None:
        key, other = self.key_at(where, "form", form), self.key_at(where, "type", work_type)
        if key in self.items(where) and other in self.items(where):
            self.change(where, key, work_types=self.items(where)[key]["work_types"] ^ {other[1]})

    def add_part(self, where: int, form: int, letter: str, place: int) -> None:
        key = self.key_at(where, "form", form)
        item, number = self.items(where).get(key), 100 * key[1] + 10 * where + int(letter)
        if item is None or any(part["reference"] == letter for part in item["parts"].values()):
            return
        part = {"label": "nieuw", "help_text": "", "reference": letter}
        order = (*item["order"][:place], number, *item["order"][place:])
        self.change(where, key, parts={**item["parts"], number: part}, order=order)

    def edit_part(self, where: int, form: int, place: int, label: str, text: str) -> None:
        key = self.key_at(where, "form", form)
        item = self.items(where).get(key, NEW)
        if place < len(item["order"]):
            number = item["order"][place]
            part = {**item["parts"][number], "label": label, "help_text": text}
            self.change(where, key, parts={**item["parts"], number: part})

    def remove_part(self, where: int, form: int, place: int) -> None:
        key = self.key_at(where, "form", form)
        item = self.items(where).get(key, NEW)
        if place < len(item["order"]):
            order = (*item["order"][:place], *item["order"][place + 1 :])
            self.change(where, key, parts={number: item["parts"][number] for number in order}, order=order)

    def reorder(self, where: int, form: int, moved: list[int]) -> None:
        key = self.key_at(where, "form", form)
        item = self.items(where).get(key, NEW)
        order = tuple(item["order"][place] for place in moved if place < len(item["order"]))
        if order != item["order"]:
            self.change(where, key, order=(*order, *item["order"][3:]))

    def work(self, where: int, work_type: int) -> None:
        """Somebody plans a job of this work type."""
        key = self.key_at(where, "type", work_type)
        if key in self.items(where) and self.work_orders < 3:
            self.work_orders += 1
            self.places[where].use(key, self.work_orders)
            self.children[where - 1].used.add(key)
