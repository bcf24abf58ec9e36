"""A whole preview of one administration: every item judged, then held where it stands in another's way."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from .catalog import KINDS
from .coupling import agreed_with, coupled_document, made_anew
from .documents import Key, as_compared, default_of, name_of, needs_of
from .outcomes import Case, Outcome, judge, row_of
from .rulings import DEFAULT_POLICIES, NOTHING, Decided, Rulings
from .worlds import Items, Memory, Sub, World, in_order, renamed_references

Outcomes = dict[Key, Outcome]


@dataclass(frozen=True)
class Choice:
    """What a preview is asked for: categories, the policies of the run, and what was decided in it, per item."""

    categories: frozenset[str]
    policies: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[Key, Decided] = field(default_factory=dict)


def preview(world: World, where: int, choice: Choice) -> Outcomes:
    """What happens in a sub to every item of which a preview says something."""
    sub, keys = world.subs[where - 1], _chosen(world, where, choice.categories)
    judged = {key: judge(_case(world, sub, key, choice)) for key in keys}
    found = {key: _as_it_stands(sub, key, outcome) for key, outcome in judged.items() if outcome is not None}
    found = {key: replace(o, taken=sub.items.get((key[0], o.couple))) for key, o in found.items()}
    found |= {key: _giving_its_place(sub, key) for key in _replaced(found) if key in found}
    taking = {key for key, decided in choice.decided.items() if decided.paths.get("is_default") == "overwrite"}
    around = Surroundings.of(world, asks_about_archived=True)
    return _settle_with_defaults(sub, world.main, found, around, taking & set(found))


def _settle_with_defaults(sub: Sub, main: Items, found: Outcomes, around: "Surroundings", taking: set[Key]) -> Outcomes:
    """Where it was decided that the main's default stays it, the other one gives way; not for what is held."""
    settled = settle(sub, {**found, **_giving_way(sub, main, found, taking)}, around)
    held = {key for key in taking if settled[key].is_held}
    return _settle_with_defaults(sub, main, found, around, taking - held) if held else settled


def _replaced(outcomes: Outcomes) -> list[Key]:
    """What others are coupled with; where that follows what the main removed, it gives its place."""
    return [(key[0], outcome.couple) for key, outcome in outcomes.items() if outcome.couple]


def _giving_its_place(sub: Sub, key: Key) -> Outcome:
    """What it followed is forgotten; its rows go on as the one that the main made anew."""
    return Outcome("removed_in_source", "removed_in_source", "keep", sub.memory(key), Memory())


def _giving_way(sub: Sub, main: Items, found: Outcomes, taking: set[Key]) -> Outcomes:
    after = carried_out(sub, found).items
    kinds = {default_of(key, after[key]) for key in taking if key in after}
    giving = {}
    for key in after.keys() - taking:
        if key[0] in {other[0] for other in taking} and default_of(key, after[key]) in kinds - {None}:
            memory = sub.memory(key)
            document = {**after[key], "is_default": False}
            base = document if document == main.get(key) else memory.base
            giving[key] = Outcome("own", "gives_way", "update", memory, replace(memory, document=document, base=base))
    return giving


def _as_it_stands(sub: Sub, key: Key, outcome: Outcome) -> Outcome:
    """An item that is not written keeps the uids of its parts, also of those that the main made anew."""
    now = sub.items.get(key)
    after = outcome.after if outcome.writes else replace(outcome.after, document=now)
    return replace(outcome, before=replace(outcome.before, document=now), after=after)


def _chosen(world: World, where: int, categories: Collection[str]) -> list[Key]:
    sub = world.subs[where - 1]
    found = {key for key in {*world.main, *sub.base} if KINDS[key[0]].category in categories}
    ahead = list(found)
    while ahead:
        key = ahead.pop()
        needed = set(needs_of(key, world.main[key])) - found if key in world.main else set()
        found |= needed
        ahead += needed
    return in_order(found)


