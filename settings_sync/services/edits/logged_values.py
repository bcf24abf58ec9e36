"""A setting as people read it, flat, for the log of edits: derived from its declaration, in the words of its editor.

name, sections, sections/<title>/fields, sections/<title>/<label>/type
"""

import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import ForeignKey

from settings_sync.declaring.kinds import Kind, Table
from settings_sync.models import File, file_in_words

Labels = dict[uuid.UUID, str]
Rows = Mapping[Table, list[Any]]


def values_of(row: models.Model, fields: Iterable[str], links: Iterable[str] = ()) -> dict[str, Any]:
    """The values of a row as people read them, for the log of edits: what it points at by name, links as a list."""
    values: dict[str, Any] = {}
    for name in fields:
        value = getattr(row, name)
        if isinstance(row._meta.get_field(name), File):
            values[name] = file_in_words(value)
        else:
            values[name] = str(value) if isinstance(value, (models.Model, Decimal)) else value
    for name in links:
        values[name] = sorted(str(linked) for linked in getattr(row, name).all())
    return values


def values_for_log(kind: Kind, item: models.Model, labels: Labels) -> dict[str, Any]:
    """Return every declared value of an item of the administration that was entered, by path.

    `labels` keeps the names that its parts had before an edit, so that a new title is one change; it is added to.
    """
    rows = {table: _rows_of(table, item) for table in kind.parts}
    for table in kind.parts:
        _add_labels(table, rows[table], labels)
    values = values_of(item, _names(kind.root), [link.name for link in kind.links])
    return values | _values_below(kind, kind.root, item, "", rows, labels)


def _values_below(kind: Kind, table: Table, row: models.Model, path: str, rows: Rows, labels: Labels) -> dict[str, Any]:
    """The values of the parts that stand in a row, and of those in them."""
    values: dict[str, Any] = {}
    for part in kind.parts:
        if part.parent is not table:
            continue
        inside = [below for below in rows[part] if getattr(below, f"{part.parent_name}_id") == row.pk]
        named = _list_name(part)
        values[f"{path}{named}"] = [labels[below.uid] for below in inside]
        for below in inside:
            # As the editors do it: the name of a list stands in a path once, at its beginning.
            place = f"{path or f'{named}/'}{labels[below.uid]}/"
            values |= {f"{place}{name}": value for name, value in values_of(below, _names(part)).items()}
            values |= _values_below(kind, part, below, place, rows, labels)
    return values


def _rows_of(table: Table, item: models.Model) -> list[Any]:
    """The parts of one table that belong to an item, in their order."""
    ups = [above.parent_name for above in table.path[:-1]]
    # By the place of what they stand in, then by their own.
    order = ["__".join([*ups[:height], "position"]) for height in reversed(range(len(ups)))]
    rows = table.model._default_manager.filter(**{"__".join(ups): item})
    return list(rows.select_related(*_references(table)).order_by(*order, "uid"))


def _add_labels(table: Table, parts: Iterable[Any], labels: Labels) -> None:
    """Give each part a name by which people recognise it, numbered where two are alike."""
    taken = set(labels.values())
    for part in parts:
        if part.uid in labels:
            continue
        # A slash would look like another level in the path of an edit.
        plain = label = _name_of(table, part).replace("/", "⁄")
        number = 1
        while label in taken:
            number += 1
            label = f"{plain} ({number})"
        labels[part.uid] = label
        taken.add(label)


def _name_of(table: Table, part: Any) -> str:
    """The label of a part; where that is empty, what sort of part it is."""
    label = table.declaration.label or table.declaration.part_key
    if label and getattr(part, label):
        return str(getattr(part, label))
    chosen = next((column.name for column in table.columns if column.choices), None)
    return str(getattr(part, f"get_{chosen}_display")()) if chosen else str(part)


def _list_name(table: Table) -> str:
    field: Any = table.model._meta.get_field(table.parent_name)
    return str(field.remote_field.related_name or table.name)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _references(table: Table) -> list[str]:
    fields = [table.model._meta.get_field(column.name) for column in table.columns]
    return [field.name for field in fields if isinstance(field, ForeignKey)]
