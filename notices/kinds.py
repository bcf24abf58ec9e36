"""The kinds of notices. Each app registers its own and says what they say; nothing here knows what they are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.models import Administration


@dataclass(frozen=True)
class Words:
    """What one notice says to its reader: a sentence, where it leads, and what somebody wrote with it."""

    text: str
    links: tuple["Link", ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Link:
    """Where a notice leads, by what it is called there."""

    label: str
    address: str


Write = Callable[[Mapping[str, Any], Sequence[Administration]], Words]
"""Says a notice from its facts and the administrations it is about that the reader may still enter, one at least."""


@dataclass(frozen=True)
class Kind:
    """A kind of notice: what the choice for it is called, and whether it is also mailed to who chose nothing.

    `place` orders the kinds, which come from several apps: by tens, so that there is room in between.
    """

    key: str
    place: int
    label: Any
    icon: str
    write: Write
    is_mailed: bool = False


_registered: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add the kinds of an app: called when it is ready."""
    _registered.update((kind.key, kind) for kind in kinds)


def all_kinds() -> list[Kind]:
    """Every kind, in the order in which people see them."""
    return sorted(_registered.values(), key=lambda kind: kind.place)


def find_kind(key: str) -> Kind | None:
    """The kind of a stored notice; None when no app has it any more."""
    return _registered.get(key)
