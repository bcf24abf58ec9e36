"""What a document points at."""

from collections.abc import Iterator, Mapping
from typing import Any

from settings_sync.declaring.kinds import Kind, Table


def needs_of(kind: Kind, body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every item that must stand in the same administration: `[{"kind", "uid", "path"}]`.

    `path` is the field that points, such as `step/3/form`: the part, its place counted from 1, the field. Links
    count as
    well, so that what arrives is what was shown; they are followed from the item that declares them, never back.
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


def points_out(kind: Kind) -> bool:
    """Whether items of this kind can point at other items at all."""
    outside = (column.reference and not column.reference.is_inside for table in kind.tables for column in table.columns)
    return bool(kind.links) or any(outside)


def _of_row(table: Table, row: Mapping[str, Any], prefix: str) -> Iterator[dict[str, str]]:
    for column in table.columns:
        target = column.reference
        if target and not target.is_inside and row.get(column.name):
            yield {"kind": target.kind, "uid": row[column.name], "path": prefix + column.name}
