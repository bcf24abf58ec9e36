"""The places of a setting that can be named one by one: the whole of it, its fields, and its parts."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.services.previews.previewing import name_parts
from settings_sync.wording.decision_wording import place_in_words
from settings_sync.wording.wording import column_of
from tenants.models import Administration
from tenants.schemas import inside


@dataclass(frozen=True)
class Place:
    """A path, and what people call it; the empty path is the whole setting."""

    path: str
    words: str


@dataclass(frozen=True)
class Standing:
    """A setting as it stands in one administration, with the places in it; the first is the whole."""

    kind: str
    uid: uuid.UUID
    label: str
    kind_label: str
    category: str
    places: tuple[Place, ...]


def read_standing(administration: Administration, kind: str, uid: uuid.UUID) -> Standing | None:
    """A setting with its places; None when the administration has no such setting."""
    declared = all_kinds().by_key.get(kind)
    entry = look_at(administration).entries.get((kind, uid)) if declared else None
    if declared is None or entry is None:
        return None
    with inside(administration):
        found = read_documents(administration.schema_name, {(kind, uid)})
    parts = [place for document in found.values() for place in _parts(declared, document.body)]
    places = (Place("", _("The whole setting")), *_fields(declared), *parts)
    return Standing(kind, uid, entry.label, str(declared.label), declared.category.key, places)


def _parts(kind: Kind, document: Mapping[str, Any]) -> list[Place]:
    """The parts of a document by name, each after the part that it belongs to."""
    names = name_parts(kind, [document])
    parts = document.get("parts", {})
    found = [(names[row["uid"]], f"{part}/{row['uid']}") for part, rows in parts.items() for row in rows]
    return [
        Place(path, " › ".join(word for word in (name.above, name.title) if word))
        for name, path in sorted(found, key=lambda pair: pair[0].place)
    ]


def place_called(kind: str, path: str, document: ReadDocument | None) -> str:
    """What people call a path of a setting: its part by name where the setting is there, and the field in it."""
    declared = all_kinds().by_key.get(kind)
    steps = path.split("/")
    # Of a kind that a release took away nothing is known but the path.
    if declared is None or not path:
        return path or _("The whole setting")
    names = name_parts(declared, [document.body]) if document else {}
    if len(steps) == 1 or steps[1] not in names:
        return capfirst(place_in_words(kind, path))
    name = names[steps[1]]
    column = column_of(declared, steps[0], steps[2]) if len(steps) == 3 else None
    return " › ".join(str(word) for word in (name.above, name.title, column and column.label) if word)


def _fields(kind: Kind) -> list[Place]:
    named = [(column.name, column.label) for column in kind.root.columns]
    named += [(link.name, link.label) for link in kind.links]
    return [Place(name, capfirst(str(label))) for name, label in named]
