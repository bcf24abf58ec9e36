"""Parts that pair: of an item that is coupled with the main's, and of one of which the main made a part anew."""

from collections.abc import Mapping
from dataclasses import replace

from .catalog import Kind, PartKind
from .documents import Document, in_place, part_values
from .merging import place_after
from .worlds import Memory

Uids = Mapping[str, str]


def renamed_parts(kind: Kind, source: Document, own: Document, former: Document | None) -> Uids:
    """The uids that own parts get; what was followed until now is known by what it was in the `former` document."""
    known = own if former is None else {**own, **{path: value for path, value in former.items() if path in own}}
    known |= {path: own[path] for path in own if path.endswith("/order")}
    return {old: new for part in kind.parts if part.key for new, old in pairs(part, source, known).items()}


def coupled_document(kind: Kind, source: Document, own: Document, former: Document | None = None) -> Document:
    """The main's document, and what only the own item has of parts that are known by a key, each where it stood.

    What it has as the one had it whose place is taken (the `former` document) goes with that.
    """
    renamed = renamed_parts(kind, source, own, former)
    ours, former = _with_uids(own, renamed), _with_uids(former or {}, renamed)
    found = dict(source)
    for part in kind.parts:
        if part.key:
            _add_own_parts(kind, part, found, ours, former)
    return found


def agreed_with(
    kind: Kind, source: Document, own: Document, former: Document | None, agreed: frozenset[str]
) -> frozenset[str]:
    """What is agreed once an own item is coupled: what was agreed about it, and that its own parts stay."""
    renamed, document = renamed_parts(kind, source, own, former), coupled_document(kind, source, own, former)
    found = {_path_with_uids(path, renamed) for path in agreed}
    for part in kind.parts:
        for uid in document[f"{part.name}/order"]:
            above = f"{part.above}/{document[f'{part.name}/{uid}/{part.above}']}" if part.above else ""
            if f"{part.name}/{uid}" not in source and above not in found:
                found.add(f"{part.name}/{uid}")
    return frozenset(found)


def _is_own(kind: Kind, part: PartKind, uid: str, source: Document, ours: Document, former: Document) -> bool:
    """Whether a part was made or changed here, or anything that stands in it was."""
    path = f"{part.name}/{uid}"
    if path in source:
        return False
    below = [
        (child, one) for child in kind.parts if child.above == part.name for one in _children(child, part, uid, ours)
    ]
    if any(_is_own(kind, child, one, source, ours, former) for child, one in below):
        return True
    if path in former and part_values(former, part, uid) == part_values(ours, part, uid):
        return False
    return not below or not all(f"{child.name}/{one}" in source for child, one in below)


def _children(child: PartKind, part: PartKind, uid: str, document: Document) -> list[str]:
    return [one for one in document[f"{child.name}/order"] if document[f"{child.name}/{one}/{part.name}"] == uid]


def _add_own_parts(kind: Kind, part: PartKind, found: Document, ours: Document, former: Document) -> None:
    path, others = f"{part.name}/order", ours[f"{part.name}/order"]
    order, source = list(found[path]), dict(found)
    for place, uid in enumerate(others):
        if uid in order or not _is_own(kind, part, uid, source, ours, former):
            continue
        before = [other for other in others[:place] if other in order]
        order.insert(place_after(before[-1] if before else "", order, others), uid)
        found[f"{part.name}/{uid}"] = True
        found.update({f"{part.name}/{uid}/{name}": v for name, v in part_values(ours, part, uid).items()})
    found[path] = tuple(order)
    found[path] = in_place(found, part)


def pairs(part: PartKind, source: Document, own: Document) -> dict[str, str]:
    """Which of the main's parts is which own one: by key, those of one key in their order."""
    waiting: dict[object, list[str]] = {}
    for uid in own[f"{part.name}/order"]:
        waiting.setdefault(own[f"{part.name}/{uid}/{part.key}"], []).append(uid)
    found = {}
    for uid in source[f"{part.name}/order"]:
        alike = waiting.get(source[f"{part.name}/{uid}/{part.key}"], [])
        if alike:
            found[uid] = alike.pop(0)
    return found


def made_anew(kind: Kind, memory: Memory, source: Document | None) -> Memory:
    """A field that the main deleted and made again with the same id is still that field: known by its new uid."""
    if source is None or memory.document is None or memory.base is None:
        return memory
    renamed: dict[str, str] = {}
    for part in kind.parts:
        if part.above:
            renamed |= _made_again(part, memory, source)
    if not renamed:
        return memory
    return replace(
        memory,
        document=_with_uids(memory.document, renamed),
        base=_with_uids(memory.base, renamed),
        agreed=frozenset(_path_with_uids(path, renamed) for path in memory.agreed),
        pinned=frozenset(_path_with_uids(path, renamed) for path in memory.pinned),
    )


def _made_again(part: PartKind, memory: Memory, source: Document) -> dict[str, str]:
    base, local = memory.base or {}, memory.document or {}
    gone = {
        base[f"{part.name}/{uid}/{part.key}"]: uid
        for uid in base[f"{part.name}/order"]
        if f"{part.name}/{uid}" not in source and f"{part.name}/{uid}" in local
    }
    new = [uid for uid in source[f"{part.name}/order"] if f"{part.name}/{uid}" not in local]
    keys = {uid: source[f"{part.name}/{uid}/{part.key}"] for uid in new}
    return {gone[key]: uid for uid, key in keys.items() if key in gone}


def _with_uids(document: Document, renamed: Uids) -> Document:
    return {_path_with_uids(path, renamed): _value_with_uids(value, renamed) for path, value in document.items()}


def _path_with_uids(path: str, renamed: Uids) -> str:
    return "/".join(renamed.get(step, step) for step in path.split("/"))


def _value_with_uids(value: object, renamed: Uids) -> object:
    if isinstance(value, tuple):
        return tuple(renamed.get(one, one) for one in value)
    return renamed.get(value, value) if isinstance(value, str) else value
