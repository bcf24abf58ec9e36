"""The settings of one administration, one by one: categories with their counts, items, and an item's document."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.declaring.options import Category
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.planning.alignment import relations
from settings_sync.planning.values import Entry, Local
from settings_sync.services.assignments.assigned import Expectations
from sync_ledger.models import Edit
from tenants.models import Administration
from tenants.permissions import rights_of
from tenants.schemas import inside

PLACED_BY = 40
"""Characters of a name by which items are put in order."""


@dataclass(frozen=True)
class CategoryRow:
    """A category with the number of its items; `needs` names the categories that its items may point at."""

    key: str
    label: str
    item_count: int
    needs: tuple[str, ...]


@dataclass(frozen=True)
class ItemRow:
    """One item: `key` is the name or code by which people recognise it. `updated_at` is the last logged edit."""

    uid: uuid.UUID
    kind: str
    category: str
    key: str
    label: str
    digest: str
    is_archived: bool
    updated_at: datetime | None


@dataclass(frozen=True)
class ItemDocument:
    """One item with its content as canonical JSON, references written as uids."""

    row: ItemRow
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Relation:
    """One item and how it stands in one administration: in line, behind, changed locally, conflict, missing or own."""

    uid: uuid.UUID
    kind: str
    label: str
    state: str


def list_categories(*, acting_user: User, administration: Administration) -> list[CategoryRow]:
    """The categories that the user may read here, in the order in which they are shown."""
    readable = _readable(acting_user, administration)
    entries = _look(administration).entries if readable else {}
    return [
        CategoryRow(
            key=category.key,
            label=str(category.label),
            item_count=sum(all_kinds()[kind].category == category for kind, _uid in entries),
            needs=tuple(_needs(category)),
        )
        for category in readable
    ]


def list_items(*, acting_user: User, administration: Administration, category: str) -> list[ItemRow] | None:
    """The items of one category by kind and name; None when there is no such category, or the user may not read it."""
    if category not in {row.key for row in _readable(acting_user, administration)}:
        return None
    kinds = all_kinds().of({category})
    entries = [entry for entry in _look(administration).entries.values() if all_kinds()[entry.kind] in kinds]
    rows = _rows(administration, kinds, entries)
    return sorted(rows, key=place_of)


def place_of(row: ItemRow) -> list[Any]:
    """Where a row stands in a list of items; of a long name the beginning counts, because a cursor holds it."""
    return [row.kind, row.label.casefold()[:PLACED_BY], str(row.uid)]


def read_item(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> ItemDocument | None:
    """One item; None when there is no such item here, or the user may not read its category."""
    readable = {category.key for category in _readable(acting_user, administration)}
    found = [entry for entry in _look(administration).entries.values() if entry.uid == uid]
    found = [entry for entry in found if all_kinds()[entry.kind].category.key in readable]
    if not found:
        return None
    documents = read_documents(administration.schema_name, {found[0].key})
    # Deleted between the look and the reading.
    if found[0].key not in documents:
        return None
    return item_of(administration, documents[found[0].key])


def item_of(administration: Administration, document: ReadDocument) -> ItemDocument:
    """One item from its document, which was read before."""
    kind = all_kinds()[document.entry.kind]
    return ItemDocument(_rows(administration, [kind], [document.entry])[0], document.body)


def relations_of(
    *, acting_user: User, main: Administration, administration: Administration
) -> dict[str, list[Relation]]:
    """Per category that the user may read there: every item of the main or of the administration, and how it stands."""
    readable = {category.key for category in _readable(acting_user, administration)}
    source = _look(main)
    local = _look(administration)
    found: dict[str, list[Relation]] = {key: [] for key in readable}
    expected = Expectations(main, source.entries).of(administration)
    for key, state in relations(source.entries, local, expected).items():
        entry = local.entries.get(key) or source.entries.get(key)
        category = all_kinds()[key[0]].category.key
        if category in readable and entry is not None:
            found[category].append(Relation(entry.uid, entry.kind, entry.label, state))
    return {key: sorted(rows, key=lambda row: (row.kind, row.label, row.uid)) for key, rows in found.items()}


def _readable(user: User, administration: Administration) -> list[Category]:
    """A right over settings is called after the category: `forms.read`."""
    rights = rights_of(user, administration) or frozenset()
    return [category for category in all_kinds().categories if f"{category.key}.read" in rights]


def _look(administration: Administration) -> Local:
    """What stands there; a main's documents are kept, because a snapshot that follows counts on them."""
    return look_at(administration, keep_documents=administration.is_main)


def _needs(category: Category) -> list[str]:
    pointed = set()
    for kind in all_kinds().of({category.key}):
        pointed |= {link.other_kind for link in kind.links}
        for table in kind.tables:
            references = [column.reference for column in table.columns if column.reference]
            pointed |= {reference.kind for reference in references if not reference.is_inside}
    return sorted({all_kinds()[key].category.key for key in pointed} - {category.key})


def _rows(administration: Administration, kinds: list[Kind], entries: list[Entry]) -> list[ItemRow]:
    uids = [entry.uid for entry in entries]
    with inside(administration):
        # Without the model's order, which would be grouped by as well and give every edit a row.
        edited = Edit.objects.filter(uid__in=uids).order_by().values_list("uid").annotate(last=Max("at"))
        edits = dict(edited.values_list("uid", "last"))
        natural = {
            uid: str(key)
            for kind in kinds
            for uid, key in kind.root.model._default_manager.filter(uid__in=uids).values_list("uid", kind.natural_key)
        }
    return [_row(entry, natural, edits) for entry in entries]


def _row(entry: Entry, natural: Mapping[uuid.UUID, str], edits: Mapping[uuid.UUID, datetime]) -> ItemRow:
    return ItemRow(
        uid=entry.uid,
        kind=entry.kind,
        category=all_kinds()[entry.kind].category.key,
        key=natural.get(entry.uid, entry.label),
        label=entry.label,
        digest=entry.digest.hex(),
        is_archived=entry.is_archived,
        updated_at=edits.get(entry.uid),
    )
