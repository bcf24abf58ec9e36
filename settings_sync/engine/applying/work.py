"""What applying one target takes: the changes as the plan stored them, complete in themselves."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from settings_sync.planning.values import Key, PlannedChange


@dataclass(frozen=True)
class Overtaker:
    """A run that was confirmed later, and has decided about an item of this one already."""

    run: uuid.UUID
    confirmed_at: datetime


@dataclass(frozen=True)
class Doer:
    """A run that was confirmed earlier, and has done to an item what this one would do, since its preview."""

    run: uuid.UUID
    confirmed_at: datetime


@dataclass(frozen=True)
class Work:
    """Everything that applying a target needs; it reads no settings of the main administration. `takes_back` when a run
    is taken back; `moved` is what the main administration changed after the preview, before it was confirmed;
    `overtaken` are the items about which a later run has decided here since, `done_before` those to which an earlier
    one has done the same."""

    target_id: uuid.UUID
    token: uuid.UUID
    snapshot_id: uuid.UUID
    schema: str
    changes: tuple[PlannedChange, ...]
    counts: dict[str, int]
    stop_when_stale: bool = False
    takes_back: bool = False
    moved: frozenset[Key] = frozenset()
    overtaken: Mapping[Key, Overtaker] = field(default_factory=dict)
    done_before: Mapping[Key, Doer] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
