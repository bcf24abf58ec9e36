"""Settings out of an administration, and into one: all that was given or nothing, and told before it is done."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.composed import needs_in_body
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.exceptions import DocumentRefused, SyncError, UnknownItem
from settings_sync.planning.values import Key
from settings_sync.services.edits.writing import find_standing, write_document
from tenants.models import Administration
from tenants.permissions import NotAllowed, rights_of
from tenants.schemas import inside

from .written import WrittenSetting


class Outcome(models.TextChoices):
    """What an import does with one setting."""

    CREATE = "create", gettext_lazy("create")
    UPDATE = "update", gettext_lazy("update")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    REFUSED = "refused", gettext_lazy("refused")


@dataclass(frozen=True)
class Given:
    """A setting that is to come in, and what people call where it stands: the name of a file."""

    name: str
    setting: WrittenSetting


@dataclass(frozen=True)
class ImportedSetting:
    """What becomes, or would become, of one setting; `reasons` say why it is refused."""

    name: str
    kind: str
    uid: uuid.UUID
    label: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """What came of an import, in the order in which it was given; `is_applied` says whether it stands there now."""

    rows: tuple[ImportedSetting, ...]
    is_applied: bool

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome == outcome for row in self.rows)


def export_settings(
    *, acting_user: User, administration: Administration, items: Collection[uuid.UUID] = ()
) -> list[WrittenSetting]:
    """Every setting that the user may read here; of `items` those, with all that they need, directly or further on.

    Raises UnknownItem for one that is not there.
    """
    rights = rights_of(acting_user, administration) or frozenset()
    readable = {kind.key for kind in all_kinds() if f"{kind.category.key}.read" in rights}
    keys = {key for key in look_at(administration).entries if key[0] in readable}
    with inside(administration):
        documents = read_documents(administration.schema_name, keys)
    if items:
        documents = _needed(documents, items)
    order = {kind: number for number, kind in enumerate(all_kinds().by_key)}
    found = sorted(documents.values(), key=lambda row: (order[row.entry.kind], row.entry.label, row.entry.uid))
    return [WrittenSetting(row.entry.kind, row.entry.uid, row.body) for row in found]


def import_settings(
    *, acting_user: User, administration: Administration, given: Sequence[Given], apply: bool = False
) -> Imported:
    """Let settings be what they are given as; those that are not given stay as they are.

    It is done for real and rolled back unless `apply` says otherwise, so what is told before is what happens. All in
    one transaction: when one is refused nothing is written, for half of what belongs together is nobody's state.
    """
    rows: dict[int, ImportedSetting] = {}
    with inside(administration), transaction.atomic():
        waiting = _in_order(given)
        while waiting:
            before = len(waiting)
            waiting = [
                place for place in waiting if not _came_in(acting_user, administration, given[place], place, rows)
            ]
            # What points at each other within one kind may need another round; without progress there is no use.
            if len(waiting) == before:
                break
        is_applied = apply and not waiting
        if not is_applied:
            transaction.set_rollback(True)
    return Imported(tuple(rows[place] for place in range(len(given))), is_applied)


def _in_order(given: Sequence[Given]) -> list[int]:
    """The places of what is given, what is pointed at first."""
    order = {kind: number for number, kind in enumerate(all_kinds().by_key)}
    return sorted(range(len(given)), key=lambda place: (order[given[place].setting.kind], place))


def _came_in(
    user: User, administration: Administration, given: Given, place: int, rows: dict[int, ImportedSetting]
) -> bool:
    """Try one setting and note what came of it; returns whether it is not to be tried again."""
    setting = given.setting
    label = str(setting.document.get(all_kinds()[setting.kind].item_label, ""))
    refused: tuple[str, ...] = ()
    outcome = Outcome.REFUSED
    try:
        with transaction.atomic():
            outcome = _write(user, administration, setting)
    except DocumentRefused as error:
        refused = tuple(_placed(error))
    except NotAllowed as error:
        refused = (_("You do not have the right to do this here: {right}.").format(right=error.right),)
    except SyncError as error:
        refused = (error.detail,)
    rows[place] = ImportedSetting(given.name, setting.kind, setting.uid, label, outcome, refused)
    return outcome != Outcome.REFUSED


def _write(user: User, administration: Administration, setting: WrittenSetting) -> Outcome:
    kind = all_kinds()[setting.kind]
    standing = find_standing(administration, kind, setting.uid)
    _require(user, administration, kind, "update" if standing else "create")
    written = write_document(
        acting_user=user,
        administration=administration,
        kind=kind,
        uid=setting.uid,
        given=setting.document,
        standing=standing,
    )
    if standing is None:
        return Outcome.CREATE
    return Outcome.UNCHANGED if written is standing.document else Outcome.UPDATE


def _require(user: User, administration: Administration, kind: Kind, verb: str) -> None:
    right = f"{kind.category.key}.{verb}"
    if right not in (rights_of(user, administration) or ()):
        raise NotAllowed(right)


def _placed(refused: DocumentRefused) -> Iterator[str]:
    for place, messages in refused.errors.items():
        for message in messages:
            yield f"{place}: {message}" if place else message


def _needed(documents: dict[Key, ReadDocument], items: Iterable[uuid.UUID]) -> dict[Key, ReadDocument]:
    by_uid = {key[1]: key for key in documents}
    waiting = []
    for uid in items:
        if uid not in by_uid:
            raise UnknownItem(uid=uid)
        waiting.append(by_uid[uid])
    found: dict[Key, ReadDocument] = {}
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = documents[key]
            waiting += [need.key for need in needs_in_body(documents[key]) if need.key in documents]
    return found
