"""The settings of one category in the picture: how each stands in each administration that is shown."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.models import ItemRule
from settings_sync.planning.alignment import relations
from settings_sync.planning.values import Entry, Key
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.services.settings.settings_tree import count_differences
from settings_sync.wording.states import State, state_in_words
from sync_ledger.models import Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tenants.wholeness import having

from .picture import Column

STATES = {
    "in_line": State.IN_LINE,
    "behind": State.BEHIND,
    "missing": State.BEHIND,
    "changed_locally": State.CHANGED,
    "conflict": State.CONFLICT,
    "own": State.OWN,
}


@dataclass(frozen=True)
class ItemCell:
    """How one setting stands in one administration, or in how many of a group it differs."""

    column: Column
    state: State
    words: str
    number: int = 0


@dataclass(frozen=True)
class ItemRow:
    """One setting of the main administration."""

    kind: str
    uid: uuid.UUID
    label: str
    kind_label: str
    cells: tuple[ItemCell, ...]

    @property
    def is_in_line(self) -> bool:
        return all(cell.state in (State.IN_LINE, State.APART) for cell in self.cells)


@dataclass(frozen=True)
class Opened:
    """An opened category: the settings that differ somewhere, and how many are in line everywhere."""

    key: str
    rows: tuple[ItemRow, ...]
    in_line: int


def open_category(
    main: Administration,
    category: str,
    columns: Mapping[Column, list[Administration]],
    apart: Collection[Column] = (),
) -> Opened:
    """The settings of a category; it reads the index of each administration that has a column.

    Those `apart` have nothing of the main administration yet, which makes no setting of it differ.
    """
    kinds = {kind.key for kind in all_kinds().of({category})}
    entries = {key: entry for key, entry in look_at(main, keep_documents=True).entries.items() if key[0] in kinds}
    required = set(ItemRule.objects.filter(administration=main).exclude(locked_paths=[]).values_list("kind", "uid"))
    standing = {
        column: _cells(main, entries, column, [] if column in apart else subs, required)
        for column, subs in columns.items()
    }
    rows = [
        ItemRow(
            entry.kind,
            entry.uid,
            entry.label,
            str(all_kinds()[entry.kind].label),
            tuple(standing[column][key] for column in columns),
        )
        for key, entry in sorted(entries.items(), key=lambda pair: (pair[0][0], pair[1].label.casefold()))
    ]
    differing = tuple(row for row in rows if not row.is_in_line)
    return Opened(category, differing, len(rows) - len(differing))


def _cells(
    main: Administration, entries: Mapping[Key, Entry], column: Column, subs: list[Administration], required: set[Key]
) -> dict[Key, ItemCell]:
    if column.is_group:
        differing = count_differences(main, _readable(subs))
        return {key: _group_cell(column, differing.get(key, 0)) for key in entries}
    if not subs:
        return {key: _item_cell(column, State.APART) for key in entries}
    (sub,) = subs
    states = states_of(entries, sub, required)
    return {key: _item_cell(column, states.get(key, State.IN_LINE)) for key in entries}


def _readable(subs: list[Administration]) -> list[Administration]:
    present = having("sync_ledger_indexentry", [row.schema_name for row in subs])
    return [row for row in subs if row.schema_name in present and not row.damage]


def _group_cell(column: Column, number: int) -> ItemCell:
    state = State.BEHIND if number else State.IN_LINE
    return ItemCell(column, state, f"{number}/{column.number}" if number else state_in_words(state), number)


def _item_cell(column: Column, state: State) -> ItemCell:
    return ItemCell(column, state, state_in_words(state, where=column.name))


def states_of(entries: Mapping[Key, Entry], sub: Administration, required: set[Key]) -> dict[Key, State]:
    """How each setting stands in one administration; a pin or a requirement says more than that it differs."""
    local = look_at(sub)
    with inside(sub):
        pinned = set(Deviation.objects.filter(is_pinned=True).values_list("kind", "uid"))
    expected = Expectations(sub.main).of(sub)
    found = {key: STATES[word] for key, word in relations(entries, local, expected).items()}
    for key, state in found.items():
        if key in pinned:
            found[key] = State.PINNED
        elif key in required and state not in (State.IN_LINE, State.OWN):
            found[key] = State.REQUIRED
    return found
