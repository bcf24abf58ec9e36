"""Taking a run back: what each item was before it, compared with what it left and with what stands there now.

It is a plan like any other, with what the run left as the base and what was there before as the source: what nobody
touched since goes back exactly, what was touched is merged or asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .composing import compose
from .holding import hold_back
from .judging import judge
from .plans import count
from .policies import DEFAULTS
from .reader import Reader
from .values import Deviation, Entry, Key, Local, PlannedChange, Rules, Source, TargetPlan
from .verdicts import Action, Verdict

Digest = bytes | None


@dataclass(frozen=True)
class Step:
    """What one run did to one item: before and after, and where the base stood.

    `was` is the uid under which it stood before, which differs for what was coupled. `kept_before` and `kept_after` are
    what was pinned or agreed for it, where the run changed that.
    """

    key: Key
    was: Key
    label: str
    before: Entry | None
    after: Digest
    former_base: Digest
    kept_before: tuple[Deviation, ...] = ()
    kept_after: tuple[Deviation, ...] = ()


def plan_undo(
    steps: Iterable[Step], local: Local, category_of: Mapping[str, str], rules: Rules, reader: Reader
) -> TargetPlan:
    """The plan that takes these steps back in one administration."""
    found = list(steps)
    source = Source({step.was: step.before for step in found if step.before is not None})
    judged = {step.was: _judge(step, local) for step in found}
    composed = compose(judged, source, local, _asking(rules), reader)
    steps_by_key = {step.was: step for step in found}
    changes = {key: _with_base(change, steps_by_key.get(key), local) for key, change in composed.changes.items()}
    changes |= {step.key: _forget(step, local) for step in found if step.was != step.key}
    changes = hold_back(changes, composed.source, local)
    for step in found:
        if step.was != step.key and _stays(changes[step.was]):
            del changes[step.key]  # what stays coupled stays followed
    changes = {key: _with_kept(change, steps_by_key.get(key), local) for key, change in changes.items()}
    order = {kind: number for number, kind in enumerate(category_of)}
    shown = [change for change in changes.values() if _does_something(change) or _is_told(change)]
    shown.sort(key=lambda change: (order[change.key[0]], change.label, change.key[1]))
    return TargetPlan(tuple(shown), count(changes, 0))


def _does_something(change: PlannedChange) -> bool:
    return change.writes_rows or change.moves_base or change.clears_deviations or bool(change.deviations)


def _is_told(change: PlannedChange) -> bool:
    return change.action in (Action.HOLD, Action.DELETE, Action.SKIP)


def _asking(rules: Rules) -> Rules:
    """What a run created is deleted again, or archived where it is used by now. Else policies have no say: they tell
    what the main administration's settings may overwrite, and what was edited since the run is asked about."""
    return replace(rules, policies={**DEFAULTS, "removed_in_source": "delete"}, item_policies={})


def _judge(step: Step, local: Local) -> PlannedChange:
    found = local.entries.get(step.key)
    digest = found.digest if found else None
    before = step.before.digest if step.before else None
    return PlannedChange(
        key=step.was,
        label=step.label,
        verdict=judge(step.after, before, digest) if step.after or before else Verdict.GONE,  # only a base moved
        action=Action.KEEP,
        base=step.after,
        source=before,
        local=digest,
        next_base=step.after,
        couples=step.key[1] if step.was != step.key else None,
    )


def _with_base(change: PlannedChange, step: Step | None, local: Local) -> PlannedChange:
    """The base goes back to where it was before the run, unless the item stays as the run left it."""
    if step is None:
        return change
    base = local.bases.get(step.was)
    change = replace(change, base=base)
    if change.verdict == Verdict.REMOVED_IN_SOURCE and change.action == Action.KEEP:
        change = replace(change, action=Action.HOLD, verdict=Verdict.BOTH_CHANGED)
    if change.couples is not None and change.action == Action.UPDATE:
        change = replace(change, action=Action.COUPLE)
    stays = _stays(change)
    return replace(change, next_base=base if stays else step.former_base, couples=None if stays else change.couples)


def _stays(change: PlannedChange) -> bool:
    return change.action in (Action.HOLD, Action.SKIP)


def _with_kept(change: PlannedChange, step: Step | None, local: Local) -> PlannedChange:
    """What was pinned or agreed before the run comes back, unless somebody decided about that since."""
    if step is None or _stays(change) or step.kept_before == step.kept_after:
        return change
    now = (local.pins.get(step.key, frozenset()), local.agreed.get(step.key, frozenset()))
    if now != tuple(
        frozenset(kept.path for kept in step.kept_after if kept.is_pinned == pinned) for pinned in (True, False)
    ):
        return change
    return replace(change, deviations=step.kept_before, clears_deviations=bool(step.kept_after))


def _forget(step: Step, local: Local) -> PlannedChange:
    """The base of an item that was coupled and no longer is."""
    base, found = local.bases.get(step.key), local.entries.get(step.key)
    return PlannedChange(
        key=step.key,
        label=step.label,
        verdict=Verdict.GONE,
        action=Action.KEEP,
        base=base,
        local=found.digest if found else None,
        next_base=None,
    )
