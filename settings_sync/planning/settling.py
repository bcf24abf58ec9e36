"""What is done with one item: its verdict, then lock, pin or agreement, decision, policy, in that order."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from .agreements import adjusted, agreed_paths, agreement, kept_by_policy, taken_along
from .holding import hold
from .items import Body, Draft, Item, widened
from .lists import LOCAL, SOURCE, field_path
from .merging import Chooser, Merged, Shape, merge, nobody, rows_of
from .sides import Sides
from .verdicts import Action, Verdict, Word

MEETING = (Verdict.CHANGED_LOCALLY, Verdict.BOTH_CHANGED, Verdict.REMOVED_LOCALLY)
"""Where what is locked stands otherwise here, or was removed: there a lock meets a pin."""
OVERRULING = (Word.OVERWRITE, Word.PUT_BACK, Word.BRING_BACK)


def settle(item: Item) -> Draft:
    """The change that an item comes to."""
    # Before any decision: here is nothing left to skip, to pin or to put back.
    if item.change.is_left_alone or item.change.verdict == Verdict.GONE:
        return SETTLERS[item.change.verdict](item)
    # Before everything that could write: no lock, policy or decision brings what is not to come here.
    if item.is_not_here:
        return Draft(item.with_action(Action.SKIP, verdict=Verdict.NOT_HERE))
    # Before locks and pins, because skipping writes nothing that either could mind.
    if item.is_decided(Word.SKIP):
        return Draft(item.with_action(Action.SKIP))
    if "" in item.pins and not item.locks:
        return Draft(item.with_action(Action.SKIP, verdict=Verdict.PINNED))
    meets = _lock_meets_pin(item)
    if meets and not item.is_decided(*OVERRULING):
        return Draft(item.with_action(Action.HOLD, verdict=Verdict.LOCKED, facts={"pinned": "yes"}))
    draft = adjusted(SETTLERS[item.change.verdict](item), item)
    # Clearing forgets pins with the agreements, so it waits for a decision that was about the pin: where a lock met it.
    clears = draft.change.writes_content and _overrules(item) and (meets or not item.pins)
    return replace(draft, change=replace(draft.change, clears_deviations=True)) if clears else draft


def _overrules(item: Item) -> bool:
    """Whether it was decided against what was agreed: what was left away comes, or what is here goes."""
    comes = item.change.verdict == Verdict.REMOVED_LOCALLY and item.is_decided(Word.CREATE_AS)
    return comes or item.is_decided(*OVERRULING)


def _lock_meets_pin(item: Item) -> bool:
    """Whether a lock would put back what is pinned."""
    if not item.pins or not item.locks or item.change.verdict not in MEETING:
        return False
    # Put back as a whole, or not at all: there are no two documents to tell places apart in.
    if item.source is None or item.local is None:
        return True
    sides = item.sides()
    attempt = partial(merge, base=item.base, source=item.source, local=item.local, shape=item.shape)
    # Merged both ways, because a lock and a pin of one place do not clash where it stands as the main has it.
    locked = attempt(forced=sides.forced, needed=sides.needed)
    pinned = attempt(forced=sides.pinned_first, needed=sides.needed)
    return locked.document != pinned.document


def _settle_new(item: Item) -> Draft:
    decision = item.decision
    if item.change.is_new_coupling and item.source is not None and item.local is not None:
        return _coupled(item, item.source, item.local)
    if decision is not None and decision.word == Word.COUPLE and decision.couple_with is not None:
        if (item.key[0], decision.couple_with) in item.rules.not_here:
            # It would be written: that is what it is kept away from.
            facts = {"holder": item.change.label, "coupling": "impossible"}
            return Draft(item.with_action(Action.HOLD, verdict=Verdict.NAME_TAKEN, facts=facts))
        draft = item.from_source(Action.COUPLE)  # which cannot be: holding tells why
        return replace(draft, change=replace(draft.change, couples=decision.couple_with))
    return item.from_source(Action.CREATE)


def _coupled(item: Item, source: Body, local: Body) -> Draft:
    """The main's content, with the administration's own parts that are known by a key, unless somebody decided else."""
    sides = item.sides()
    # Without a base, so that every own part is a question, which stays unless somebody decided otherwise.
    merged = merge(
        base=None,
        source=source,
        local=local,
        shape=item.shape,
        answers=lambda path: sides.decided(path) or LOCAL,
        forced=lambda path: sides.forced(path) or ("" if _is_own_part(item, path, source, local) else SOURCE),
        wishes=sides.decided,
        needed=sides.needed,
    )
    change = replace(item.change, action=Action.COUPLE, next_base=item.change.source, conflicts=tuple(merged.conflicts))
    if item.followed:
        change = replace(change, facts={"replaces": "yes", "pair": str(change.couples)}, deviations=taken_along(item))
    if any(side == LOCAL for _path, side in merged.conflicts):
        change = replace(change, facts={**change.facts, "own_parts": "yes"})
    if merged.broken:
        return Draft(hold(change, Verdict.INVALID, path=merged.broken[0]))
    # The main's to the letter has a digest already; composed, it would be described again.
    if merged.document == source:
        return Draft(replace(change, result=item.change.source))
    decided = agreed_paths(item, *kept_by_policy(merged, sides))
    kept = {found.path: found for found in (*change.deviations, *decided)}
    return Draft(replace(change, deviations=tuple(kept.values())), merged.document)


def _is_own_part(item: Item, path: str, source: Body, local: Body) -> bool:
    """Whether a path is about a part that only the administration has: one that it made or edited itself, or in which
    such a part stands; not an empty shell, because what stood in it may have found its place elsewhere."""
    name, _slash, uid = path.partition("/")
    part = next((part for part in item.shape.parts if part.name == name and part.key), None)
    mine = rows_of(local, name).get(uid)
    if part is None or mine is None or uid in rows_of(source, name):
        return False
    below: list[tuple[str, str]] = []
    for lower in item.shape.parts:
        if lower.above == name:
            rows = rows_of(local, lower.name).items()
            below += [(lower.name, other) for other, row in rows if row.get(lower.above_key) == uid]
    if any(_is_own_part(item, f"{lower}/{other}", source, local) for lower, other in below):
        return True
    if mine == rows_of(item.former, name).get(uid):
        return False
    return not below or not all(other in rows_of(source, lower) for lower, other in below)


def _settle_equal(item: Item) -> Draft:
    return item.kept(item.change.source)


def _settle_behind(item: Item) -> Draft:
    if item.keeps and (item.locks or item.pins):
        return _merged(item, lambda path: LOCAL, forces=True)
    if item.keeps:
        # The base moves although nothing is taken over: so it is asked again only when the main changes it once more.
        return item.kept(item.change.source, deviations=agreement(item))
    return _merged(item, nobody) if item.pins or agreed_paths(item) else item.from_source(Action.UPDATE)


def _settle_changed_locally(item: Item) -> Draft:
    if item.keeps and item.locks:
        return _merged(item, lambda path: LOCAL, forces=True)
    if item.keeps:
        return item.kept(item.change.base, deviations=agreement(item))
    if not item.locks and not item.puts_back:
        return item.kept(item.change.base, deviations=agreed_paths(item))
    everything = item.is_decided(Word.PUT_BACK, Word.OVERWRITE)
    by_policy = item.policy("changed_locally") == "put_back"
    sides = item.sides()
    # Agreements go before the policy and keep their section; a decision about the whole ends them.
    needed = sides.needed if everything else sides.needed_with(item.agreed)

    def side(path: str) -> str:
        said = sides.decided(path) or needed(path)
        return said or (SOURCE if everything or (by_policy and not sides.is_agreed(path)) else LOCAL)

    return _merged(item, side)


def _settle_both_changed(item: Item) -> Draft:
    if item.keeps:
        return _merged(item, lambda path: LOCAL, forces=True)
    if item.is_decided(Word.OVERWRITE, Word.PUT_BACK):
        return _merged(item, lambda path: SOURCE, forces=True)
    by_policy = {"keep_local": LOCAL, "overwrite": SOURCE}.get(item.policy("conflict"), "")
    sides = item.sides()
    return _merged(item, lambda path: sides.decided(path) or by_policy)


def _merged(item: Item, side: Chooser, *, forces: bool = False) -> Draft:
    """Merge field by field; what stays the same here only moves the base, what stays open is held."""
    # What was edited or deleted since the look that found it was never stored as it was then.
    if item.source is None or item.local is None:
        return Draft(item.with_action(Action.HOLD, facts={"lost": "yes"}))
    sides = item.sides()
    only_here = item.change.verdict == Verdict.CHANGED_LOCALLY
    attempt = partial(merge, base=item.base, source=item.source, local=item.local, shape=item.shape, answers=side)
    if forces:
        merged = attempt(forced=lambda path: sides.forced(path) or sides.needed(path) or side(path))
    elif only_here:
        # The main changed nothing, so a merge would leave what is here: what goes back has to be forced.
        merged = attempt(forced=lambda path: sides.forced(path) or side(path))
    else:
        attempt = partial(attempt, wishes=sides.decided, needed=sides.needed)
        merged = attempt(forced=sides.forced)
    if item.change.verdict == Verdict.BOTH_CHANGED and not forces and _puts_back_by_policy(item):
        # A second time, because only the first tells what is in conflict, and that must not be put back.
        back = attempt(forced=sides.around(_widened_conflicts(merged, item.shape)))
        only_here = back.document != merged.document
        merged = back
    change = replace(item.change, conflicts=tuple(merged.conflicts))
    # Before what is broken: where a conflict is open its local side was taken, and an answer may mend it.
    if merged.is_open:
        return Draft(replace(change, action=Action.HOLD))
    if merged.broken:
        return Draft(hold(change, Verdict.INVALID, path=merged.broken[0]))
    if _lock_puts_back(item, item.source, item.local):
        change = replace(change, verdict=Verdict.LOCKED)
    kept = agreement(item) if forces else ()
    if ((forces or only_here) and merged.document != item.local) or any(side == SOURCE for _, side in merged.conflicts):
        change = replace(change, facts={**change.facts, "overwrites": "yes"})
    agreed = agreed_paths(item, *kept_by_policy(merged, sides))
    draft = Draft(replace(change, action=Action.UPDATE, deviations=(*kept, *agreed)), merged.document)
    return _with_base(draft, item)


def _lock_puts_back(item: Item, source: Body, local: Body) -> bool:
    """Whether something that was changed here goes back because it is locked."""
    if not item.locks:
        return False
    locked = Sides(item.shape, base=item.base, source=source, local=local, locks=item.locks)
    keeping = partial(merge, base=item.base, source=source, local=local, shape=item.shape, answers=lambda path: LOCAL)
    return keeping().document != keeping(forced=locked.forced, needed=locked.needed).document


def _puts_back_by_policy(item: Item) -> bool:
    """Whether what was changed here alone goes back as well, which takes knowing what it was."""
    return item.base is not None and item.policy("changed_locally") == "put_back"


def _widened_conflicts(merged: Merged, shape: Shape) -> dict[str, str]:
    """The conflicts by path, each with the fields that only make sense together with it."""
    found: dict[str, str] = {}
    for path, side in merged.conflicts:
        found |= dict.fromkeys(widened({field_path(path)}, shape), side)
    return found


def _with_base(draft: Draft, item: Item) -> Draft:
    """The base becomes the source's, but for what is pinned and stands otherwise here, which is to be told again."""
    moved = replace(draft, change=replace(draft.change, next_base=item.change.source))
    # Where the main's came to the letter, no pinned place stands otherwise.
    if not item.pins or item.base is None or item.source is None or draft.result == item.source:
        return moved
    sides = item.sides()
    # The base and not what stands here: a pinned place is told again when the main moves it from what it was then.
    kept: Merged = merge(
        base=item.base,
        source=item.source,
        local=item.base,
        shape=item.shape,
        forced=sides.pinned,
        needed=sides.needed_in(item.base),
    )
    return replace(moved, next_base=kept.document)


