"""How a catalog says what its items look like to the people who use them, so that differences can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Shape(StrEnum):
    """What a picture resembles: a form on a phone, or steps in their order."""

    PHONE = "phone"
    STRIP = "strip"


class Level(StrEnum):
    """What a block is: a heading with what stands below it, or one thing."""

    HEADING = "heading"
    ONE = "one"


@dataclass(frozen=True)
class Block:
    """One piece of a picture, such as a question or a step; two of one uid are the same piece in two versions.

    `kind` is what it asks or does, in words; `options` what can be chosen; `notes` whatever else people notice.
    """

    uid: str
    title: str
    level: Level = Level.ONE
    kind: str = ""
    is_required: bool = False
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class PictureOf(Protocol):
    """Draws the items of one kind."""

    @property
    def shape(self) -> Shape:
        """What it resembles."""

    def draw(self, document: Mapping[str, Any], labels: Mapping[str, str]) -> Sequence[Block]:
        """The blocks of a document in their order; `labels` names what it points at, by uid."""
