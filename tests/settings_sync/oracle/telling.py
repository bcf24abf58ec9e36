"""Tells stories at random, the same ones for the same seed; it looks ahead, so that decisions make sense."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import catalog
from .catalog import CATEGORIES, KINDS, Kind
from .documents import Document, Key, new_document, with_part
from .happening import happen
from .outcomes import Outcome
from .previews import Choice, preview
from .rulings import Decided
from .stories import (
    AddPart,
    DropPart,
    Lock,
    Make,
    Pin,
    Put,
    Remove,
    Retry,
    Say,
    Step,
    Swap,
    Sync,
    Undo,
    Use,
    Withdraw,
)
from .worlds import Sub, World, in_order

NAMES = ("Alfa", "alfa", "Bravo", "Carlo", "Delta", "Echo", "Foxtrot", "Golf", "Hotel")
TEXTS = ("", "a", "b", "c", "it's")
OPTIONS = ("Remeha", "Nefit", "Vaillant", "Intergas")
ALL = frozenset(CATEGORIES)
WORDS = {
    "new": ("couple", "couple", "create_as", "skip"),
    "removed_locally": ("bring_back", "leave", "create_as", "skip"),
    "behind": ("overwrite", "keep_local", "create_as", "skip"),
    "removed_in_source": ("keep_local", "archive", "delete", "skip"),
    "both_changed": ("keep_local", "overwrite", "put_back", "create_as", "skip", "paths", "paths"),
    "changed_locally": ("keep_local", "overwrite", "put_back", "create_as", "skip"),
    "rejoined": ("create_as", "skip"),
    "already_equal": ("create_as", "skip"),
}
"""What can be decided in each row of the table."""

POLICIES = {
    "changed_locally": ("keep", "put_back"),
    "conflict": ("hold", "keep_local", "overwrite"),
    "removed_locally": ("leave", "bring_back"),
    "removed_in_source": ("keep", "archive", "delete"),
}


class Teller:
    """Tells one story step by step, and lets it happen in a world of its own."""

    def __init__(self, seed: int, subs: int) -> None:
        self.dice = random.Random(seed)
        self.subs = subs
        self.world = World(subs=[Sub() for _number in range(subs)])
        self.story: list[Step] = []
        self.made = 0

    def tell(self) -> list[Step]:
        """A beginning in line, then some rounds of edits, a sync and what is taken back of it."""
        if self.dice.random() < 0.3:
            self._tell_of_schemes()
        for _edit in range(self.dice.randint(4, 9)):
            self.step(self._make(0))
        if self.dice.random() < 0.3:
            self.step(self._make(1))
        self.step(Sync(self._all_subs()))
        for _round in range(self.dice.randint(1, 3)):
            self._round()
        return self.story

    def _tell_of_schemes(self) -> None:
        """What schemes need is in line, so that both sides can have a default of their own."""
        for kind in (catalog.VAT_RATE, catalog.LAYOUT):
            document = self._document(0, KINDS[kind])
            self.step(Make(0, (kind, self._uid()), document) if document else None)
        self.step(Sync(self._all_subs()))
        for where in (0, 1):
            for _scheme in range(self.dice.choice((0, 1, 1, 2))):
                document = self._document(where, KINDS[catalog.SCHEME])
                self.step(Make(where, (catalog.SCHEME, self._uid()), document) if document else None)

    def step(self, step: Step | None) -> bool:
        """One step more, where it makes sense."""
        if step is None or not happen(self.world, step):
            return False
        self.story.append(step)
        return True

    def _round(self) -> None:
        for _edit in range(self.dice.randint(1, 7)):
            self.step(self._edit())
        for _ruling in range(self.dice.choice((0, 0, 0, 1, 2))):
            self.step(self._ruling())
        sync = self._sync()
        if self.dice.random() < 0.15:
            self.step(replace(sync, is_stopped=True, late=()))
            self._then_try_again()
            return
        self.step(sync)
        for _undo in range(self.dice.choice((0, 0, 1, 2, 3, 4))):
            if self.dice.random() < 0.25:
                self.step(self._edit(where=1))
            self.step(Undo(1))

    def _then_try_again(self) -> None:
        """After what others did meanwhile: edits, and perhaps a later run."""
        for _edit in range(self.dice.choice((0, 0, 1, 2))):
            self.step(self._edit())
        if self.dice.random() < 0.5:
            self.step(self._sync())
        self.step(Retry(1))
        if self.dice.random() < 0.4:
            self.step(Undo(1))

    def _all_subs(self) -> tuple[int, ...]:
        return tuple(range(1, self.subs + 1))

    def _uid(self) -> str:
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def _where(self) -> int:
        return self.dice.choice((0, 0, *self._all_subs(), *self._all_subs()))

    def _some(self, where: int, *kinds: str) -> Key | None:
        keys = [key for key in in_order(set(self.world.items(where))) if not kinds or key[0] in kinds]
        return self.dice.choice(keys) if keys else None

    # --- edits

    def _make(self, where: int) -> Make | None:
        kind = KINDS[self.dice.choice(list(KINDS))]
        document = self._document(where, kind)
        return Make(where, (kind.key, self._uid()), document) if document else None

    def _document(self, where: int, kind: Kind) -> Document | None:
        document = new_document(kind, **{kind.named_by: self.dice.choice(NAMES)})
        if kind.key == catalog.SCHEME:
            document["is_default"] = self.dice.random() < 0.7
        for field, other in kind.references.items():
            needed = self._some(where, other)
            if needed is None:
                return None
            document[field] = needed[1]
        if kind.named_by != "name":
            document["name"] = self.dice.choice(NAMES)
        for link, other in kind.links.items():
            linked = self._some(where, other)
            document[link] = frozenset({linked[1]} if linked and self.dice.random() < 0.5 else ())
        for part in kind.parts:
            for number in range(self.dice.choice((1, 1, 2))):
                document = with_part(
                    document, part, self._uid(), self._part(where, document, part.name, number), number
                )
        return document

    def _part(self, where: int, document: Document, part: str, number: int) -> dict[str, Any]:
        if part == "section":
            return {"title": self.dice.choice(("Controle", "Metingen"))}
        if part == "field":
            above = self.dice.choice(document["section/order"])
            id_ = self.dice.choice("abcdefgh")
            choice = {"type": "dropdown", "options": OPTIONS[:2]} if self.dice.random() < 0.3 else {}
            return {"label": id_.upper(), "reference": id_, "section": above, **choice}
        form = self._some(where, catalog.FORM) if self.dice.random() < 0.6 else None
        return {"type": "predefined_form", "form": form[1]} if form else {"title": self.dice.choice(TEXTS)}

    def _edit(self, where: int | None = None) -> Step | None:
        at = self._where() if where is None else where
        key = self._some(at)
        if key is None or self.dice.random() < 0.15:
            return self._make(at)
        verbs = [self._put, self._put, self._put, self._rename, self._archive, self._remove, self._swap]
        if KINDS[key[0]].parts:
            verbs += [self._add_part, self._drop_part, self._put_part, self._put_part, self._reorder, self._link]
        return self.dice.choice(verbs)(at, key)

    def _put(self, where: int, key: Key) -> Step | None:
        values = {
            "description": TEXTS,
            "default_minutes": (30, 60, 90),
            "percentage": ("0.00", "9.00", "21.00"),
            "currency": ("EUR", "USD", "GBP"),
            "is_default": (True, False),
            "footer": TEXTS,
            "body": TEXTS,
            "name": NAMES,
        }
        field = self.dice.choice([name for name in KINDS[key[0]].values if name in values])
        return Put(where, key, {field: self.dice.choice(values[field])})

    def _rename(self, where: int, key: Key) -> Step:
        return Put(where, key, {KINDS[key[0]].named_by: self.dice.choice(NAMES)})

    def _archive(self, where: int, key: Key) -> Step:
        return Put(where, key, {"is_archived": not self.world.items(where)[key]["is_archived"]})

    def _remove(self, where: int, key: Key) -> Step:
        return Remove(where, key)

    def _swap(self, where: int, key: Key) -> Step | None:
        other = self._some(where, key[0])
        return Swap(where, key, other) if other and other != key else None

    def _link(self, where: int, key: Key) -> Step | None:
        other = self._some(where, catalog.WORK_TYPE)
        linked = self.world.items(where)[key]["work_types"]
        return Put(where, key, {"work_types": linked ^ {other[1]}}) if other else None

    def _some_part(self, where: int, key: Key) -> tuple[str, str] | None:
        document = self.world.items(where)[key]
        parts = [(part.name, uid) for part in KINDS[key[0]].parts for uid in document[f"{part.name}/order"]]
        return self.dice.choice(parts) if parts else None

    def _add_part(self, where: int, key: Key) -> Step | None:
        part = self.dice.choice(KINDS[key[0]].parts).name
        document = self.world.items(where)[key]
        if part == "field" and not document["section/order"]:
            return None
        return AddPart(where, key, part, self._uid(), self._part(where, document, part, 0), self.dice.randint(0, 2))

    def _drop_part(self, where: int, key: Key) -> Step | None:
        found = self._some_part(where, key)
        return DropPart(where, key, *found) if found else None

    def _put_part(self, where: int, key: Key) -> Step | None:
        found = self._some_part(where, key)
        if found is None:
            return None
        path = "/".join(found)
        if found[0] == "section":
            return Put(where, key, {f"{path}/title": self.dice.choice(("Controle", "Metingen", "Afsluiting"))})
        if found[0] == "step":
            return Put(where, key, {f"{path}/title": self.dice.choice(TEXTS)})
        return Put(where, key, self._field_values(where, key, path))

    def _field_values(self, where: int, key: Key, path: str) -> dict[str, Any]:
        options = self.world.items(where)[key][f"{path}/options"]
        if options and self.dice.random() < 0.6:
            more = self.dice.choice(OPTIONS)
            return {f"{path}/options": options if more in options else (*options, more)}
        field = self.dice.choice(("label", "help_text", "is_required", "help_text"))
        value = self.dice.random() < 0.5 if field == "is_required" else self.dice.choice(TEXTS[1:])
        return {f"{path}/{field}": value}

    def _reorder(self, where: int, key: Key) -> Step | None:
        part = KINDS[key[0]].parts[0].name
        order = list(self.world.items(where)[key][f"{part}/order"])
        if part != "step" or len(order) < 2:
            return None
        self.dice.shuffle(order)
        return Put(where, key, {f"{part}/order": tuple(order)})

    # --- rulings

    def _ruling(self) -> Step | None:
        where = self.dice.choice(self._all_subs())
        what = self.dice.choice(("pin", "pin", "lock", "lock", "withdraw", "unlock", "say", "use"))
        if what == "say":
            return Say(self._policies())
        if what == "use":
            key = self._some(where, catalog.WORK_TYPE)
            return Use(where, key) if key else None
        key = self._some(0 if what in ("lock", "unlock") else where)
        if key is None:
            return None
        if what == "withdraw":
            return Withdraw(where, key)
        if what == "pin":
            return Pin(where, key, self._path(where, key))
        return Lock(key, frozenset({self._path(0, key)}) if what == "lock" else frozenset())

    def _path(self, where: int, key: Key) -> str:
        """The whole of an item, one of its fields, or one of its parts: what can be pinned or locked."""
        paths = [*KINDS[key[0]].values, *KINDS[key[0]].links]
        part = self._some_part(where, key)
        return self.dice.choice(["", "", *paths, *(["/".join(part)] * 2 if part else [])])

    def _policies(self) -> dict[str, str]:
        return {name: self.dice.choice(values) for name, values in POLICIES.items() if self.dice.random() < 0.4}

    # --- syncs

    def _sync(self) -> Sync:
        targets = self._all_subs() if self.dice.random() < 0.8 else (1,)
        policies = self._policies() if self.dice.random() < 0.4 else {}
        decided = {}
        if self.dice.random() < 0.65:
            decided = {where: dict(self._decisions(where, policies)) for where in targets}
        return Sync(targets, policies, decided, self._late())

    def _late(self) -> tuple[Any, ...]:
        """Seldom somebody edits the sub while the run waits for its turn."""
        edit = self._edit(where=1) if self.dice.random() < 0.2 else None
        return (edit,) if edit else ()

    def _decisions(self, where: int, policies: dict[str, str]) -> Iterator[tuple[Key, Decided]]:
        outcomes = preview(self.world, where, Choice(ALL, policies))
        taken: set[str] = set()
        keys = in_order(set(outcomes))
        asking = [key for key in keys if outcomes[key].is_held]
        some = {*self.dice.sample(keys, min(2, len(keys))), *self.dice.sample(asking, min(2, len(asking)))}
        for key in in_order(some):  # the order of a set differs from one process to the next
            decided = self._decision(where, key, outcomes[key], taken)
            if decided:
                yield key, decided

    def _decision(self, where: int, key: Key, outcome: Outcome, taken: set[str]) -> Decided | None:
        if outcome.verdict == "default_taken":
            return Decided(paths={"is_default": self.dice.choice(("keep_local", "overwrite"))})
        if outcome.verdict == "pinned" or outcome.row not in WORDS:
            return None
        word = self.dice.choice(WORDS[outcome.row])
        if word == "paths":
            paths = {path: self.dice.choice(("keep_local", "overwrite")) for path in sorted(outcome.conflicts)}
            return Decided(paths=paths) if paths else None
        if word == "create_as":
            return Decided(word, name=self.dice.choice(("Bij ons", *NAMES)))
        if word != "couple":
            return Decided(word)
        sub = self.world.subs[where - 1]
        own = [k for k in in_order(set(sub.items)) if k[0] == key[0] and k not in self.world.main]
        own = [k for k in own if not sub.pinned.get(k)]
        own = [k for k in own if k[1] not in taken]
        if not own:
            return None
        couple = self.dice.choice(own)[1]
        taken.add(couple)
        return Decided(word, couple=couple)
