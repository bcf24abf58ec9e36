"""What can be decided about one change of a plan, as people are asked it, and what was decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import read_documents
from settings_sync.models import Change, Decision, ItemRule, Plan
from settings_sync.permissions import right_for, syncable_children
from settings_sync.planning.deciding import allowed_words
from settings_sync.planning.lists import entry_of, entry_sides, field_path
from settings_sync.planning.values import DEFAULT_FIELD
from settings_sync.planning.verdicts import Verdict, Word
from settings_sync.services.previews.change_details import shortened
from settings_sync.services.previews.previewing import ChangePreview, FieldPreview, PlacePreview
from settings_sync.wording.decision_wording import (
    COUPLE_SAME,
    LEAVE_DEFAULT,
    TAKE_DEFAULT,
    decided_in_words,
    place_in_words,
    presence_in_words,
)
from sync_ledger.models import Deviation
from tenants.schemas import inside

from .candidates import Candidate, is_exactly_equal, list_candidates, with_content
from .spread import Spread, same_values, spread_of

ORDER = (
    Word.MERGE,
    Word.KEEP_LOCAL,
    Word.OVERWRITE,
    Word.PUT_BACK,
    Word.BRING_BACK,
    Word.LEAVE,
    Word.COUPLE,
    Word.CREATE_AS,
    Word.ARCHIVE,
    Word.DELETE,
    Word.SKIP,
)
PATHS_AT_ONCE = 100
"""Of how many fields is asked on one page: those that nobody decided about come first."""

# The one follows from what was decided about another; the other is withdrawn where it was pinned.
SETTLED = (Verdict.GIVES_WAY, Verdict.PINNED)


@dataclass(frozen=True)
class PathQuestion:
    """A field that both sides changed: where, the two values in words, and the side that was decided, if any."""

    path: str
    label: str
    source: str
    local: str
    side: str


@dataclass(frozen=True)
class Decided:
    """What was decided, in words, by whom and when."""

    word: str
    words: str
    path: str
    place: str
    by: str
    at: datetime
    reason: str
    review_on: date | None


@dataclass(frozen=True)
class Earlier:
    """What was agreed about the setting before: why it is otherwise here, until when, by whom and since when."""

    reason: str
    review_on: date | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Questions:
    """What is asked about a change. `words` are decisions, or the special ones of this module; `others` are the
    administrations of the plan where the same is asked about the same setting, `same_values` those of them that have
    the same values as well."""

    words: tuple[str, ...]
    paths: tuple[PathQuestion, ...]
    more_paths: int
    candidates: tuple[Candidate, ...]
    same_named: Candidate | None
    is_exactly_equal: bool
    others: tuple[Change, ...]
    same_values: tuple[Change, ...]
    spread: tuple[Spread, ...]
    is_everywhere: bool
    decided: tuple[Decided, ...]
    earlier: Earlier | None

    @property
    def is_asked(self) -> bool:
        return bool(self.words)


def read_questions(*, acting_user: User, plan: Plan, change: Change, preview: ChangePreview) -> Questions:
    """What can be decided about a change; nothing once the plan was carried out or expired, or the place is gone."""
    decided = tuple(_decided(change, preview, plan))
    words = list(_words(plan, change)) if _is_open(plan, change) else []
    # Only where it can be answered so: it looks at all settings of that kind, and at what uses them.
    candidates = list_candidates(plan, change) if Word.COUPLE in words else []
    holder = change.facts.get("holder_uid") if change.verdict == Verdict.NAME_TAKEN else None
    same = next((one for one in candidates if str(one.uid) == holder), None)
    if same is not None:
        words.insert(words.index(Word.COUPLE), COUPLE_SAME)
    if not candidates and Word.COUPLE in words:
        words.remove(Word.COUPLE)
    paths = list(_paths(change, preview))
    # Sorted only where some are left out: else they stand in the order of the setting itself.
    if len(paths) > PATHS_AT_ONCE:
        paths.sort(key=lambda question: bool(question.side))
    others, is_everywhere = _others(acting_user, plan, change) if words else ((), False)
    return Questions(
        words=tuple(words),
        paths=tuple(paths[:PATHS_AT_ONCE]),
        more_paths=max(len(paths) - PATHS_AT_ONCE, 0),
        candidates=tuple(candidates),
        same_named=same and with_content(plan, change, same),
        is_exactly_equal=same is not None and is_exactly_equal(change, same),
        others=others,
        same_values=tuple(same_values(change, others)),
        spread=tuple(spread_of(plan, change, preview, others)),
        earlier=_earlier(change),
        is_everywhere=is_everywhere,
        decided=decided,
    )


def _is_open(plan: Plan, change: Change) -> bool:
    return not (hasattr(plan, "run") or plan.is_expired or change.plan_target.administration.is_gone)


def _words(plan: Plan, change: Change) -> Iterator[str]:
    if change.is_unchanged or change.verdict in SETTLED:
        return
    if change.verdict == Verdict.REMOVED_IN_SOURCE and "pair" in change.facts:
        return  # decided at the one that was made in its place
    base, source, local = (
        None if digest is None else bytes(digest)
        for digest in (change.base_digest, change.source_digest, change.local_digest)
    )
    locked = _locked(plan, change)
    if change.verdict == Verdict.DEFAULT_TAKEN or _default_of(change):
        yield TAKE_DEFAULT
        if locked.isdisjoint({"", DEFAULT_FIELD}):
            yield LEAVE_DEFAULT
    allowed = allowed_words(base=base, source=source, local=local, couples=change.couples is not None)
    left_out = _left_out(plan, change)
    if not locked.isdisjoint({"", all_kinds()[change.kind].natural_key}):
        left_out.add(Word.CREATE_AS)
    yield from (word for word in ORDER if word in allowed and word not in left_out)


def _locked(plan: Plan, change: Change) -> set[str]:
    """The places of a setting that the main administration locked: a lock goes before what anybody decides."""
    found = ItemRule.objects.filter(administration=plan.administration_id, kind=change.kind, uid=change.uid)
    return {path for paths in found.values_list("locked_paths", flat=True) for path in paths}


def _left_out(plan: Plan, change: Change) -> set[Word]:
    """Decisions that are allowed but would say the same as another, or change nothing."""
    left_out = {Word.OVERWRITE if change.verdict == Verdict.CHANGED_LOCALLY else Word.PUT_BACK}
    if not change.conflicts:
        left_out.add(Word.MERGE)
    # Of what is locked nobody can decide that it stays.
    if change.verdict == Verdict.LOCKED:
        left_out |= {Word.KEEP_LOCAL, Word.LEAVE, Word.MERGE}
    # A pin goes before a removal that was decided, so that would change nothing.
    if change.pins and not plan.is_undo:
        left_out |= {Word.ARCHIVE, Word.DELETE}
    if plan.is_undo:
        # What comes back had its own place and name, and is to get those.
        return left_out | {Word.COUPLE, Word.CREATE_AS}
    is_about_name = change.verdict in (Verdict.NAME_TAKEN, Verdict.NAME_HELD, Verdict.NEW, Verdict.DEFAULT_TAKEN)
    return left_out if is_about_name else left_out | {Word.CREATE_AS}


def _default_of(change: Change) -> bool:
    found = Decision.objects.filter(plan_target=change.plan_target_id, kind=change.kind, uid=change.uid)
    return found.filter(path=DEFAULT_FIELD).exists() and not any(
        path == DEFAULT_FIELD for path, _side in change.conflicts
    )


def _paths(change: Change, preview: ChangePreview) -> Iterator[PathQuestion]:
    fields = {field.path: (place, field) for place in preview.places for field in place.fields}
    in_parts = [(place, field) for place, field in fields.values() if place.part]
    parts = {field.path.rpartition("/")[0]: place for place, field in in_parts}
    for path, side in change.conflicts:
        if path in fields:
            yield _field_question(path, side, *fields[path])
        elif field_path(path) in fields:
            yield _entry_question(path, side, *fields[field_path(path)])
        elif path in parts:
            yield _part_question(path, side, parts[path])
        else:
            yield PathQuestion(path, place_in_words(change.kind, path), "", "", side)


def _field_question(path: str, side: str, place: PlacePreview, field: FieldPreview) -> PathQuestion:
    label = " › ".join(part for part in (place.trail, place.title, field.label) if part)
    return PathQuestion(path, label, *_sides(field), side)


def _entry_question(path: str, side: str, place: PlacePreview, field: FieldPreview) -> PathQuestion:
    """One entry of a list: what it is called on each side, or that it was removed there."""
    label = " › ".join(part for part in (place.trail, place.title, field.label, f"“{entry_of(path)}”") if part)
    removed = presence_in_words(is_there=False)
    source, local = (name or removed for name in entry_sides(path, field.raw.base, field.raw.source, field.raw.local))
    return PathQuestion(path, label, source, local, side)


def _sides(field: FieldPreview) -> tuple[str, str]:
    source, local = (shortened(value, is_text=field.is_text) for value in (field.source, field.local))
    # Two long texts that differ near the end look the same when cut off.
    return (source, local) if source != local else (field.source, field.local)


def _part_question(path: str, side: str, place: PlacePreview) -> PathQuestion:
    label = " › ".join(part for part in (place.trail, place.title) if part)
    has_source = any(field.raw.source is not None for field in place.fields)
    here = presence_in_words(is_there=not has_source)
    there = presence_in_words(is_there=has_source)
    return PathQuestion(path, label, there, here, side)


def _others(user: User, plan: Plan, change: Change) -> tuple[tuple[Change, ...], bool]:
    """The same question elsewhere in the plan, and whether that is everywhere where the setting changes."""
    syncable = {child.pk for child in syncable_children(user, plan.administration, right_for(plan))}
    found = Change.objects.filter(plan_target__plan=plan, uid=change.uid).exclude(pk=change.pk)
    elsewhere = [
        other
        for other in found.select_related("plan_target__administration").order_by("plan_target__position")
        if other.plan_target.administration_id in syncable
    ]
    same = tuple(other for other in elsewhere if _is_same(other, change))
    return same, len(same) == len(elsewhere)


def _earlier(change: Change) -> Earlier | None:
    """The agreement that stands in the administration for the setting or one of its fields, the latest first."""
    administration = change.plan_target.administration
    if administration.is_gone or administration.damage:
        return None
    with inside(administration):
        kept = Deviation.objects.filter(kind=change.kind, uid=change.uid, is_pinned=False).exclude(reason="")
        found = kept.order_by("-decided_at").first()
    return None if found is None else Earlier(found.reason, found.review_on, found.decided_by, found.decided_at)


def _is_same(one: Change, other: Change) -> bool:
    paths = [{path for path, _side in change.conflicts} for change in (one, other)]
    is_coupled = [change.couples is not None for change in (one, other)]
    return one.verdict == other.verdict and paths[0] == paths[1] and is_coupled[0] == is_coupled[1]


def _decided(change: Change, preview: ChangePreview, plan: Plan) -> Iterator[Decided]:
    labels = {question.path: question.label for question in _paths(change, preview)}
    found = Decision.objects.filter(plan_target=change.plan_target_id, kind=change.kind, uid=change.uid)
    for decision in found.select_related("decided_by"):
        words = decided_in_words(
            decision.word,
            verdict=change.verdict,
            where=change.plan_target.administration.name,
            path=decision.path,
            name=decision.name or _coupled_name(change, decision),
            undoes=plan.is_undo,
        )
        yield Decided(
            words=words,
            path=decision.path,
            place=labels.get(decision.path, ""),
            by=str(decision.decided_by or ""),
            at=decision.decided_at,
            reason=decision.reason,
            review_on=decision.review_on,
            word=decision.word,
        )


def _coupled_name(change: Change, decision: Decision) -> str:
    if decision.couple_with is None or change.plan_target.administration.is_gone:
        return ""
    key = (change.kind, decision.couple_with)
    found = read_documents(change.plan_target.administration.schema_name, {key}).get(key)
    return found.entry.label if found else ""
