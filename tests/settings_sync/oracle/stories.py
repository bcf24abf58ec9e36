"""A story: what people do, step by step, in a main administration and its subs. Pure: it happens in a `World`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .catalog import KINDS
from .documents import Document, Key, default_of, name_of, needs_of, with_part, without_part
from .rulings import Decided
from .validity import is_valid
from .worlds import World, users_in

Edit = tuple[int, Key, Document | None, Document | None]


@dataclass(frozen=True)
class Make:
    """A new item, in the main (0) or in a sub."""

    where: int
    key: Key
    document: Document


@dataclass(frozen=True)
class Put:
    """Other values at some paths of an item."""

    where: int
    key: Key
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Remove:
    where: int
    key: Key


@dataclass(frozen=True)
class Swap:
    """Two items change names."""

    where: int
    key: Key
    other: Key


@dataclass(frozen=True)
class AddPart:
    where: int
    key: Key
    part: str
    uid: str
    values: Mapping[str, Any]
    place: int


@dataclass(frozen=True)
class DropPart:
    where: int
    key: Key
    part: str
    uid: str


@dataclass(frozen=True)
class Pin:
    where: int
    key: Key
    path: str


@dataclass(frozen=True)
class Withdraw:
    where: int
    key: Key


@dataclass(frozen=True)
class Lock:
    """No paths: the item is not locked any more."""

    key: Key
    paths: frozenset[str]


@dataclass(frozen=True)
class Say:
    """The policies of the main administration."""

    policies: Mapping[str, str]


@dataclass(frozen=True)
class Use:
    """A work order of this work type."""

    where: int
    key: Key


@dataclass(frozen=True)
class Sync:
    """A preview, decisions about it per sub, and its run; `late` is edited in a sub between the two.

    One that is stopped before a worker came to it does nothing; it can be tried again.
    """

    targets: tuple[int, ...]
    policies: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[int, Mapping[Key, Decided]] = field(default_factory=dict)
    late: tuple["EditStep", ...] = ()
    is_stopped: bool = False


@dataclass(frozen=True)
class Retry:
    """Tries the run again in this sub that was stopped last."""

    where: int


@dataclass(frozen=True)
class Undo:
    """Takes the last run back that wrote something in this sub: a sync, or an undo."""

    where: int


EditStep = Make | Put | Remove | Swap | AddPart | DropPart
RulingStep = Pin | Withdraw | Lock | Say | Use
Step = EditStep | RulingStep | Sync | Retry | Undo


def edits_of(world: World, step: EditStep) -> list[Edit]:
    """What a step changes; nothing where it makes no sense as things stand."""
    edits = [edit for edit in _edits(world, step) if edit[2] != edit[3]]
    return edits if edits and _makes_sense(world, edits) else []


def _edits(world: World, step: EditStep) -> Iterator[Edit]:
    items = world.items(step.where)
    before = items.get(step.key)
    if isinstance(step, Make):
        if before is None:
            yield step.where, step.key, None, step.document
        return
    if before is None:
        return
    if isinstance(step, Remove):
        yield step.where, step.key, before, None
    elif isinstance(step, Swap):
        yield from _swap(world, step, before)
    else:
        yield step.where, step.key, before, _edited(before, step)


def _swap(world: World, step: Swap, before: Document) -> Iterator[Edit]:
    other, named_by = world.items(step.where).get(step.other), KINDS[step.key[0]].named_by
    if other is not None:
        yield step.where, step.key, before, {**before, named_by: other[named_by]}
        yield step.where, step.other, other, {**other, named_by: before[named_by]}


def _edited(before: Document, step: Put | AddPart | DropPart) -> Document:
    if isinstance(step, Put):
        known = {path: value for path, value in step.values.items() if path in before}
        return {**before, **known}
    part = KINDS[step.key[0]].part(step.part)
    path = f"{step.part}/{step.uid}"
    if isinstance(step, DropPart):
        return without_part(before, part, step.uid) if path in before else before
    above = step.values.get(part.above) if part.above else None
    if path in before or (above and f"{part.above}/{above}" not in before):
        return before
    return with_part(before, part, step.uid, dict(step.values), step.place)


def _makes_sense(world: World, edits: list[Edit]) -> bool:
    """Whether the catalogs' editors and the database would take it."""
    where = edits[0][0]
    after = dict(world.items(where))
    for _where, key, _before, document in edits:
        after.pop(key) if document is None else after.__setitem__(key, document)
    return all(_stands(world, where, after, key, document) for _where, key, _before, document in edits)


def _stands(world: World, where: int, after: dict[Key, Document], key: Key, document: Document | None) -> bool:
    if document is None:
        return not users_in(after, key) and not (where and key in world.subs[where - 1].used)
    alike = [(other, it) for other, it in after.items() if other[0] == key[0] and other != key]
    name, default = name_of(key, document), default_of(key, document)
    return (
        is_valid(key, document)
        and all(need in after for need in needs_of(key, document))
        and (name is None or all(name_of(other, it) != name for other, it in alike))
        and (default is None or all(default_of(other, it) != default for other, it in alike))
    )


def carry_out_edits(world: World, edits: list[Edit]) -> None:
    for where, key, _before, after in edits:
        world.put(where, key, after)


def rule(world: World, step: RulingStep) -> bool:
    """Say something about settings; False where it makes no sense as things stand."""
    if isinstance(step, Say):
        world.policies = dict(step.policies)
        return True
    if isinstance(step, Lock):
        return _lock(world, step)
    sub = world.subs[step.where - 1]
    if isinstance(step, Use):
        if step.key not in sub.items:
            return False
        world.subs[step.where - 1] = replace(sub, used=sub.used | {step.key})
        return True
    return _pin_or_withdraw(world, step)


def _lock(world: World, step: Lock) -> bool:
    if not step.paths:
        return world.locked.pop(step.key, None) is not None
    document = world.main.get(step.key)
    if document is None or any(path and path not in document for path in step.paths):
        return False
    world.locked[step.key] = step.paths
    return True


def _pin_or_withdraw(world: World, step: Pin | Withdraw) -> bool:
    sub = world.subs[step.where - 1]
    memory = sub.memory(step.key)
    if isinstance(step, Withdraw):
        makes_sense = bool(memory.pinned or memory.agreed)
        memory = replace(memory, pinned=frozenset(), agreed=frozenset())
    else:
        document = memory.document
        is_there = document is not None and memory.base is not None and (not step.path or step.path in document)
        makes_sense = is_there and step.path not in memory.pinned | memory.agreed
        memory = replace(memory, pinned=memory.pinned | {step.path})
    if makes_sense:
        world.subs[step.where - 1] = sub.with_memory(step.key, memory)
    return makes_sense
