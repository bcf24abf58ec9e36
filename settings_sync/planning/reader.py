"""What planning asks of whoever calls it: documents by digest, and what a composed document comes to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .merging import Shape
from .values import Entry, Key, Need, Uses

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Described:
    """A composed document as an item: its digest, its name and unique keys, and what it points at."""

    entry: Entry
    needs: tuple[Need, ...] = ()


class Reader(Protocol):
    """Documents for the few items that need them; planning itself reads nothing."""

    def bodies(self, digests: Collection[bytes]) -> Mapping[bytes, Body]:
        """Stored documents by digest; those that are not there are left out."""

    def local_bodies(self, keys: Collection[Key]) -> Mapping[Key, Body]:
        """Documents of the administration's own items as they stand there."""

    def describe(self, composed: Mapping[Key, list[Body]]) -> Mapping[Key, list[Described]]:
        """What composed documents come to, in the order given."""

    def uses(self, keys: Collection[Key]) -> Uses:
        """What points at these items in the administration, now."""

    def shape(self, kind: str) -> Shape:
        """How a kind is merged."""

    def problems(self, kind: str, body: Body) -> list[str]:
        """What its catalog says is wrong with this document; empty when it is fine."""

    def may_delete(self, kind: str) -> bool:
        """Whether items of this kind may be deleted at all where the main administration has removed them."""


class NoReader:
    """For plans in which nothing is merged or composed."""

    def bodies(self, digests: Collection[bytes]) -> Mapping[bytes, Body]:
        return {}

    def local_bodies(self, keys: Collection[Key]) -> Mapping[Key, Body]:
        return {}

    def describe(self, composed: Mapping[Key, list[Body]]) -> Mapping[Key, list[Described]]:
        return {}

    def uses(self, keys: Collection[Key]) -> Uses:
        return Uses()

    def shape(self, kind: str) -> Shape:
        return Shape()

    def problems(self, kind: str, body: Body) -> list[str]:
        return []

    def may_delete(self, kind: str) -> bool:
        return False


NO_READER = NoReader()
