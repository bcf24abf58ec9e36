"""The narrow way of an update: of a setting in which some values changed, only the rows that hold them are written.

Nobody edits an administration while a sync has its turn, and every edit of before is on the dirty list or in the index.
So of a setting that the index has as the plan saw it, and that is not on that list, the stored document tells what
stands here. What differs between that document and the one that is to come are the rows that are read and compared with
the former to the letter, that are written, and that are compared with the latter as they stand then. No other row is
read or sent.

Whatever is not that plain is written as a whole: `statements.py`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.engine import sql
from settings_sync.engine.row_differences import NotPlain, RowDifference, differing_rows
from settings_sync.engine.rows import rows_in
from settings_sync.exceptions import ResultDiffers
from settings_sync.planning.values import PlannedChange
from settings_sync.planning.verdicts import Action

from . import books, statements
from .work import Work

Cursor = psycopg.Cursor[Any]
Narrow = Mapping[PlannedChange, tuple[RowDifference, ...]]
"""The changes that are written the narrow way, each with the rows that it writes."""

KNOWN_AT_MOST = 10_000_000
"""How many characters of rows a process remembers."""

_known: dict[tuple[Kind, bytes, bytes], tuple[RowDifference, ...] | None] = {}
"""What differs between two documents, None where it is not plain: mostly the next administration asks the same."""


def find_narrow(cursor: Cursor, work: Work) -> Narrow:
    """The changes for which the narrow way is open, and whose rows stand here as the plan saw them."""
    # A coupling gives other uids to what settings point at, beside their documents.
    if any(change.couples is not None or change.pairs for change in work.changes):
        return {}
    candidates = [change for change in work.changes if change.action.row_action == Action.UPDATE and change.writes]
    candidates = _as_the_index_has_them(cursor, work.schema, candidates)
    _read_differences(cursor, candidates)
    found = {change: rows for change in candidates if (rows := _known.get(_what(change))) is not None}
    moved = _find_moved(cursor, work.schema, found)
    return {change: rows for change, rows in found.items() if change not in moved}


def write_narrow(cursor: Cursor, schema: str, changes: Narrow) -> Iterator[tuple[str, int]]:
    """Write the rows of these changes, of one kind; gives how many of which table.

    Raises ResultDiffers when one of them does not stand there then as the plan's document has it, to the letter.
    """
    for table, rows in _by_table(changes).items():
        names = frozenset[str]().union(*(row.columns for row, _change in rows.values()))
        values = ", ".join(row.values(uid, names) for uid, (row, _change) in rows.items())
        cursor.execute(statements.row_update(table, names).filled(schema=schema, rows=sql.literal(f"[{values}]")))
        standing = {str(uid): text for uid, text in cursor.fetchall()}
        different = {change.label for uid, (row, change) in rows.items() if standing.get(uid) != row.after}
        if different:
            raise ResultDiffers(items=", ".join(sorted(different)[:5]))
        yield table.table, len(standing)


def _find_moved(cursor: Cursor, schema: str, changes: Narrow) -> set[PlannedChange]:
    """Those of these changes of which a row does not stand here, in its setting, as the former document has it."""
    moved: set[PlannedChange] = set()
    for table, rows in _by_table(changes).items():
        cursor.execute(rows_in(table, schema, rows))
        standing = {str(uid): (item, text) for item, uid, text in cursor.fetchall()}
        moved |= {change for uid, (row, change) in rows.items() if standing.get(uid) != (change.uid, row.before)}
    return moved


def _by_table(changes: Narrow) -> dict[Table, dict[str, tuple[RowDifference, PlannedChange]]]:
    """The rows of each table by their uid, with the change that writes them."""
    found: dict[Table, dict[str, tuple[RowDifference, PlannedChange]]] = defaultdict(dict)
    for change, rows in changes.items():
        for row in rows:
            found[row.table][row.uid or str(change.uid)] = (row, change)
    return found


def _as_the_index_has_them(cursor: Cursor, schema: str, changes: list[PlannedChange]) -> list[PlannedChange]:
    """Those of these changes whose former document is stored, and whose setting stands here as the plan saw it, as far
    as any trigger tells."""
    if not changes:
        return []
    cursor.execute(books.find_as_indexed(schema, changes))
    found = set(cursor.fetchall())
    return [change for change in changes if change.key in found]


def _what(change: PlannedChange) -> tuple[Kind, bytes, bytes]:
    return all_kinds()[change.kind], change.local or b"", change.result or b""


def _read_differences(cursor: Cursor, changes: Iterable[PlannedChange]) -> None:
    """Take apart the documents of which it is not known yet what differs."""
    wanted = {_what(change) for change in changes} - _known.keys()
    if not wanted:
        return
    if sum(len(row.before) + len(row.after) for rows in _known.values() for row in rows or ()) > KNOWN_AT_MOST:
        _known.clear()
    texts = _read_documents(cursor, {digest for _kind, *digests in wanted for digest in digests})
    for kind, before, after in wanted:
        _known[kind, before, after] = _compared(kind, texts.get(before), texts.get(after))


def _compared(kind: Kind, before: str | None, after: str | None) -> tuple[RowDifference, ...] | None:
    if before is None or after is None:
        return None
    try:
        return differing_rows(kind, before, after)
    except NotPlain:
        return None


def _read_documents(cursor: Cursor, digests: Iterable[bytes]) -> dict[bytes, str]:
    """The texts of these stored documents; one that is not what its digest says is left out."""
    cursor.execute(
        "SELECT digest, kind, version, body::text FROM public.settings_sync_document WHERE digest = ANY(%s)",
        [list(digests)],
    )
    texts = {}
    for digest, kind, version, text in cursor.fetchall():
        version = f" {version}" if version else ""
        if hashlib.sha256(f"{kind}{version}\n{text}".encode()).digest() == bytes(digest):
            texts[bytes(digest)] = text
    return texts
