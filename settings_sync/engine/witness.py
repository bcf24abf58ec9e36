"""A witness of what stands in an administration's tables, to say afterwards whether anything moved.

Content tells whether a value changed; the physical side (ctid and xmin of every row) tells whether a row was written at
all, be it with the same values.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from tenants.contents import CONTENT
from tenants.schemas import HasSchema

from .sync_rights import settings_tables

OWN_BOOKS = frozenset({"sync_ledger_base", "sync_ledger_indexentry", "sync_ledger_dirty", "sync_ledger_version"})
"""What syncs and looks keep for themselves in every administration."""


@dataclass(frozen=True)
class Fingerprint:
    """Some tables at one instant: how many rows, a hash of their content, one of where and when each was written."""

    count: int
    content: str
    physical: str


def fingerprint(administration: HasSchema) -> Fingerprint:
    """All tables of an administration that a sync may not write: daily data, and the log of edits."""
    return _combine(fingerprints(administration))


def fingerprint_settings(administration: HasSchema) -> Fingerprint:
    """All tables of an administration with settings that travel."""
    return _combine(fingerprint_tables(administration, settings_tables()))


def fingerprints(administration: HasSchema) -> dict[str, Fingerprint]:
    """The tables that a sync may not write, one by one: for telling which of them moved."""
    return fingerprint_tables(administration, _business_tables(administration.schema_name))


def fingerprint_tables(administration: HasSchema, tables: Collection[str]) -> dict[str, Fingerprint]:
    """These tables of an administration, one by one."""
    parts = [
        sql.SQL(
            "SELECT {label}, count(*), {content},"
            " coalesce(md5(string_agg(t.ctid::text || t.xmin::text, ',' ORDER BY t.ctid)), '') FROM {table} t"
        ).format(label=sql.Literal(table), content=CONTENT, table=sql.Identifier(administration.schema_name, table))
        for table in sorted(tables)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {table: Fingerprint(count, content, physical) for table, count, content, physical in cursor.fetchall()}


def _business_tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", [schema])
        found = [row[0] for row in cursor.fetchall()]
    return [table for table in found if table not in OWN_BOOKS and table not in settings_tables()]


def _combine(tables: dict[str, Fingerprint]) -> Fingerprint:
    ordered = [(name, tables[name]) for name in sorted(tables)]
    return Fingerprint(
        count=sum(found.count for _name, found in ordered),
        content=_hash([f"{name} {found.content}" for name, found in ordered]),
        physical=_hash([f"{name} {found.physical}" for name, found in ordered]),
    )


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
