"""Keeping what settings are: called by every edit, in its transaction. Syncs keep theirs where they write.

A version is kept when it differs from the one before it, so that what was changed by nobody's edit (a fixture, a
terminal) is kept as well, with the next edit of it.
"""

import uuid
from datetime import datetime

from django.db.models import Model
from django.utils import timezone

from accounts.acting import written_name
from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import ReadDocument, read_documents, store_documents
from settings_sync.models import Item
from sync_ledger.models import Edit, Version
from tenants.schemas import current_schema_name


def keep_edited(acting_user: User, item: Model) -> None:
    """Keep what an item has become by an edit; of what is no setting nothing."""
    if isinstance(item, Item) and item._meta.label_lower in all_kinds().by_key:
        _keep(item._meta.label_lower, item.uid, timezone.now(), written_name(acting_user))


def keep_standing(item: Item) -> None:
    """Keep what an item is before an edit of it, when no edit told that: with the moment of the last one, if any."""
    if item._meta.label_lower in all_kinds().by_key:
        last = Edit.objects.filter(kind=item._meta.label_lower, uid=item.uid).first()
        _keep(item._meta.label_lower, item.uid, last.at if last else None, last.by_name if last else "")


def _keep(kind: str, uid: uuid.UUID, at: datetime | None, by: str) -> None:
    document = _document(kind, uid)
    if document is None or document.entry.digest == newest_digest(kind, uid):
        return
    store_documents([document])
    Version.objects.create(kind=kind, uid=uid, digest=document.entry.digest, at=at, by_name=by)


def newest_digest(kind: str, uid: uuid.UUID) -> bytes | None:
    """The digest of the last version that was kept of a setting, in the administration that was entered."""
    newest = Version.objects.filter(kind=kind, uid=uid).values_list("digest", flat=True).first()
    return None if newest is None else bytes(newest)


def _document(kind: str, uid: uuid.UUID) -> ReadDocument | None:
    return read_documents(current_schema_name(), {(kind, uid)}).get((kind, uid))
