"""What a document points at in its administration: other settings, which must be there and not archived; and parts that
belong to it and to nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.models import Item

from .incoming import PARTS, UID, Problems

Body = Mapping[str, Any]
Pointed = tuple[str, str]
"""The kind and the uid of what is pointed at."""


def problems_of_pointing(kind: Kind, body: Body, former: Body | None) -> Problems:
    """Messages per place about what is not there, or is archived and was not chosen before."""
    places = dict(_places(kind, body))
    there = _find(set(places.values()))
    chosen = set(dict(_places(kind, former)).values()) if former is not None else set()
    problems: Problems = {}
    for place, pointed in places.items():
        item = there.get(pointed)
        if item is None:
            problems[place] = [_("This administration has no such setting.")]
        elif item.is_archived and pointed not in chosen:
            problems[place] = [_("“%(name)s” is archived. Choose another.") % {"name": item}]
    return problems


def problems_of_parts(kind: Kind, body: Body, item: Item | None) -> Problems:
    """Messages per place about parts whose uid another setting of this administration has."""
    problems: Problems = {}
    for part in kind.parts:
        rows = body.get(PARTS, {}).get(part.name, ())
        others = part.model._default_manager.filter(uid__in=[row[UID] for row in rows])
        if item is not None:
            others = others.exclude(**{"__".join(above.parent_name for above in part.path[:-1]): item})
        taken = {str(uid) for uid in others.values_list("uid", flat=True)}
        for number, row in enumerate(rows):
            if row[UID] in taken:
                message = _("A part of another setting has this uid. Leave the uid out for a new part.")
                problems[f"{PARTS}.{part.name}.{number}.{UID}"] = [message]
    return problems


def _places(kind: Kind, body: Body) -> Iterator[tuple[str, Pointed]]:
    """Everything that a document points at outside itself, by place."""
    for link in kind.links:
        for number, uid in enumerate(body.get(link.name, ())):
            yield f"{link.name}.{number}", (link.other_kind, uid)
    for table in kind.tables:
        is_root = table.parent is None
        rows = [body] if is_root else body.get(PARTS, {}).get(table.name, ())
        for column in table.columns:
            if column.reference is None or column.reference.is_inside:
                continue
            for number, row in enumerate(rows):
                if row.get(column.name) is not None:
                    place = column.name if is_root else f"{PARTS}.{table.name}.{number}.{column.name}"
                    yield place, (column.reference.kind, row[column.name])


def _find(pointed: set[Pointed]) -> Mapping[Pointed, Any]:
    found: dict[Pointed, Any] = {}
    for key in {kind for kind, _uid in pointed}:
        uids = [uid for kind, uid in pointed if kind == key]
        model: Any = all_kinds()[key].root.model
        found |= {(key, str(item.uid)): item for item in model._default_manager.filter(uid__in=uids)}
    return found
