"""What must be held back: names that are taken, and whatever needs something that is held.

Holding one item may hold another (its name stays taken, or it is what the other points at), so each rule runs until
nothing changes any more.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from .reader import Reader
from .rings import find_rings
from .values import ARCHIVED_KEY, NAME_KEY, Entry, Key, Local, PlannedChange, Source
from .verdicts import Action, Verdict

Changes = dict[Key, PlannedChange]


def hold_back(
    changes: Changes, source: Source, local: Local, reader: Reader, *, asks_about_archived: bool = True
) -> Changes:
    """The same changes, with those that cannot be done held, each with its reason.

    `asks_about_archived`: whether what is new asks when an archived item has its name, because it may be the same.
    """
    before: Changes = {}
    changes = _hold_impossible_couplings(changes, source, local)
    while before != changes:
        before = changes
        archived = _archived_names(source, local, changes) if asks_about_archived else {}
        changes = _hold_taken_names(changes, source, local, archived)
        changes = _hold_unmet_needs(changes, source, local)
        changes = _hold_rings(changes, find_rings(changes, source, local, reader))
        changes = _keep_defaults(changes)
    # After the loop: what is held points at nothing, so only by now is it known what is written.
    changes = {key: _naming_archived(change, changes, source, local) for key, change in changes.items()}
    return _with_pairs(changes)


def _with_pairs(changes: Changes) -> Changes:
    """The two halves of what was removed and made anew, each naming the other; what is not replaced stays followed."""
    told = dict(changes)
    for key, change in changes.items():
        pair = (key[0], uuid.UUID(change.facts["pair"])) if "pair" in change.facts else None
        if pair is None or pair not in changes:
            continue
        # The one that was to take its place is held by now, so what it follows must not be forgotten.
        if "replaced_by" in change.facts and changes[pair].couples != key[1]:
            told[key] = replace(change, next_base=change.base, clears_deviations=False, facts=_remade(changes[pair]))
        elif "remade" in change.facts and "pair" not in changes[pair].facts:
            told[pair] = replace(changes[pair], facts={**changes[pair].facts, **_remade(change)})
    return told


def _remade(change: PlannedChange) -> dict[str, str]:
    return {"remade_as": change.label, "pair": str(change.key[1])}


def hold(change: PlannedChange, verdict: Verdict, **facts: str) -> PlannedChange:
    """The change as it is held for this reason: nothing of it is written or coupled, remembered or forgotten."""
    return replace(
        change,
        verdict=verdict,
        action=Action.HOLD,
        facts={**change.facts, **facts},
        # Held, it is not coupled, and of the main's setting itself nothing stands here.
        local=None if change.is_new_coupling else change.local,
        result=None,
        next_base=change.base,
        couples=None,
        pairs=(),
        deviations=(),
        clears_deviations=False,
    )


def _hold_impossible_couplings(changes: Changes, source: Source, local: Local) -> Changes:
    """An item is coupled once, to one that is there and is not followed already; nor where it stands itself by now."""
    held = dict(changes)
    given = set()
    leaving = {
        change.stands_as for change in changes.values() if change.couples is not None or change.action == Action.DELETE
    }
    for key, change in changes.items():
        if change.couples is None:
            continue
        other = (key[0], change.couples)
        if key in local.entries and key not in leaving:
            held[key] = hold(change, Verdict.NAME_TAKEN, holder=local.entries[key].label, coupling="stands")
        elif other not in local.entries or other in source.entries or other in given:
            held[key] = hold(change, Verdict.NAME_TAKEN, holder=change.label, coupling="impossible")
        given.add(other)
    return held


def _hold_taken_names(
    changes: Changes, source: Source, local: Local, archived: Mapping[tuple[str, str | None], Entry]
) -> Changes:
    holders = _names_after(changes, source, local)
    held = dict(changes)
    for key, change in changes.items():
        if not change.writes_content:
            continue
        entry = source.entries.get(key) or local.entries[key]
        taken = _first_taken(_newly_wanted(change, entry, local), entry, holders)
        if taken:
            column, holder = taken
            held[key] = hold(
                change,
                _verdict_of(column, holder, source),
                holder=holder.label,
                holder_uid=str(holder.uid),
                column=column,
                **_made_anew(holder, column, source, local),
                **_also_chosen(holder, changes),
            )
        elif change.action == Action.CREATE and (found := archived.get((entry.kind, entry.keys.get(NAME_KEY)))):
            held[key] = hold(
                change,
                Verdict.NAME_TAKEN,
                holder=found.label,
                holder_uid=str(found.uid),
                column=NAME_KEY,
                **_made_anew(found, NAME_KEY, source, local),
                archived="yes",
            )
    return held


def _made_anew(holder: Entry, column: str, source: Source, local: Local) -> dict[str, str]:
    """Whether the holder of a name follows what the main removed: this one was made in its place."""
    follows = holder.key in local.bases and holder.key not in source.entries
    return {"remade": "yes", "pair": str(holder.uid)} if follows and column == NAME_KEY else {}


def _also_chosen(holder: Entry, changes: Changes) -> dict[str, str]:
    """What the plan does with the holder of a name when that is in the plan as well; it keeps its name then."""
    return {"holder_action": changes[holder.key].action.value} if holder.key in changes else {}


def _names_after(changes: Changes, source: Source, local: Local) -> Mapping[tuple[str, str, str], list[Entry]]:
    """Who has which unique value once the plan is done: (kind, column, value) → items."""
    after = dict(local.entries)
    for key, change in changes.items():
        if change.couples is not None:
            after.pop((key[0], change.couples), None)
        if change.action in (Action.DELETE, Action.ARCHIVE):
            after.pop(key, None)
        elif change.writes_content:
            after[key] = source.entries.get(key) or after[key]
    holders: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in after.values():
        for column, value in entry.unique_keys.items():
            holders[entry.kind, column, value].append(entry)
    return holders


def _newly_wanted(change: PlannedChange, entry: Entry, local: Local) -> dict[str, str]:
    """The unique values that an item would have and does not have yet.

    What stands there already is nobody else's: whoever wants it as well has to ask, and not the one that has it.
    """
    standing = local.entries.get((entry.kind, change.couples or entry.uid))
    held = standing.unique_keys if standing else {}
    return {column: value for column, value in entry.unique_keys.items() if held.get(column) != value}


def _first_taken(
    wanted: Mapping[str, str], entry: Entry, holders: Mapping[tuple[str, str, str], list[Entry]]
) -> tuple[str, Entry] | None:
    for column, value in wanted.items():
        for holder in holders[entry.kind, column, value]:
            if holder.uid != entry.uid:
                return column, holder
    return None


def _verdict_of(column: str, holder: Entry, source: Source) -> Verdict:
    if column != NAME_KEY:
        return Verdict.DEFAULT_TAKEN
    moves_when_chosen = holder.key in source.entries and source.entries[holder.key].keys != holder.keys
    return Verdict.NAME_HELD if moves_when_chosen else Verdict.NAME_TAKEN


def _archived_names(source: Source, local: Local, changes: Changes) -> dict[tuple[str, str | None], Entry]:
    """The administration's own archived items by kind and name; those of the main are where the main has them."""
    coupled = {(key[0], change.couples) for key, change in changes.items() if change.couples is not None}
    return {
        (entry.kind, entry.keys.get(ARCHIVED_KEY)): entry
        for entry in local.entries.values()
        if entry.is_archived and entry.key not in source.entries and entry.key not in coupled
    }


