"""The first page of a main administration: settings × administrations, and what needs somebody.

It is told from the stored counts alone, so that it asks as much for five administrations as for five hundred. Single
settings are read only where somebody opens a category.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Alignment, SyncRun
from settings_sync.services.administrations.days import Week, last_weeks
from settings_sync.services.runs.run_overview import RunLine, lines_of, visible_runs
from settings_sync.wording.states import State, state_in_words
from tenants import exact_json
from tenants.models import Administration, Membership
from tenants.permissions import may
from tenants.plain_names import plain
from tenants.rights import SyncRight

AT_ONCE = 12
"""Columns that are read at a glance; where there are more administrations they are shown by group."""
TILES = 12
RUNS = 3
NOT_STARTED = (SyncRun.State.WAITING, SyncRun.State.REJECTED, SyncRun.State.EXPIRED)
NO_GROUP = "-"
"""What an address says for the administrations that are in no group."""

COUNTED = ("in_line", "behind", "missing", "changed_locally", "conflict", "own", "names_taken")
# One row for each administration: a thousand take a third of the time that they take by category.
COUNTS = """
SELECT c.administration_id, max(c.as_of), jsonb_object_agg(c.category, c.counts)::text
FROM settings_sync_alignment c JOIN tenants_administration a ON a.id = c.administration_id
WHERE a.parent_id = %s GROUP BY c.administration_id
"""


@dataclass(frozen=True)
class Counts:
    """How many settings stand how, in one administration or category."""

    in_line: int = 0
    behind: int = 0
    changed: int = 0
    conflict: int = 0
    own: int = 0
    names_taken: int = 0

    @property
    def total(self) -> int:
        """Of the main administration's settings: what is its own is not among them."""
        return self.in_line + self.behind + self.changed + self.conflict

    @property
    def state(self) -> State:
        """The gravest of all."""
        if self.conflict:
            return State.CONFLICT
        if self.behind:
            return State.BEHIND
        return State.CHANGED if self.changed else State.IN_LINE

    @property
    def number(self) -> int:
        """How many settings stand so."""
        return {State.CONFLICT: self.conflict, State.BEHIND: self.behind, State.CHANGED: self.changed}.get(
            self.state, 0
        )

    def plus(self, other: "Counts") -> "Counts":
        # Written out: of a thousand administrations it is asked for four thousand times.
        return Counts(
            self.in_line + other.in_line,
            self.behind + other.behind,
            self.changed + other.changed,
            self.conflict + other.conflict,
            self.own + other.own,
            self.names_taken + other.names_taken,
        )


@dataclass(frozen=True)
class Sub:
    """A sub-administration that the user may enter."""

    id: uuid.UUID
    slug: str
    name: str
    groups: tuple[str, ...]
    is_active: bool
    state_label: str
    may_sync: bool
    counted_at: datetime | None
    per_category: Mapping[str, Counts]

    @cached_property
    def counts(self) -> Counts:
        total = Counts()
        for counts in self.per_category.values():
            total = total.plus(counts)
        return total

    @property
    def columns(self) -> tuple[str, ...]:
        """The groups that it is shown with."""
        return self.groups or (NO_GROUP,)

    @property
    def is_apart(self) -> bool:
        """Whether nothing of the main administration ever came here."""
        counts = self.counts
        return counts.total > 0 and counts.behind == counts.total


@dataclass(frozen=True)
class Tile:
    """One administration with the one thing to do there: bring, decide, take-over, or nothing."""

    sub: Sub
    state: State
    words: str
    action: str


@dataclass(frozen=True)
class Cell:
    """Where a category meets an administration or a group: how it stands, and of a group in how many of them."""

    column: "Column"
    state: State | None
    words: str
    number: int = 0
    of: int = 0


@dataclass(frozen=True)
class Column:
    """An administration, or a group of them."""

    name: str
    slug: str = ""
    number: int = 1

    @property
    def is_group(self) -> bool:
        return not self.slug


@dataclass(frozen=True)
class Row:
    """A category with its cells; `is_in_line` where every cell is."""

    key: str
    label: str
    items: int
    cells: tuple[Cell, ...]

    @property
    def is_in_line(self) -> bool:
        return all(cell.state in (None, State.IN_LINE) for cell in self.cells)


