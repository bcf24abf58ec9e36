"""Settling every item of a plan, and turning what was composed on the way into digests."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from .differences import PARTS, Json
from .holding import hold
from .items import Draft, Item, needs_documents, widen
from .merging import Shape, rows_of
from .naming import with_names
from .pairing import pair_parts, renamed_path, standing_in, with_uids
from .problems import refused
from .reader import Body, Described, Reader
from .settling import settle
from .values import DEFAULT_FIELD, DEFAULT_KEY, Entry, Key, Local, PlannedChange, Rules, Source
from .verdicts import Action, Verdict, Word


@dataclass(frozen=True)
class Composed:
    """The changes, and the source as it is for this administration: composed items in place of the main's."""

    changes: dict[Key, PlannedChange]
    source: Source


def compose(
    judged: Mapping[Key, PlannedChange],
    source: Source,
    local: Local,
    rules: Rules,
    reader: Reader,
    used: Collection[Key] = (),
    uncoupled: Collection[Key] = (),
    defaults: Collection[Key] = (),
) -> Composed:
    """Settle the judged items; the documents that this asks for are read in one go, and composed ones described.

    `used` are items that are archived where they would be deleted; `uncoupled` those whose coupling comes to nothing,
    so that what points at the administration's own item goes on doing so; `defaults` those that stay the default,
    because what was to become it is held.
    """
    # Set apart first: it is nearly all of a large administration, and costs a digest and no more.
    in_line = {key: Draft(change) for key, change in judged.items() if change.is_left_alone}
    items = {key: _item(change, source, local, rules) for key, change in judged.items() if key not in in_line}
    renamed = _renamed((change for key, change in judged.items() if key not in uncoupled), rules)
    looked_into = [item for item in items.values() if _is_looked_into(item, reader)]
    shapes = {kind: with_names(reader.shape(kind), source, local) for kind in {item.key[0] for item in looked_into}}
    items |= _with_documents(looked_into, shapes, reader, used, renamed)
    drafts = in_line | {key: _seen_where_it_stands(settle(item), local) for key, item in items.items()}
    moved = [draft.change for key, draft in drafts.items() if _is_moving(draft, items.get(key))]
    moving = {change.key for change in moved} | {change.stands_as for change in moved}
    staying_default = moving | set(defaults) | rules.not_here
    drafts |= _give_way(drafts, staying_default, source, local, rules, reader, renamed)
    # Last, in place of what the main's removal of it would have come to by itself.
    drafts |= {replaced.change.key: replaced for item in items.values() for replaced in _replaced(item, local)}
    accepted = Acceptance(items, drafts, source, reader)
    staying = {key for key, draft in drafts.items() if _stays_but_for_names(draft, items.get(key))}
    return _described(drafts, staying, source, reader, accepted)


def _replaced(item: Item, local: Local) -> Iterator[Draft]:
    """The item that another takes the place of: what it followed is forgotten, and what was kept there goes along."""
    change = item.change
    if not item.followed:
        return
    key = change.stands_as
    entry = local.entries[change.stands_as]
    is_kept = bool(local.pins.get(key) or local.agreed.get(key))
    yield Draft(
        PlannedChange(
            key=key,
            label=entry.label,
            verdict=Verdict.REMOVED_IN_SOURCE,
            action=Action.KEEP,
            base=item.followed,
            local=entry.digest,
            clears_deviations=is_kept,
            pins=tuple(sorted(local.pins.get(key, frozenset()))),
            facts={"replaced_by": change.label, "pair": str(change.key[1])},
        )
    )


def _is_looked_into(item: Item, reader: Reader) -> bool:
    """Whether its documents are needed: also where parts that were made anew must be found."""
    has_keys = item.change.verdict == Verdict.BEHIND and any(part.key for part in reader.shape(item.key[0]).parts)
    return has_keys or needs_documents(item)


