"""What people do to settings between two syncs, each one edit in one administration."""

from typing import Any
from uuid import UUID

from . import drawing
from .model import Item, Items, Key, Stand, default_of, is_default
from .stage import CURRENCIES, Place, new_field, new_form, new_item, new_step, title_of
from .threeway import PART_UID, SHAPES, path_of

CHILDREN = 2
WHERE = drawing.sampled_from([0, *range(CHILDREN + 1)])
CHILD = drawing.integers(1, CHILDREN)
NUMBER = drawing.sampled_from([1, 1, 1, 2, 2, 3, 4])
PLACE = drawing.integers(0, 2)
NAMES = drawing.sampled_from(["Ketel", "KETEL", "Pomp", "Klep", "Filter", "Sensor", "Meting"])
TEXTS = drawing.sampled_from(["", "a", "b", "it's"])
KIND = drawing.sampled_from(["form", "form", "type", "flow", "flow", "scheme", "scheme"])
BRANDS = drawing.sampled_from(["Atag", "Bosch", "Intergas", "Nefit", " "])
"""The last one is what the rules of today refuse of people, and what may stand there all the same."""
WITH_PARTS = drawing.sampled_from(["form", "flow"])
NOTHING: Item = {"parts": {}, "order": (), "sections": {}, "heads": ()}
RULED = drawing.sampled_from(["", "name", "text", "work_types", "order", "part", "label", "form"])
"""What is locked or pinned: an item, one of its fields, or something of its first part."""
OWN, ANEW = 10, 20
"""Added to the number of what a child makes itself, which the main never has; and of what the main makes anew."""


EDITS = {
    "make": (WHERE, KIND, NUMBER, NAMES, TEXTS),
    "describe": (WHERE, KIND, NUMBER, TEXTS),
    "rename": (WHERE, KIND, NUMBER, NAMES),
    "swap_names": (WHERE, KIND, NUMBER, NUMBER),
    "archive_or_bring_back": (WHERE, KIND, NUMBER),
    "remove": (WHERE, KIND, NUMBER),
    "link_or_unlink": (WHERE, WITH_PARTS, NUMBER, NUMBER),
    "add_part": (WHERE, WITH_PARTS, NUMBER, drawing.sampled_from("123"), PLACE),
    "edit_part": (WHERE, WITH_PARTS, NUMBER, PLACE, drawing.sampled_from("abc"), TEXTS),
    "remove_part": (WHERE, WITH_PARTS, NUMBER, PLACE),
    "reorder": (WHERE, WITH_PARTS, NUMBER, drawing.permutations([0, 1, 2])),
    "add_option": (WHERE, NUMBER, BRANDS, PLACE),
    "remove_option": (WHERE, NUMBER, PLACE),
    "add_section": (WHERE, NUMBER, PLACE),
    "retitle_section": (WHERE, NUMBER, PLACE, drawing.sampled_from("ab")),
    "remove_section": (WHERE, NUMBER, PLACE),
    "turn_sections": (WHERE, NUMBER),
    "make_default": (WHERE, NUMBER),
    "work": (CHILD, NUMBER),
}
"""What is drawn for each of them: where, of which kind, which one, and what it comes to."""

RULINGS = {
    "lock": (drawing.just(0), KIND, NUMBER, RULED),
    "unlock": (drawing.just(0), KIND, NUMBER),
    "pin": (CHILD, KIND, NUMBER, RULED),
    "withdraw": (CHILD, KIND, NUMBER),
    "forget": (CHILD, KIND, NUMBER),
    "keep_away": (CHILD, KIND, NUMBER),
}
"""What is said about settings rather than done to them; nobody does so between a preview and its run."""


def steps_of(rules: dict[str, tuple[Any, ...]], *names: str) -> Any:
    """A step by one of these rules, or by any: its name and what it is done to."""
    return drawing.one_of(*(drawing.tuples(drawing.just(name), *rules[name]) for name in names or rules))


