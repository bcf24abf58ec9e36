"""The log of edits of one item, in many administrations at once."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

from tenants.wholeness import having

SCHEMAS_PER_QUERY = 500
LATEST = 60
"""Edits that are looked at per administration; who changed a field before those is not told."""


@dataclass(frozen=True)
class LoggedEdit:
    """One edit: when, by whom, and of which field, as the log names it: `sections/Metingen/CO-gehalte/label`."""

    at: datetime
    by: str
    path: str


def read_edits(schemas: Collection[str], kind: str, uid: uuid.UUID) -> dict[str, list[LoggedEdit]]:
    """By schema the latest edits of an item there, latest first; one query for every 500 administrations. Of one that
    lost its log there are none."""
    found: dict[str, list[LoggedEdit]] = defaultdict(list)
    listed = sorted(having("sync_ledger_edit", schemas))
    for start in range(0, len(listed), SCHEMAS_PER_QUERY):
        _read(listed[start : start + SCHEMAS_PER_QUERY], kind, uid, found)
    return found


def _read(schemas: Sequence[str], kind: str, uid: uuid.UUID, found: dict[str, list[LoggedEdit]]) -> None:
    each = sql.SQL("(SELECT {name}, at, by_name, path FROM {log} WHERE {these} ORDER BY at DESC, id DESC LIMIT {most})")
    these = sql.SQL("kind = {} AND uid = {}").format(sql.Literal(kind), sql.Literal(uid))
    query = sql.SQL(" UNION ALL ").join(
        each.format(
            name=sql.Literal(schema),
            log=sql.Identifier(schema, "sync_ledger_edit"),
            these=these,
            most=sql.Literal(LATEST),
        )
        for schema in schemas
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        for schema, at, by, path in cursor.fetchall():
            found[schema].append(LoggedEdit(at, by, path))


def latest_of(edits: Sequence[LoggedEdit], field: str, part_names: Collection[str]) -> LoggedEdit | None:
    """The latest edit of a field: of the item itself, or of a part that is known by one of these names."""
    for edit in edits:
        # By name: the log is written for people, and tells of a part that is gone what it was called.
        *place, name = edit.path.split("/")
        if name == field and (place[-1] in part_names if part_names and place else not part_names and not place):
            return edit
    return None
