"""Which part of one document continues which part of another: parts that have no uid in common, but the same key.

A field that was deleted and made anew with the same id, and the sections and fields of a setting that is coupled, keep
their local keys this way. Parts of one key are paired in their order, below the same part first and then wherever they
stand: a question that moved to another section is still that question.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from .differences import PARTS, Document
from .merging import PartShape, Shape, rows_of

Pairs = tuple[tuple[str, str, str], ...]
"""(part, the uid that a row has, the uid that it gets)"""

Row = Mapping[str, Any]


def pair_parts(former: Document, source: Document, shape: Shape) -> Pairs:
    """Each row of `former` that the source does not have any more, with the new row of the source that continues it."""
    found: dict[str, str] = {}
    pairs: list[tuple[str, str, str]] = []
    for part in shape.parts:
        # The steps of a workflow have no key: by their order alone another step would be taken for the same.
        if part.key:
            made = _paired(part, rows_of(former, part.name), rows_of(source, part.name), found)
            found |= made
            pairs += [(part.name, old, new) for old, new in made.items()]
    return tuple(pairs)


def standing_in(pairs: Pairs, local: Document) -> Pairs:
    """Those pairs of which the former row stands in a document, and the new one does not yet."""
    there = {(part, row["uid"]) for part, rows in local.get(PARTS, {}).items() for row in rows}
    return tuple((part, old, new) for part, old, new in pairs if (part, old) in there and (part, new) not in there)


def with_uids(document: Document, pairs: Pairs, shape: Shape) -> dict[str, Any]:
    """A document with the uids that its rows get, also where other rows of it point at them."""
    if not pairs:
        return dict(document)
    uids = {old: new for _part, old, new in pairs}
    parts = {part.name: part for part in shape.parts}
    return {
        **document,
        PARTS: {
            name: [_renamed_row(row, parts[name], uids) for row in rows] if name in parts else rows
            for name, rows in document.get(PARTS, {}).items()
        },
    }


def renamed_path(path: str, pairs: Pairs) -> str:
    """A path with the uid that its part gets."""
    for part, old, new in pairs:
        if path == f"{part}/{old}" or path.startswith(f"{part}/{old}/"):
            return path.replace(old, new, 1)
    return path


def _paired(
    part: PartShape, former: Mapping[str, Row], source: Mapping[str, Row], above: Mapping[str, str]
) -> dict[str, str]:
    def key_of(row: Row) -> Hashable:
        return row.get(part.key)

    def place_of(row: Row) -> Hashable:
        parent = row.get(part.above_key)
        # By the uid that its section gets: sections come before their fields, so their pairs are known.
        return (above.get(str(parent), parent), row.get(part.key))

    # Two sections without a title have nothing in common.
    gone = [row for uid, row in former.items() if uid not in source and row.get(part.key)]
    new = [row for uid, row in source.items() if uid not in former]
    found = _in_order(gone, new, place_of)
    taken = set(found.values())
    left = [row for row in gone if row["uid"] not in found]
    return found | _in_order(left, [row for row in new if row["uid"] not in taken], key_of)


def _in_order(gone: Iterable[Row], new: Iterable[Row], key_of: Callable[[Row], Hashable]) -> dict[str, str]:
    waiting: dict[Hashable, list[str]] = defaultdict(list)
    for row in new:
        waiting[key_of(row)].append(row["uid"])
    return {row["uid"]: waiting[key_of(row)].pop(0) for row in gone if waiting[key_of(row)]}


def _renamed_row(row: Row, part: PartShape, uids: Mapping[str, str]) -> dict[str, Any]:
    pointing = {"uid", part.above_key, *part.inside}
    return {name: uids.get(value, value) if name in pointing else value for name, value in row.items()}
