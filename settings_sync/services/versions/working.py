"""Working on a draft: what reads and edits a setting by its rows finds the draft there, and nothing of it stays.

The rows of the draft are laid out in a savepoint, the work is done, what it made of them is read, and the savepoint is
rolled back: no other transaction ever sees a row of a draft, no trigger notes it, no version and no edit is kept. So
every editor works on drafts as it is, and what is published is what stands in the tables.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.acting import written_name
from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying.writing import write_rows
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.engine.reading.index import ReadDocument, published_only, read_documents, store_documents
from settings_sync.exceptions import DraftCannotBeOpened, DraftStaysOne
from settings_sync.services.edits.writing import find_standing
from sync_ledger.models import Draft
from tenants.models import Administration

Done = TypeVar("Done")


@dataclass(frozen=True)
class Worked:
    """What a draft became by some work; None when the work removed it."""

    document: ReadDocument | None


class Back(Exception):
    """Leaves the savepoint, so that nothing of it stays."""


def find_draft(uid: UUID, app: str) -> Draft | None:
    """The draft of that setting, or of the one with that part, in the administration that was entered."""
    drafts = Draft.objects.filter(Q(uid=uid) | Q(parts__contains=[str(uid)]), kind__startswith=f"{app}.")
    return drafts.first()


def work_on_draft(*, acting_user: User, administration: Administration, draft: Draft, work: Callable[[], Done]) -> Done:
    """Do some work with the draft in the place of what is published, and keep in the draft what it changed.

    To be called inside the administration. Raises DraftCannotBeOpened when the draft does not fit what stands there,
    and DraftStaysOne when the work would delete, archive or bring back the setting itself.
    """
    with transaction.atomic():
        # Two who work on it take turns, so that the second is told by its editor what the first has changed.
        locked = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if locked is None:
            raise DraftCannotBeOpened(name=draft.label)
        done, before, after = _lay_out_and_work(administration, locked, work)
        if after is None or after.body.get("is_archived") != before.body.get("is_archived"):
            raise DraftStaysOne(name=locked.label)
        if after.entry.digest != before.entry.digest:
            keep(locked, after, acting_user)
    return done


def try_out(administration: Administration, draft: Draft) -> None:
    """Raises DraftCannotBeOpened when the draft does not fit what stands there."""
    with published_only(), suppress(Back), transaction.atomic():
        lay_out(administration, draft)
        raise Back


def keep(draft: Draft, document: ReadDocument, acting_user: User) -> None:
    """Let the draft be this document from now on."""
    draft.body = dict(document.body)
    draft.parts = parts_in(draft.body)
    draft.label = document.entry.label
    draft.changed_at = timezone.now()
    draft.changed_by = written_name(acting_user)
    draft.save()


def parts_in(body: object) -> list[str]:
    """The uids of the parts of a document."""
    parts = body.get("parts", {}) if isinstance(body, dict) else {}
    return [row["uid"] for rows in parts.values() for row in rows]


def _lay_out_and_work(
    administration: Administration, draft: Draft, work: Callable[[], Done]
) -> tuple[Done, ReadDocument, ReadDocument | None]:
    found: list[tuple[Done, ReadDocument, ReadDocument | None]] = []
    # A look within would write down what is rolled back, and wait for others while it holds rows of theirs.
    with published_only(), suppress(Back), transaction.atomic():
        before = lay_out(administration, draft)
        done = work()
        key = (draft.kind, draft.uid)
        found.append((done, before, read_documents(administration.schema_name, {key}).get(key)))
        raise Back
    return found[0]


def lay_out(administration: Administration, draft: Draft) -> ReadDocument:
    """Write the draft into the rows of its setting, in a transaction that does not stay."""
    kind = all_kinds().by_key.get(draft.kind)
    # Of another version it would be read without what this one does not know, and lose that.
    if kind is None or draft.version != kind.version:
        raise DraftCannotBeOpened(name=draft.label)
    try:
        with transaction.atomic():
            standing = find_standing(administration, kind, draft.uid)
            document = describe_documents(kind, [(draft.uid, draft.body)])[0]
            store_documents([document])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                seen = standing.document.entry if standing else None
                write_rows(cursor, administration.schema_name, kind, document.entry, seen)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return document
    except (DataError, IntegrityError) as error:
        # A name that another has by now, or something that it points at and is gone.
        raise DraftCannotBeOpened(name=draft.label) from error
