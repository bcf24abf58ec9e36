"""Drafts of settings: begun, listed, compared with what is published, published and thrown away."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.acting import written_name
from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import DraftMoved, ItemGone
from settings_sync.permissions import syncable_keys
from settings_sync.planning.differences import differences
from settings_sync.services.edits.item_edits import create_item, replace_item
from settings_sync.services.previews.previewing import PlacePreview, name_parts, places_of
from settings_sync.services.settings.followers import find_behind
from settings_sync.services.settings.items import ItemDocument, read_item
from sync_ledger.models import Draft
from tenants.models import Administration
from tenants.permissions import NotAllowed, rights_of
from tenants.schemas import inside

from .working import parts_in


@dataclass(frozen=True)
class DraftRow:
    """One draft, without what is in it.

    `is_new` says that nothing of it was ever published, `has_moved` that what is published was changed or deleted since
    it was begun.
    """

    uid: uuid.UUID
    kind: str
    kind_label: str
    category: str
    label: str
    begun_at: datetime
    begun_by: str
    changed_at: datetime | None
    changed_by: str
    is_new: bool
    has_moved: bool


@dataclass(frozen=True)
class DraftAhead:
    """A draft with what it would change of the published setting, place by place: `local` now, `result` then.

    `digest` is that of its document, `published` that of what is published: empty where there is nothing.
    """

    row: DraftRow
    document: Mapping[str, Any]
    digest: str
    published: str
    places: Sequence[PlacePreview]


@dataclass(frozen=True)
class Published:
    """What was published, and how many sub-administrations are behind on it now."""

    item: ItemDocument
    behind: int


def list_drafts(*, acting_user: User, administration: Administration) -> list[DraftRow]:
    """The drafts of an administration in categories that the user may read, by kind and name."""
    rights = rights_of(acting_user, administration) or frozenset()
    with inside(administration):
        drafts = list(Draft.objects.defer("body", "parts"))
    found = [draft for draft in drafts if f"{category_of(draft)}.read" in rights]
    entries = look_at(administration).entries if found else {}
    return [
        row_of(draft, entry.digest if (entry := entries.get((draft.kind, draft.uid))) else b"")
        for draft in sorted(found, key=lambda draft: (draft.kind, draft.label.casefold()))
    ]


def begin_draft(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> DraftRow:
    """Begin a draft of a setting as it stands; the one that is there already is gone on with.

    Raises ItemGone or NotAllowed.
    """
    item = _item(acting_user, administration, uid)
    require_update(acting_user, administration, item.row.category)
    with inside(administration):
        draft, _made = Draft.objects.get_or_create(
            uid=uid,
            defaults={
                "kind": item.row.kind,
                "body": dict(item.document),
                "parts": parts_in(dict(item.document)),
                "base": bytes.fromhex(item.row.digest),
                "version": all_kinds()[item.row.kind].version,
                "label": item.row.label,
                "begun_by": written_name(acting_user),
            },
        )
    return row_of(draft, bytes.fromhex(item.row.digest))


def read_draft(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> DraftAhead:
    """A draft beside what is published. Raises ItemGone when there is none, or the user may not read it."""
    draft = find_readable(acting_user, administration, uid)
    item = read_item(acting_user=acting_user, administration=administration, uid=uid)
    published = item.row.digest if item else ""
    kind = all_kinds()[draft.kind]
    return DraftAhead(
        row=row_of(draft, bytes.fromhex(published)),
        document=draft.body,
        digest=describe_documents(kind, [(uid, draft.body)])[0].entry.digest.hex(),
        published=published,
        places=_places(administration, kind, item.document if item else {}, draft.body),
    )


def publish_draft(
    *, acting_user: User, administration: Administration, uid: uuid.UUID, seen: str, replaces: bool = False
) -> Published:
    """Let the setting be what the draft says, and end the draft; one that is not there yet is made.

    `seen` is the mark of the draft as it was looked at. Where what is published changed since the draft was begun, that
    is put aside only with `replaces`. Raises ItemGone, NotAllowed, DraftMoved, or what writing a document raises.
    """
    draft = find_readable(acting_user, administration, uid)
    item = read_item(acting_user=acting_user, administration=administration, uid=uid)
    if seen != mark_of(draft):
        reason = _("It was changed by {name} meanwhile.").format(name=draft.changed_by)
        raise DraftMoved(name=draft.label, reason=reason)
    if (item.row.digest if item else "") != bytes(draft.base).hex() and not replaces:
        raise DraftMoved(name=draft.label, reason=_("What is published was changed since the draft was begun."))
    written = _written(acting_user, administration, draft, item)
    with inside(administration):
        # One who saved meanwhile goes on with a draft of what is published now.
        if not Draft.objects.filter(pk=draft.pk, changed_at=draft.changed_at).delete()[0]:
            Draft.objects.filter(pk=draft.pk).update(base=bytes.fromhex(written.row.digest))
    return Published(written, _behind(acting_user, administration, written))


def _written(user: User, administration: Administration, draft: Draft, item: ItemDocument | None) -> ItemDocument:
    if item is None:
        return create_item(
            acting_user=user,
            administration=administration,
            category=category_of(draft),
            kind=draft.kind,
            document=draft.body,
            uid=draft.uid,
        )
    return replace_item(
        acting_user=user, administration=administration, uid=draft.uid, document=draft.body, seen=item.row.digest
    )


def discard_draft(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> None:
    """Throw a draft away; what is published stays as it is. Raises ItemGone or NotAllowed."""
    draft = find_readable(acting_user, administration, uid)
    require_update(acting_user, administration, category_of(draft))
    with inside(administration):
        Draft.objects.filter(pk=draft.pk).delete()


def mark_of(draft: Draft | DraftRow) -> str:
    """What tells whether a draft is still the one that somebody looked at."""
    return (draft.changed_at or draft.begun_at).isoformat()


def _behind(user: User, administration: Administration, item: ItemDocument) -> int:
    if not administration.is_main:
        return 0
    allowed = syncable_keys(user, administration)
    return sum(child.pk in allowed for child in find_behind(administration, item.row.kind, item.row.uid))


def find_readable(user: User, administration: Administration, uid: uuid.UUID) -> Draft:
    """The draft of that setting. Raises ItemGone when there is none, or the user may not read it."""
    with inside(administration):
        draft = Draft.objects.filter(uid=uid).first()
    if draft is None or f"{category_of(draft)}.read" not in (rights_of(user, administration) or ()):
        raise ItemGone
    return draft


def _places(
    administration: Administration, kind: Kind, published: Mapping[str, Any], body: Mapping[str, Any]
) -> Sequence[PlacePreview]:
    names = name_parts(kind, [body, published])
    settings = {str(entry.uid): entry.label for entry in look_at(administration).entries.values()}
    labels = settings | {part: name.words for part, name in names.items()}
    changed = differences(base=None, source=published, local=published, result=body)
    return places_of(kind, changed, labels, names)


def _item(user: User, administration: Administration, uid: uuid.UUID) -> ItemDocument:
    item = read_item(acting_user=user, administration=administration, uid=uid)
    if item is None:
        raise ItemGone
    return item


def require_update(user: User, administration: Administration, category: str) -> None:
    """Raises NotAllowed."""
    right = f"{category}.update"
    if right not in (rights_of(user, administration) or ()):
        raise NotAllowed(right)


def category_of(draft: Draft) -> str:
    """The key of the category that it is of; empty for a kind that this version does not know."""
    kind = all_kinds().by_key.get(draft.kind)
    return kind.category.key if kind else ""


def row_of(draft: Draft, published: bytes) -> DraftRow:
    """A draft beside the digest of what is published, which is empty where there is nothing."""
    return DraftRow(
        uid=draft.uid,
        kind=draft.kind,
        kind_label=str(all_kinds()[draft.kind].label),
        category=category_of(draft),
        label=draft.label,
        begun_at=draft.begun_at,
        begun_by=draft.begun_by,
        changed_at=draft.changed_at,
        changed_by=draft.changed_by,
        is_new=not bytes(draft.base) and not published,
        has_moved=published != bytes(draft.base),
    )