def _case(world: World, sub: Sub, key: Key, choice: Choice) -> Case:
    memory, decided = sub.memory(key), choice.decided.get(key, Decided())
    rulings = Rulings(
        world.locked.get(key, NOTHING),
        memory.pinned,
        memory.agreed,
        decided,
        {**DEFAULT_POLICIES, **world.policies, **choice.policies},
    )
    source, own = world.main.get(key), sub.items.get((key[0], decided.couple))
    row = row_of(Case(key, memory.base, source, memory.document, rulings))
    memory = made_anew(KINDS[key[0]], _naming_coupled(sub, key, memory, choice), source)
    document, agreed = None, NOTHING
    if own is not None and source is not None:
        kind, standing = KINDS[key[0]], sub.memory((key[0], decided.couple))
        document = coupled_document(kind, source, own, standing.base)
        agreed = agreed_with(kind, source, own, standing.base, standing.agreed)
    needed = any(key in needs_of(other, it) for other, it in world.main.items())
    return Case(key, memory.base, source, memory.document, rulings, _is_used(sub, key), needed, document, row, agreed)


def _naming_coupled(sub: Sub, key: Key, memory: Memory, choice: Choice) -> Memory:
    """What points at an item that is coupled in the same plan points at what that becomes."""
    base, document = memory.base, memory.document
    for other, decided in choice.decided.items():
        own = (other[0], decided.couple)
        if own in sub.items:
            base = renamed_references(base, key[0], own, other) if base else base
            document = renamed_references(document, key[0], own, other) if document else document
    return replace(memory, base=base, document=document)


def _is_used(sub: Sub, key: Key) -> bool:
    return key in sub.used or bool(sub.users_of(key))


@dataclass(frozen=True)
class Surroundings:
    """What holding must know of the rest: the names that the main has for what exists there."""

    names: Mapping[Key, str | None]
    outcomes: Mapping[Key, Outcome] = field(default_factory=dict)
    asks_about_archived: bool = False
    """Only a preview of a sync asks whether what is new may be what is archived under its name."""

    @classmethod
    def of(cls, world: World, *, asks_about_archived: bool = False) -> "Surroundings":
        names = {key: name_of(key, document) for key, document in world.main.items()}
        return cls(names, asks_about_archived=asks_about_archived)

    def would_give_up(self, key: Key, name: str) -> bool:
        """Whether an item has this name only here, and another one in the main."""
        return key in self.names and self.names[key] != name

    def is_written(self, key: Key) -> bool:
        return key in self.outcomes and self.outcomes[key].writes


def settle(sub: Sub, outcomes: Outcomes, around: Surroundings) -> Outcomes:
    """The outcomes of which everything that stands in the way of something else is held, until nothing is."""
    while True:
        held = _held(sub, outcomes, around)
        if not held:
            return outcomes
        for key, verdict in held.items():
            outcomes = {**outcomes, **_keeping_its_place(outcomes, key), key: outcomes[key].held(verdict)}


def _keeping_its_place(outcomes: Outcomes, key: Key) -> Outcomes:
    """What would give its place to an item that is held stays followed."""
    other = (key[0], outcomes[key].couple)
    return {other: replace(outcomes[other], after=outcomes[other].before)} if other in outcomes else {}


def _held(sub: Sub, outcomes: Outcomes, around: Surroundings) -> dict[Key, str]:
    """What must be held, with its verdict: of several that newly want one name all ask, so they are held at once."""
    after, around = carried_out(sub, outcomes), replace(around, outcomes=outcomes)
    for judge_one in (_name_problem, _default_problem, _need_problem):
        found = {}
        for key, outcome in outcomes.items():
            if not outcome.is_held and outcome.action != "skip" and outcome.document is not None:
                found[key] = judge_one(sub, after, key, outcome, around)
        held = {key: verdict for key, verdict in found.items() if verdict}
        if held:
            return held
    return {}


