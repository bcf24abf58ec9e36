"""The counters that give rows their keys, against the keys that rows have.

Whoever brings rows in with their keys leaves them behind: then every new row gets a key that is taken, and is refused.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from settings_sync.engine import sql
from settings_sync.engine.standing import RELATIONS
from settings_sync.services.doctor.faults import Fault
from tenants.models import Administration

from .declared import declared_models

OWNED = f"""
SELECT t.relname, a.attname, s.relname FROM pg_class s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND s.oid IN ({RELATIONS}) AND t.relname = ANY(%(tables)s) ORDER BY 1, 2
"""


class Counter(NamedTuple):
    """The sequence behind a column."""

    table: str
    column: str
    sequence: str


def faults_of_counters(administration: Administration) -> Iterator[Fault]:
    """The counters of an administration that will give a key that is taken."""
    for counter in _behind(administration.schema_name, settings.TENANT_APPS):
        yield Fault("counter-behind", administration.slug, {"name": counter.table})


def faults_of_shared_counters() -> Iterator[Fault]:
    """The same of the shared schema."""
    for counter in _behind("public", settings.SHARED_APPS):
        yield Fault("counter-behind", facts={"name": counter.table})


def repair_counters(administration: Administration) -> None:
    """Have the counters of an administration go on after the highest key that is taken. No row is written."""
    _go_on(administration.schema_name, settings.TENANT_APPS)


def repair_shared_counters() -> None:
    """The same in the shared schema."""
    _go_on("public", settings.SHARED_APPS)


def _behind(schema: str, app_names: Collection[str]) -> list[Counter]:
    with connection.cursor() as cursor:
        tables = [model._meta.db_table for model in declared_models(app_names)]
        cursor.execute(OWNED, {"schema": sql.name(schema), "tables": tables})
        counters = [Counter(*row) for row in cursor.fetchall()]
        if not counters:
            return []
        cursor.execute(" UNION ALL ".join(_is_behind(schema, counter) for counter in counters))
        behind = {sequence for (sequence,) in cursor.fetchall()}
    return [counter for counter in counters if counter.sequence in behind]


def _is_behind(schema: str, counter: Counter) -> str:
    following = "s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END"
    return (
        f"SELECT {sql.literal(counter.sequence)} FROM {sql.name(schema, counter.sequence)} s"
        f" WHERE {following} <= (SELECT max({sql.name(counter.column)}) FROM {sql.name(schema, counter.table)})"
    )


def _go_on(schema: str, app_names: Collection[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for counter in _behind(schema, app_names):
            column = sql.name(counter.column)
            table = sql.name(schema, counter.table)
            query = f"SELECT setval(%s, (SELECT max({column}) FROM {table}))"  # nosec B608 # quoted names
            cursor.execute(query, [sql.name(schema, counter.sequence)])
