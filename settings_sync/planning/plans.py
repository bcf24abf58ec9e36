"""The plan for one administration."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from .assigning import NOTHING_ASSIGNED, Assigned
from .choosing import chosen_items, needed_items
from .composing import compose
from .holding import hold_back
from .judging import judge
from .reader import NO_READER, Reader
from .using import Attempt, spare_what_is_used
from .values import NO_RULES, Choice, Key, Local, NeededBy, PlannedChange, Rules, Source, TargetPlan
from .verdicts import Action, Verdict, Word

COUNTED = ("create", "update", "couple", "archive", "delete", "keep", "skip", "hold", "conflict", "unchanged", "own")
"""What the counts of a plan name, each of them always present."""


def plan_target(
    source: Source,
    local: Local,
    choice: Choice,
    category_of: Mapping[str, str],
    rules: Rules = NO_RULES,
    reader: Reader = NO_READER,
    assigned: Assigned = NOTHING_ASSIGNED,
) -> TargetPlan:
    """Compare what was chosen, and what that needs, with one administration.

    `category_of` gives the category of each kind in the order in which kinds are written; the changes come in that
    order, then by label. `reader` gives the documents of the items that are merged or changed on the way. What is
    `assigned` as not here is not written, and holds what needs it.
    """
    everywhere = {*source.entries, *local.entries, *local.bases}
    rules = replace(rules, not_here=assigned.not_here(everywhere, category_of))
    chosen = chosen_items(source, choice, category_of)
    reasons = needed_items(source, chosen)
    # What nobody has cannot be judged: holding tells of it, with the place that points at it.
    wanted = chosen | (reasons.keys() & source.entries.keys())
    judged = {key: _judge(key, source, local, reasons.get(key, ())) for key in wanted}
    judged = {key: change for key, change in judged.items() if not _is_old_news(key, change, source, reasons)}
    judged |= _removed_in_source(source, local, choice, category_of)

    # Composed anew at each attempt: what turns out to be used is archived, and that is a document of its own.
    def attempt(used: frozenset[Key]) -> Attempt:
        def compose_without(uncoupled: frozenset[Key]) -> Attempt:
            def compose_keeping(defaults: frozenset[Key]) -> Attempt:
                composed = compose(judged, source, local, rules, reader, used, uncoupled, defaults)
                return Attempt(hold_back(composed.changes, composed.source, local, reader), composed.source)

            return _with_kept_defaults(compose_keeping, judged.keys())

        return _without_held_couplings(compose_without, rules)

    changes = spare_what_is_used(attempt, reader, local.entries).changes
    order = {kind: number for number, kind in enumerate(category_of)}
    shown = sorted(
        (change for change in changes.values() if change.verdict != Verdict.IN_LINE),
        # By uid last: archived items may have one name, and administrations that stand alike share one plan.
        key=lambda change: (order[change.key[0]], change.label, change.key[1]),
    )
    own = count_own(source, choice, category_of, local.entries, local.bases, changes.values())
    return TargetPlan(tuple(shown), count(changes, own))


def _with_kept_defaults(compose_keeping: Callable[[frozenset[Key]], Attempt], judged: Collection[Key]) -> Attempt:
    """The plan in which whatever would give the default away, for an item that is held, comes to what it was judged as.

    Giving way takes the place of that, and when it is for nothing the plan says no more of the item.
    """
    defaults: frozenset[Key] = frozenset()
    made = compose_keeping(defaults)
    while lost := set(judged) - made.changes.keys():
        defaults |= lost
        made = compose_keeping(defaults)
    return made


def _without_held_couplings(compose_without: Callable[[frozenset[Key]], Attempt], rules: Rules) -> Attempt:
    """The plan in which what points at an item whose coupling is held goes on pointing at it as it stands.

    Documents are composed as though every coupling takes place; only after that is it known which are held.
    """
    uncoupled: frozenset[Key] = frozenset()
    made = compose_without(uncoupled)
    while found := _held_couplings(made, rules).keys() - uncoupled:
        # For what it needs it may be held because the coupling of that is: those come last.
        others = {key for key in found if made.changes[key].verdict != Verdict.NEEDS_HELD}
        more = uncoupled | (others or found)
        again = compose_without(more)
        # One that takes place after all is pointed at under the uid that it gets: then the former plan is the safe one.
        if not more <= _held_couplings(again, rules).keys():
            return made
        uncoupled = more
        made = again
    return made


def _held_couplings(made: Attempt, rules: Rules) -> dict[Key, PlannedChange]:
    """What was to be coupled and is held."""
    held = {key: change for key, change in made.changes.items() if change.action == Action.HOLD}
    decided = {key: rules.decided(key) for key in held}
    return {key: held[key] for key, decision in decided.items() if decision and decision.word == Word.COUPLE}


def plan_in_line(source: Source, choice: Choice, category_of: Mapping[str, str]) -> TargetPlan:
    """The plan for an administration that is wholly in line with the source: nothing, and how much of it."""
    # Planned like any other, because what a choice brings along with it counts as unchanged too.
    decided = Local(source.entries, {key: entry.digest for key, entry in source.entries.items()})
    return plan_target(source, decided, choice, category_of)


def with_own(plan: TargetPlan, own: int) -> TargetPlan:
    """The same plan for an administration with so many items of its own."""
    return replace(plan, counts={**plan.counts, "own": own})


def _judge(key: Key, source: Source, local: Local, reasons: tuple[NeededBy, ...]) -> PlannedChange:
    entry = source.entries[key]
    found = local.entries.get(key)
    base = local.bases.get(key)
    return PlannedChange(
        key=key,
        label=entry.label,
        verdict=judge(base, entry.digest, found.digest if found else None),
        action=Action.KEEP,
        base=base,
        source=entry.digest,
        local=found.digest if found else None,
        next_base=base,
        needed_by=reasons,
    )


def _is_old_news(key: Key, change: PlannedChange, source: Source, reasons: Mapping[Key, object]) -> bool:
    """An archived item that the administration never had is not worth creating, unless something needs it."""
    return change.verdict == Verdict.NEW and source.entries[key].is_archived and key not in reasons


def _removed_in_source(
    source: Source, local: Local, choice: Choice, category_of: Mapping[str, str]
) -> dict[Key, PlannedChange]:
    """What was synced once and is gone from the main administration; only where a whole category was chosen."""
    found = {}
    for key, base in local.bases.items():
        # Who ticks single settings cannot have ticked one that is not in the list any more.
        if key in source.entries or category_of.get(key[0]) not in choice.categories:
            continue
        entry = local.entries.get(key)
        digest = entry.digest if entry else None
        found[key] = PlannedChange(
            key=key,
            label=entry.label if entry else "",
            verdict=judge(base, None, digest),
            action=Action.KEEP,
            base=base,
            local=digest,
            next_base=base,
        )
    return found


def count_own(
    source: Source,
    choice: Choice,
    category_of: Mapping[str, str],
    standing: Iterable[Key],
    decided: Collection[Key],
    changes: Iterable[PlannedChange],
) -> int:
    """How many of the items that stand somewhere are its own, and stay so: in the chosen categories, never from the
    source, and not becoming one of the main administration's by these changes."""
    # Left out and not subtracted: what is coupled may be of a category that was not chosen, and not counted at all.
    coupled = {(change.key[0], change.couples) for change in changes if change.action == Action.COUPLE}
    return sum(
        category_of.get(key[0]) in choice.categories
        and key not in source.entries
        and key not in decided
        and key not in coupled
        for key in standing
    )


def count(changes: Mapping[Key, PlannedChange], own: int) -> dict[str, int]:
    """A plan's changes by action, with every number named, and how many items are the administration's own."""
    counts = Counter(dict.fromkeys(COUNTED, 0))
    for change in changes.values():
        counts[change.counted_as] += 1
        counts["conflict"] += change.is_open_conflict  # beside being counted as held, which it is too
    counts["own"] = own
    return dict(counts)
