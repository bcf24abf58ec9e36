"""One change in full, as people see it: its places with the fields that differ, and which words of long texts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.models import Change, Plan
from settings_sync.models import Document as StoredDocument
from settings_sync.planning.differences import differences
from settings_sync.planning.verdicts import Action, Verdict
from settings_sync.services.plans.plans import snapshot_labels
from settings_sync.wording.word_changes import Piece, compare_words, readable
from settings_sync.wording.wording import column_of
from sync_ledger.models import IndexEntry
from tenants.schemas import inside

from .filled_in import can_be_filled_in
from .pictures import Document, Picture, picture_of
from .plan_overview import ChangeRow, row_of
from .previewing import (
    ChangePreview,
    FieldPreview,
    PlacePreview,
    documents_of_change,
    name_parts,
    places_of,
    preview_changes,
)

LONG = 120
SHOWN = 600


class Mode(TextChoices):
    """How a change is shown: what comes, what becomes of what is there, or how the two sides differ."""

    CONTENT = "content"
    UPDATE = "update"
    COMPARE = "compare"


@dataclass(frozen=True)
class FieldChange:
    """One field: its value here, what it becomes, the main's, and the one last synced.

    `pieces` is filled for a long text: the text with its changed words.
    """

    label: str
    old: str
    new: str
    source: str
    base: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Place:
    """The item itself (no title) or a part of it; `trail` names the part above.

    Status is changed, added, removed, kept (only here) or missing (only in the main administration). Of a part that is
    there on one side only, `summary` says what it is.
    """

    title: str
    trail: str
    status: str
    fields: tuple[FieldChange, ...] = ()
    summary: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeDetails:
    """A change with its places; `change` and `preview` are what they were made from."""

    change: Change
    preview: ChangePreview
    row: ChangeRow
    mode: Mode
    has_base: bool
    places: tuple[Place, ...]
    picture: Picture | None = None

    @property
    def here(self) -> str:
        """The administration of the change, by its name."""
        return self.change.plan_target.administration.name

    @property
    def value_columns(self) -> int:
        """How many values of a field stand next to each other."""
        return 3 if self.mode == Mode.COMPARE and self.has_base else 2

    @property
    def columns(self) -> int:
        return 1 + self.value_columns

    @property
    def can_be_filled_in(self) -> bool:
        """Whether the item has placeholders that each administration fills in."""
        return can_be_filled_in(self.change.kind)

    @property
    def is_written(self) -> bool:
        return self.change.outcome.brings_content

    @property
    def source_words(self) -> str:
        """What the plan brings, as the heading of a column."""
        return _("Before that sync") if self.change.plan_target.plan.is_undo else _("Main administration")

    @property
    def base_words(self) -> str:
        """What both sides came from, as the heading of a column."""
        return _("After that sync") if self.change.plan_target.plan.is_undo else _("Last synced")

    @property
    def is_removed_in_source(self) -> bool:
        """Whether only the administration has it, so that what is shown is what stands there."""
        return self.change.verdict == Verdict.REMOVED_IN_SOURCE


def show_change(plan: Plan, change_id: int) -> ChangeDetails | None:
    """The details of one change of a plan; None when the plan has no such change."""
    found = Change.objects.filter(plan_target__plan=plan, pk=change_id)
    change = found.select_related("plan_target__administration", "plan_target__plan").first()
    if change is None:
        return None
    known = _names_there(change)
    (preview,) = preview_changes(plan, [change], known)
    mode = _mode(change)
    if change.verdict == Verdict.REMOVED_IN_SOURCE:
        places = list(local_content(change, {**known, **snapshot_labels(plan)}))
    else:
        places = list(list_places(preview, mode))
    return ChangeDetails(
        change=change,
        preview=preview,
        row=row_of(change, [change.plan_target.administration.name], undoes=plan.is_undo),
        mode=mode,
        has_base=change.base_digest is not None,
        places=tuple(places),
        picture=_picture(change, mode, {**known, **snapshot_labels(plan)}),
    )


def list_places(preview: ChangePreview, mode: Mode) -> tuple[Place, ...]:
    """The places of a change that are shown, with the fields that differ there."""
    kind = all_kinds()[preview.change.kind]
    found = (_place(place, kind, mode) for place in preview.places)
    return tuple(place for place in found if place)


def _picture(change: Change, mode: Mode, labels: Mapping[str, str]) -> Picture | None:
    """What stands there beside what it becomes; of what is not decided yet, beside what the main administration has."""
    before, after = versions_of(change, mode)
    return picture_of(change.kind, before, after, labels)


def versions_of(change: Change, mode: Mode) -> tuple[Document | None, Document | None]:
    """The two documents that are shown side by side; one that was pruned, or never was, is None."""
    _base, source, local, result = documents_of_change(change)
    if change.verdict == Verdict.REMOVED_IN_SOURCE:
        return local, result if change.outcome.brings_content else None
    return local, result if mode == Mode.UPDATE else result or source


def find_versions(plan: Plan, change_id: int) -> tuple[Change, Document | None, Document | None] | None:
    """The change of this number with its two documents; None when the plan has no such change."""
    found = Change.objects.filter(plan_target__plan=plan, pk=change_id)
    change = found.select_related("plan_target__administration", "plan_target__plan").first()
    return None if change is None else (change, *versions_of(change, _mode(change)))


def content_of(kind: Kind, document: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Place, ...]:
    """A document as people see it; `labels` gives the names of what it points at by uid."""
    names = name_parts(kind, [document])
    # As something new, of which each field differs from nothing: so it is shown by the same rules.
    found = differences(base=None, source=document, local=None, result=None)
    known = {**labels, **{uid: name.words for uid, name in names.items()}}
    places = (_place(place, kind, Mode.CONTENT) for place in places_of(kind, found, known, names))
    return tuple(place for place in places if place)


def local_content(change: Change, labels: Mapping[str, str]) -> tuple[Place, ...]:
    """What stands in the administration now, as the plan saw it."""
    found = StoredDocument.objects.filter(digest=bytes(change.local_digest or b"")).values_list("body", flat=True)
    # Nothing once the document was pruned: what happened stays told, its content does not.
    return tuple(place for body in found for place in content_of(all_kinds()[change.kind], body, labels))


def _names_there(change: Change) -> dict[str, str]:
    """The names, by uid, of the administration's own settings, which the main administration does not know."""
    administration = change.plan_target.administration
    # What was deleted has no schema left to look in.
    if change.local_digest is None or administration.is_gone or administration.damage:
        return {}
    with inside(administration):
        return {str(uid): label for uid, label in IndexEntry.objects.values_list("uid", "label")}


