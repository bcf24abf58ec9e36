"""What a run changed, told after it has happened: each setting with its fields, before and after."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from settings_sync.models import Change, Finding, SyncRun
from settings_sync.planning.verdicts import WRITING, Action
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.previews.change_details import (
    ChangeDetails,
    FieldChange,
    Mode,
    Place,
    list_places,
    show_change,
)
from settings_sync.services.previews.happened import as_planned, with_what_happened
from settings_sync.services.previews.plan_overview import ChangeRow, page_of_changes
from settings_sync.services.previews.previewing import preview_changes
from settings_sync.services.runs.run_overview import RunOverview
from settings_sync.wording.word_changes import Fate

PAGE_SIZE = 20
UID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

DONE: dict[str, Any] = {
    Action.CREATE: gettext_lazy("added"),
    Action.UPDATE: gettext_lazy("updated"),
    Action.COUPLE: gettext_lazy("coupled"),
    Action.ARCHIVE: gettext_lazy("archived"),
    Action.DELETE: gettext_lazy("deleted"),
    Action.HOLD: gettext_lazy("held back"),
}
"""What happened, in the past tense."""


@dataclass(frozen=True)
class FieldDone:
    """One field of a setting as it was and as it became; what came or went as a whole has no field."""

    field: str
    was: str
    became: str


@dataclass(frozen=True)
class SettingDone:
    """A setting that was changed in the same way in some administrations."""

    row: ChangeRow
    words: str
    fields: tuple[FieldDone, ...] = ()


def changes_of(
    user: User, run: SyncRun, overview: RunOverview, *, target: str = "", held: bool = False
) -> "QuerySet[Any]":
    """What came about where the user may see it, or what was `held` back there; each knows what became of it.

    `target` narrows it to one administration's slug.
    """
    done = [line.slug for line in overview.targets if line.is_applied and target in ("", line.slug)]
    planned = Change.objects.filter(plan_target__plan=run.plan_id, plan_target__administration__slug__in=done)
    readable = among_readable(user, run.administration, planned.filter(action__in=[*WRITING, Action.HOLD]))
    # Most runs went as planned, and asking of each change whether it did takes longer than everything else.
    told = with_what_happened if Finding.objects.filter(target__run=run).exists() else as_planned
    changes = told(readable)
    return changes.filter(happened=Action.HOLD) if held else changes.filter(happened__in=WRITING)


def list_done(
    *, acting_user: User, run: SyncRun, overview: RunOverview, target: str = "", page: str | int | None = 1
) -> Page[ChangeRow]:
    """One page of the settings that a run changed, equal changes of several administrations together."""
    found = page_of_changes(run.plan, changes_of(acting_user, run, overview, target=target), page=page, size=PAGE_SIZE)
    found.object_list = [replace(row, outcome_label=str(DONE[row.outcome])) for row in found.object_list]
    return found


def find_done(*, acting_user: User, run: SyncRun, overview: RunOverview, change_id: int) -> ChangeDetails | None:
    """One of these changes in full; None for another one, or what the user may not see."""
    found = changes_of(acting_user, run, overview).filter(pk=change_id)
    return show_change(run.plan, change_id) if found.exists() else None


def tell_fields(run: SyncRun, rows: Collection[ChangeRow]) -> list[SettingDone]:
    """These changes with each field before and after; a fixed number of queries."""
    found = Change.objects.select_related("plan_target__administration", "plan_target__plan")
    changes = found.in_bulk([row.id for row in rows])
    ordered = [changes[row.id] for row in rows]
    previews = {preview.change.pk: preview for preview in preview_changes(run.plan, ordered)}
    told = []
    for row in rows:
        change = changes[row.id]
        words = str(DONE[row.outcome])
        is_updated = row.outcome in (Action.UPDATE, Action.COUPLE) and change.local_digest is not None
        places = list_places(previews[change.pk], Mode.UPDATE) if is_updated else ()
        told.append(SettingDone(row, words, tuple(_fields(places))))
    return told


def _fields(places: Iterable[Place]) -> Iterator[FieldDone]:
    for place in places:
        where = " › ".join(capfirst(part) for part in (place.trail, place.title) if part)
        if place.status in ("added", "removed"):
            there = "; ".join(place.summary) or _("there")
            yield FieldDone(where, *(("–", there) if place.status == "added" else (there, "–")))
        for field in place.fields:
            name = f"{where} › {field.label}" if where else capfirst(field.label)
            yield FieldDone(name, *_sides(field))


def _sides(field: FieldChange) -> tuple[str, str]:
    if not field.pieces:
        return _named(field.old), _named(field.new)
    return _side(field, Fate.NEW), _side(field, Fate.GONE)


def _side(field: FieldChange, other: Fate) -> str:
    """One side of a long text: the words around what differs, and what differs there."""
    texts = ("…" if piece.fate == Fate.SKIPPED else piece.text for piece in field.pieces if piece.fate != other)
    return "".join(texts)


def _named(value: str) -> str:
    # What only the administration has is known there alone; its number says nothing to a reader.
    return UID.sub(_("a setting of its own"), value) or "–"