@dataclass(frozen=True)
class Picture:
    """Everything on that page but the settings of an opened category."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tiles: tuple[Tile, ...]
    needing: int
    subs: int
    members: Mapping[Column, list[Sub]]
    weeks: tuple[Week, ...]
    runs: tuple[RunLine, ...]
    taken_back: tuple[RunLine, ...]
    groups: tuple[str, ...]

    @property
    def more_tiles(self) -> int:
        return max(self.needing - len(self.tiles), 0)


def show_picture(*, acting_user: User, main: Administration, query: str = "", group: str = "") -> Picture:
    """The picture as this user may see it, narrowed by a name or a group; a fixed number of queries."""
    subs = _read_subs(acting_user, main)
    sought = plain(query)
    shown = [sub for sub in subs if sought in plain(sub.name) and (not group or group in sub.columns)]
    by_column = _columns(shown, is_narrowed=bool(query or group))
    tiles = sorted(filter(None, map(_tile, subs)), key=_urgency)
    needing = sum(bool(tile.action) for tile in tiles)
    # What waits for approval, or was not approved, is no sync yet.
    started = visible_runs(acting_user, main).exclude(state__in=NOT_STARTED)
    runs = list(started.order_by("-created_at", "-id")[:RUNS])
    undone = list(started.filter(plan__kind="undo").order_by("-created_at", "-id")[:1])
    # Together, for it takes as many questions for one run as for all.
    lines = lines_of(acting_user, [*runs, *undone])
    return Picture(
        columns=tuple(by_column),
        rows=tuple(_rows(main, by_column)),
        tiles=tuple(tiles[:TILES] if len(subs) <= TILES else [tile for tile in tiles if tile.action][:TILES]),
        needing=needing,
        subs=len(subs),
        members=by_column,
        weeks=tuple(last_weeks(main)),
        runs=tuple(lines[: len(runs)]),
        taken_back=tuple(lines[len(runs) :]),
        groups=tuple(sorted({name for sub in subs for name in sub.groups})),
    )


def may_sync_to(user: User, sub: Administration) -> bool:
    """Whether the user may sync to this sub-administration, as far as they may sync at all."""
    return may(user, SyncRight.RUN, sub)


def _read_subs(user: User, main: Administration) -> list[Sub]:
    fields = ("pk", "slug", "name", "groups", "state", "state_detail")
    members = Membership.objects.filter(user=user, administration__parent=main)
    members = members.exclude(administration__state__in=Administration.GONE).order_by("administration__name")
    rows = members.values_list(*(f"administration__{name}" for name in fields), "role__rights")
    counted = _read_counts(main)
    labels = dict(Administration.State.choices)
    return [
        Sub(
            id=pk,
            slug=slug,
            name=name,
            groups=tuple(groups),
            is_active=state == Administration.State.ACTIVE and not detail,
            state_label=str(labels[state]),
            may_sync=SyncRight.RUN in rights,
            counted_at=counted[pk][0] if pk in counted else None,
            per_category=counted[pk][1] if pk in counted else {},
        )
        for pk, slug, name, groups, state, detail, rights in rows
    ]


def _read_counts(main: Administration) -> dict[uuid.UUID, tuple[datetime, dict[str, Counts]]]:
    """By administration when it was counted last, and its counts by category."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [main.pk])
        return {key: (as_of, _by_category(counts)) for key, as_of, counts in cursor.fetchall()}


def _by_category(counts: str) -> dict[str, Counts]:
    found = {}
    for category, row in exact_json.load(counts).items():
        in_line, behind, missing, *rest = (row.get(word) or 0 for word in COUNTED)
        found[category] = Counts(in_line, behind + missing, *rest)
    return found


def _columns(shown: list[Sub], *, is_narrowed: bool) -> dict[Column, list[Sub]]:
    """The columns with whom each stands for: administrations as long as they are few, else groups."""
    groups = Counter(name for sub in shown for name in sub.columns)
    if len(shown) <= AT_ONCE or (is_narrowed and len(groups) <= 1):
        return {Column(sub.name, sub.slug): [sub] for sub in shown[:AT_ONCE]}
    members: dict[Column, list[Sub]] = {}
    for name in sorted(groups, key=lambda name: (name == NO_GROUP, name.casefold())):
        column = Column(name, number=groups[name])
        members[column] = [sub for sub in shown if name in sub.columns]
    return members


def _rows(main: Administration, columns: Mapping[Column, list[Sub]]) -> Iterable[Row]:
    items = dict(Alignment.objects.filter(administration=main).values_list("category", "counts"))
    for category in all_kinds().categories:
        cells = [_cell(column, category.key, subs) for column, subs in columns.items()]
        number = items.get(category.key, {}).get("items", 0)
        yield Row(category.key, str(category.label), number, tuple(cells))


def _cell(column: Column, category: str, subs: list[Sub]) -> Cell:
    counted = [sub.per_category[category] for sub in subs if category in sub.per_category]
    if not any(counts.total for counts in counted):
        return Cell(column, None, str(_("nothing to compare")))
    if not column.is_group:
        (counts,) = counted
        if subs[0].is_apart:
            return Cell(column, State.APART, _apart_in_words(subs[0]), counts.behind)
        return Cell(column, counts.state, state_in_words(counts.state, counts.number, column.name), counts.number)
    states = Counter(counts.state for counts in counted)
    gravest = min(states, key=lambda state: state.weight)
    return Cell(column, gravest, state_in_words(gravest, states[gravest]), states[gravest], len(counted))


def _tile(sub: Sub) -> Tile | None:
    counts = sub.counts
    if not sub.is_active:
        return Tile(sub, State.APART, sub.state_label, "")
    if not counts.total:
        return Tile(sub, State.APART, str(_("being counted")), "") if not sub.per_category else None
    action = "bring"
    if sub.is_apart:
        action = "take-over" if counts.own else "bring"
        return Tile(sub, State.APART, _apart_in_words(sub), action if sub.may_sync else "")
    if counts.state == State.CONFLICT:
        action = "decide"
    if counts.state in (State.CHANGED, State.IN_LINE):
        action = ""
    words = state_in_words(counts.state, counts.number, sub.name)
    return Tile(sub, counts.state, words, action if sub.may_sync else "")


def _apart_in_words(sub: Sub) -> str:
    """What an administration that follows nothing yet is called: one with settings of its own, or an empty one."""
    return state_in_words(State.APART) if sub.counts.own else str(_("empty: nothing came here yet"))


def _urgency(tile: Tile) -> tuple[Any, ...]:
    """What needs somebody first: the gravest, and of those what came up last."""
    at = tile.sub.counted_at
    return (not tile.action, tile.state.weight, -(at.timestamp() if at else 0), tile.sub.name.casefold())
