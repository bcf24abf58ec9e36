"""Where documents differ, field by field and part by part."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any
"""A value in a document: a text, a number, a truth value, or a list of these."""

Document = Mapping[str, Json]

PARTS = "parts"
ORDER = "order"


@dataclass(frozen=True)
class Difference:
    """One path where the values differ: what was last decided, the main's, the administration's, and what it becomes.

    A path is `name` for a field of the item, `field/<uid>/label` for a field of a part, `field/<uid>` for whether a
    part is there at all, and `field/order` for the order of the parts, as a list of uids.
    """

    path: str
    base: Json
    source: Json
    local: Json
    result: Json

    @property
    def steps(self) -> list[str]:
        return self.path.split("/")


def differences(
    *, base: Document | None, source: Document | None, local: Document | None, result: Document | None
) -> list[Difference]:
    """Every path at which the result changes the administration, or at which the administration differs from the main.

    `result` None means that nothing is written: the administration stays as it is.
    """
    becoming = result if result is not None else local
    equal = _equal_rows(source, local, becoming)
    was, main, here, becomes = (flatten(document, without=equal) for document in (base, source, local, becoming))
    return [
        Difference(path, was.get(path), main.get(path), here.get(path), becomes.get(path))
        # In the main's order. Not of the base alone: what is gone on both sides is no difference to show.
        for path in main | here | becomes
        if here.get(path) != becomes.get(path) or here.get(path) != main.get(path)
    ]


def _equal_rows(first: Document | None, *others: Document | None) -> set[tuple[str, str]]:
    """(part, uid) of the rows that are the same in all documents: mostly all but a few, and quickly told."""
    # The base is not asked: where the three agree there is nothing to show, whatever it was before.
    found, *elsewhere = map(_rows, (first, *others))
    return {place for place, row in found.items() if all(rows.get(place) == row for rows in elsewhere)}


def _rows(document: Document | None) -> dict[tuple[str, str], Any]:
    parts = document.get(PARTS, {}) if document is not None else {}
    return {(part, row["uid"]): row for part, rows in parts.items() for row in rows}


def flatten(document: Document | None, *, without: Collection[tuple[str, str]] = ()) -> dict[str, Json]:
    """A document as path → value, in the order in which people read it; `without` the rows of these (part, uid)."""
    return dict(_walk(document, without)) if document is not None else {}


def _walk(document: Document, without: Collection[tuple[str, str]]) -> Iterator[tuple[str, Json]]:
    for name, value in document.items():
        if name != PARTS:
            yield name, value
    # After all fields, because jsonb puts `parts` anywhere among them.
    for part, rows in document.get(PARTS, {}).items():
        for row in rows:
            if (part, row["uid"]) in without:
                continue
            yield f"{part}/{row['uid']}", True
            for name, value in row.items():
                if name != "uid":
                    yield f"{part}/{row['uid']}/{name}", value
        yield f"{part}/{ORDER}", [row["uid"] for row in rows]
