"""What differs between the main administration and one sub, setting by setting, as it stands now."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.models import ItemRule
from settings_sync.planning.differences import differences
from settings_sync.planning.values import Entry, Key
from settings_sync.services.previews.change_details import Mode, Place, field_change, is_shown
from settings_sync.services.previews.filled_in import can_be_filled_in
from settings_sync.services.previews.pictures import Picture, picture_of, sheets_of
from settings_sync.services.previews.previewing import name_parts, places_of
from settings_sync.wording.states import State, state_in_words
from tenants.models import Administration
from tenants.permissions import rights_of

from .opened import states_of

SHOWN = (State.CONFLICT, State.BEHIND, State.CHANGED, State.REQUIRED, State.PINNED)


@dataclass(frozen=True)
class Differing:
    """One setting that is not in line, and how it stands."""

    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str
    state: State
    words: str


@dataclass(frozen=True)
class DifferingCategory:
    """The settings of a category that are not in line; `in_line` counts the others."""

    key: str
    label: str
    rows: tuple[Differing, ...]
    in_line: int


@dataclass(frozen=True)
class Difference:
    """One setting in both administrations: what it looks like, and the fields that differ."""

    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str
    state: State
    words: str
    picture: Picture | None
    places: tuple[Place, ...]
    is_missing: bool


def list_differences(*, acting_user: User, main: Administration, sub: Administration) -> list[DifferingCategory]:
    """By category what is not in line in a sub-administration, the gravest first; what the user may not read is left
    out."""
    source = look_at(main, keep_documents=True).entries
    states = _states(main, sub, source)
    rights = rights_of(acting_user, sub) or frozenset()
    found = []
    for category in all_kinds().categories:
        if f"{category.key}.read" not in rights:
            continue
        keys = [key for key in source if all_kinds()[key[0]].category == category and key in states]
        rows = [_row(source[key], states[key], sub) for key in keys if states[key] in SHOWN]
        rows.sort(key=lambda row: (row.state.weight, row.kind_label, row.label.casefold()))
        in_line = sum(states[key] == State.IN_LINE for key in keys)
        found.append(DifferingCategory(category.key, str(category.label), tuple(rows), in_line))
    return found


def find_difference(
    *, acting_user: User, main: Administration, sub: Administration, kind: str, uid: uuid.UUID
) -> Difference | None:
    """One setting in both; None when the main has no such setting, or the user may not read it."""
    documents = _documents(acting_user, main, sub, (kind, uid))
    if documents is None:
        return None
    entry, before, after = documents
    state = _states(main, sub, {entry.key: entry}).get(entry.key, State.IN_LINE)
    labels = _labels(main, sub)
    return Difference(
        kind=kind,
        uid=uid,
        kind_label=str(all_kinds()[kind].label),
        label=entry.label,
        state=state,
        words=state_in_words(state, where=sub.name),
        picture=picture_of(kind, before, after, labels),
        places=tuple(places_between(kind, before, after, labels)) if before else (),
        is_missing=before is None,
    )


def show_sheets(
    *, acting_user: User, main: Administration, sub: Administration, kind: str, uid: uuid.UUID
) -> tuple[SafeString, SafeString] | None:
    """A text as it reads in a sub-administration now, and as the main's would read there; None for other settings."""
    documents = _documents(acting_user, main, sub, (kind, uid))
    if documents is None or not can_be_filled_in(kind):
        return None
    _entry, before, after = documents
    return sheets_of(kind, before, after, sub)


def _documents(
    user: User, main: Administration, sub: Administration, key: Key
) -> tuple[Entry, Mapping[str, Any] | None, Mapping[str, Any]] | None:
    declared = all_kinds().by_key.get(key[0])
    entry = look_at(main, keep_documents=True).entries.get(key) if declared else None
    if declared is None or entry is None or f"{declared.category.key}.read" not in (rights_of(user, sub) or ()):
        return None
    after = read_documents(main.schema_name, {key}).get(key)
    before = read_documents(sub.schema_name, {key}).get(key)
    return (entry, before.body if before else None, after.body) if after else None


def _states(main: Administration, sub: Administration, source: Mapping[Key, Entry]) -> dict[Key, State]:
    rules = ItemRule.objects.filter(administration=main).exclude(locked_paths=[])
    return states_of(source, sub, set(rules.values_list("kind", "uid")))


def _labels(main: Administration, sub: Administration) -> dict[str, str]:
    """The names of what settings point at, by uid; the sub's own where both have it under one uid."""
    entries = [*look_at(main, keep_documents=True).entries.values(), *look_at(sub).entries.values()]
    return {str(entry.uid): entry.label for entry in entries}


def _row(entry: Entry, state: State, sub: Administration) -> Differing:
    words = state_in_words(state, where=sub.name)
    return Differing(entry.kind, entry.uid, str(all_kinds()[entry.kind].label), entry.label, state, words)


def places_between(
    kind_key: str, before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str]
) -> list[Place]:
    """Where two documents of a setting differ, place by place in words."""
    kind = all_kinds()[kind_key]
    names = name_parts(kind, [after, before])
    found = differences(base=None, source=after, local=before, result=after)
    known = {**labels, **{uid: name.words for uid, name in names.items()}}
    places = []
    for place in places_of(kind, found, known, names):
        fields = tuple(field_change(row, Mode.UPDATE) for row in place.fields if is_shown(row, Mode.UPDATE))
        if fields or place.status != "changed":
            places.append(Place(place.title, place.trail, place.status, fields if place.status == "changed" else ()))
    return places