def _item(change: PlannedChange, source: Source, local: Local, rules: Rules) -> Item:
    key = change.key
    change = _coupled(change, source, local, rules)
    followed = local.bases.get(change.stands_as) if change.is_new_coupling else None
    standing = change.stands_as if followed else key
    pins = local.pins.get(standing, frozenset())
    return Item(
        change=replace(change, pins=tuple(sorted(pins))),
        rules=rules,
        pins=pins,
        agreed=local.agreed.get(standing, frozenset()),
        # A lock outlives what it was put on; of what the main has no longer it has nothing to put back.
        locks=rules.locks.get(key, frozenset()) if key in source.entries else frozenset(),
        followed=followed,
        source_entry=source.entries.get(key),
        local_entry=local.entries.get(key),
    )


def _coupled(change: PlannedChange, source: Source, local: Local, rules: Rules) -> PlannedChange:
    """The change with the item that it was decided to couple, where that is there and can be."""
    decision = rules.decided(change.key)
    if change.verdict != Verdict.NEW or decision is None or decision.word != Word.COUPLE:
        return change
    other = local.entries.get((change.key[0], decision.couple_with)) if decision.couple_with else None
    if other is None or other.key in source.entries or other.key in rules.not_here:
        return change
    return replace(change, couples=other.uid, local=other.digest)


def _seen_where_it_stands(draft: Draft, local: Local) -> Draft:
    """What is coupled is compared, and later checked, as the item that it is until then."""
    coupled = local.entries.get(draft.change.stands_as) if draft.change.couples else None
    change = draft.change if draft.change.writes_content else replace(draft.change, pairs=())
    return replace(draft, change=replace(change, local=coupled.digest) if coupled else change)


def _renamed(judged: Iterable[PlannedChange], rules: Rules) -> Mapping[str, str]:
    """The uids that coupled items have now, and those that they get: what points at them names the new ones."""
    renamed = {}
    for change in judged:
        decision = rules.decided(change.key)
        if change.couples is not None:
            renamed[str(change.couples)] = str(change.key[1])
        elif change.verdict == Verdict.NEW and decision is not None and decision.couple_with is not None:
            renamed[str(decision.couple_with)] = str(change.key[1])
    return renamed


def _naming(value: Json, renamed: Mapping[str, str]) -> Json:
    """A document, or a value in it, that points at coupled items by the uids that they get."""
    if isinstance(value, str):
        return renamed.get(value, value)
    if isinstance(value, Mapping):
        return {name: _naming(inner, renamed) for name, inner in value.items()}
    return [_naming(inner, renamed) for inner in value] if isinstance(value, list) else value


def _with_documents(
    items: list[Item],
    shapes: Mapping[str, Shape],
    reader: Reader,
    used: Collection[Key],
    renamed: Mapping[str, str],
) -> dict[Key, Item]:
    if not items:
        return {}
    bodies, local = _read(items, reader)
    if renamed:
        sources = {item.change.source for item in items}
        # The main's own documents have the new uids already.
        bodies = {digest: body if digest in sources else _naming(body, renamed) for digest, body in bodies.items()}
        local = {key: _naming(body, renamed) for key, body in local.items()}
    return {
        item.key: _paired(
            replace(
                widen(item, shapes[item.key[0]]),
                base=bodies.get(item.change.base or b""),
                source=bodies.get(item.change.source or b""),
                former=bodies.get(item.followed or b""),
                local=local.get(item.change.stands_as),
                may_delete=reader.may_delete(item.key[0]),
                is_used=item.key in used,
            )
        )
        for item in items
    }


def _read(items: list[Item], reader: Reader) -> tuple[Mapping[bytes, Body], Mapping[Key, Body]]:
    """The documents of items by digest, and those that stand in the administration by the key that they have there.

    What is stored is not composed from its rows again.
    """
    changes = [item.change for item in items]
    wanted = {item.followed for item in items}
    for change in changes:
        wanted |= {change.base, change.source, change.local}
    bodies = reader.bodies({digest for digest in wanted if digest})
    stored = {change.stands_as: bodies[change.local] for change in changes if change.local in bodies and change.local}
    unknown = {change.stands_as for change in changes if change.local and change.local not in bodies}
    return bodies, {**stored, **(reader.local_bodies(unknown) if unknown else {})}


