"""The sub-administrations that a setting of the main administration has run ahead of."""

import uuid
from collections.abc import Collection

from django.db import connection
from psycopg import sql

from settings_sync.engine.reading.index import look_at
from settings_sync.models import Alignment
from tenants.models import Administration
from tenants.wholeness import having

COUNTED_AT_MOST = 100
"""Of more administrations the number is not told on the page of a setting: each of their schemas would be asked."""


def find_behind(main: Administration, kind: str, uid: uuid.UUID) -> list[Administration]:
    """Where a setting is missing or not as it is in the main administration, of those that receive its settings.

    One that nothing was ever brought to is not behind with a single setting. Nothing where there are too many to ask.
    """
    entry = look_at(main, keep_documents=True).entries.get((kind, uid))
    synced = Alignment.objects.filter(administration__parent=main, counts__in_line__gt=0).values("administration")
    subs = list(main.children.active().filter(pk__in=synced).order_by("name")[: COUNTED_AT_MOST + 1])
    if entry is None or entry.is_archived or len(subs) > COUNTED_AT_MOST:
        return []
    equal = _equal_in([sub.schema_name for sub in subs if not sub.damage], kind, uid, entry.digest)
    return [sub for sub in subs if not sub.damage and sub.schema_name not in equal]


def _equal_in(schemas: Collection[str], kind: str, uid: uuid.UUID, digest: bytes) -> set[str]:
    present = having("sync_ledger_indexentry", list(schemas))
    parts = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {} WHERE kind = {} AND uid = {} AND digest = {})").format(
            sql.Literal(schema), sql.Identifier(schema, "sync_ledger_indexentry"), kind, str(uid), digest
        )
        for schema in schemas
        if schema in present
    ]
    if not parts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {schema for (schema,) in cursor.fetchall()}
