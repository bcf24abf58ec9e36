"""What a document points at."""

from collections.abc import Iterator, Mapping
from typing import Any

from settings_sync.declaring.kinds import Kind, Table
from settings_sync.engine.row_differences import without_parts
from tenants import exact_json


def needs_of(kind: Kind, body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every item that must stand in the same administration: `[{"kind", "uid", "path"}]`.

    `path` is the field that points, such as `step/3/form`: the part, its place counted from 1, the field. Links count
    as well, so that what arrives is what was shown; they are followed from the item that declares them, never back.
    """
    found = list(_of_row(kind.root, body, ""))
    found += [
        {"kind": link.other_kind, "uid": uid, "path": link.name}
        for link in kind.links
        for uid in body.get(link.name, ())
    ]
    for part in kind.parts:
        for number, row in enumerate(body.get("parts", {}).get(part.name, ()), start=1):
            found += _of_row(part, row, f"{part.name}/{number}/")
    return found


def needs_in_text(kind: Kind, text: str) -> list[dict[str, str]]:
    """The same, of a document as PostgreSQL writes it."""
    if not kind.links and not any(map(_points_out, kind.tables)):
        return []
    # Where parts point at nothing outside they need not be read, and they are nearly all of a large document.
    if not any(map(_points_out, kind.parts)) and not any(column.is_json for column in kind.root.columns):
        try:
            return needs_of(kind, exact_json.load(without_parts(text)))
        except ValueError:
            pass  # something in a part looks like one
    return needs_of(kind, exact_json.load(text))


def _points_out(table: Table) -> bool:
    """Whether rows of this table can point at other items."""
    return any(column.reference and not column.reference.is_inside for column in table.columns)


def _of_row(table: Table, row: Mapping[str, Any], prefix: str) -> Iterator[dict[str, str]]:
    for column in table.columns:
        target = column.reference
        if target and not target.is_inside and row.get(column.name):
            yield {"kind": target.kind, "uid": row[column.name], "path": prefix + column.name}
