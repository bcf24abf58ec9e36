"""The versions of a setting: listed, compared as people see differences, and brought back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import ItemGone, VersionGone
from settings_sync.models import Document, FormerDocument
from settings_sync.planning.differences import differences
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.previews.previewing import PlacePreview, name_parts, places_of
from settings_sync.services.settings.items import ItemDocument, read_item
from sync_ledger.models import Version
from tenants.models import Administration
from tenants.schemas import inside


@dataclass(frozen=True)
class ItemVersion:
    """One version: since when it was so, and who made it so. `number` counts up; `is_current` is what stands there."""

    number: int
    digest: str
    at: datetime | None
    by: str
    is_current: bool


def list_versions(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> list[ItemVersion]:
    """The versions of a setting, newest first; the first is what stands there. Raises ItemGone."""
    item = _item(acting_user, administration, uid)
    with inside(administration):
        kept = list(Version.objects.filter(kind=item.row.kind, uid=uid))
    digests = [(bytes(row.digest).hex(), row.at, row.by_name) for row in kept]
    if not digests or digests[0][0] != item.row.digest:
        # Changed by nobody's edit since, or never edited.
        digests.insert(0, (item.row.digest, item.row.updated_at, ""))
    count = len(digests)
    return [
        ItemVersion(count - place, digest, at, by, is_current=place == 0)
        for place, (digest, at, by) in enumerate(digests)
    ]


def restore_version(
    *, acting_user: User, administration: Administration, uid: uuid.UUID, digest: str, seen: str | None = None
) -> ItemDocument:
    """Let a setting be again what it was in one of its versions; this becomes a version as well.

    Raises ItemGone, VersionGone, or what writing a document raises: what it pointed at may be gone.
    """
    item = _item(acting_user, administration, uid)
    body = _bodies(administration, item, [digest])[0]
    return replace_item(
        acting_user=acting_user, administration=administration, uid=uid, document=body, seen=seen or item.row.digest
    )


def compare_versions(
    *, acting_user: User, administration: Administration, uid: uuid.UUID, before: str, after: str
) -> Sequence[PlacePreview]:
    """What differs between two versions, place by place in words: `local` is before, `result` after."""
    item = _item(acting_user, administration, uid)
    kind = all_kinds()[item.row.kind]
    older, newer = _bodies(administration, item, [before, after])
    names = name_parts(kind, [newer, older])
    settings = {str(entry.uid): entry.label for entry in look_at(administration).entries.values()}
    labels = settings | {part: name.words for part, name in names.items()}
    return places_of(kind, differences(base=None, source=older, local=older, result=newer), labels, names)


def _item(acting_user: User, administration: Administration, uid: uuid.UUID) -> ItemDocument:
    item = read_item(acting_user=acting_user, administration=administration, uid=uid)
    if item is None:
        raise ItemGone
    return item


def _bodies(administration: Administration, item: ItemDocument, digests: Sequence[str]) -> list[Mapping[str, Any]]:
    """The documents of versions of this item, and of no other; raises VersionGone."""
    with inside(administration):
        kept = {
            bytes(row).hex()
            for row in Version.objects.filter(kind=item.row.kind, uid=item.row.uid).values_list("digest", flat=True)
        }
    return [
        item.document if digest == item.row.digest else _body(administration, item, digest, kept) for digest in digests
    ]


def _body(administration: Administration, item: ItemDocument, digest: str, kept: set[str]) -> Mapping[str, Any]:
    if digest not in kept:
        raise VersionGone
    stored = Document.objects.filter(digest=bytes.fromhex(digest)).values_list("body", flat=True).first()
    if stored is None:
        # What stood there before a sync was kept for taking that back, and not as a document: by the uid that it had.
        former = FormerDocument.objects.filter(
            target__administration=administration, kind=item.row.kind, digest=bytes.fromhex(digest)
        )
        stored = former.values_list("body", flat=True).first()
    if stored is None:
        raise VersionGone
    return dict(stored)