def _settle_removed_locally(item: Item) -> Draft:
    asked = item.is_decided(Word.BRING_BACK, Word.OVERWRITE, Word.PUT_BACK, Word.CREATE_AS)
    is_agreed = "" in item.agreed and item.change.source == item.change.base
    stays = is_agreed or item.is_decided(Word.LEAVE, Word.KEEP_LOCAL)
    by_policy = item.policy("removed_locally") == "bring_back" and not stays
    if item.locks:
        draft = item.from_source(Action.CREATE)
        return replace(draft, change=replace(draft.change, verdict=Verdict.LOCKED))
    if asked or by_policy:
        return item.from_source(Action.CREATE)
    # Agreed, so that the policy of a later sync does not bring back what somebody left away.
    return item.kept(item.change.source, deviations=agreement(item))


def _settle_removed_in_source(item: Item) -> Draft:
    change = item.change
    is_changed = change.local != change.base
    facts = {"changed": "yes"} if is_changed else {}
    # What was changed here is more than the main's, so only a decision lets it go.
    policy = "keep" if is_changed else item.policy("removed_in_source")
    decided = item.decision.word.value if item.decision else ""
    word = decided if decided in (Word.ARCHIVE, Word.DELETE, Word.KEEP_LOCAL) else policy
    # A pin of a place goes before both, for without the item the place would be gone; an agreement before the policy.
    if word in (Word.ARCHIVE, Word.DELETE) and (item.pins or (item.agreed and not decided)):
        return item.kept(change.base, facts={**facts, "kept": "yes"})
    if word == Word.DELETE and item.may_delete and not item.is_used:
        return Draft(item.with_action(Action.DELETE, next_base=None, facts=facts))
    if word not in (Word.ARCHIVE, Word.DELETE) or item.local is None:
        # Decided, it becomes the administration's own; by policy it stays followed, and is told each time.
        return item.kept(None if word == Word.KEEP_LOCAL else change.base, facts=facts)
    archived = {**item.local, "is_archived": True}
    if word == Word.DELETE and item.may_delete:
        # Followed as what it is now, so that it can go as soon as nothing uses it any more.
        facts["archived_instead"] = "used"
        return Draft(item.with_action(Action.ARCHIVE, facts=facts), archived, next_base=archived)
    facts |= {"archived_instead": "kind"} if word == Word.DELETE else {}
    return Draft(item.with_action(Action.ARCHIVE, next_base=None, facts=facts), archived)


def _settle_gone(item: Item) -> Draft:
    draft = item.kept(None)
    # Of what is nowhere any more nothing is kept as it is, and nobody is to look at that again.
    return replace(draft, change=replace(draft.change, clears_deviations=bool(item.pins or item.agreed)))


def _settle_in_line(item: Item) -> Draft:
    return item.kept(item.change.base)


SETTLERS: dict[Verdict, Callable[[Item], Draft]] = {
    Verdict.NEW: _settle_new,
    Verdict.REJOINED: _settle_equal,
    Verdict.ALREADY_EQUAL: _settle_equal,
    Verdict.IN_LINE: _settle_in_line,
    Verdict.BEHIND: _settle_behind,
    Verdict.CHANGED_LOCALLY: _settle_changed_locally,
    Verdict.BOTH_CHANGED: _settle_both_changed,
    Verdict.REMOVED_LOCALLY: _settle_removed_locally,
    Verdict.REMOVED_IN_SOURCE: _settle_removed_in_source,
    Verdict.GONE: _settle_gone,
}
