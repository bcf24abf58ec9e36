"""Writing a setting by its document, in one administration and outside a sync: judged, written, logged; or nothing.

Every door that brings a document comes through here. The rows are written as a sync writes them, on the product's own
connection, so that triggers note what was touched.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction

from accounts.models import User
from settings_sync.declaring.edits import DocumentEdit
from settings_sync.declaring.kinds import Kind
from settings_sync.engine.applying.writing import delete_rows, write_rows
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.engine.reading.index import ReadDocument, read_documents, store_documents
from settings_sync.exceptions import DocumentRefused, NameClash, StillPointedAt
from sync_ledger.edits import record_edits
from tenants.constraints import broken_by
from tenants.models import Administration

from .editing import EditRefused, StillUsed, refuse_when_used, wait_for_turn
from .incoming import Problems, read_document
from .keeping import keep_standing
from .locks import refuse_locked
from .logged_values import Labels, values_for_log
from .pointing import problems_of_parts, problems_of_pointing
from .value_rules import problems_of_catalog, problems_of_values

UNIQUE_VIOLATION = "23505"
FOREIGN_KEY_VIOLATION = "23503"


@dataclass(frozen=True)
class Standing:
    """A setting as it stands in the administration that was entered, locked until the transaction ends."""

    item: Any
    document: ReadDocument

    @property
    def digest(self) -> str:
        return self.document.entry.digest.hex()


def find_standing(administration: Administration, kind: Kind, uid: uuid.UUID) -> Standing | None:
    """The setting, locked; None when it is not there. To be called inside a transaction in the administration."""
    # Before its row: whoever holds the turn may need that.
    wait_for_turn()
    model: Any = kind.root.model
    item = model._default_manager.select_for_update().filter(uid=uid).first()
    if item is None:
        return None
    document = read_documents(administration.schema_name, {(kind.key, uid)})[kind.key, uid]
    return Standing(item, document)


def write_document(
    *,
    acting_user: User,
    administration: Administration,
    kind: Kind,
    uid: uuid.UUID,
    given: Any,
    standing: Standing | None,
) -> ReadDocument:
    """Let a setting be what a document says; `standing` is what it is now, None for a new one.

    Returns the document as it stands then; nothing is written where it says what stands there. Raises DocumentRefused,
    SettingLocked or NameClash. To be called inside a transaction in the administration.
    """
    before = standing.document.body if standing else None
    becoming = read_given(kind, uid, given, before)
    if standing and becoming.entry.digest == standing.document.entry.digest:
        return standing.document
    edit = DocumentEdit(acting_user, uid, before, becoming.body)
    refuse_locked(administration, kind, edit, standing.document.entry.label if standing else becoming.entry.label)
    _refuse(problems_of_catalog(kind, becoming.body, before))
    _refuse(problems_of_pointing(kind, becoming.body, before))
    _refuse(problems_of_parts(kind, becoming.body, standing.item if standing else None))
    becoming = _settled(kind, edit, becoming)
    _write(acting_user, administration, kind, standing, becoming)
    return becoming


def remove_document(*, acting_user: User, administration: Administration, kind: Kind, standing: Standing) -> None:
    """Delete a setting that nothing uses. Raises SettingLocked, StillPointedAt or DocumentRefused."""
    entry = standing.document.entry
    edit = DocumentEdit(acting_user, entry.uid, standing.document.body, None)
    refuse_locked(administration, kind, edit, entry.label)
    try:
        refuse_when_used(standing.item)
    except StillUsed as used:
        raise StillPointedAt(reason=str(used)) from used
    _judge(kind, edit)
    before = values_for_log(kind, standing.item, {})
    record_edits(acting_user=acting_user, item=standing.item, before=before, after={})
    with _in_words(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        delete_rows(cursor, administration.schema_name, kind, entry.uid)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def read_given(kind: Kind, uid: uuid.UUID, given: Any, before: Mapping[str, Any] | None) -> ReadDocument:
    """What was sent as a canonical document; raises DocumentRefused for what the columns cannot hold."""
    body = read_document(kind, given)
    _refuse(problems_of_values(kind, body, before))
    try:
        with transaction.atomic():
            return describe_documents(kind, [(uid, body)])[0]
    except DataError as error:
        raise DocumentRefused(errors={"": [str(error).splitlines()[0]]}) from error


def _judge(kind: Kind, edit: DocumentEdit) -> None:
    problems = kind.root.declaration.problems_of_edit(edit)
    _refuse({place: [str(message) for message in messages] for place, messages in problems.items()})


def _settled(kind: Kind, edit: DocumentEdit, becoming: ReadDocument) -> ReadDocument:
    _judge(kind, edit)
    try:
        settled = kind.root.declaration.settle(edit)
    except EditRefused as refused:
        raise DocumentRefused(errors=dict(refused.problems)) from refused
    if settled is edit.after:
        return becoming
    return describe_documents(kind, [(edit.uid, settled)])[0]


def _refuse(problems: Problems) -> None:
    found = {place: messages for place, messages in problems.items() if messages}
    if found:
        raise DocumentRefused(errors=found)


def _write(
    acting_user: User, administration: Administration, kind: Kind, standing: Standing | None, becoming: ReadDocument
) -> None:
    if standing:
        keep_standing(standing.item)
    labels: Labels = {}
    before = values_for_log(kind, standing.item, labels) if standing else {}
    store_documents([becoming])
    with _in_words(), connection.cursor() as cursor:
        # Names and places may change hands within an edit, as within a sync.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        seen = standing.document.entry if standing else None
        write_rows(cursor, administration.schema_name, kind, becoming.entry, seen)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    model: Any = kind.root.model
    item = model._default_manager.get(uid=becoming.entry.uid)
    record_edits(acting_user=acting_user, item=item, before=before, after=values_for_log(kind, item, labels))


@contextmanager
def _in_words() -> Iterator[None]:
    """What the database refuses: a name that is taken, or a rule that no check of ours asks for."""
    try:
        yield
    except IntegrityError as error:
        broken, state = broken_by(error), getattr(error.__cause__, "sqlstate", "")
        if state == UNIQUE_VIOLATION:
            raise NameClash(reason=broken.sentence) from error
        if state == FOREIGN_KEY_VIOLATION:
            raise  # somebody else took away, at this moment, what it points at
        raise DocumentRefused(errors={broken.field: [broken.sentence]}) from error
