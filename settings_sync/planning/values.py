"""The frozen values that planning takes and gives."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..verdicts import Action, Verdict

Key = tuple[str, uuid.UUID]
"""(kind, uid)"""


ARCHIVED_KEY = "archived_key"
"""Among an entry's keys: the name that an archived item had, compared like a `name_key` but unique to nobody."""


@dataclass(frozen=True)
class Entry:
    """One item as it stands: its digest, the name that people see, and the values of its unique columns."""

    kind: str
    uid: uuid.UUID
    digest: bytes
    label: str
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return (self.kind, self.uid)

    @property
    def is_archived(self) -> bool:
        """An archived item gives its name free: its `name_key` is null."""
        return "name_key" not in self.keys

    @property
    def unique_keys(self) -> dict[str, str]:
        """What no other item of its kind may have: the values of the unique columns, by column."""
        return {column: value for column, value in self.keys.items() if column != ARCHIVED_KEY}


@dataclass(frozen=True)
class Need:
    """What an item points at: the other item, and the field that points, such as `step/3/form`."""

    key: Key
    path: str


@dataclass(frozen=True)
class Source:
    """A snapshot: every item of the main administration, and what each document points at, by digest."""

    entries: Mapping[Key, Entry]
    needs: Mapping[bytes, list[Need]] = field(default_factory=dict)


@dataclass(frozen=True)
class Local:
    """What stands in one administration, and what its ledger remembers."""

    entries: Mapping[Key, Entry]
    bases: Mapping[Key, bytes] = field(default_factory=dict)
    pinned: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class Choice:
    """What was chosen: whole categories, and single items."""

    categories: frozenset[str] = frozenset()
    items: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class NeededBy:
    """Why an item came along: the item that points at it, and with which field."""

    kind: str
    label: str
    path: str


@dataclass(frozen=True)
class PlannedChange:
    """What will be done with one item, and the values that were seen. `facts` fill in the reason's sentence."""

    key: Key
    label: str
    verdict: Verdict
    action: Action
    base: bytes | None = None
    source: bytes | None = None
    local: bytes | None = None
    result: bytes | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    needed_by: tuple[NeededBy, ...] = ()

    @property
    def writes_rows(self) -> bool:
        return self.action in (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True)
class TargetPlan:
    """The plan for one administration; items that are in line or the administration's own are only counted."""

    changes: tuple[PlannedChange, ...]
    counts: Mapping[str, int]

    @property
    def writes_anything(self) -> bool:
        """Whether applying has anything to write, bases included."""
        return any(
            change.writes_rows or change.verdict in (Verdict.REJOINED, Verdict.ALREADY_EQUAL, Verdict.GONE)
            for change in self.changes
        )
