"""Whether an administration is wholly in line: one query, over what the indexes, the bases and the dirty lists say."""

import uuid
from collections import Counter

from django.db import connection

from tenants.models import Administration

from .. import sql


def is_in_line(main: Administration, child: Administration) -> bool:
    """Whether a sync of everything would find nothing to do, now: both sides are untouched since the last look, and
    every item of the main administration was decided in the child and stands there, and no other was.

    False does not say that there is something to do: it says that it takes a look.
    """
    source = f"SELECT kind, uid, digest FROM {sql.name(main.schema_name, 'sync_ledger_indexentry')}"
    touched = f"EXISTS (SELECT FROM {sql.name(main.schema_name, 'sync_ledger_dirty')})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT {touched} AND {_follows(source, child.schema_name)}")
        return bool(cursor.fetchone()[0])


def own_items_in_line(snapshot_id: uuid.UUID, child: Administration) -> Counter[str] | None:
    """For an administration that is wholly in line with a snapshot: how many items of each kind are its own.

    None when it is not in line, or that takes a look.
    """
    source = (
        "SELECT kind, uid, digest FROM public.settings_sync_snapshotitem"
        f" WHERE snapshot_id = {sql.literal(str(snapshot_id))}::uuid"
    )
    index = sql.name(child.schema_name, "sync_ledger_indexentry")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH own AS (SELECT kind, count(*) AS number FROM {index} i WHERE NOT EXISTS"
            f" (SELECT FROM ({source}) s WHERE s.kind = i.kind AND s.uid = i.uid) GROUP BY kind)"
            f" SELECT {_follows(source, child.schema_name)}, (SELECT json_object_agg(kind, number) FROM own)"
        )
        in_line, own = cursor.fetchone()
    return Counter(own or {}) if in_line else None


def _follows(source: str, schema: str) -> str:
    """The condition that an administration has every item of `source` as decided, and was decided nothing else."""
    index, base = sql.name(schema, "sync_ledger_indexentry"), sql.name(schema, "sync_ledger_base")
    return (
        f"NOT EXISTS (SELECT FROM {sql.name(schema, 'sync_ledger_dirty')})"
        f" AND (SELECT count(*) FROM {base}) = (SELECT count(*) FROM ({source}) s)"
        f" AND NOT EXISTS (SELECT FROM ({source}) s LEFT JOIN {index} i ON i.kind = s.kind AND i.uid = s.uid"
        f" LEFT JOIN {base} b ON b.kind = s.kind AND b.uid = s.uid"
        " WHERE i.digest IS DISTINCT FROM s.digest OR b.digest IS DISTINCT FROM s.digest)"
    )
