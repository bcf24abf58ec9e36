"""What an administration keeps as it is: pinned by its own people, or agreed with the main administration."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.exceptions import NotFollowed, NothingPinned, OnlyInSubs, ReasonNeeded, SettingForbidden, UnknownPath
from settings_sync.models import Document
from settings_sync.permissions import NotAllowed
from settings_sync.planning.values import Key
from settings_sync.services.administrations.alignment import note_reviews
from settings_sync.services.assignments.forbidding import is_forbidden
from sync_ledger.models import Base, Deviation
from tenants.models import Administration
from tenants.permissions import may
from tenants.rights import AdministrationRight, Right, find_right
from tenants.schemas import inside

from .places import Standing, place_called, read_standing


@dataclass(frozen=True)
class DeviationRow:
    """One thing that stays as it is here, in words.."""

    id: int
    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str
    place: str
    is_pinned: bool
    reason: str
    review_on: date | None
    is_due: bool
    by: str
    at: datetime
    may_change: bool


def may_pin(user: User, administration: Administration, kind: str) -> bool:
    """Whether the user may keep settings of this kind as they are here: who may edit them may."""
    return may(user, _right_over(kind), administration)


def pin(
    *,
    acting_user: User,
    administration: Administration,
    kind: str,
    uid: uuid.UUID,
    path: str,
    reason: str,
    review_on: date | None = None,
) -> None:
    """Keep a setting, or a place in it, as it is here, whatever the main administration does, until it is withdrawn.

    Raises NotAllowed, OnlyInSubs, NotFollowed, UnknownPath or ReasonNeeded.
    """
    standing = _check(acting_user, administration, kind, uid)
    if path not in {place.path for place in standing.places}:
        raise UnknownPath(label=standing.label, path=path)
    if not reason.strip():
        raise ReasonNeeded
    said = {"reason": reason.strip(), "review_on": review_on, "decided_by": written_name(acting_user)}
    with inside(administration), transaction.atomic():
        Deviation.objects.update_or_create(
            kind=kind, uid=uid, path=path, defaults={**said, "is_pinned": True, "decided_at": timezone.now()}
        )
        record(
            "setting.pinned",
            actor=acting_user,
            administration=administration,
            note=reason.strip(),
            kind=kind,
            uid=str(uid),
            label=standing.label,
            path=path,
        )
    note_reviews(administration)


def withdraw_deviation(*, acting_user: User, administration: Administration, deviation_id: int) -> None:
    """Let a setting follow the main administration again. Raises NotAllowed or NothingPinned."""
    with inside(administration), transaction.atomic():
        # Locked, so that of two who withdraw it at once one is told that it is gone.
        found = Deviation.objects.select_for_update().filter(pk=deviation_id).first()
        if found is None:
            raise NothingPinned
        if not may_pin(acting_user, administration, found.kind):
            raise NotAllowed(_right_over(found.kind))
        record(
            "deviation.withdrawn",
            actor=acting_user,
            administration=administration,
            kind=found.kind,
            uid=str(found.uid),
            path=found.path,
            is_pinned=found.is_pinned,
            reason=found.reason,
        )
        found.delete()
    note_reviews(administration)


def list_deviations(*, acting_user: User, administration: Administration, kind: str = "") -> list[DeviationRow]:
    """Everything that stays as it is here, what is to be looked at again first; a fixed number of queries."""
    entries = look_at(administration).entries
    with inside(administration):
        # Not those of a kind that a release took away, of which nothing can be said in words.
        found = list(Deviation.objects.filter(kind__in=[kind] if kind else list(all_kinds().by_key)))
        documents = read_documents(administration.schema_name, {(row.kind, row.uid) for row in found if row.path})
        away = {(row.kind, row.uid) for row in found} - entries.keys()
        labels = {key: entry.label for key, entry in entries.items()} | _labels_of(away)
    allowed = _allowed(acting_user, administration, {row.kind for row in found})
    rows = [_row(row, labels.get((row.kind, row.uid), "–"), documents, row.kind in allowed) for row in found]
    return sorted(rows, key=lambda row: (row.review_on or date.max, row.kind_label, row.label.casefold(), row.place))


def _labels_of(away: Collection[Key]) -> dict[Key, str]:
    """What is called how that was removed here, by what is followed of it; call it inside the administration."""
    bases = Base.objects.filter(uid__in=[uid for _kind, uid in away]) if away else Base.objects.none()
    digests = {(base.kind, base.uid): bytes(base.digest) for base in bases}
    found = dict(Document.objects.filter(digest__in=digests.values()).values_list("digest", "body"))
    bodies = {bytes(digest): body for digest, body in found.items()}
    return {
        key: str(bodies[digest].get(all_kinds()[key[0]].natural_key, "–"))
        for key, digest in digests.items()
        if digest in bodies
    }


def deviations_of(
    *, acting_user: User, administration: Administration, kind: str, uid: uuid.UUID
) -> tuple[list[DeviationRow], Standing | None]:
    """What stays as it is of one setting, and the setting itself."""
    rows = list_deviations(acting_user=acting_user, administration=administration, kind=kind)
    return [row for row in rows if row.uid == uid], read_standing(administration, kind, uid)


def _check(user: User, administration: Administration, kind: str, uid: uuid.UUID) -> Standing:
    if administration.is_main:
        raise OnlyInSubs(name=administration.name)
    # Before the right is asked for, which is called after the category of the kind.
    if kind not in all_kinds().by_key:
        raise NotFollowed
    if not may_pin(user, administration, kind):
        raise NotAllowed(_right_over(kind))
    standing = read_standing(administration, kind, uid)
    # Kept as it is here, the package would not come here any more.
    if standing is not None and is_forbidden(administration, kind, uid):
        raise SettingForbidden(name=standing.label, main=administration.main.name)
    with inside(administration):
        is_followed = Base.objects.filter(kind=kind, uid=uid).exists()
    if standing is None or not is_followed:
        raise NotFollowed
    return standing


def _right_over(kind: str) -> Right:
    """What it takes to edit settings of this kind."""
    # A catalog that declares no right to edit leaves it to who may edit the administration.
    wanted = find_right(f"{all_kinds()[kind].category.key}.update")
    return wanted or AdministrationRight.UPDATE


def _allowed(user: User, administration: Administration, kinds: Iterable[str]) -> set[str]:
    known = [kind for kind in kinds if kind in all_kinds().by_key]
    rights = {right: may(user, right, administration) for right in {_right_over(kind) for kind in known}}
    return {kind for kind in known if rights[_right_over(kind)]}


def _row(row: Deviation, label: str, documents: Mapping[Key, ReadDocument], may_change: bool) -> DeviationRow:
    kind = all_kinds().by_key.get(row.kind)
    return DeviationRow(
        id=row.pk,
        kind=row.kind,
        uid=row.uid,
        kind_label=capfirst(str(kind.label)) if kind else row.kind,
        label=label,
        place=place_called(row.kind, row.path, documents.get((row.kind, row.uid))),
        is_pinned=row.is_pinned,
        reason=row.reason,
        review_on=row.review_on,
        is_due=row.review_on is not None and row.review_on <= timezone.localdate(),
        by=row.decided_by,
        at=row.decided_at,
        may_change=may_change,
    )
