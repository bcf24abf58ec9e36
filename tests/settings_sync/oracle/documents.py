"""A setting as plain paths with their values: `name`, `work_types`, `step/<uid>/title`; and what it has to tell."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from .catalog import KINDS, Kind, PartKind

Key = tuple[str, str]
"""The kind and the uid of a setting."""

Document = dict[str, Any]
"""All fields of an item; a part is `<part>/<uid>: True` with its fields below it, `<part>/order` their order."""


def new_document(kind: Kind, **values: Any) -> Document:
    """An item without parts or links."""
    links = {link: frozenset[str]() for link in kind.links}
    orders: Document = {f"{part.name}/order": () for part in kind.parts}
    return {"is_archived": False, **kind.values, **links, **orders, **values}


def part_values(document: Document, part: PartKind, uid: str) -> Document:
    """The fields of one part, by name."""
    return {name: document[f"{part.name}/{uid}/{name}"] for name in part.values}


def with_part(document: Document, part: PartKind, uid: str, values: Document, place: int) -> Document:
    """The document with one part more, at this place of the order."""
    order = document[f"{part.name}/order"]
    if part.above:
        place = _place_below(document, part, values[part.above], place)
    added = {f"{part.name}/{uid}": True, **{f"{part.name}/{uid}/{n}": v for n, v in {**part.values, **values}.items()}}
    return {**document, **added, f"{part.name}/order": (*order[:place], uid, *order[place:])}


def _place_below(document: Document, part: PartKind, above: str, place: int) -> int:
    """Where in the order of a whole form a field stands that is to be so far down in its section."""
    sections = document[f"{part.above}/order"]
    found = [sections.index(document[f"{part.name}/{uid}/{part.above}"]) for uid in document[f"{part.name}/order"]]
    own = sections.index(above)
    return sum(section < own for section in found) + min(place, found.count(own))


def in_place(document: Document, part: PartKind) -> tuple[str, ...]:
    """The order of parts in which those of one section stand together, the sections in theirs."""
    order = document[f"{part.name}/order"]
    if not part.above:
        return tuple(order)
    sections = document[f"{part.above}/order"]
    return tuple(sorted(order, key=lambda uid: sections.index(document[f"{part.name}/{uid}/{part.above}"])))


def without_part(document: Document, part: PartKind, uid: str) -> Document:
    """The document without a part; what stands below it goes as well."""
    order = f"{part.name}/order"
    left = {path: value for path, value in document.items() if not covers(f"{part.name}/{uid}", path)}
    left[order] = tuple(other for other in document[order] if other != uid)
    for below in _below(document, part):
        for child in document[f"{below.name}/order"]:
            if document[f"{below.name}/{child}/{part.name}"] == uid:
                left = without_part(left, below, child)
    return left


def _below(document: Document, part: PartKind) -> list[PartKind]:
    return [
        below
        for kind in KINDS.values()
        for below in kind.parts
        if below.above == part.name and f"{below.name}/order" in document
    ]


def covers(path: str, other: str) -> bool:
    """Whether a path is another one, or stands above it; the empty path is the whole setting."""
    return path in ("", other) or other.startswith(f"{path}/")


def name_of(key: Key, document: Document) -> str | None:
    """How the name is compared; None for what is archived, which holds no name."""
    return None if document["is_archived"] else as_compared(document[KINDS[key[0]].named_by])


def as_compared(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).lower()


def default_of(key: Key, document: Document) -> str | None:
    """Of what an item is the default; None for most."""
    is_default = document.get("is_default") and not document["is_archived"]
    return document["kind"] if is_default else None


def needs_of(key: Key, document: Document) -> Iterator[Key]:
    """What a document points at."""
    kind = KINDS[key[0]]
    for link, other in kind.links.items():
        yield from ((other, uid) for uid in document[link])
    for field, other in kind.references.items():
        if document[field]:
            yield other, document[field]
    for part in kind.parts:
        for uid in document[f"{part.name}/order"]:
            for field, other in part.references.items():
                if document[f"{part.name}/{uid}/{field}"]:
                    yield other, document[f"{part.name}/{uid}/{field}"]


def unit_of(kind: Kind, path: str) -> tuple[str, ...]:
    """The paths that count as one with this one, itself included."""
    above, _slash, field = path.rpartition("/")
    groups = kind.part(path.split("/")[0]).together if above.count("/") == 1 else kind.together if not above else ()
    group = next((group for group in groups if field in group), (field,))
    return tuple(f"{above}/{name}" if above else name for name in group)