def _mode(change: Change) -> Mode:
    if change.local_digest is None or change.verdict == Verdict.REMOVED_IN_SOURCE:
        return Mode.CONTENT
    return Mode.UPDATE if Action(change.action).brings_content else Mode.COMPARE


def _place(place: PlacePreview, kind: Kind, mode: Mode) -> Place | None:
    # Of a part that came or went every field differs, which says no more than the part itself.
    if place.part and (mode == Mode.CONTENT or place.status != "changed"):
        status = "changed" if mode == Mode.CONTENT else place.status
        return Place(place.title, place.trail, status, summary=tuple(_summary(place, kind)))
    fields = [field_change(row, mode) for row in place.fields if is_shown(row, mode)]
    return Place(place.title, place.trail, "changed", tuple(fields)) if fields else None


def is_shown(field: FieldPreview, mode: Mode) -> bool:
    """Not what stays, not what is empty in something new, not an order that differs because parts came or went."""
    if mode == Mode.CONTENT:
        return bool(_there(field)) and not field.path.endswith("/order")
    if mode == Mode.UPDATE and not field.is_changed:
        return False
    if not field.path.endswith("/order"):
        return True
    old = _list(field.raw.local)
    new = _list(field.raw.result if mode == Mode.UPDATE else field.raw.source)
    return [uid for uid in old if uid in new] != [uid for uid in new if uid in old]


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _there(field: FieldPreview) -> str:
    """The value on the side that has one; a side without the item would show the field's default."""
    sides = ((field.raw.result, field.result), (field.raw.source, field.source), (field.raw.local, field.local))
    return next((words for raw, words in sides if raw is not None), "")


def field_change(field: FieldPreview, mode: Mode) -> FieldChange:
    """One field with its values as they are shown."""
    old = field.local
    new = field.result if mode == Mode.UPDATE else field.source
    if mode == Mode.CONTENT:
        old = ""
        new = _there(field)
    is_long = max(len(old), len(new)) > LONG and bool(old and new)
    # Where only the markup changed, the text without it would look the same on both sides.
    is_text = field.is_text and (old == new or readable(old) != readable(new))
    return FieldChange(
        label=field.label,
        old=shortened(old, is_text=is_text),
        new=shortened(new, is_text=is_text),
        source=shortened(field.source, is_text=is_text),
        base=shortened(field.base, is_text=is_text),
        pieces=tuple(compare_words(old, new)) if is_long else (),
    )


def _summary(place: PlacePreview, kind: Kind) -> Iterator[str]:
    """What a part is, in a few words: its choices and what is switched on, and its other values by name."""
    table = kind.part(place.part)
    named = {table.declaration.label, table.declaration.part_key, table.parent_name}
    for field in place.fields:
        name = field.path.split("/")[-1]
        value = _there(field)
        column = column_of(kind, place.part, name)
        if name in named or column is None or not value:
            continue
        raw = field.raw.result or field.raw.source or field.raw.local
        if isinstance(raw, bool):
            yield from [field.label] if raw else []
        else:
            said = shortened(value, is_text=field.is_text)
            yield value if column.choices else f"{capfirst(field.label)}: {said}"


def shortened(text: str, *, is_text: bool) -> str:
    """The beginning of a long value; what is a text, and not a name or a code, without its markup."""
    plain = readable(text) if is_text else text
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN].rstrip()} …"
