"""Which administrations follow an item of the main administration; one query for every 500 of them."""

import uuid
from collections.abc import Collection

from django.db import connection
from psycopg import sql

from tenants.wholeness import having

SCHEMAS_PER_QUERY = 500


def find_followers(schemas: Collection[str], kind: str, uid: uuid.UUID) -> set[str]:
    """The schemas among these in which the item was ever decided."""
    listed = sorted(having("sync_ledger_base", schemas))
    found: set[str] = set()
    for start in range(0, len(listed), SCHEMAS_PER_QUERY):
        each = sql.SQL("SELECT {name} WHERE EXISTS (SELECT FROM {bases} WHERE kind = {kind} AND uid = {uid})")
        parts = [
            each.format(
                name=sql.Literal(schema),
                bases=sql.Identifier(schema, "sync_ledger_base"),
                kind=sql.Literal(kind),
                uid=sql.Literal(uid),
            )
            for schema in listed[start : start + SCHEMAS_PER_QUERY]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            found |= {schema for (schema,) in cursor.fetchall()}
    return found
