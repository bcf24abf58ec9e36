"""One change in full, as people see it: its places with the fields that differ, long texts with the changed words marked."""

from dataclasses import dataclass
from typing import Any

from ..models import Change, Plan
from ..verdicts import Action
from ..word_changes import Piece, compare_words, readable
from .plan_overview import ChangeRow, row_of
from .previewing import ChangePreview, FieldPreview, PlacePreview, preview_changes

WRITTEN = (Action.CREATE, Action.UPDATE)
LONG = 120
SHOWN = 600


@dataclass(frozen=True)
class FieldChange:
    """One field: what it is here now and what it becomes; for what is not written also the main's and the last synced value.

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
    """The item itself (no title), or a part such as “field CO-gehalte”; status is changed, added, removed, kept or missing."""

    title: str
    status: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class ChangeDetails:
    """A change with its places. `is_written` tells whether the sync writes it: else the sides are shown next to each other."""

    row: ChangeRow
    places: tuple[Place, ...]
    is_new: bool
    is_written: bool
    has_base: bool


def show_change(plan: Plan, change_id: int) -> ChangeDetails | None:
    """The details of one change of a plan; None when the plan has no such change."""
    found = Change.objects.filter(plan_target__plan=plan, pk=change_id).select_related("plan_target__administration")
    change = found.first()
    if change is None:
        return None
    (preview,) = preview_changes(plan, [change])
    is_written = change.action in WRITTEN
    return ChangeDetails(
        row=row_of(change, [change.plan_target.administration.name]),
        places=tuple(place for row in preview.places if (place := _place(row, preview, is_written))),
        is_new=change.action == Action.CREATE,
        is_written=is_written,
        has_base=change.base_digest is not None,
    )


def _place(place: PlacePreview, preview: ChangePreview, is_written: bool) -> Place | None:
    fields = [
        _field(field, is_written)
        for field in place.fields
        if (field.is_changed or not is_written) and not _is_noise(field, place)
    ]
    is_empty = not fields and place.status == "changed"
    return None if is_empty else Place(place.title, place.status, tuple(fields))


def _is_noise(field: FieldPreview, place: PlacePreview) -> bool:
    """An order that only differs because parts came or went, and empty values of something new."""
    if place.status == "added" and not field.result:
        return True
    if not field.path.endswith("/order"):
        return False
    old, new = _list(field.raw.local), _list(field.raw.result if field.is_changed else field.raw.source)
    return [uid for uid in old if uid in new] == [uid for uid in new if uid in old]


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else []


def _field(field: FieldPreview, is_written: bool) -> FieldChange:
    old, new = field.local, field.result if is_written else field.source
    is_long = max(len(old), len(new)) > LONG
    return FieldChange(
        label=field.label,
        old=shortened(old),
        new=shortened(new),
        source=shortened(field.source),
        base=shortened(field.base),
        pieces=tuple(compare_words(old, new)) if is_long and old and new else (),
    )


def shortened(text: str) -> str:
    """The beginning of a long text, without its markup."""
    plain = readable(text)
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN].rstrip()} …"
