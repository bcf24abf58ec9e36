"""A step happens in the oracle's own world: what the database is expected to hold afterwards."""

from collections.abc import Collection
from dataclasses import dataclass, field

from .catalog import CATEGORIES
from .documents import Key
from .outcomes import Outcome
from .previews import Choice, Outcomes, Surroundings, carried_out, preview, settle
from .rulings import Decided
from .stories import Edit, Lock, Pin, Retry, Say, Step, Sync, Undo, Use, Withdraw, carry_out_edits, edits_of, rule
from .undoing import Record, record, take_back
from .worlds import Sub, World, in_order


@dataclass
class Told:
    """What the oracle says of one sub in one run: the preview undecided, and decided."""

    where: int
    undecided: Outcomes
    decided: Outcomes
    decisions: dict[Key, Decided] = field(default_factory=dict)
    done: Outcomes = field(default_factory=dict)
    is_partial: bool = False
    overtaken: set[Key] = field(default_factory=set)
    moved: list[Key] = field(default_factory=list)

    @property
    def is_overtaken(self) -> bool:
        """Whether nothing is left to do after what later runs decided; what somebody edited is told of instead."""
        left = [self.done[key] for key, found in self.decided.items() if found.does_something]
        return bool(self.overtaken) and all(found.is_held and found.verdict != "stale" for found in left)

    @property
    def held(self) -> list[Key]:
        """What the plan would have done, and the run held."""
        return in_order({key for key, found in self.done.items() if found.is_held and not self.decided[key].is_held})


def happen(world: World, step: Step) -> bool:
    """Let a step happen; False where it makes no sense as things stand, so that nothing does."""
    if isinstance(step, Sync):
        said = told_of(world, step)
        if step.is_stopped:
            return stop(world, said)
        late = edit_late(world, step)
        for told in said:
            carry_out(world, told, late)
        return True
    if isinstance(step, Retry):
        told = try_again(world, step)
        if told is not None:
            carry_out(world, told)
        return told is not None
    if isinstance(step, Undo):
        told = told_of_undo(world, step)
        if told is None:
            return False
        carry_out(world, told)
        return True
    if isinstance(step, Pin | Withdraw | Lock | Say | Use):
        return rule(world, step)
    edits = edits_of(world, step)
    carry_out_edits(world, edits)
    return bool(edits)


def told_of(world: World, step: Sync) -> list[Told]:
    """What the oracle says of a sync in each of its targets; decisions that are not open are left out."""
    return [_told(world, step, where) for where in step.targets]


def _told(world: World, step: Sync, where: int) -> Told:
    categories = frozenset(CATEGORIES)
    undecided = preview(world, where, Choice(categories, step.policies))
    decisions = {
        key: found
        for key, found in step.decided.get(where, {}).items()
        if key in undecided and _is_open(world, where, undecided, key, found)
    }
    return Told(where, undecided, preview(world, where, Choice(categories, step.policies, decisions)), decisions)


def _is_open(world: World, where: int, undecided: Outcomes, key: Key, decided: Decided) -> bool:
    """Whether this can be decided as things stand: a story from which steps were left out may not come to it."""
    outcome = undecided[key]
    if decided.couple:
        return outcome.row == "new" and _can_be_coupled(world, where, (key[0], decided.couple))
    return not decided.paths or set(decided.paths) <= outcome.conflicts or outcome.verdict == "default_taken"


def _can_be_coupled(world: World, where: int, own: Key) -> bool:
    """Its own, or what follows one that the main removed, as far as the oracle goes: where nothing in it is pinned."""
    sub = world.subs[where - 1]
    return own in sub.items and own not in world.main and not sub.pinned.get(own)


def edit_late(world: World, step: Sync) -> list[Edit]:
    """What somebody edits after the run was confirmed and before it is carried out, as one edit per item."""
    done: dict[tuple[int, Key], Edit] = {}
    for late in step.late:
        edits = edits_of(world, late)
        carry_out_edits(world, edits)
        for where, key, before, after in edits:
            first = done[where, key][2] if (where, key) in done else before
            done[where, key] = (where, key, first, after)
    return [edit for edit in done.values() if edit[2] != edit[3]]


def held_at_last(world: World, told: Told, moved: Collection[Key]) -> Outcomes:
    """What was decided, of which everything that moved since is held, and what that stands in the way of."""
    outcomes = dict(told.decided)
    for key, found in told.decided.items():
        if not {key, (key[0], found.couple)} & set(moved):
            continue
        if found.does_something:
            outcomes[key] = found.held("stale")
            outcomes |= _held_with_it(told, key)
        else:
            del outcomes[key]  # it stays as somebody edited it
    outcomes = settle(world.subs[told.where - 1], outcomes, Surroundings.of(world))
    for key, found in told.decided.items():
        if found.couple and outcomes[key].is_held:
            outcomes |= _held_with_it(told, key)
    return outcomes


def _held_with_it(told: Told, key: Key) -> Outcomes:
    """What would give its place to an item that is held at last."""
    other = (key[0], told.decided[key].couple)
    return {other: told.decided[other].held("stale")} if other in told.decided else {}


def carry_out(world: World, told: Told, late: Collection[Edit] = ()) -> Record:
    """What the run leaves in the sub, and what is remembered to take it back."""
    sub = world.subs[told.where - 1]
    chosen = {*told.decided, *told.overtaken} if told.is_partial else {*world.main, *sub.base}
    moved = [*told.moved, *(key for where, key, _before, _after in late if where == told.where)]
    told.done = held_at_last(world, told, moved)
    after = carried_out(sub, told.done)
    remembered = record(sub, told.done, after)
    world.subs[told.where - 1] = after
    held = {key for key, found in told.done.items() if found.is_held}
    world.decided.setdefault(told.where, []).append(chosen - held - told.overtaken)
    if remembered.keys:
        world.runs.setdefault(told.where, []).append(remembered)
    return remembered


def told_of_undo(world: World, step: Undo) -> Told | None:
    """What the oracle says of taking the last run back; None where there is none."""
    runs = world.runs.get(step.where)
    if not runs:
        return None
    outcomes = take_back(world.subs[step.where - 1], runs[-1])
    return Told(step.where, outcomes, outcomes, is_partial=True)


def stop(world: World, said: list[Told]) -> bool:
    """Nothing happens; what was confirmed waits to be tried again. Where nothing is to be done nothing is stopped."""
    if not any(found.does_something for told in said for found in told.decided.values()):
        return False
    for told in said:
        world.stopped[told.where] = (told, len(world.decided.get(told.where, ())))
    return True


def try_again(world: World, step: Retry) -> Told | None:
    """What is left of a run that was stopped: not what later runs decided about, and not what moved since."""
    if step.where not in world.stopped:
        return None
    told, already = world.stopped.pop(step.where)
    later = set().union(*world.decided.get(step.where, [])[already:])
    left = {key: found for key, found in told.decided.items() if key not in later}
    sub = world.subs[step.where - 1]
    moved = [key for key, found in left.items() if _is_moved(sub, key, found)]
    overtaken = {key for key, found in told.decided.items() if key in later and found.does_something}
    return Told(step.where, told.undecided, left, is_partial=True, overtaken=overtaken, moved=moved)


def _is_moved(sub: Sub, key: Key, found: Outcome) -> bool:
    now = sub.memory(key)
    if found.couple and sub.items.get((key[0], found.couple)) != found.taken:
        return True
    return now.document != found.before.document or not now.pinned <= found.before.pinned