def _paired(item: Item) -> Item:
    """The item as it is once parts that the main made anew, or that are coupled with it, have the uids they get."""
    former = item.base or _recognised(item)
    if former is None or item.source is None or item.local is None:
        return item
    pairs = pair_parts(former, item.source, item.shape)
    standing = standing_in(pairs, item.local)
    pins, agreed = (frozenset(renamed_path(path, pairs) for path in paths) for paths in (item.pins, item.agreed))
    return replace(
        item,
        change=replace(item.change, pairs=standing),
        base=with_uids(item.base, pairs, item.shape) if item.base is not None else None,
        former=with_uids(item.former, pairs, item.shape) if item.former is not None else None,
        local=with_uids(item.local, standing, item.shape),
        pins=pins,
        agreed=agreed,
    )


def _recognised(item: Item) -> Body | None:
    """The own parts of what is coupled, by what they were known as to the item that is followed until then."""
    if not item.change.couples or item.local is None:
        return None
    parts = {}
    for part in item.shape.parts:
        here = rows_of(item.local, part.name)
        known = rows_of(item.former, part.name)
        parts[part.name] = [
            *({**here, **known}[uid] for uid in here),
            *(known[uid] for uid in known if uid not in here),
        ]
    return {**item.local, PARTS: parts}


def _give_way(
    drafts: Mapping[Key, Draft],
    staying: Collection[Key],
    source: Source,
    local: Local,
    rules: Rules,
    reader: Reader,
    renamed: Mapping[str, str],
) -> dict[Key, Draft]:
    """The items that stop being the default because it was decided that the main's becomes it; not those `staying`."""
    wanted = {}
    for key, draft in drafts.items():
        decision = rules.decided(key, DEFAULT_FIELD)
        takes = decision is not None and decision.word == Word.OVERWRITE and draft.change.writes_content
        if takes and (default := source.entries[key].keys.get(DEFAULT_KEY)) is not None:
            wanted[key[0], default] = draft.change
    holders = [
        entry
        for entry in local.entries.values()
        if (entry.kind, entry.keys.get(DEFAULT_KEY)) in wanted and entry.key not in staying
    ]
    bodies = reader.local_bodies({entry.key for entry in holders}) if holders else {}
    return {
        entry.key: _giving_way(
            entry, local, _naming(bodies[entry.key], renamed), wanted[entry.kind, entry.keys[DEFAULT_KEY]]
        )
        for entry in holders
        if entry.key in bodies
    }


def _is_moving(draft: Draft, item: Item | None) -> bool:
    """Whether it is written: what a merge leaves as it stands here is not."""
    stays = item is not None and not item.change.pairs and draft.result is not None and draft.result == item.local
    return draft.change.writes_content and not stays


def _stays_but_for_names(draft: Draft, item: Item | None) -> bool:
    """Whether a merge leaves an item as it stands here, but for the uids of coupled items that it points at: those
    change with the coupling, whatever becomes of this one."""
    if item is None or draft.result is None or draft.change.couples is not None or item.change.pairs:
        return False
    return draft.result == item.local and draft.result != item.source


def _giving_way(entry: Entry, local: Local, body: Body, to: PlannedChange) -> Draft:
    base = local.bases.get(entry.key)
    change = PlannedChange(
        key=entry.key,
        label=entry.label,
        verdict=Verdict.GIVES_WAY,
        pins=tuple(sorted(local.pins.get(entry.key, ()))),
        action=Action.UPDATE,
        base=base,
        local=entry.digest,
        next_base=base,
        facts={"holder": to.label, "holder_uid": str(to.key[1])},
    )
    return Draft(change, {name: value for name, value in body.items() if name != DEFAULT_FIELD})


