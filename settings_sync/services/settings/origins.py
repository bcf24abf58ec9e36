"""Where a setting of a sub-administration comes from, and in what it is otherwise here: who did that, when and why."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from settings_sync.engine.reading.edits import LoggedEdit, latest_of, read_edits
from settings_sync.engine.reading.index import ReadDocument, read_documents
from settings_sync.models import Document, Item, ItemRule
from settings_sync.planning.differences import PARTS, differences
from settings_sync.services.assignments.forbidding import is_forbidden
from settings_sync.services.deciding.spread import part_names
from sync_ledger.models import Base, Deviation
from tenants.models import Administration
from tenants.schemas import inside

from .places import place_called

SHOWN = 12


@dataclass(frozen=True)
class LocalChange:
    """One place that is otherwise here than it came, and its latest edit where that was logged."""

    place: str
    edit: LoggedEdit | None


@dataclass(frozen=True)
class Kept:
    """One place that stays as it is here: pinned, or agreed with the main administration."""

    place: str
    is_pinned: bool
    reason: str
    by: str
    at: datetime
    review_on: date | None

    @property
    def is_due(self) -> bool:
        return self.review_on is not None and self.review_on <= timezone.localdate()


@dataclass(frozen=True)
class Origin:
    """A setting that came from the main administration: since when it is as it came, what is otherwise here, what is
    kept so, and which places the main has locked."""

    main: str
    at: datetime
    changes: tuple[LocalChange, ...]
    more: int
    kept: tuple[Kept, ...]
    locked: tuple[str, ...] = ()
    is_forbidden: bool = False


@dataclass(frozen=True)
class RowOrigin:
    """The same in one line; without a main it is the administration's own."""

    main: str = ""
    at: datetime | None = None
    is_changed: bool = False


def origins_of(administration: Administration, items: Iterable[Item]) -> dict[uuid.UUID, RowOrigin]:
    """Where each of these settings comes from, by uid; nothing in a main administration. Two queries per kind."""
    if administration.parent is None:
        return {}
    uids: dict[str, set[uuid.UUID]] = defaultdict(set)
    for item in items:
        uids[item._meta.label_lower].add(item.uid)
    found: dict[uuid.UUID, RowOrigin] = {}
    for kind, listed in uids.items():
        found |= _origins_of_kind(administration, administration.parent.name, kind, listed)
    return found


def _origins_of_kind(
    administration: Administration, main: str, kind: str, uids: set[uuid.UUID]
) -> dict[uuid.UUID, RowOrigin]:
    with inside(administration):
        bases = {base.uid: base for base in Base.objects.filter(kind=kind, uid__in=uids)}
        documents = read_documents(administration.schema_name, {(kind, uid) for uid in bases})
    now = {uid: document.entry.digest for (_kind, uid), document in documents.items()}
    came = {uid: RowOrigin(main, base.decided_at, now.get(uid) != bytes(base.digest)) for uid, base in bases.items()}
    return {uid: came.get(uid, RowOrigin()) for uid in uids}


def origin_of(administration: Administration, kind: str, uid: uuid.UUID) -> Origin | None:
    """Where a setting comes from; None in a main administration, and for what is the administration's own."""
    if administration.parent is None:
        return None
    with inside(administration):
        base = Base.objects.filter(kind=kind, uid=uid).first()
        deviations = list(Deviation.objects.filter(kind=kind, uid=uid))
        document = read_documents(administration.schema_name, {(kind, uid)}).get((kind, uid))
    if base is None or document is None:
        return None
    came = Document.objects.filter(digest=bytes(base.digest)).values_list("body", flat=True).first()
    paths = list(_changed_paths(document, came)) if came is not None else []
    return Origin(
        main=administration.parent.name,
        at=base.decided_at,
        changes=tuple(_changes(administration, document, came or {}, paths[:SHOWN])),
        more=max(len(paths) - SHOWN, 0),
        kept=tuple(_kept(row, document) for row in deviations),
        locked=tuple(_locked(administration, document)),
        is_forbidden=is_forbidden(administration, kind, uid),
    )


def _locked(administration: Administration, document: ReadDocument) -> Iterator[str]:
    """The places that the main has locked, as people call them; one that is not there is left out."""
    kind, uid = document.entry.key
    rule = ItemRule.objects.filter(administration=administration.parent_id, kind=kind, uid=uid).first()
    parts = _parts_of(document.body)
    for path in rule.locked_paths if rule else ():
        steps = path.split("/")
        if len(steps) < 2 or (steps[0], steps[1]) in parts:
            yield place_called(kind, path, document)


def _changed_paths(document: ReadDocument, came: Mapping[str, Any]) -> Iterator[str]:
    """Where it is otherwise here; of a part that stands on one side only the part itself, not each of its fields."""
    there = [_parts_of(body) for body in (came, document.body)]
    # Compared with what came and not with the main of today, whose later edits nobody here made.
    for row in differences(base=came, source=came, local=document.body, result=None):
        steps = row.steps
        is_one_sided = len(steps) == 3 and any((steps[0], steps[1]) not in parts for parts in there)
        if steps[-1] != "order" and not is_one_sided:
            yield row.path


def _parts_of(body: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(part, row["uid"]) for part, rows in body.get(PARTS, {}).items() for row in rows}


def _changes(
    administration: Administration, document: ReadDocument, came: Mapping[str, Any], paths: Sequence[str]
) -> Iterator[LocalChange]:
    if not paths:
        return
    # Only where something is otherwise: the log of an old setting is long.
    kind, uid = document.entry.key
    edits = read_edits([administration.schema_name], kind, uid).get(administration.schema_name, [])
    names = part_names([came, document.body])
    for path in paths:
        steps = path.split("/")
        known = names.get((steps[0], steps[1]), frozenset()) if len(steps) > 1 else frozenset()
        yield LocalChange(place_called(kind, path, document), latest_of(edits, steps[-1], known))


def _kept(row: Deviation, document: ReadDocument) -> Kept:
    place = place_called(row.kind, row.path, document)
    return Kept(place, row.is_pinned, row.reason, row.decided_by, row.decided_at, row.review_on)
