"""A step happens in the oracle's own world: what the database is expected to hold afterwards."""

from dataclasses import dataclass, field

from .catalog import CATEGORIES
from .documents import Key
from .previews import Choice, Outcomes, carried_out, preview
from .rulings import Decided
from .stories import Lock, Pin, Say, Step, Sync, Undo, Use, Withdraw, carry_out_edits, edits_of, rule
from .undoing import Record, record, take_back
from .worlds import World


@dataclass
class Told:
    """What the oracle says of one sub in one run: the preview undecided, and decided."""

    where: int
    undecided: Outcomes
    decided: Outcomes
    decisions: dict[Key, Decided] = field(default_factory=dict)


def happen(world: World, step: Step) -> bool:
    """Let a step happen; False where it makes no sense as things stand, so that nothing does."""
    if isinstance(step, Sync):
        for told in told_of(world, step):
            carry_out(world, told)
        return True
    if isinstance(step, Undo):
        told = told_of_undo(world, step)
        if told is None:
            return False
        carry_out_undo(world, told)
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
        return outcome.row == "new" and (key[0], decided.couple) in world.subs[where - 1].items
    return not decided.paths or set(decided.paths) <= outcome.conflicts or outcome.verdict == "default_taken"


def carry_out(world: World, told: Told) -> Record:
    """What the run leaves in the sub, and what is remembered to take it back."""
    sub = world.subs[told.where - 1]
    after = carried_out(sub, told.decided)
    remembered = record(sub, told.decided, after)
    world.subs[told.where - 1] = after
    if remembered.keys:
        world.runs.setdefault(told.where, []).append(remembered)
    return remembered


def told_of_undo(world: World, step: Undo) -> Told | None:
    """What the oracle says of taking the last run back; None where there is none."""
    runs = world.runs.get(step.where)
    if not runs:
        return None
    outcomes = take_back(world.subs[step.where - 1], runs[-1])
    return Told(step.where, outcomes, outcomes)


def carry_out_undo(world: World, told: Told) -> Record:
    """An undo is a run, so that it can be taken back as well."""
    return carry_out(world, told)
