"""The index of an administration against the rows: what every item looks like, read anew."""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine import rows, sql
from settings_sync.engine.reading.index import look_at, mark_touched
from tenants.models import Administration

from .faults import Fault, named


class Difference(NamedTuple):
    """An item that the index has wrong: it does not stand there, or is not known, or looks otherwise."""

    kind: str
    uid: uuid.UUID
    label: str
    stands: bool
    is_known: bool

    @property
    def code(self) -> str:
        """The code of the fault."""
        if not self.is_known:
            return "index-misses"
        return "index-outdated" if self.stands else "index-left"


def faults_of_index(administration: Administration) -> Iterator[Fault]:
    """What the index has wrong. What waits on the dirty list is no fault: the next look reads it."""
    found = compare_index(administration.schema_name)
    for code in ("index-outdated", "index-misses", "index-left"):
        labels = [difference.label for difference in found if difference.code == code]
        if labels:
            yield Fault(code, administration.slug, named(labels))


def compare_index(schema: str) -> list[Difference]:
    """Compare the index with every item as it stands; each kind at one instant."""
    found = []
    for kind in all_kinds():
        with connection.cursor() as cursor:
            cursor.execute(_differences(kind, schema))
            found += [Difference(kind.key, *row) for row in cursor.fetchall()]
    return found


def _differences(kind: Kind, schema: str) -> str:
    key = sql.literal(kind.key)
    known = f"SELECT * FROM {sql.name(schema, 'sync_ledger_indexentry')} WHERE kind = {key}"
    return (
        "SELECT coalesce(d.uid, e.uid), coalesce(d.label, e.label), d.uid IS NOT NULL, e.uid IS NOT NULL"
        f" FROM ({rows.documents_in(kind, schema)}) d FULL JOIN ({known}) e ON e.uid = d.uid"
        " WHERE (d.digest, d.label, d.keys) IS DISTINCT FROM (e.digest, e.label, e.keys)"
        f" AND NOT EXISTS (SELECT FROM {sql.name(schema, 'sync_ledger_dirty')} w"
        f" WHERE w.kind = {key} AND w.uid = coalesce(d.uid, e.uid))"
    )


def repair_index(administration: Administration) -> None:
    """Read anew what the index has wrong."""
    found = compare_index(administration.schema_name)
    mark_touched(administration, {(difference.kind, difference.uid) for difference in found})
    look_at(administration, keep_documents=administration.is_main)
