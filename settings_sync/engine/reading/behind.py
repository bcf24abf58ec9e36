"""How many administrations had another version of one item decided last; one query for every 500 of them."""

import uuid
from collections.abc import Collection, Sequence

from django.db import connection
from psycopg import sql

from tenants.wholeness import having

SCHEMAS_PER_QUERY = 500


def count_behind(schemas: Collection[str], kind: str, uid: uuid.UUID, digest: bytes) -> int:
    """In how many of these schemas the item came from the main administration, in another version than this one."""
    listed = sorted(having("sync_ledger_base", schemas))
    return sum(
        _count(listed[start : start + SCHEMAS_PER_QUERY], kind, uid, digest)
        for start in range(0, len(listed), SCHEMAS_PER_QUERY)
    )


def _count(schemas: Sequence[str], kind: str, uid: uuid.UUID, digest: bytes) -> int:
    each = sql.SQL("(SELECT 1 FROM {bases} WHERE kind = {kind} AND uid = {uid} AND digest <> {digest})")
    values = {"kind": sql.Literal(kind), "uid": sql.Literal(uid), "digest": sql.Literal(digest)}
    rows = sql.SQL(" UNION ALL ").join(
        each.format(bases=sql.Identifier(schema, "sync_ledger_base"), **values) for schema in schemas
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM ({}) AS behind").format(rows))
        return int(cursor.fetchone()[0])