class Acceptance:
    """Whether the catalogs accept what would be written, merged or straight from the main administration."""

    def __init__(self, items: Mapping[Key, Item], drafts: Mapping[Key, Draft], source: Source, reader: Reader) -> None:
        self._items = items
        self._reader = reader
        self._was_here = source.was_here
        self._sources: dict[bytes, Body] = {
            item.change.source: item.source for item in items.values() if item.change.source and item.source is not None
        }
        writing = {
            draft.change.source for draft in drafts.values() if draft.change.writes_content and draft.change.source
        }
        # In one reading for the whole plan, whatever its catalogs will say.
        unknown = writing - self._sources.keys()
        self._sources.update(reader.bodies(unknown) if unknown else {})

    def problems(self, draft: Draft, change: PlannedChange) -> list[str]:
        """Why an item must not be written. Archiving and giving the default away change nothing of its content."""
        source = self._sources.get(change.source or b"")
        result = source if draft.result is None else draft.result
        archives = change.action == Action.ARCHIVE or change.verdict == Verdict.GIVES_WAY
        if result is None or archives or not change.writes_content:
            return []
        validate = partial(self._reader.problems, change.key[0])
        found = refused(result, source, None, validate, was_here=self._was_here)
        return found and refused(result, source, self._local(change), validate, was_here=self._was_here)

    def _local(self, change: PlannedChange) -> Body | None:
        """What stands there now, read only where something is wrong with what would take its place."""
        item = self._items.get(change.key)
        if item is not None and item.local is not None:
            return item.local
        return self._reader.local_bodies({change.stands_as}).get(change.stands_as) if change.local else None


def _described(
    drafts: Mapping[Key, Draft], staying: Collection[Key], source: Source, reader: Reader, accepted: Acceptance
) -> Composed:
    """Give composed documents their digests; what comes out as it stands there already is not written."""
    bodies = {
        key: [body for body in (draft.result, draft.next_base) if body is not None] for key, draft in drafts.items()
    }
    bodies = {key: found for key, found in bodies.items() if found}
    described = reader.describe(bodies) if bodies else {}
    changes = {}
    entries = dict(source.entries)
    needs = dict(source.needs)
    for key, draft in drafts.items():
        found = iter(described.get(key, ()))
        result = next(found) if draft.result is not None else None
        base = next(found) if draft.next_base is not None else None
        change = _completed(draft.change, result, base, stays=key in staying)
        there = source.entries.get(key)
        if change.verdict == Verdict.GIVES_WAY and there is not None and change.result == there.digest:
            # By giving way it became the main's to the letter, which the next sync would note.
            change = replace(change, next_base=change.result)
        if problems := accepted.problems(draft, change):
            change = _invalid(change, problems, is_the_mains=change.result == change.source)
        if result is not None and change.writes_content:
            # What is judged from here on is what this administration will have, under the name it gets here.
            entries[key] = result.entry
            needs[result.entry.digest] = list(result.needs)
        changes[key] = change
    return Composed(changes, Source(entries, needs))


def _completed(
    change: PlannedChange, result: Described | None, base: Described | None, *, stays: bool
) -> PlannedChange:
    if base is not None:
        change = replace(change, next_base=base.entry.digest)
    if result is None:
        return change
    if stays or (result.entry.digest == change.local and change.couples is None):  # a coupled item gets another uid
        return replace(change, action=Action.KEEP, result=None, clears_deviations=False, pairs=())
    return replace(change, result=result.entry.digest)


def _invalid(change: PlannedChange, problems: Iterable[str], *, is_the_mains: bool) -> PlannedChange:
    facts = {"problem": " ".join(problems), **({"in_main": "yes"} if is_the_mains else {})}
    return hold(change, Verdict.INVALID, **facts)
