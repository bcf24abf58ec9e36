"""Drafts of settings that are not there yet, and drafts that are written by their documents."""

import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, TypeVar

from django.db import transaction

from accounts.acting import written_name
from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import ReadDocument, look_at, published_only, read_documents
from settings_sync.exceptions import ItemMoved, UidTaken
from settings_sync.planning.values import Key
from settings_sync.services.edits.item_edits import kind_in
from settings_sync.services.edits.writing import read_given
from sync_ledger.models import Dirty, Draft
from tenants.models import Administration
from tenants.permissions import NotAllowed, rights_of
from tenants.schemas import inside

from .drafts import DraftRow, category_of, find_readable, mark_of, require_update, row_of
from .working import Back, keep, parts_in, try_out

Done = TypeVar("Done")


def draft_what_is_made(
    *, acting_user: User, administration: Administration, app: str, work: Callable[[], Done]
) -> tuple[Done, list[DraftRow]]:
    """Do work that makes settings of an app, and keep them as drafts instead; nothing else of the work stays.

    To be called inside the administration. Where it makes none, as when it refuses what was typed, there is no draft.
    """
    known = look_at(administration).entries.keys()
    with transaction.atomic():
        done, made = _work_and_go_back(administration, app, known, work)
        # What somebody else made meanwhile stands there still.
        elsewhere = read_documents(administration.schema_name, set(made))
        drafts = [_begun(acting_user, document) for key, document in made.items() if key not in elsewhere]
        for draft in drafts:
            draft.save()
    return done, [row_of(draft, b"") for draft in drafts]


def make_draft(
    *,
    acting_user: User,
    administration: Administration,
    category: str,
    kind: str,
    document: Any,
    uid: uuid.UUID | None = None,
) -> DraftRow:
    """A draft of a new setting with this document; the catalog's rules are asked when it is published.

    Raises NotAllowed, UnknownCategory, UnknownKind, UidTaken, DocumentRefused or DraftCannotBeOpened.
    """
    declared = kind_in(acting_user, administration, category, kind)
    if (right := f"{category}.create") not in (rights_of(acting_user, administration) or ()):
        raise NotAllowed(right)
    uid = uid or uuid.uuid4()
    draft = _begun(acting_user, read_given(declared, uid, document, None))
    taken = any(entry.uid == uid for entry in look_at(administration).entries.values())
    with inside(administration), transaction.atomic():
        if taken or Draft.objects.filter(uid=uid).exists():
            raise UidTaken(uid=uid)
        try_out(administration, draft)
        draft.save()
    return row_of(draft, b"")


def write_draft(*, acting_user: User, administration: Administration, uid: uuid.UUID, document: Any, seen: str) -> None:
    """Let a draft be what this document says; `seen` is its mark as it was looked at.

    Raises ItemGone, NotAllowed, ItemMoved, DocumentRefused or DraftCannotBeOpened.
    """
    draft = find_readable(acting_user, administration, uid)
    require_update(acting_user, administration, category_of(draft))
    given = read_given(all_kinds()[draft.kind], uid, document, draft.body)
    with inside(administration), transaction.atomic():
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None or seen != mark_of(locked):
            raise ItemMoved
        locked.body = dict(given.body)
        try_out(administration, locked)
        keep(locked, given, acting_user)


def _work_and_go_back(
    administration: Administration, app: str, known: Collection[Key], work: Callable[[], Done]
) -> tuple[Done, dict[Key, ReadDocument]]:
    found: list[tuple[Done, dict[Key, ReadDocument]]] = []
    with published_only(), suppress(Back), transaction.atomic():
        last = Dirty.objects.order_by("-id").values_list("id", flat=True).first() or 0
        done = work()
        touched = Dirty.objects.filter(id__gt=last, kind__startswith=f"{app}.").values_list("kind", "uid")
        found.append((done, read_documents(administration.schema_name, set(touched) - set(known))))
        raise Back
    return found[0]


def _begun(acting_user: User, document: ReadDocument) -> Draft:
    body = dict(document.body)
    return Draft(
        kind=document.entry.kind,
        uid=document.entry.uid,
        body=body,
        parts=parts_in(body),
        base=b"",
        version=all_kinds()[document.entry.kind].version,
        label=document.entry.label,
        begun_by=written_name(acting_user),
    )
