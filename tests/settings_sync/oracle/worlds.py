"""What stands where in the oracle's world: the main's settings, and each sub's with what it remembers of syncs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .catalog import KINDS
from .documents import Document, Key, needs_of

Items = dict[Key, Document]
Paths = frozenset[str]


@dataclass(frozen=True)
class Sub:
    """One sub-administration; `used` is what its daily data points at."""

    items: Items = field(default_factory=dict)
    base: Items = field(default_factory=dict)
    agreed: dict[Key, Paths] = field(default_factory=dict)
    pinned: dict[Key, Paths] = field(default_factory=dict)
    used: frozenset[Key] = frozenset()

    def memory(self, key: Key) -> "Memory":
        return Memory(
            self.items.get(key),
            self.base.get(key),
            self.agreed.get(key, frozenset()),
            self.pinned.get(key, frozenset()),
        )

    def with_memory(self, key: Key, memory: "Memory") -> "Sub":
        return replace(
            self,
            items=_put(self.items, key, memory.document),
            base=_put(self.base, key, memory.base),
            agreed=_put(self.agreed, key, memory.agreed or None),
            pinned=_put(self.pinned, key, memory.pinned or None),
        )

    def users_of(self, key: Key) -> set[Key]:
        return users_in(self.items, key)


@dataclass(frozen=True)
class Memory:
    """Everything that a run may change about one item: what stands there, its base, and what stays as it is."""

    document: Document | None = None
    base: Document | None = None
    agreed: Paths = frozenset()
    pinned: Paths = frozenset()


@dataclass
class World:
    """A main administration with its subs, its locks and its policies."""

    main: Items = field(default_factory=dict)
    subs: list[Sub] = field(default_factory=list)
    locked: dict[Key, Paths] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    runs: dict[int, list[Any]] = field(default_factory=dict)
    decided: dict[int, list[set[Key]]] = field(default_factory=dict)
    stopped: dict[int, Any] = field(default_factory=dict)

    def items(self, where: int) -> Items:
        """Those of the main (0), or of a sub."""
        return self.subs[where - 1].items if where else self.main

    def put(self, where: int, key: Key, document: Document | None) -> None:
        if where:
            sub = self.subs[where - 1]
            self.subs[where - 1] = replace(sub, items=_put(sub.items, key, document))
        else:
            self.main = _put(self.main, key, document)


def users_in(items: Items, key: Key) -> set[Key]:
    """Which of these items point at one."""
    return {other for other, document in items.items() if key in needs_of(other, document)}


def renamed_references(document: Document, kind: str, old: Key, new: Key) -> Document:
    """The document with what points at one item pointing at another: the local key stayed and the uid did not."""
    if old not in needs_of((kind, ""), document):
        return document
    return {path: _renamed(value, old[1], new[1]) for path, value in document.items()}


def _renamed(value: object, old: str, new: str) -> object:
    if isinstance(value, frozenset):
        return frozenset(new if uid == old else uid for uid in value)
    return new if value == old else value


def _put(items: dict, key: Key, value: object) -> dict:
    left = {other: document for other, document in items.items() if other != key}
    return left if value is None else {**left, key: value}


def in_order(keys: Iterator[Key] | set[Key]) -> list[Key]:
    """Keys in an order that is the same every time."""
    return sorted(keys, key=lambda key: (list(KINDS).index(key[0]), key[1]))
