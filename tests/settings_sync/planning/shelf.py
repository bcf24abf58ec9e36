"""A made-up catalog for tests of planning: three kinds, items as plain values, and what a plan comes to when done."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from settings_sync.planning.plans import plan_target
from settings_sync.planning.values import Choice, Entry, Key, Local, Need, PlannedChange, Source, TargetPlan
from settings_sync.planning.verdicts import Verdict

LIST, FORM, FLOW = "shelf.list", "shelf.form", "shelf.flow"
CATEGORY_OF = {LIST: "lists", FORM: "forms", FLOW: "flows"}
EVERYTHING = Choice(frozenset(CATEGORY_OF.values()))


def uid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def item(
    number: int,
    version: str = "S",
    *,
    name: str = "",
    label: str = "",
    kind: str = FORM,
    archived: bool = False,
    default: str = "",
) -> Entry:
    """An item as an index knows it; without a name it has one of its own. People see the label, or else the name."""
    name = name or f"item {number}"
    keys = {"archived_key" if archived else "name_key": name.lower()}
    if default and not archived:
        keys["default_key"] = default
    stated = f"{kind} {number} {version} {sorted(keys.items())}"
    return Entry(kind, uid(number), stated.encode(), label or name, keys)


def by_key(*entries: Entry) -> dict[Key, Entry]:
    return {entry.key: entry for entry in entries}


def source_of(*entries: Entry, needs: Iterable[tuple[Entry, str, Entry]] = ()) -> Source:
    """A snapshot; `needs` says which item points with which field at which other."""
    found: dict[bytes, list[Need]] = defaultdict(list)
    for entry, path, target in needs:
        found[entry.digest].append(Need(target.key, path))
    return Source(by_key(*entries), found)


def local_of(*entries: Entry, bases: tuple[Entry, ...] = (), pinned: tuple[Entry, ...] = ()) -> Local:
    """An administration in which these items stand and these values were last decided."""
    pins = {pin.key: frozenset({""}) for pin in pinned}
    return Local(by_key(*entries), {base.key: base.digest for base in bases}, pins)


def followed(*entries: Entry) -> Local:
    """An administration that stands exactly as it was last synced."""
    return local_of(*entries, bases=entries)


def plan(source: Source, local: Local, choice: Choice = EVERYTHING) -> TargetPlan:
    return plan_target(source, local, choice, CATEGORY_OF)


@dataclass(frozen=True)
class Outcome:
    """A change in the words of the table: what stands where, and what is done."""

    verdict: Verdict
    action: str


def outcome(planned: TargetPlan, entry: Entry) -> Outcome | None:
    """What the plan says about an item; None when it does not name it."""
    change = change_of(planned, entry)
    return None if change is None else Outcome(change.verdict, change.action.value)


def change_of(planned: TargetPlan, entry: Entry) -> PlannedChange | None:
    return next((change for change in planned.changes if change.key == entry.key), None)


def carried_out(planned: TargetPlan, source: Source, local: Local) -> Local:
    """The administration after the plan: what applying must come to, in the same plain values."""
    entries, bases = dict(local.entries), dict(local.bases)
    for change in planned.changes:
        if change.writes_content:
            entries[change.key] = source.entries[change.key]
        if change.next_base is not None:
            bases[change.key] = change.next_base
        else:
            bases.pop(change.key, None)
    return replace(local, entries=entries, bases=bases)