class Edits:
    """The main stands first, then its children. Subclasses say how a history begins, and sync."""

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self.main: Items = {}
        self.children: list[Stand] = [Stand() for _place in places[1:]]
        self.locks: dict[Key, frozenset[str]] = {}
        self.away: list[set[Key]] = [set() for _place in places]
        """By place what a package says is not to come there."""
        self.questions: dict[tuple[Key, str], int] = {}
        """Which question of the main has which id, or had it."""
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
        """The item of this number, or what was made anew in its place; where a child has neither, its own."""
        key, anew = (kind, number), (kind, ANEW + number)
        if key not in self.items(where) and anew in self.items(where):
            return anew
        return key if where == 0 or key in self.items(where) else (kind, OWN + number)

    def make(self, where: int, kind: str, number: int, name: str, text: str) -> None:
        self.make_new(where, self.key_at(where, kind, number), name, text)

    def make_new(self, where: int, key: Key, name: str, text: str = "") -> None:
        """Nothing has its name here, and no section of an earlier one of its number stands in another form."""
        if key in self.items(where) or not self.is_free(where, key, name):
            return
        places = (self.main, *(child.items for child in self.children))
        others = [item for items in places for other, item in items.items() if other != key]
        is_left_over = any(section // 10 == key[1] for item in others for section in item["sections"])
        if key[0] != "form":
            self.put(where, key, new_item(key[0], name, text))
        elif not is_left_over:
            self.put(where, key, new_form(key[1], name, text))

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
        if item is None or len(item["parts"]) > 4 or not (kind == "flow" or item["heads"]):
            return
        part, made = (
            self._new_step(where, key, letter) if kind == "flow" else self._new_question(where, key, letter, place)
        )
        if part in item["parts"] or letter in {found.get("reference") for found in item["parts"].values()}:
            return
        if kind == "form" and where == 0 and self.questions.setdefault((key, letter), part) != part:
            return  # a question made anew with the id of another one is told in `test_pairing.py`
        inside = [n for n, found in enumerate(item["order"]) if made.get("section") == found_in(item, found)]
        before = min(inside, default=len(item["order"])) + len(inside[:place])
        parts, order = {**item["parts"], part: made}, (*item["order"][:before], part, *item["order"][before:])
        self.change(where, key, parts=parts, order=_grouped({**item, "parts": parts}, order))

    def _new_step(self, where: int, key: Key, letter: str) -> tuple[int, Any]:
        form = self.key_at(where, "form", int(letter))
        return 10000 + 100 * key[1] + 10 * where + int(letter), new_step(form[1] if form in self.items(where) else 0)

    def _new_question(self, where: int, key: Key, letter: str, place: int) -> tuple[int, Any]:
        """Its number tells the section, so that a question never stands in another one."""
        heads = self.items(where)[key]["heads"]
        section = heads[place % len(heads)]
        number = 1000 * key[1] + 100 * where + 10 * (section % 10) + int(letter)
        return 20000 + number, new_field(section, letter)

    def edit_part(self, where: int, kind: str, number: int, place: int, label: str, text: str) -> None:
        key = self.key_at(where, kind, number)
        item = self.items(where).get(key, NOTHING)
        if place < len(item["order"]):
            part = item["order"][place]
            form = self.key_at(where, "form", " abc".index(text) if text in ("a", "b", "c") else 0)
            step = new_step(form[1] if form in self.items(where) else 0, label)
            edited = step if kind == "flow" else {**item["parts"][part], "label": label, "help_text": text}
            self.change(where, key, parts={**item["parts"], part: edited})

    def add_option(self, where: int, number: int, brand: str, place: int) -> None:
        """One more to choose from, in the first question that gives a choice."""
        options = self._options(where, number)
        if options and brand not in options:
            self._change_options(where, number, (*options[:place], brand, *options[place:]))

    def remove_option(self, where: int, number: int, place: int) -> None:
        """One less to choose from; the last one stays."""
        options = self._options(where, number)
        if len(options) > 1 and place < len(options):
            self._change_options(where, number, (*options[:place], *options[place + 1 :]))

    def _options(self, where: int, number: int) -> tuple[str, ...]:
        item = self.items(where).get(self.key_at(where, "form", number), NOTHING)
        return next((part["options"] for part in item["parts"].values() if part["options"]), ())

    def _change_options(self, where: int, number: int, options: tuple[str, ...]) -> None:
        key = self.key_at(where, "form", number)
        parts = self.items(where)[key]["parts"]
        choice = next(number for number, part in parts.items() if part["options"])
        self.change(where, key, parts={**parts, choice: {**parts[choice], "options": options}})

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
        order = _grouped(item, (*order, *item["order"][3:]))
        if order != item["order"]:
            self.change(where, key, order=order)

    def add_section(self, where: int, number: int, place: int) -> None:
        key = self.key_at(where, "form", number)
        item = self.items(where).get(key)
        section = 10 * key[1] + 2 + where
        if item is not None and section not in item["sections"]:
            heads = (*item["heads"][:place], section, *item["heads"][place:])
            sections = {**item["sections"], section: title_of(section)}
            self.change(where, key, sections=sections, heads=heads)

    def retitle_section(self, where: int, number: int, place: int, title: str) -> None:
        key = self.key_at(where, "form", number)
        item = self.items(where).get(key, NOTHING)
        if place < len(item["heads"]):
            self.change(
                where, key, sections={**item["sections"], item["heads"][place]: title_of(item["heads"][place], title)}
            )

    def remove_section(self, where: int, number: int, place: int) -> None:
        """A section goes with everything in it."""
        key = self.key_at(where, "form", number)
        item = self.items(where).get(key, NOTHING)
        if place < len(item["heads"]) and not self._is_ruled(key, item["heads"][place]):
            gone = item["heads"][place]
            heads = tuple(section for section in item["heads"] if section != gone)
            order = tuple(part for part in item["order"] if found_in(item, part) != gone)
            parts = {part: item["parts"][part] for part in order}
            sections = {section: item["sections"][section] for section in heads}
            self.change(where, key, sections=sections, heads=heads, parts=parts, order=order)

    def _is_ruled(self, key: Key, section: int) -> bool:
        """Whether anybody said anything about a question in this section; what that comes to when the section goes is
        told question by question in `test_keeping_parts.py`."""
        said = [self.locks, *(kept for child in self.children for kept in (child.agreed, child.pinned))]
        about = {part for paths in said for path in paths.get(key, ()) for part in _parts_named(path)}
        places = (self.main, *(stand for child in self.children for stand in (child.items, child.base)))
        forms = [items[key] for items in places if key in items]
        return any(form["parts"][part]["section"] == section for form in forms for part in about & set(form["parts"]))

    def turn_sections(self, where: int, number: int) -> None:
        """The last section comes first."""
        key = self.key_at(where, "form", number)
        item = self.items(where).get(key, NOTHING)
        if len(item["heads"]) > 1:
            turned = {**item, "heads": (item["heads"][-1], *item["heads"][:-1])}
            self.change(where, key, heads=turned["heads"], order=_grouped(turned, item["order"]))

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
        path = _path(key, self.main[key], what) if key in self.main else None
        if path is not None and self._stands_everywhere(key, path):
            self.locks[key] = frozenset({""}) if path == "" else self.locks.get(key, frozenset()) - {""} | {path}
            self.places[0].lock(key, self.locks[key])

    def _stands_everywhere(self, key: Key, path: str) -> bool:
        """Whether the section of a question that a path is about stands wherever the form does."""
        places = (self.main, *(stand for child in self.children for stand in (child.items, child.base)))
        forms = [items[key] for items in places if key in items]
        parts = _parts_named(path) if key[0] == "form" else set()
        around = {item["parts"][part]["section"] for item in forms for part in parts if part in item["parts"]}
        return all(section in item["sections"] for item in forms for section in around)

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
        if path is not None and path not in pinned | agreed and self._stands_everywhere(key, path):
            child.pinned[key] = pinned | {path}
            self.places[where].pin(key, path)

    def withdraw(self, where: int, kind: str, number: int) -> None:
        key, child = (kind, number), self.children[where - 1]
        if key in child.pinned or key in child.agreed:
            child.pinned.pop(key, None)
            child.agreed.pop(key, None)
            self.places[where].withdraw(key)

    def forget(self, where: int, kind: str, number: int) -> None:
        """What was decided last about an item is not known any more."""
        if self.children[where - 1].base.pop((kind, number), None):
            self.places[where].forget((kind, number))

    def keep_away(self, where: int, kind: str, number: int) -> None:
        """A package says that a setting of the main is not for this child, or says so no longer."""
        key = (kind, number)
        if key in self.main or key in self.away[where]:
            self.away[where] ^= {key}
            self.places[where].keep_away(key, is_away=key in self.away[where])

    def work(self, where: int, work_type: int) -> None:
        """Somebody plans a job of this work type."""
        key = self.key_at(where, "type", work_type)
        if key in self.items(where) and self.work_orders < 3:
            self.work_orders += 1
            self.places[where].use(key, self.work_orders)
            self.children[where - 1].used.add(key)


def found_in(item: Item, part: int) -> int | None:
    """The section in which a part of a form stands; None for a step of a workflow."""
    return item["parts"][part].get("section")  # type: ignore[no-any-return]


def _grouped(item: Item, order: tuple[int, ...]) -> tuple[int, ...]:
    """The parts in this order, section by section."""
    if not item["heads"]:
        return order
    return tuple(sorted(order, key=lambda part: item["heads"].index(found_in(item, part))))


def _parts_named(path: str) -> set[int]:
    """The number of the question that a path is about."""
    kind, _slash, rest = path.partition("/")
    return {UUID(rest[:36]).int - PART_UID} if kind == "field" and len(rest) >= 36 else set()


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
