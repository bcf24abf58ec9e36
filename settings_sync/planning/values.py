"""The frozen values that planning takes and gives."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .policies import DEFAULTS
from .verdicts import Action, Verdict, Word, is_unchanged

Key = tuple[str, uuid.UUID]
"""(kind, uid)"""


ARCHIVED_KEY = "archived_key"
"""Among an entry's keys: the name that an archived item had, compared like a `name_key` but unique to nobody."""

NAME_KEY = "name_key"
DEFAULT_KEY = "default_key"
"""The unique columns of an item: by which names are compared, and of which only one item may be the default."""

DEFAULT_FIELD = "is_default"
"""The field that `DEFAULT_KEY` is computed from."""


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
        return NAME_KEY not in self.keys

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
    """A snapshot: every item of the main administration, and what each document points at, by digest.

    Where a run is taken back it is what stood in the administration itself before (`was_here`).
    """

    entries: Mapping[Key, Entry]
    # By digest and not by item, because what is composed for one administration has needs of its own.
    needs: Mapping[bytes, list[Need]] = field(default_factory=dict)
    was_here: bool = False


@dataclass(frozen=True)
class Local:
    """What stands in one administration, and what its ledger remembers.

    `pins` and `agreed` are the paths that stay as they are here; the empty path is the item as a whole.
    """

    entries: Mapping[Key, Entry]
    bases: Mapping[Key, bytes] = field(default_factory=dict)
    pins: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    agreed: Mapping[Key, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Uses:
    """What points at some items of an administration: those of them that daily data points at, and for each other
    setting that does (item, setting). `rows` is how many rows of which table of daily data do, by item."""

    in_daily_data: frozenset[Key] = frozenset()
    pointing: frozenset[tuple[Key, Key]] = frozenset()
    rows: Mapping[Key, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What was chosen: whole categories, and single items."""

    categories: frozenset[str] = frozenset()
    items: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class Decision:
    """What somebody decided about an item, or about one path of it (empty: the item as a whole)."""

    word: Word
    path: str = ""
    couple_with: uuid.UUID | None = None
    name: str = ""
    reason: str = ""
    review_on: str = ""


@dataclass(frozen=True)
class Rules:
    """What settles an item where nothing else does: policies, locks of the main administration, decisions.

    `item_policies` go before `policies`. A lock without a path (empty) holds for the whole item. What is `not_here`
    is never written, whatever else is said of it.
    """

    policies: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)
    item_policies: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)
    locks: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    decisions: Mapping[Key, tuple[Decision, ...]] = field(default_factory=dict)
    not_here: frozenset[Key] = frozenset()

    def policy(self, key: Key, name: str) -> str:
        own = self.item_policies.get(key, {})
        return own.get(name) or self.policies.get(name) or DEFAULTS[name]

    def decided(self, key: Key, path: str = "") -> Decision | None:
        """The decision on this very path."""
        if key in self.not_here:
            return None
        return next((found for found in self.decisions.get(key, ()) if found.path == path), None)


NO_RULES = Rules()


@dataclass(frozen=True)
class Deviation:
    """What an administration remembers to leave as it is here: pinned (always), or agreed until the main changes it.

    The empty path is the item as a whole; `review_on` an ISO date or empty. `decided_by` and `decided_at` are empty for
    what is decided by the run itself.
    """

    path: str
    is_pinned: bool = False
    reason: str = ""
    review_on: str = ""
    decided_by: str = ""
    decided_at: str = ""


@dataclass(frozen=True, order=True)
class NeededBy:
    """Why an item came along: the item that points at it, and with which field. In order of what a reader looks for."""

    kind: str
    label: str
    path: str


@dataclass(frozen=True)
class PlannedChange:
    """What will be done with one item, and the values that were seen. `facts` fill in the reason's sentence.

    `result` is what will stand there, where something is written; `next_base` what will be remembered as decided;
    `couples` the uid of the administration's own item that this one becomes; `pairs` the parts that get another uid and
    keep their local key, as (part, uid now, uid then); `conflicts` the paths that both sides
    changed, with what was decided ("" while nobody has); `pins` the paths that were pinned there.
    """

    key: Key
    label: str
    verdict: Verdict
    action: Action
    base: bytes | None = None
    source: bytes | None = None
    local: bytes | None = None
    result: bytes | None = None
    next_base: bytes | None = None
    couples: uuid.UUID | None = None
    pairs: tuple[tuple[str, str, str], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    deviations: tuple[Deviation, ...] = ()
    clears_deviations: bool = False
    pins: tuple[str, ...] = ()
    # Applying keeps changes in sets, and a mapping has no hash.
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    needed_by: tuple[NeededBy, ...] = ()

    @property
    def kind(self) -> str:
        return self.key[0]

    @property
    def uid(self) -> uuid.UUID:
        return self.key[1]

    @property
    def writes(self) -> bool:
        """Whether rows of the item are written or deleted."""
        return self.action.writes

    @property
    def writes_content(self) -> bool:
        """Whether the item is written with a new content."""
        return self.action.writes_content

    @property
    def is_left_alone(self) -> bool:
        """Whether there is nothing to settle: it is in line, and is not to get another uid."""
        return self.verdict == Verdict.IN_LINE and self.couples is None

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing of the item is asked or written because it stands as it should already."""
        return is_unchanged(self.verdict, self.action)

    @property
    def counted_as(self) -> str:
        """The number of a plan or a target under which it is counted."""
        return "unchanged" if self.is_unchanged else self.action.value

    @property
    def moves_base(self) -> bool:
        return self.next_base != self.base

    @property
    def moves_deviations(self) -> bool:
        """Whether what stays as it is here changes: some of it is remembered, or all of it forgotten."""
        return self.clears_deviations or bool(self.deviations)

    @property
    def does_something(self) -> bool:
        """Whether carrying it out writes anything: rows, a base, or what stays as it is here."""
        return self.writes or self.moves_base or self.moves_deviations

    @property
    def stands_as(self) -> Key:
        """The key under which the item stands in the administration until the plan is carried out."""
        return self.key if self.couples is None else (self.key[0], self.couples)

    @property
    def seen_uid(self) -> uuid.UUID:
        """The uid of that key: the one under which the plan saw the item."""
        return self.stands_as[1]

    @property
    def is_new_coupling(self) -> bool:
        """Whether an item of the administration becomes one of the main that it does not follow yet."""
        return self.couples is not None and self.base is None and self.verdict == Verdict.NEW

    @property
    def is_open_conflict(self) -> bool:
        """Whether both sides changed it and somebody has to decide."""
        return self.action == Action.HOLD and self.verdict == Verdict.BOTH_CHANGED


@dataclass(frozen=True)
class TargetPlan:
    """The plan for one administration; items that are in line or the administration's own are only counted."""

    changes: tuple[PlannedChange, ...]
    counts: Mapping[str, int]

    @property
    def writes_anything(self) -> bool:
        """Whether applying has anything to write: rows, bases, or what stays as it is here."""
        return any(change.does_something for change in self.changes)
