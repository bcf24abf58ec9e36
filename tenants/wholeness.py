"""Administrations whose schema is not what the code reads and writes: gone, or without a table or a column of it.

Nobody repairs that by itself. It is noted with the administration, so that people read what is wrong, and everything
that goes over many administrations leaves it out.
"""

import functools
import logging
from collections.abc import Collection, Iterable, Mapping

from django.apps import apps
from django.conf import settings
from django.db import connection

from .damage import GONE
from .migrating import code_head
from .models import Administration
from .structure import named

logger = logging.getLogger(__name__)


def having(table: str, schemas: Collection[str]) -> set[str]:
    """Those of these schemas that have a table of this name: what a query over many may read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(format('%%I.%%I', name, %s)) IS NOT NULL",
            [list(schemas), table],
        )
        return {name for (name,) in cursor.fetchall()}


def find_damage(schemas: Collection[str]) -> dict[str, str]:
    """What is wrong, by schema, of those that are not whole; one query, and one more for each that is not."""
    columns = [f"{table}.{column}" for table, listed in _expected().items() for column in listed]
    with connection.cursor() as cursor:
        # Tables are compared as names: as texts they would be of another collation than the index of the catalog.
        cursor.execute(
            "WITH there AS (SELECT n.nspname, count(*) AS number FROM pg_namespace n"
            " JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ANY(%(tables)s::name[])"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE n.nspname = ANY(%(schemas)s::name[])"
            " AND (c.relname::text || '.' || a.attname::text) = ANY(%(columns)s::text[]) GROUP BY n.nspname)"
            " SELECT s.name FROM unnest(%(schemas)s::name[]) s(name) LEFT JOIN there ON there.nspname = s.name"
            " WHERE there.number IS DISTINCT FROM %(wanted)s",
            {
                "tables": list(_expected()),
                "columns": columns,
                "schemas": list(schemas),
                "wanted": len(columns),
            },
        )
        broken = [name for (name,) in cursor.fetchall()]
    return {schema: _damage(schema) for schema in broken}


@functools.cache
def _expected() -> Mapping[str, Collection[str]]:
    """The columns of every table of an administration."""
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]
    return {
        model._meta.db_table: [str(field.column) for field in model._meta.local_concrete_fields]
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def _damage(schema: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid"
            " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE n.nspname = %s",
            [schema],
        )
        rows = set(cursor.fetchall())
    there = {table for table, _column in rows if table}
    lost_tables = [table for table in _expected() if table not in there]
    if not there or len(lost_tables) == len(_expected()):
        return GONE
    lost_columns = [
        f"{table}.{column}"
        for table, columns in _expected().items()
        if table in there
        for column in columns
        if (table, column) not in rows
    ]
    return named(sorted([*lost_tables, *lost_columns]))


def note_damage(administrations: Iterable[Administration]) -> dict[Administration, str]:
    """Look whether these active administrations are whole, and note with each what is wrong or that nothing is any
    more; returns those that are not, with the damage.

    Of one on another version only that its schema is gone says something: what its tables should be, this code cannot
    tell.
    """
    rows = {row.schema_name: row for row in administrations if row.state == Administration.State.ACTIVE}
    found = find_damage(rows) if rows else {}
    damaged = {}
    for schema, row in rows.items():
        damage = found.get(schema, "")
        if damage != GONE and row.migration_head != code_head():
            damage = ""
        if damage != row.damage:
            _note(row, damage)
        if damage:
            damaged[row] = damage
    return damaged


def _note(row: Administration, damage: str) -> None:
    if damage:
        logger.error("Administration %s is left out: its schema %s: %s", row.slug, row.schema_name, damage)
    else:
        logger.info("Administration %s is whole again", row.slug)
    Administration.objects.filter(pk=row.pk, state=Administration.State.ACTIVE).update(state_detail=damage)
    row.state_detail = damage
