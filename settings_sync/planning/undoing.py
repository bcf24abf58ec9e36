"""Taking a run back: what each item was before it, compared with what it left and with what stands there now.

It is a plan like any other, with what the run left as the base and what was there before as the source: what nobody
touched since goes back exactly, what was touched is merged or asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .composing import compose
from .holding import hold_back
from .judging import judge
from .plans import count
from .policies import DEFAULTS
from .reader import Reader
from .sameness import Sameness
from .using import Attempt, spare_what_is_used
from .values import Deviation, Entry, Key, Local, Need, PlannedChange, Rules, Source, TargetPlan
from .verdicts import Action, Verdict

Digest = bytes | None
Changes = dict[Key, PlannedChange]


@dataclass(frozen=True)
class Page:
    """What one run did to what is remembered of one item: where its base stood before, and what was pinned or agreed
    before and after, where the run changed that. `pins` are the paths that were pinned when it was planned."""

    former_base: Digest = None
    kept_before: tuple[Deviation, ...] = ()
    kept_after: tuple[Deviation, ...] = ()
    pins: frozenset[str] = frozenset()

    @property
    def moved_deviations(self) -> bool:
        return self.kept_before != self.kept_after


@dataclass(frozen=True)
class Step:
    """What one run did to one item: before and after.

    `was` is the key under which it stood before, which differs for what was coupled; `pages` is what the run did to
    what is remembered under either key, absent where that was nothing.
    """

    key: Key
    was: Key
    label: str
    before: Entry | None
    after: Digest
    pages: Mapping[Key, Page] = field(default_factory=dict)

    @property
    def is_coupling(self) -> bool:
        return self.was != self.key


@dataclass(frozen=True)
class History:
    """A run as steps, by the key that an item had before it, and what the former documents point at, by digest."""

    steps: Mapping[Key, Step]
    needs: Mapping[bytes, list[Need]]


def plan_undo(
    history: History, local: Local, category_of: Mapping[str, str], rules: Rules, reader: Reader
) -> TargetPlan:
    """The plan that takes these steps back in one administration."""
    made = spare_what_is_used(lambda used: _attempt(history, local, rules, reader, used), reader, local.entries)
    changes = made.changes
    changes |= _forgotten_keys(history, changes, local)
    order = {kind: number for number, kind in enumerate(category_of)}
    shown = [change for change in changes.values() if change.does_something or _is_told(change)]
    shown.sort(key=lambda change: (order[change.key[0]], change.label, change.key[1]))
    return TargetPlan(tuple(shown), count(changes, 0))


def sameness_after(source: Source, history: History) -> Sameness:
    """Tells administrations apart in which a run did the same, by what the plan that takes it back depends on; `source`
    is what the run wanted there."""
    steps = history.steps.values()
    before = [step.before for step in steps if step.before is not None]
    keys = {key for step in steps for key in (step.key, step.was)}
    needed = {need.key for needs in history.needs.values() for need in needs}
    return Sameness(source, before, keys | needed)


def _attempt(history: History, local: Local, rules: Rules, reader: Reader, used: frozenset[Key]) -> Attempt:
    steps = history.steps
    before = {was: step.before for was, step in steps.items() if step.before is not None}
    source = Source(before, history.needs, was_here=True)
    # By the key of before: that is the one under which taking back makes it stand again.
    judged = {was: _judge(step, local) for was, step in steps.items()}
    composed = compose(judged, source, _as_kept_since(steps, local), _asking(rules), reader, used)
    changes = {
        key: _taking_back(change, steps[key], local) if key in steps else change
        for key, change in composed.changes.items()
    }
    source = _with_what_is_renamed(changes, composed.source, local)
    # What stood beside an archived item of the same name may do so again: nobody is asked to couple them now.
    held = hold_back(changes, source, local, reader, asks_about_archived=False)
    kept = {key: _with_kept(change, steps[key], key, local) if key in steps else change for key, change in held.items()}
    return Attempt(kept, source)


def _is_told(change: PlannedChange) -> bool:
    """Whether it is listed though nothing is done: whoever takes a run back would look for it in vain."""
    return change.action in (Action.HOLD, Action.SKIP) or change.verdict == Verdict.REMOVED_LOCALLY


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
        couples=step.key[1] if step.is_coupling and found else None,
    )


def _as_kept_since(steps: Mapping[Key, Step], local: Local) -> Local:
    """The administration with those pins only that somebody made after the run.

    What the run itself pinned goes with it, and what was pinned before it was so in what it is taken back to. A coupled
    item is pinned under the key that it has now.
    """
    since = {was: _pinned_since(step, local) for was, step in steps.items()}
    agreed = {was: local.agreed.get(step.key, frozenset()) for was, step in steps.items() if step.before is not None}
    agreed |= {was: frozenset() for was, step in steps.items() if step.before is None}  # it goes with what it is about
    return replace(local, pins={**local.pins, **since}, agreed={**local.agreed, **agreed})


def _pinned_since(step: Step, local: Local) -> frozenset[str]:
    page = step.pages.get(step.key, Page())
    pins = local.pins.get(step.key, frozenset())
    if page.moved_deviations and not _is_as_left(page, step.key, local):
        return pins  # somebody decided about it since, and that stays as a whole
    made = {kept.path for kept in page.kept_after if kept.is_pinned}
    return pins - made - page.pins


def _is_as_left(page: Page, key: Key, local: Local) -> bool:
    """Whether what is pinned and agreed for an item is what the run left."""
    pinned = frozenset(kept.path for kept in page.kept_after if kept.is_pinned)
    agreed = frozenset(kept.path for kept in page.kept_after if not kept.is_pinned)
    return (local.pins.get(key, frozenset()), local.agreed.get(key, frozenset())) == (pinned, agreed)


def _taking_back(change: PlannedChange, step: Step, local: Local) -> PlannedChange:
    """The base goes back to where it was before the run, unless the item stays as the run left it."""
    pinned = tuple(sorted(local.pins.get(step.key, ())))
    change = replace(change, base=local.bases.get(step.was), pins=pinned)
    is_undecided = change.verdict == Verdict.REMOVED_IN_SOURCE and change.action == Action.KEEP
    is_undecided = is_undecided and "archived_instead" not in change.facts
    # Keeping it would be no taking back, and deleting what somebody edited since a loss: so that asks.
    if is_undecided and change.next_base is not None:
        change = replace(change, action=Action.HOLD, verdict=Verdict.BOTH_CHANGED)
    if _stays(change):
        return replace(change, next_base=change.base, couples=None)
    if change.couples is not None:
        # Also where the content stays as it is: the item gets back the uid that it had.
        change = replace(change, action=Action.COUPLE, result=change.result or change.local)
    page = step.pages.get(step.was)
    return replace(change, next_base=page.former_base if page else change.base)


def _stays(change: PlannedChange) -> bool:
    return change.action in (Action.HOLD, Action.SKIP)


def _with_what_is_renamed(changes: Changes, source: Source, local: Local) -> Source:
    """The source with the content that an item keeps when it gets back only its uid."""
    kept = {
        key: replace(local.entries[change.stands_as], uid=key[1])
        for key, change in changes.items()
        if change.couples is not None and change.result == change.local
    }
    return Source({**source.entries, **kept}, source.needs)


def _with_kept(change: PlannedChange, step: Step, key: Key, local: Local) -> PlannedChange:
    """What was pinned or agreed before the run comes back, unless somebody decided about that since."""
    page = step.pages.get(key, Page())
    if _stays(change) or not page.moved_deviations or not _is_as_left(page, key, local):
        return change
    return replace(change, deviations=page.kept_before, clears_deviations=bool(page.kept_after))


def _forgotten_keys(history: History, changes: Mapping[Key, PlannedChange], local: Local) -> Changes:
    """What becomes of the keys that coupled items had meanwhile. What stays coupled stays followed."""
    return {
        step.key: _with_kept(_forget(step, local), step, step.key, local)
        for was, step in history.steps.items()
        if step.is_coupling and step.key in step.pages and not _stays(changes[was])
    }


def _forget(step: Step, local: Local) -> PlannedChange:
    found = local.entries.get(step.key)
    return PlannedChange(
        key=step.key,
        label=step.label,
        verdict=Verdict.GONE,
        action=Action.KEEP,
        base=local.bases.get(step.key),
        local=found.digest if found else None,
        next_base=step.pages[step.key].former_base,
        pins=tuple(sorted(local.pins.get(step.key, ()))),
    )
