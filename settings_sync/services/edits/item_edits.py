"""Making, replacing, archiving and deleting a setting by its document: for other systems, the terminal and files."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import ItemGone, ItemMoved, UidTaken, UnknownCategory, UnknownKind
from settings_sync.services.settings.items import ItemDocument, item_of
from tenants.models import Administration
from tenants.permissions import NotAllowed, rights_of
from tenants.schemas import inside

from .writing import Standing, find_standing, remove_document, write_document


def create_item(
    *,
    acting_user: User,
    administration: Administration,
    category: str,
    kind: str,
    document: Any,
    uid: uuid.UUID | None = None,
) -> ItemDocument:
    """A new setting with this document. Raises NotAllowed, UnknownCategory, UnknownKind, UidTaken, or what
    `write_document` raises."""
    declared = kind_in(acting_user, administration, category, kind)
    _require(acting_user, "create", administration, declared)
    uid = uid or uuid.uuid4()
    with _editing(administration):
        if find_standing(administration, declared, uid) is not None:
            raise UidTaken(uid=uid)
        written = write_document(
            acting_user=acting_user,
            administration=administration,
            kind=declared,
            uid=uid,
            given=document,
            standing=None,
        )
    # Not looked at anew: inside the transaction of a caller that would take a lock of syncs in the wrong order.
    return item_of(administration, written)


def replace_item(
    *, acting_user: User, administration: Administration, uid: uuid.UUID, document: Any, seen: str | None
) -> ItemDocument:
    """Let a setting be what this document says. `seen` is the digest of what was looked at; None asks nothing.

    Raises ItemGone, NotAllowed, ItemMoved, or what `write_document` raises.
    """
    kind = _kind_of(acting_user, administration, uid)
    _require(acting_user, "update", administration, kind)
    with _editing(administration):
        standing = _standing(administration, kind, uid, seen)
        written = write_document(
            acting_user=acting_user,
            administration=administration,
            kind=kind,
            uid=uid,
            given=document,
            standing=standing,
        )
    return item_of(administration, written)


def archive_item(
    *, acting_user: User, administration: Administration, uid: uuid.UUID, seen: str | None = None
) -> ItemDocument:
    """Take a setting out of every choice; what uses it keeps it, and what is archived already stays so."""
    kind = _kind_of(acting_user, administration, uid)
    _require(acting_user, "update", administration, kind)
    with _editing(administration):
        standing = _standing(administration, kind, uid, seen)
        written = write_document(
            acting_user=acting_user,
            administration=administration,
            kind=kind,
            uid=uid,
            given={**standing.document.body, "is_archived": True},
            standing=standing,
        )
    return item_of(administration, written)


def delete_item(*, acting_user: User, administration: Administration, uid: uuid.UUID, seen: str | None = None) -> None:
    """Delete a setting that nothing uses. Raises StillPointedAt with what does."""
    kind = _kind_of(acting_user, administration, uid)
    _require(acting_user, "delete", administration, kind)
    with _editing(administration):
        standing = _standing(administration, kind, uid, seen)
        remove_document(acting_user=acting_user, administration=administration, kind=kind, standing=standing)


@contextmanager
def _editing(administration: Administration) -> Iterator[None]:
    with inside(administration), transaction.atomic():
        yield


def kind_in(user: User, administration: Administration, category: str, key: str) -> Kind:
    """The kind of that key in a category that the user may read there. Raises UnknownCategory or UnknownKind."""
    if f"{category}.read" not in (rights_of(user, administration) or ()):
        raise UnknownCategory(key=category)
    kinds = all_kinds().by_key
    if key not in kinds or kinds[key].category.key != category:
        raise UnknownKind(kind=key, category=category)
    return kinds[key]


def _kind_of(user: User, administration: Administration, uid: uuid.UUID) -> Kind:
    """The kind of a setting that the user may read there. Raises ItemGone."""
    rights = rights_of(user, administration) or frozenset()
    for entry in look_at(administration).entries.values():
        kind = all_kinds()[entry.kind]
        if entry.uid == uid and f"{kind.category.key}.read" in rights:
            return kind
    raise ItemGone


def _require(user: User, verb: str, administration: Administration, kind: Kind) -> None:
    """Rights over a category are called after it: `forms.update`."""
    right = f"{kind.category.key}.{verb}"
    if right not in (rights_of(user, administration) or ()):
        raise NotAllowed(right)


def _standing(administration: Administration, kind: Kind, uid: uuid.UUID, seen: str | None) -> Standing:
    standing = find_standing(administration, kind, uid)
    if standing is None:
        raise ItemGone
    if seen is not None and seen != standing.digest:
        raise ItemMoved
    return standing
