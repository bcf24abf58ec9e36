"""What applying one target takes: the changes as the plan stored them, complete in themselves."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from settings_sync.planning.values import Deviation, Key


@dataclass(frozen=True)
class WorkChange:
    """One item of a target's work: what the plan saw and what it decided, as digests.

    `couples` is the uid under which the item stands in the administration until it is coupled, `pairs` the parts that
    get another uid as (part, uid now, uid then).
    """

    kind: str
    uid: uuid.UUID
    label: str
    action: str
    verdict: str
    base: bytes | None
    local: bytes | None
    result: bytes | None
    next_base: bytes | None
    couples: uuid.UUID | None = None
    pairs: tuple[tuple[str, str, str], ...] = ()
    deviations: tuple[Deviation, ...] = ()
    clears_deviations: bool = False
    pins: frozenset[str] = frozenset()

    @property
    def seen_uid(self) -> uuid.UUID:
        """The uid under which the plan saw the item."""
        return self.couples or self.uid

    @property
    def writes_rows(self) -> bool:
        return self.action in ("create", "update", "couple", "archive")

    @property
    def does_something_to_rows(self) -> bool:
        return self.writes_rows or self.action == "delete"

    @property
    def row_action(self) -> str:
        """What it comes to for the rows: create, update, delete or keep."""
        return "update" if self.action in ("couple", "archive") else self.action

    @property
    def moves_base(self) -> bool:
        return self.base != self.next_base

    @property
    def moves_deviations(self) -> bool:
        return self.clears_deviations or bool(self.deviations)


@dataclass(frozen=True)
class Overtaker:
    """A run that was confirmed later, and has decided about an item of this one already."""

    run: uuid.UUID
    confirmed_at: datetime


@dataclass(frozen=True)
class Work:
    """Everything that applying a target needs; it reads no settings of the main administration. `takes_back` when a run
    is taken back; `moved` is what the main administration changed after the preview, before it was confirmed;
    `overtaken` are the items about which a later run has decided here since."""

    target_id: uuid.UUID
    token: uuid.UUID
    snapshot_id: uuid.UUID
    schema: str
    changes: tuple[WorkChange, ...]
    counts: dict[str, int]
    stop_when_stale: bool = False
    takes_back: bool = False
    moved: frozenset[Key] = frozenset()
    overtaken: Mapping[Key, Overtaker] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
