"""The inbox as people and programs read it: equal deviations of many administrations as one."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.models import User
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.exceptions import AdministrationDamaged
from settings_sync.models import InboxDecision, InboxDeviation, InboxEntry, InboxQuestion
from settings_sync.planning.values import Key
from settings_sync.services.home.differences import places_between
from settings_sync.services.previews.change_details import Place
from settings_sync.services.previews.filled_in import can_be_filled_in
from settings_sync.services.previews.pictures import Picture, picture_of, sheets_of
from tenants.models import Administration

from .looking import kind_label
from .visibility import visible_deviations

NAMED = 6
"""Administrations that are named with one entry; the others are counted."""
MOST_OPEN = 1000


@dataclass(frozen=True)
class Filters:
    """What of the inbox is asked for; empty asks for all that is open."""

    state: str = InboxDeviation.State.OPEN
    category: str = ""
    group: str = ""
    administration: str = ""
    query: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.category or self.group or self.administration or self.query) or self.state != "open"


@dataclass(frozen=True)
class Found:
    """An entry in one administration: who made it so, what uses it there, and why it waits again."""

    row: InboxDeviation
    answer: InboxQuestion | None = None

    @property
    def administration(self) -> Administration:
        return self.row.administration


@dataclass(frozen=True)
class Shown:
    """One entry of the page. `work` is how many open documents use it, wherever it was found."""

    entry: InboxEntry
    kind_label: str
    number: int
    work: int
    newest: datetime
    found: tuple[Found, ...]
    picture: Picture | None
    places: tuple[Place, ...]
    groups: tuple[str, ...]
    earlier: InboxDecision | None

    @property
    def more(self) -> int:
        return self.number - len(self.found)

    @property
    def first(self) -> InboxDeviation:
        """The one that is shown for all of them."""
        return self.found[0].row

    @property
    def is_removed(self) -> bool:
        return self.first.local_digest is None

    @property
    def is_conflict(self) -> bool:
        """Whether the main administration changed the same since."""
        return any(base != source for _path, base, source, _local in self.entry.fields) and not self.is_removed


def list_entries(*, acting_user: User, main: Administration, filters: Filters = Filters()) -> "QuerySet[InboxEntry]":
    """The entries of the inbox that the user may see, each with in how many administrations (`number`), how many open
    documents use it (`work`) and when it was found last (`newest`); unsorted."""
    rows = InboxEntry.objects.filter(deviations__in=_rows(acting_user, main, filters))
    if filters.category:
        rows = rows.filter(category=filters.category)
    for word in filters.query.split():
        rows = rows.filter(label__icontains=word)
    return rows.annotate(number=Count("deviations"), work=Sum("deviations__weight"), newest=Max("deviations__found_at"))


def _rows(user: User, main: Administration, filters: Filters) -> "QuerySet[InboxDeviation]":
    rows = visible_deviations(user, main).filter(state=filters.state)
    if filters.group:
        rows = rows.filter(administration__groups__contains=[filters.group])
    if filters.administration:
        rows = rows.filter(administration__slug=filters.administration)
    return rows


def count_waiting(user: User, main: Administration) -> int:
    """How many decisions wait: equal deviations are one."""
    rows = visible_deviations(user, main).filter(state=InboxDeviation.State.OPEN)
    return min(rows.values("entry").distinct().count(), MOST_OPEN)


def deviations_of(
    user: User, main: Administration, entries: Collection[InboxEntry], filters: Filters = Filters()
) -> dict[uuid.UUID, list[InboxDeviation]]:
    """Where these entries were found, by entry; one query."""
    found: dict[uuid.UUID, list[InboxDeviation]] = defaultdict(list)
    rows = _rows(user, main, filters).filter(entry__in=entries).select_related("administration", "decision")
    for row in rows.order_by("-weight", "administration__name"):
        found[row.entry_id].append(row)
    return found


def show_entries(
    *, acting_user: User, main: Administration, entries: Sequence[InboxEntry], filters: Filters = Filters()
) -> list[Shown]:
    """Entries with what they look like in the first administration that has them; what stands nowhere any more at this
    moment is left out."""
    found = deviations_of(acting_user, main, entries, filters)
    artist = _Artist(main, [(entry, found[entry.pk][0]) for entry in entries if found[entry.pk]])
    answers = _answers([row for rows in found.values() for row in rows])
    return [_shown(entry, found[entry.pk], artist, answers) for entry in entries if found[entry.pk]]


def _shown(
    entry: InboxEntry, rows: Sequence[InboxDeviation], artist: "_Artist", answers: Mapping[int, InboxQuestion]
) -> Shown:
    picture, places = artist.draw(entry, rows[0])
    # Who answered is shown, however many others there are.
    ordered = sorted(rows, key=lambda row: row.pk not in answers)
    return Shown(
        entry=entry,
        kind_label=capfirst(kind_label(entry.kind)),
        number=len(rows),
        work=sum(row.weight for row in rows),
        newest=max(row.found_at for row in rows),
        found=tuple(Found(row, answers.get(row.pk)) for row in ordered[:NAMED]),
        picture=picture,
        places=places,
        groups=tuple(sorted({group for row in rows for group in row.administration.groups}, key=str.casefold)),
        earlier=next((row.decision for row in ordered if row.decision and row.came_back), None),
    )


def _answers(rows: Sequence[InboxDeviation]) -> dict[int, InboxQuestion]:
    """The latest answer about each of these, since it was found."""
    found_at = {row.pk: row.found_at for row in rows}
    answered = InboxQuestion.objects.filter(deviation__in=found_at, answered_at__isnull=False)
    latest = answered.select_related("decision").order_by("answered_at")
    return {row.deviation_id: row for row in latest if row.answered_at and row.answered_at > found_at[row.deviation_id]}


class _Artist:
    """Draws entries as they stand in one administration each, beside the main's; what is shared is read once."""

    def __init__(self, main: Administration, shown: Sequence[tuple[InboxEntry, InboxDeviation]]) -> None:
        self._labels = {str(row.uid): row.label for row in look_at(main, keep_documents=True).entries.values()}
        keys = {(entry.kind, entry.uid) for entry, _row in shown}
        self._source = {key: read.body for key, read in read_documents(main.schema_name, keys).items()}
        self._local: dict[tuple[str, Key], Mapping[str, Any]] = {}
        self._names: dict[str, dict[str, str]] = {}
        by_schema: dict[str, tuple[Administration, set[Key]]] = {}
        for entry, row in shown:
            _administration, wanted = by_schema.setdefault(row.administration.schema_name, (row.administration, set()))
            wanted.add((entry.kind, entry.uid))
        for administration, wanted in by_schema.values():
            self._read(administration, wanted)

    def _read(self, administration: Administration, wanted: set[Key]) -> None:
        schema = administration.schema_name
        try:
            self._names[schema] = {str(each.uid): each.label for each in look_at(administration).entries.values()}
        except AdministrationDamaged:
            return  # without its picture; the other entries are shown
        self._local |= {(schema, key): read.body for key, read in read_documents(schema, wanted).items()}

    def draw(self, entry: InboxEntry, row: InboxDeviation) -> tuple[Picture | None, tuple[Place, ...]]:
        key = (entry.kind, entry.uid)
        schema = row.administration.schema_name
        before = self._source.get(key)
        after = self._local.get((schema, key))
        labels = {**self._labels, **self._names.get(schema, {})}
        if before is None or (after is None and row.local_digest is not None):
            return None, ()
        places = places_between(entry.kind, before, after, labels) if after else []
        return picture_of(entry.kind, before, after, labels), tuple(places)


def show_sheets(
    *, acting_user: User, main: Administration, entry_id: uuid.UUID
) -> tuple[SafeString, SafeString] | None:
    """A text as the main's would read in the first administration of an entry, and as it reads there."""
    row = visible_deviations(acting_user, main).filter(entry=entry_id).select_related("entry", "administration")
    first = row.order_by("-weight", "administration__name").first()
    if first is None or not can_be_filled_in(first.kind):
        return None
    key = (first.kind, first.uid)
    before = read_documents(main.schema_name, {key}).get(key)
    after = read_documents(first.administration.schema_name, {key}).get(key)
    return sheets_of(first.kind, before.body if before else None, after.body if after else None, first.administration)