def _name_problem(sub: Sub, after: Sub, key: Key, outcome: Outcome, around: Surroundings) -> str:
    """A name that is new to an item must be nobody else's; what it has already blocks only the others."""
    name = name_of(key, outcome.document)
    before = sub.items.get(key) or sub.items.get((key[0], outcome.couple))
    if name is None or (before is not None and name == name_of(key, before)):
        return ""
    holders = [other for other in _same_kind(after, key) if name_of(other, after.items[other]) == name]
    if any(around.would_give_up(other, name) and not around.is_written(other) for other in holders):
        return "name_held"
    asks = before is None and around.asks_about_archived
    if holders or (asks and _archived_holder(sub, after, key, name, around)):
        return "name_taken"
    return ""


def _same_kind(sub: Sub, key: Key) -> list[Key]:
    return [other for other in in_order(set(sub.items)) if other[0] == key[0] and other != key]


def _archived_holder(sub: Sub, after: Sub, key: Key, name: str, around: Surroundings) -> bool:
    """Whether what was archived here has the name: its own, or what follows one that the main removed."""
    named_by = KINDS[key[0]].named_by
    stay = [other for other in _same_kind(after, key) if other in sub.items and other not in around.names]
    documents = [sub.items[other] for other in stay]
    return any(document["is_archived"] and as_compared(document[named_by]) == name for document in documents)


def _default_problem(sub: Sub, after: Sub, key: Key, outcome: Outcome, around: Surroundings) -> str:
    """Exactly one stays the default of its kind."""
    kind = default_of(key, outcome.document)
    before = sub.items.get(key)
    if kind is None or (before is not None and default_of(key, before) == kind):
        return ""
    others = [other for other in _same_kind(after, key) if default_of(other, after.items[other]) == kind]
    return "default_taken" if others else ""


def _need_problem(sub: Sub, after: Sub, key: Key, outcome: Outcome, around: Surroundings) -> str:
    """What it points at must stand there as well."""
    if not outcome.writes:
        return ""
    document = outcome.document
    for other, found in around.outcomes.items():
        if found.couple:
            document = renamed_references(document, key[0], (other[0], found.couple), other)
    missing = [need for need in needs_of(key, document) if need not in after.items]
    if not missing:
        return ""
    return "needs_held" if all(need in around.names for need in missing) else "unresolved"


def carried_out(sub: Sub, outcomes: Outcomes) -> Sub:
    """The administration after a run that does all of this."""
    for key, outcome in outcomes.items():
        if outcome.couple:
            sub = _renamed_everywhere(sub, (key[0], outcome.couple), key)
    for key, outcome in outcomes.items():
        if not outcome.is_held and outcome.action != "skip":
            sub = sub.with_memory(key, outcome.after)
    for key, outcome in outcomes.items():
        if outcome.couple:
            sub = replace(sub, items=_pointing(sub.items, (key[0], outcome.couple), key))
    return replace(sub, items={key: _without_gone_links(key, document, sub) for key, document in sub.items.items()})


def _renamed_everywhere(sub: Sub, old: Key, new: Key) -> Sub:
    """An item takes over another uid; what pointed at its row still does."""
    taken = sub.memory(old)
    sub = sub.with_memory(old, Memory()).with_memory(new, replace(taken, base=None))
    return replace(
        sub, items=_pointing(sub.items, old, new), used=frozenset(new if key == old else key for key in sub.used)
    )


def _pointing(items: Items, old: Key, new: Key) -> Items:
    return {key: renamed_references(document, key[0], old, new) for key, document in items.items()}


def _without_gone_links(key: Key, document: dict, sub: Sub) -> dict:
    """Links are soft: what was deleted is not linked any more."""
    links = {
        link: frozenset(uid for uid in document[link] if (kind, uid) in sub.items)
        for link, kind in KINDS[key[0]].links.items()
    }
    return {**document, **links} if any(document[link] != left for link, left in links.items()) else document
