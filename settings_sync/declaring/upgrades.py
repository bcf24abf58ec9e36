"""How a document that an earlier version wrote becomes one that today's version reads.

A catalog lists these beside the migration that does the same to its tables. They are pure, and never taken out or
reordered: a document keeps how many of them it has had.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Body = Mapping[str, Any]


class DocumentUpgrade(Protocol):
    """One change of the form of a kind's documents."""

    @property
    def gone(self) -> tuple[str, str] | None:
        """The part and the field that documents name no more; the part is empty for the item's own field."""

    def body(self, body: Body) -> Body:
        """The document after the change, from the one before it."""

    def path(self, path: str) -> str | None:
        """Where a place in the document is after the change; None when it is no longer there."""


@dataclass(frozen=True)
class RenamedField:
    """A field, or a link, has another name from now on. `part` is the part that it stands in, such as "section"."""

    old: str
    new: str
    part: str = ""

    @property
    def gone(self) -> tuple[str, str]:
        return self.part, self.old

    def body(self, body: Body) -> Body:
        return _in_rows(body, self.part, self._renamed)

    def path(self, path: str) -> str | None:
        above, name, entry = _split(path)
        return f"{above}{self.new}{entry}" if _is_about(above, name, self.part, self.old) else path

    def _renamed(self, row: Body) -> Body:
        return {self.new if name == self.old else name: value for name, value in row.items()}


@dataclass(frozen=True)
class RemovedField:
    """A field, or a link, is no longer there. What is pinned, agreed or locked about it goes with it."""

    name: str
    part: str = ""

    @property
    def gone(self) -> tuple[str, str]:
        return self.part, self.name

    def body(self, body: Body) -> Body:
        return _in_rows(body, self.part, lambda row: {name: row[name] for name in row if name != self.name})

    def path(self, path: str) -> str | None:
        above, name, _entry = _split(path)
        return None if _is_about(above, name, self.part, self.name) else path


@dataclass(frozen=True)
class RewrittenDocument:
    """Anything else that a migration does to the rows of an item; `rewrite` does the same to its document."""

    rewrite: Callable[[Body], Body]

    @property
    def gone(self) -> None:
        return None

    def body(self, body: Body) -> Body:
        return self.rewrite(body)

    def path(self, path: str) -> str | None:
        return path


def _in_rows(body: Body, part: str, change: Callable[[Body], Body]) -> Body:
    """The document with a change in the item's own fields, or in each of its parts of one name."""
    if not part:
        return change(body)
    parts = body.get("parts", {})
    return {**body, "parts": {**parts, part: [change(row) for row in parts.get(part, ())]}}


def _split(path: str) -> tuple[str, str, str]:
    """`field/<uid>/options#Nefit` as what is above the field, its name, and the entry of it."""
    field, mark, entry = path.partition("#")
    above, slash, name = field.rpartition("/")
    return above + slash, name, mark + entry


def _is_about(above: str, name: str, part: str, field: str) -> bool:
    # Of a part the field comes third, after its name and its uid: `field/<uid>/label`.
    steps = above.split("/")
    return name == field and (len(steps) == 3 and steps[0] == part if part else not above)
