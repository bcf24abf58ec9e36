"""The main administration's settings as a tree to choose from, with what differs where and what needs what."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.db import connection
from psycopg import sql

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.snapshots import read_needs
from settings_sync.planning.assigning import Expected
from settings_sync.planning.choosing import needed_items
from settings_sync.planning.values import Entry, Key, NeededBy, Source
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.wording.wording import needed_by_in_words
from tenants.models import Administration
from tenants.wholeness import having

SCHEMAS_PER_QUERY = 500
NOWHERE: Mapping[Key, int] = MappingProxyType({})


@dataclass(frozen=True)
class TreeItem:
    """One setting. `differs` counts the administrations where it is not as in the main one. `needed_by` gives the
    settings that point at it, each with why in words, in the order in which a reason is looked for.
    """

    uid: uuid.UUID
    label: str
    is_archived: bool
    differs: int
    needed_by: tuple[tuple[uuid.UUID, str], ...] = ()

    @property
    def needed_by_as_json(self) -> str:
        """For the script of the page. No separator would do, for a name may have any letter in it."""
        return json.dumps(self.needed_by, default=str, ensure_ascii=False)


@dataclass(frozen=True)
class TreeKind:
    """The settings of one kind: first those that differ somewhere, apart from those that are in line everywhere."""

    key: str
    label: str
    differing: tuple[TreeItem, ...]
    in_line: tuple[TreeItem, ...]

    @property
    def items(self) -> tuple[TreeItem, ...]:
        return self.differing + self.in_line


@dataclass(frozen=True)
class TreeCategory:
    """The settings of one category."""

    key: str
    label: str
    kinds: tuple[TreeKind, ...]

    @property
    def item_count(self) -> int:
        return sum(len(kind.items) for kind in self.kinds)

    @property
    def differing_count(self) -> int:
        return sum(len(kind.differing) for kind in self.kinds)


@dataclass(frozen=True)
class SettingsTree:
    """Everything that can be chosen; `compared` is the number of administrations that it was compared with."""

    categories: tuple[TreeCategory, ...]
    compared: int
    source: Source
    """The same settings as planning takes them."""

    @property
    def kinds(self) -> list[TreeKind]:
        return [kind for row in self.categories for kind in row.kinds]

    @property
    def differing(self) -> list[uuid.UUID]:
        """Every item that is not as in the main administration somewhere."""
        return [item.uid for kind in self.kinds for item in kind.differing]

    def come_along(self, ticked: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
        """What these items need, directly or further on, and is not ticked itself; each with the first reason."""
        chosen = {key for key in self.source.entries if key[1] in ticked}
        needed = needed_items(self.source, chosen)
        return {key[1]: needed_by_in_words(reasons[0]) for key, reasons in needed.items() if key not in chosen}

    def ticked(
        self, categories: Collection[str], kinds: Collection[str], uids: Collection[uuid.UUID]
    ) -> set[uuid.UUID]:
        """Every item that is chosen, by itself or with its kind or category."""
        chosen = set(uids)
        for row in self.categories:
            for kind in row.kinds:
                if row.key in categories or kind.key in kinds:
                    chosen |= {item.uid for item in kind.items}
        return chosen

    def items_outside(self, categories: Collection[str], uids: Collection[uuid.UUID]) -> list[uuid.UUID]:
        """Those of the items that do not come with one of these categories already."""
        inside = self.ticked(categories, [], [])
        return [uid for uid in uids if uid not in inside]

    def items_of_kinds(self, keys: Collection[str]) -> list[uuid.UUID]:
        """Every item of these kinds."""
        kinds = [kind for kind in self.kinds if kind.key in keys]
        return [item.uid for kind in kinds for item in kind.items]


def read_settings_tree(
    main: Administration, compared_with: Collection[Administration] = (), hidden: Collection[str] = ()
) -> SettingsTree:
    """The main administration's settings, each with the number of these administrations where it differs; without
    those of `hidden` categories."""
    compared_with = _readable(compared_with)
    # Counted by the database over the indexes: to read them here would cost as much as all their settings.
    tree = tree_of(_read_source(main, hidden), count_differences(main, compared_with), len(compared_with))
    return replace(tree, categories=tuple(category for category in tree.categories if category.key not in hidden))


def tree_of(source: Source, differs: Mapping[Key, int] = NOWHERE, compared: int = 0) -> SettingsTree:
    """These settings by category and kind; categories that have none of them are there, and kinds are not."""
    needed_by = _needed_by(source)
    rows = {kind.key: _kind(kind, source.entries, differs, needed_by) for kind in all_kinds()}
    categories = tuple(
        TreeCategory(
            category.key,
            str(category.label),
            tuple(rows[kind.key] for kind in all_kinds() if kind.category == category and rows[kind.key].items),
        )
        for category in all_kinds().categories
    )
    return SettingsTree(categories, compared, source)


def _read_source(main: Administration, hidden: Collection[str]) -> Source:
    """What may be chosen, and what it points at among that: who may not see a category cannot take it along."""
    shown = {kind.key for kind in all_kinds() if kind.category.key not in hidden}
    # With the documents, in which is stored what each points at.
    entries = look_at(main, keep_documents=True).entries
    entries = {key: entry for key, entry in entries.items() if entry.kind in shown}
    needs = read_needs({entry.digest for entry in entries.values()})
    return Source(entries, {digest: [need for need in found if need.key in entries] for digest, found in needs.items()})


def _readable(administrations: Collection[Administration]) -> list[Administration]:
    """Those whose index can be read: what is wrong with the others is told where they are listed."""
    whole = [row for row in administrations if not row.damage]
    # One schema without an index would fail the query about all of them.
    present = having("sync_ledger_indexentry", [row.schema_name for row in whole])
    return [row for row in whole if row.schema_name in present]


def count_differences(main: Administration, others: Collection[Administration]) -> Mapping[Key, int]:
    """In how many administrations each of the main's items is missing or different, by their indexes.

    Where packages say what one is to have, what nobody assigned is not missing, and what is not to come there counts
    nowhere.
    """
    counted: dict[Key, int] = defaultdict(int)
    by_expected = Expectations(main).by_members(others)
    with_packages = {row.pk for rows in by_expected.values() for row in rows}
    _count(counted, main, [row for row in others if row.pk not in with_packages], None)
    # Administrations in the same groups are to have the same, so these are few however many they are.
    for expected, rows in by_expected.items():
        _count(counted, main, rows, expected)
    return counted


def _count(
    counted: dict[Key, int], main: Administration, others: Sequence[Administration], expected: Expected | None
) -> None:
    schemas = [other.schema_name for other in others]
    for start in range(0, len(schemas), SCHEMAS_PER_QUERY):
        parts = [
            _differing_in(main.schema_name, schema, expected is not None)
            for schema in schemas[start : start + SCHEMAS_PER_QUERY]
        ]
        query = sql.SQL("{}SELECT kind, uid, count(*) FROM ({}) d GROUP BY kind, uid").format(
            _expecting(expected), sql.SQL(" UNION ALL ").join(parts)
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            for kind, uid, number in cursor.fetchall():
                counted[kind, uid] += number


def _expecting(expected: Expected | None) -> sql.Composable:
    """What these administrations are to have, once for all of them: named in each part it would be megabytes."""
    if expected is None:
        return sql.SQL("")
    uids = [[uid for _kind, uid in keys] for keys in (expected.wanted, expected.not_here)]
    return sql.SQL("WITH wanted AS (SELECT unnest({}::uuid[]) uid), away AS (SELECT unnest({}::uuid[]) uid) ").format(
        *map(sql.Literal, uids)
    )


def _differing_in(main_schema: str, schema: str, is_expected: bool) -> sql.Composed:
    query = (
        "SELECT m.kind, m.uid FROM {main} m WHERE NOT EXISTS"
        " (SELECT FROM {other} o WHERE o.kind = m.kind AND o.uid = m.uid AND o.digest = m.digest)"
    )
    if is_expected:
        query += (
            " AND NOT EXISTS (SELECT FROM away WHERE away.uid = m.uid)"
            " AND (EXISTS (SELECT FROM wanted WHERE wanted.uid = m.uid)"
            " OR EXISTS (SELECT FROM {other} o WHERE o.kind = m.kind AND o.uid = m.uid))"
        )
    return sql.SQL(query).format(
        main=sql.Identifier(main_schema, "sync_ledger_indexentry"),
        other=sql.Identifier(schema, "sync_ledger_indexentry"),
    )


def _needed_by(source: Source) -> dict[Key, list[tuple[uuid.UUID, str]]]:
    """What points at each item, with why in words as that item shows it."""
    found: dict[Key, list[tuple[NeededBy, uuid.UUID]]] = defaultdict(list)
    for entry in source.entries.values():
        for need in source.needs.get(entry.digest, ()):
            found[need.key].append((NeededBy(entry.kind, entry.label, need.path), entry.uid))
    return {
        key: [(uid, needed_by_in_words(reason)) for reason, uid in sorted(reasons)] for key, reasons in found.items()
    }


def _kind(
    kind: Kind,
    entries: Mapping[Key, Entry],
    differs: Mapping[Key, int],
    needed_by: Mapping[Key, list[tuple[uuid.UUID, str]]],
) -> TreeKind:
    own = sorted(
        (entry for entry in entries.values() if entry.kind == kind.key), key=lambda entry: entry.label.casefold()
    )
    items = [
        TreeItem(
            entry.uid, entry.label, entry.is_archived, differs.get(entry.key, 0), tuple(needed_by.get(entry.key, ()))
        )
        for entry in own
    ]
    return TreeKind(
        kind.key,
        str(kind.label_plural),
        tuple(item for item in items if item.differs),
        tuple(item for item in items if not item.differs),
    )
