"""Settling every item of a plan, and turning what was composed on the way into digests."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from .reader import Body, Described, Reader
from .settling import Draft, Item, needs_documents, settle, widen
from .values import DEFAULT_FIELD, DEFAULT_KEY, Entry, Key, Local, PlannedChange, Rules, Source
from .verdicts import Action, Verdict, Word


@dataclass(frozen=True)
class Composed:
    """The changes, and the source as it is for this administration: composed items in place of the main's."""

    changes: dict[Key, PlannedChange]
    source: Source


def compose(
    judged: Mapping[Key, PlannedChange], source: Source, local: Local, rules: Rules, reader: Reader
) -> Composed:
    """Settle the judged items; the documents that this asks for are read in one go, and composed ones described."""
    in_line = {key: Draft(change) for key, change in judged.items() if change.verdict == Verdict.IN_LINE}
    items = {key: _item(change, source, local, rules) for key, change in judged.items() if key not in in_line}
    items |= _with_documents([item for item in items.values() if needs_documents(item)], reader)
    drafts = in_line | {key: _seen_where_it_stands(settle(item), local) for key, item in items.items()}
    moving = {key for key, draft in drafts.items() if _is_moving(draft, items.get(key))}
    drafts |= _give_way(drafts, moving, source, local, rules, reader)
    return _described(drafts, source, reader)


def _item(change: PlannedChange, source: Source, local: Local, rules: Rules) -> Item:
    key = change.key
    # What is taken back from a coupling does not stand under its own uid yet: what was pinned there waits for it.
    pins = local.pins.get(key, frozenset()) if change.couples is None else frozenset()
    return Item(
        change=replace(change, pins=tuple(sorted(pins))),
        rules=rules,
        pins=pins,
        agreed=local.agreed.get(key, frozenset()) if change.couples is None else frozenset(),
        locks=rules.locks.get(key, frozenset()) if key in source.entries else frozenset(),
        source_entry=source.entries.get(key),
        local_entry=local.entries.get(key),
    )


def _seen_where_it_stands(draft: Draft, local: Local) -> Draft:
    """What is coupled is compared, and later checked, as the item that it is until then."""
    coupled = local.entries.get((draft.change.key[0], draft.change.couples)) if draft.change.couples else None
    return replace(draft, change=replace(draft.change, local=coupled.digest)) if coupled else draft


def _with_documents(items: list[Item], reader: Reader) -> dict[Key, Item]:
    if not items:
        return {}
    changes = [item.change for item in items]
    bodies = reader.bodies({digest for change in changes for digest in (change.base, change.source) if digest})
    local = reader.local_bodies({_standing(change) for change in changes if change.local})
    removed = {change.key for change in changes if change.verdict == Verdict.REMOVED_IN_SOURCE}
    used = reader.used(removed) if removed else set()
    shapes = {kind: reader.shape(kind) for kind in {item.key[0] for item in items}}
    return {
        item.key: replace(
            widen(item, shapes[item.key[0]]),
            base=bodies.get(item.change.base or b""),
            source=bodies.get(item.change.source or b""),
            local=local.get(_standing(item.change)),
            may_delete=reader.may_delete(item.key[0]),
            is_used=item.key in used,
        )
        for item in items
    }


def _standing(change: PlannedChange) -> Key:
    """Under which key the item stands now: that of what it was coupled with, where a coupling is taken back."""
    return change.key if change.couples is None else (change.key[0], change.couples)


def _give_way(
    drafts: Mapping[Key, Draft],
    moving: Collection[Key],
    source: Source,
    local: Local,
    rules: Rules,
    reader: Reader,
) -> dict[Key, Draft]:
    """The items that stop being the default because somebody decided that the main's becomes it."""
    wanted = {}
    for key, draft in drafts.items():
        decision = rules.decided(key, DEFAULT_FIELD)
        takes = decision is not None and decision.word == Word.OVERWRITE and draft.change.writes_rows
        if takes and (default := source.entries[key].keys.get(DEFAULT_KEY)) is not None:
            wanted[key[0], default] = draft.change
    holders = [
        entry
        for entry in local.entries.values()
        if (entry.kind, entry.keys.get(DEFAULT_KEY)) in wanted and entry.key not in moving
    ]
    bodies = reader.local_bodies({entry.key for entry in holders}) if holders else {}
    return {
        entry.key: _giving_way(entry, local, bodies[entry.key], wanted[entry.kind, entry.keys[DEFAULT_KEY]])
        for entry in holders
        if entry.key in bodies and (entry.kind, entry.keys[DEFAULT_KEY]) in wanted
    }


def _is_moving(draft: Draft, item: Item | None) -> bool:
    """Whether it is written: what a merge leaves as it stands here is not."""
    stays = item is not None and draft.result is not None and draft.result == item.local
    return draft.change.writes_rows and not stays


def _giving_way(entry: Entry, local: Local, body: Body, to: PlannedChange) -> Draft:
    base = local.bases.get(entry.key)
    change = PlannedChange(
        key=entry.key,
        label=entry.label,
        verdict=Verdict.GIVES_WAY,
        action=Action.UPDATE,
        base=base,
        local=entry.digest,
        next_base=base,
        facts={"holder": to.label, "holder_uid": str(to.key[1])},
    )
    return Draft(change, {name: value for name, value in body.items() if name != DEFAULT_FIELD})


def _described(drafts: Mapping[Key, Draft], source: Source, reader: Reader) -> Composed:
    """Give composed documents their digests; what comes out as it stands there already is not written."""
    bodies = {
        key: [body for body in (draft.result, draft.next_base) if body is not None] for key, draft in drafts.items()
    }
    bodies = {key: found for key, found in bodies.items() if found}
    described = reader.describe(bodies) if bodies else {}
    changes, entries, needs = {}, dict(source.entries), dict(source.needs)
    for key, draft in drafts.items():
        found = iter(described.get(key, ()))
        result = next(found) if draft.result is not None else None
        base = next(found) if draft.next_base is not None else None
        change = _completed(draft.change, result, base)
        problems = reader.problems(key[0], draft.result) if result and draft.result and change.writes_rows else []
        if problems:
            change = _invalid(change, problems)
        if result is not None and change.writes_rows:
            entries[key] = result.entry
            needs[result.entry.digest] = list(result.needs)
        changes[key] = change
    return Composed(changes, Source(entries, needs))


def _completed(change: PlannedChange, result: Described | None, base: Described | None) -> PlannedChange:
    if base is not None:
        change = replace(change, next_base=base.entry.digest)
    if result is None:
        return change
    if result.entry.digest == change.local:
        return replace(change, action=Action.KEEP, result=None, clears_deviations=False)
    return replace(change, result=result.entry.digest)


def _invalid(change: PlannedChange, problems: Iterable[str]) -> PlannedChange:
    facts = {**change.facts, "problem": " ".join(str(problem) for problem in problems)}
    return replace(
        change,
        verdict=Verdict.INVALID,
        action=Action.HOLD,
        result=None,
        next_base=change.base,
        deviations=(),
        facts=facts,
    )
