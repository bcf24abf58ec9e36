"""Whether, and where, an administration is out of line: one query, over the index, the bases and the dirty list."""

import uuid

from django.db import connection

from settings_sync.engine import sql
from settings_sync.planning.sameness import Differing
from settings_sync.planning.values import Entry, Key
from tenants.models import Administration

from .index import loaded_keys


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


def read_differing(snapshot_id: uuid.UUID, child: Administration) -> Differing | None:
    """Where an administration differs from a snapshot; None when something was touched there since the last look."""
    entries: dict[Key, Entry | None] = {}
    bases: dict[Key, bytes | None] = {}
    kept = set()
    with connection.cursor() as cursor:
        cursor.execute(_differing(child.schema_name), [snapshot_id])
        for what, kind, uid, digest, text, keys, is_pinned in cursor.fetchall():
            found = bytes(digest) if digest is not None else None
            if what == "touched":
                return None
            if what == "entry":
                entries[kind, uid] = Entry(kind, uid, found, text, loaded_keys(keys)) if found else None
            elif what == "base":
                bases[kind, uid] = found
            else:
                kept.add(((kind, uid), text, is_pinned))
    return Differing(entries, bases, frozenset(kept))


def _differing(schema: str) -> str:
    index, base, deviation, dirty = (
        sql.name(schema, f"sync_ledger_{table}") for table in ("indexentry", "base", "deviation", "dirty")
    )
    return (
        # Joined twice, with the index and with the bases, and read once.
        "WITH s AS MATERIALIZED"
        " (SELECT kind, uid, digest FROM public.settings_sync_snapshotitem WHERE snapshot_id = %s)"
        " SELECT 'entry', kind, uid, i.digest, i.label, i.keys, NULL::boolean"
        f" FROM s FULL JOIN {index} i USING (kind, uid) WHERE i.digest IS DISTINCT FROM s.digest"
        " UNION ALL SELECT 'base', kind, uid, b.digest, NULL, NULL, NULL"
        f" FROM s FULL JOIN {base} b USING (kind, uid) WHERE b.digest IS DISTINCT FROM s.digest"
        f" UNION ALL SELECT 'deviation', kind, uid, NULL, path, NULL, is_pinned FROM {deviation}"
        f" UNION ALL (SELECT 'touched', NULL, NULL, NULL, NULL, NULL, NULL FROM {dirty} LIMIT 1)"
    )


def _follows(source: str, schema: str) -> str:
    """The condition that an administration has every item of `source` as decided, and was decided nothing else."""
    index = sql.name(schema, "sync_ledger_indexentry")
    base = sql.name(schema, "sync_ledger_base")
    return (
        # As many bases as items: whether anything else was decided is told by a count instead of a second join.
        f"NOT EXISTS (SELECT FROM {sql.name(schema, 'sync_ledger_dirty')})"
        f" AND (SELECT count(*) FROM {base}) = (SELECT count(*) FROM ({source}) s)"
        f" AND NOT EXISTS (SELECT FROM ({source}) s LEFT JOIN {index} i ON i.kind = s.kind AND i.uid = s.uid"
        f" LEFT JOIN {base} b ON b.kind = s.kind AND b.uid = s.uid"
        " WHERE i.digest IS DISTINCT FROM s.digest OR b.digest IS DISTINCT FROM s.digest)"
    )
