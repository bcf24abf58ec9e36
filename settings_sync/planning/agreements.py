"""What stays remembered of an item: what is agreed to differ, what was pinned before, and another name."""

from dataclasses import replace

from .items import Draft, Item
from .lists import LOCAL, field_path
from .merging import Merged
from .sides import Sides
from .values import DEFAULT_FIELD, Deviation
from .verdicts import Action, Word


def taken_along(item: Item) -> tuple[Deviation, ...]:
    """What was pinned or agreed for the item whose place is taken holds for the one that takes it."""
    pins = [Deviation(path, is_pinned=True) for path in sorted(item.pins)]
    return (*pins, *(Deviation(path) for path in sorted(item.agreed - item.pins)))


def kept_by_policy(merged: Merged, sides: Sides) -> list[str]:
    """The conflicts in which what is here stays though nobody decided it: agreed as well, or the next run undoes it."""
    return [field_path(path) for path, side in merged.conflicts if side == LOCAL and not sides.decided(path)]


def covers(paths: frozenset[str], path: str) -> bool:
    """Whether a path, or something above it, is among the paths."""
    return "" in paths or any(path == above or path.startswith(f"{above}/") for above in paths)


def agreement(item: Item) -> tuple[Deviation, ...]:
    """That all of the item stays as it is here, or away, where that was decided."""
    decision = item.decision
    if decision is None or decision.word not in (Word.KEEP_LOCAL, Word.LEAVE):
        return ()
    return (Deviation("", False, decision.reason, decision.review_on),)


def agreed_paths(item: Item, *by_policy: str) -> tuple[Deviation, ...]:
    """What is to stay, by field: keeping an entry of a list is an agreement about the list."""
    agreed = {path: Deviation(path) for path in by_policy}
    for decision in item.decisions:
        if decision.path and decision.word == Word.KEEP_LOCAL:
            path = field_path(decision.path)
            agreed[path] = Deviation(path, False, decision.reason, decision.review_on)
    return tuple(agreed.values())


def adjusted(draft: Draft, item: Item) -> Draft:
    """Another name, or not being the default, where that was decided."""
    if item.change.source is None:
        return draft
    draft = _under_another_name(draft, item)
    default = item.rules.decided(item.key, DEFAULT_FIELD)
    body = draft.result if draft.result is not None else item.source
    leaves = default is not None and default.word == Word.KEEP_LOCAL and not covers(item.locks, DEFAULT_FIELD)
    if default is not None and leaves and draft.change.writes_content and body is not None and body.get(DEFAULT_FIELD):
        draft = _remembering(draft, Deviation(DEFAULT_FIELD, False, default.reason, default.review_on))
        # Left out and not set to false: a document has no field at its default, and false is that.
        draft = replace(draft, result={name: value for name, value in body.items() if name != DEFAULT_FIELD})
    return draft


def _under_another_name(draft: Draft, item: Item) -> Draft:
    """The name that was decided, also for what would otherwise stay as it is here; not where the name is locked."""
    decision = item.decision
    name_field = item.shape.name_field
    if decision is None or decision.word != Word.CREATE_AS or covers(item.locks, name_field):
        return draft
    stays = draft.change.action == Action.KEEP
    body = item.local if stays else (draft.result if draft.result is not None else item.source)
    if body is None or not (stays or draft.change.writes_content):
        return draft
    draft = replace(draft, change=replace(draft.change, action=Action.UPDATE)) if stays else draft
    return replace(
        _remembering(draft, Deviation(name_field, True, decision.reason)), result={**body, name_field: decision.name}
    )


def _remembering(draft: Draft, kept: Deviation) -> Draft:
    """The draft with this pin or agreement, in place of whatever else would be remembered of the same path."""
    others = tuple(found for found in draft.change.deviations if found.path != kept.path)
    return replace(draft, change=replace(draft.change, deviations=(*others, kept)))
