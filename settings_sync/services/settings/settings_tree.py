"""The main administration's settings as a tree to choose from, with what differs where and what needs what."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.models import Document
from settings_sync.planning.values import Entry, Key
from settings_sync.wording.wording import needed_by_in_words
from tenants.models import Administration

SCHEMAS_PER_QUERY = 500


@dataclass(frozen=True)
class TreeItem:
    """One setting. `differs` counts the administrations where it is not as in the main one; `needs` says what else."""

    uid: uuid.UUID
    label: str
    is_archived: bool
    differs: int
    needs: tuple[tuple[uuid.UUID, str], ...] = ()


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

    def come_along(self, ticked: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
        """What these items need, directly or further on, and is not ticked itself; each with the first reason."""
        known = {item.uid: item for row in self.categories for kind in row.kinds for item in kind.items}
        waiting = [uid for uid in ticked if uid in known]
        reasons: dict[uuid.UUID, str] = {}
        while waiting:
            for uid, words in known[waiting.pop()].needs:
                if uid in known and uid not in reasons:
                    reasons[uid] = words
                    waiting.append(uid)
        return {uid: words for uid, words in reasons.items() if uid not in set(ticked)}

    def ticked(
        self, categories: Collection[str], kinds: Collection[str], uids: Collection[uuid.UUID]
    ) -> set[uuid.UUID]:
        """Every item that is chosen, by itself or with its kind or category."""
        whole = {
            item.uid
            for row in self.categories
            for kind in row.kinds
            if row.key in categories or kind.key in kinds
            for item in kind.items
        }
        return whole | set(uids)

    def items_outside(self, categories: Collection[str], uids: Collection[uuid.UUID]) -> list[uuid.UUID]:
        """Those of the items that do not come with one of these categories already."""
        inside = {
            item.uid for row in self.categories if row.key in categories for kind in row.kinds for item in kind.items
        }
        return [uid for uid in uids if uid not in inside]

    def items_of_kinds(self, keys: Collection[str]) -> list[uuid.UUID]:
        """Every item of these kinds."""
        return [item.uid for row in self.categories for kind in row.kinds if kind.key in keys for item in kind.items]


def read_settings_tree(
    main: Administration, compared_with: Collection[Administration] = (), hidden: Collection[str] = ()
) -> SettingsTree:
    """The main administration's settings, each with the number of these administrations where it differs; without
    those of `hidden` categories."""
    # With the documents, in which is stored what each points at.
    entries = look_at(main, keep_documents=True).entries
    differs = count_differences(main, compared_with)
    needs = _needs_of(entries)
    rows = {kind.key: _kind(kind, entries, differs, needs) for kind in all_kinds()}
    categories = tuple(
        TreeCategory(
            category.key,
            str(category.label),
            tuple(rows[kind.key] for kind in all_kinds() if kind.category == category and rows[kind.key].items),
        )
        for category in all_kinds().categories
        if category.key not in hidden
    )
    return SettingsTree(categories, len(compared_with))


def count_differences(main: Administration, others: Collection[Administration]) -> Mapping[Key, int]:
    """In how many administrations each of the main's items is missing or different, by their indexes."""
    counted: dict[Key, int] = defaultdict(int)
    schemas = [other.schema_name for other in others]
    for start in range(0, len(schemas), SCHEMAS_PER_QUERY):
        parts = [_differing_in(main.schema_name, schema) for schema in schemas[start : start + SCHEMAS_PER_QUERY]]
        query = sql.SQL("SELECT kind, uid, count(*) FROM ({}) d GROUP BY kind, uid").format(
            sql.SQL(" UNION ALL ").join(parts)
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            for kind, uid, number in cursor.fetchall():
                counted[kind, uid] += number
    return counted


def _differing_in(main_schema: str, schema: str) -> sql.Composed:
    return sql.SQL(
        "SELECT m.kind, m.uid FROM {main} m WHERE NOT EXISTS"
        " (SELECT FROM {other} o WHERE o.kind = m.kind AND o.uid = m.uid AND o.digest = m.digest)"
    ).format(
        main=sql.Identifier(main_schema, "sync_ledger_indexentry"),
        other=sql.Identifier(schema, "sync_ledger_indexentry"),
    )


def _needs_of(entries: Mapping[Key, Entry]) -> dict[Key, list[tuple[uuid.UUID, str]]]:
    """What each item points at, with the reason in words as the other item would show it."""
    by_digest: dict[bytes, list[Entry]] = defaultdict(list)
    for entry in entries.values():
        by_digest[entry.digest].append(entry)  # archived settings may be equal to the letter
    found = Document.objects.filter(digest__in=by_digest).exclude(needs=[]).values_list("digest", "needs")
    needs: dict[Key, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    for digest, rows in found:
        for entry in by_digest[bytes(digest)]:
            needs[entry.key] += [(uuid.UUID(row["uid"]), _needed_by(entry, row["path"])) for row in rows]
    return needs


def _needed_by(entry: Entry, path: str) -> str:
    return needed_by_in_words({"kind": entry.kind, "label": entry.label, "path": path})


def _kind(
    kind: Kind,
    entries: Mapping[Key, Entry],
    differs: Mapping[Key, int],
    needs: Mapping[Key, list[tuple[uuid.UUID, str]]],
) -> TreeKind:
    own = sorted(
        (entry for entry in entries.values() if entry.kind == kind.key), key=lambda entry: entry.label.casefold()
    )
    items = [
        TreeItem(entry.uid, entry.label, entry.is_archived, differs.get(entry.key, 0), tuple(needs.get(entry.key, ())))
        for entry in own
    ]
    return TreeKind(
        kind.key,
        str(kind.label_plural),
        tuple(item for item in items if item.differs),
        tuple(item for item in items if not item.differs),
    )