def _keep_defaults(changes: Changes) -> Changes:
    """Nothing stops being the default for an item that is held."""
    return {
        key: change
        for key, change in changes.items()
        if change.verdict != Verdict.GIVES_WAY or changes[key[0], uuid.UUID(change.facts["holder_uid"])].writes_content
    }


def _hold_unmet_needs(changes: Changes, source: Source, local: Local) -> Changes:
    held = dict(changes)
    for key, change in changes.items():
        if change.writes_content and change.action != Action.ARCHIVE:
            unmet = _first_unmet(source, key, changes, local)
            if unmet:
                verdict, facts = unmet
                held[key] = hold(change, verdict, **facts)
    return held


def _hold_rings(changes: Changes, rings: Mapping[Key, str]) -> Changes:
    words = _("These would stand in each other: %(ring)s.")
    held = {key: hold(changes[key], Verdict.INVALID, problem=words % {"ring": ring}) for key, ring in rings.items()}
    return {**changes, **held}


def _first_unmet(source: Source, key: Key, changes: Changes, local: Local) -> tuple[Verdict, dict[str, str]] | None:
    digest = changes[key].result or b""
    for need in source.needs.get(digest, ()):
        comes = need.key in changes and changes[need.key].writes_content
        # In whatever state: a foreign key can point at what is archived, pinned or held as well.
        if comes or need.key in local.entries:
            continue
        if need.key not in source.entries:
            return Verdict.UNRESOLVED, {"needs_kind": need.key[0], "path": need.path}
        needed = source.entries[need.key]
        return Verdict.NEEDS_HELD, {"needs": needed.label, "needs_kind": needed.kind, "path": need.path}
    return None


def _naming_archived(change: PlannedChange, changes: Changes, source: Source, local: Local) -> PlannedChange:
    """The change with what it points at that is archived here and not in the main administration: worth knowing."""
    if not change.writes_content or change.action == Action.ARCHIVE:
        return change
    found = []
    for need in source.needs.get(change.result or b"", ()):
        comes = need.key in changes and changes[need.key].writes_content
        there = source.entries.get(need.key)
        here = None if comes else local.entries.get(need.key)
        if here is not None and here.is_archived and not (there and there.is_archived):
            found.append({"kind": here.kind, "name": here.label, "path": need.path})
    return replace(change, facts={**change.facts, "archived_needs": found}) if found else change
