"""Items by a part of their name, in many administrations at once."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

SCHEMAS_PER_QUERY = 500


@dataclass(frozen=True)
class FoundEntry:
    """One item in one administration."""

    schema: str
    kind: str
    uid: uuid.UUID
    label: str


def find_entries(schemas: Sequence[str], words: str, most: int) -> Iterator[FoundEntry]:
    """At most so many per administration whose name holds these words; one query for every 500 administrations."""
    for start in range(0, len(schemas), SCHEMAS_PER_QUERY):
        yield from _find(schemas[start : start + SCHEMAS_PER_QUERY], words, most)


def _find(schemas: Sequence[str], words: str, most: int) -> Iterator[FoundEntry]:
    each = sql.SQL(
        "(SELECT {name}, kind, uid, label FROM {index} WHERE label ILIKE {pattern} ORDER BY label, uid LIMIT {most})"
    )
    # Names hold these characters, and whoever searches means them.
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = sql.Literal(f"%{escaped}%")
    query = sql.SQL(" UNION ALL ").join(
        each.format(
            name=sql.Literal(schema),
            index=sql.Identifier(schema, "sync_ledger_indexentry"),
            pattern=pattern,
            most=sql.Literal(most),
        )
        for schema in schemas
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        yield from (FoundEntry(*row) for row in cursor.fetchall())
