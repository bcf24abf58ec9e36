"""Taking a run back: what it left is the base, what stood before is the source, and what stands now is local."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .catalog import KINDS
from .documents import Document, Key, name_of, needs_of
from .merging import merge
from .outcomes import Case, Outcome, row_of
from .previews import Outcomes, Surroundings, settle
from .rulings import Rulings
from .worlds import Memory, Sub, in_order


@dataclass(frozen=True)
class Record:
    """What a run did in one sub: all that it changed, before and after; and which item took over which one's rows."""

    before: Mapping[Key, Memory]
    after: Mapping[Key, Memory]
    coupled: Mapping[Key, Key]
    agreed: frozenset[Key] = frozenset()
    """About which pins or agreements were made, be they what they were: who made them, and why, goes back as well."""

    @property
    def keys(self) -> list[Key]:
        return in_order({key for key in self.before if self.before[key] != self.after[key]} | self.agreed)


def record(sub: Sub, outcomes: Outcomes, after: Sub) -> Record:
    """What is remembered of a run that carries out these outcomes."""
    coupled = {key: (key[0], outcome.couple) for key, outcome in outcomes.items() if outcome.couple}
    keys = {*outcomes, *coupled.values()}
    agreed = frozenset(key for key, outcome in outcomes.items() if outcome.agrees)
    return Record({key: sub.memory(key) for key in keys}, {key: after.memory(key) for key in keys}, coupled, agreed)


def take_back(sub: Sub, told: Record) -> Outcomes:
    """What a plan that takes the run back does, as the administration stands now."""
    outcomes = {key: _with_agreements(told, key, _judge(sub, told, key)) for key in told.keys}
    outcomes = {key: found for key, found in outcomes.items() if _is_listed(found)}
    return _settle(sub, told, _keep_what_is_used(sub, outcomes))


def _settle(sub: Sub, told: Record, outcomes: Outcomes) -> Outcomes:
    """What stays coupled stays followed under the uid that it has now."""
    names = {key: name_of(key, document) for key in told.keys if (document := told.before[key].document) is not None}
    outcomes = settle(sub, outcomes, Surroundings(names))
    coupled = {new for new, old in told.coupled.items() if new in outcomes and _stays(outcomes.get(old))}
    left = {key: found for key, found in outcomes.items() if key not in coupled}
    return _settle(sub, told, left) if coupled else outcomes


def _stays(found: Outcome | None) -> bool:
    return found is not None and found.action in ("hold", "skip")


def _is_listed(found: Outcome) -> bool:
    """What is as it was is told of only where the base, a pin or an agreement goes back; another uid is a change."""
    moves = replace(found.after, document=found.before.document) != found.before
    return found.row not in ("in_line", "already_equal", "gone") or bool(found.couple) or found.agrees or moves


def _with_agreements(told: Record, key: Key, found: Outcome) -> Outcome:
    """Agreements that were made anew are made anew as they were, unless somebody decided about the item since."""
    goes_back = key in told.agreed and _kept(found.before) == _kept(told.after[key])
    return replace(found, agrees=goes_back and found.action not in ("hold", "skip"))


def _judge(sub: Sub, told: Record, key: Key) -> Outcome:
    took_over = {old: new for new, old in told.coupled.items()}
    if key in took_over:
        return _uncouple(sub, told, key, took_over[key])
    now = sub.memory(key)
    if key in told.coupled:
        after = replace(_devs_back(now, told, key), document=None, base=told.before[key].base)
        return Outcome("gone", "gone", "keep", now, after)
    return _take_one_back(now, told, key, _pinned_since(now, told.before[key], told.after[key]))


def _uncouple(sub: Sub, told: Record, old: Key, new: Key) -> Outcome:
    """The rows are the administration's own item again; what was edited in them since is merged."""
    here = sub.memory(new)
    now = replace(sub.memory(old), document=here.document, base=None)
    pinned = _pinned_since(here, told.before[new], told.after[new])
    if "" in pinned:
        return Outcome("", "pinned", "skip", now, now)
    found = _take_one_back(now, told, old, pinned, left=told.after[new].document)
    # What was removed since has no uid to get back: it stays away.
    return found if found.is_held or here.document is None else replace(found, action="couple", couple=new[1])


def _take_one_back(
    now: Memory, told: Record, key: Key, pinned: frozenset[str], left: Document | None = None
) -> Outcome:
    before, after = told.before[key], told.after[key]
    base = after.document if left is None else left
    case = Case(key, base, before.document, now.document, Rulings(pinned=pinned))
    row = row_of(case)
    if "" in pinned and row not in ("in_line", "own", "gone"):
        return Outcome(row, "pinned", "skip", now, now)
    back = replace(_devs_back(now, told, key), document=before.document)
    held = Outcome(row, "both_changed", "hold", now, now)
    if row in ("own", "in_line", "already_equal", "gone", "rejoined"):
        return Outcome(row, "gone" if row == "own" else row, "keep", now, replace(back, document=now.document))
    if row == "removed_locally":
        return Outcome(row, row, "keep", now, replace(back, document=None))
    if row == "removed_in_source":
        return Outcome(row, row, "delete", now, back) if now.document == base and not pinned else held
    if row == "new":
        return Outcome(row, row, "create", now, back)
    merged = merge(KINDS[key[0]], base, before.document, now.document, case.rulings)
    if merged.open:
        return replace(held, open=frozenset(merged.open))
    action = "update" if merged.document != now.document else "keep"
    return Outcome(row, row, action, now, replace(back, document=merged.document))


def _pinned_since(now: Memory, before: Memory, after: Memory) -> frozenset[str]:
    """What is heeded: not what was pinned by the run or before it, unless somebody decided about the item since."""
    if _kept(before) != _kept(after) != _kept(now):
        return now.pinned
    return now.pinned - before.pinned - after.pinned


def _kept(memory: Memory) -> tuple[frozenset[str], frozenset[str]]:
    return memory.agreed, memory.pinned


def _devs_back(now: Memory, told: Record, key: Key) -> Memory:
    """Base, pins and agreements go back, unless somebody decided about the item since."""
    before, after = told.before[key], told.after[key]
    source = before if _kept(now) == _kept(after) else now
    return Memory(now.document, before.base, source.agreed, source.pinned)


def _keep_what_is_used(sub: Sub, outcomes: Outcomes) -> Outcomes:
    """What was created is archived where it is used by now; what goes back in the same plan uses nothing."""
    while True:
        used = [key for key, found in outcomes.items() if found.action == "delete" and _is_used(sub, outcomes, key)]
        if not used:
            return outcomes
        outcomes = {**outcomes, used[0]: _archived(outcomes[used[0]])}


def _is_used(sub: Sub, outcomes: Outcomes, key: Key) -> bool:
    left = dict(sub.items)
    for other, found in outcomes.items():
        if not found.is_held:
            left.pop(other, None)
            left.pop((other[0], found.couple), None)
            if found.document is not None:
                left[other] = found.document
    return key in sub.used or any(key in needs_of(other, document) for other, document in left.items())


def _archived(found: Outcome) -> Outcome:
    document = {**(found.before.document or {}), "is_archived": True}
    return replace(found, action="archive", after=replace(found.after, document=document))
