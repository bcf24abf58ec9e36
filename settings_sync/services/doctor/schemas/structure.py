"""Tables, with all that decides what reading and writing them does, against those that migrating makes."""

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from settings_sync.engine import sql
from settings_sync.engine.fence import CascadeFound, refuse_cascades
from settings_sync.services.doctor.faults import Fault, named
from tenants.migrating import code_head, is_template_made, tenant_migrations
from tenants.models import Administration
from tenants.schemas import in_public
from tenants.structure import read_structure
from tenants.template_schema import TEMPLATE_SCHEMA

from .declared import faults_of_declared
from .template import faults_of_template

MADE = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'a\\_%'"


def faults_of_structure(administration: Administration) -> Iterator[Fault]:
    """What differs between an administration's schema and the template; nothing of one that waits to be migrated."""
    slug = administration.slug
    schema = administration.schema_name
    if administration.migration_head != code_head():
        # Wherever the update changes something it differs from the template: a hundred sentences would hide this one.
        yield Fault("version-differs", slug)
        return
    found = read_structure(schema)
    wanted = read_structure(TEMPLATE_SCHEMA)
    if wanted:
        yield from _differences(found, wanted, slug)
    if "django_migrations" in found:
        yield from _migrations(schema, slug)
    try:
        # Asked apart: where a migration made the cascade, the template has it as well and nothing differs.
        refuse_cascades(schema)
    except CascadeFound as cascade:
        yield Fault("cascade", slug, {"detail": str(cascade)})


def _migrations(schema: str, slug: str) -> Iterator[Fault]:
    """The list of what was migrated, by which the next migration goes, against the version that the schema is at."""
    labels = {migration.partition(".")[0] for migration in tenant_migrations()}
    with connection.cursor() as cursor:
        listed = sql.name(schema, "django_migrations")
        query = f"SELECT app || '.' || name FROM {listed} WHERE app = ANY(%s)"  # nosec B608 # a quoted name
        cursor.execute(query, [sorted(labels)])
        found = {migration for (migration,) in cursor.fetchall()}
    wrong = sorted(found ^ tenant_migrations())
    if wrong:
        yield Fault("migrations-differ", slug, named(wrong))


def faults_of_shared_structure() -> Iterator[Fault]:
    """What is wrong with the shared schema, the template, and schemas that nobody has."""
    with in_public():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = sorted(str(migration) for migration, _backwards in plan)
    if missing:
        # What these would make is missing too, which needs no sentence of its own.
        yield Fault("migrations-missing", facts={"names": ", ".join(missing)})
        return
    yield from faults_of_declared("public", settings.SHARED_APPS)
    if is_template_made():
        yield from faults_of_declared(TEMPLATE_SCHEMA, settings.TENANT_APPS)
        yield from faults_of_template()
    else:
        yield Fault("template-outdated")
    yield from _unowned_schemas()


def _unowned_schemas() -> Iterator[Fault]:
    owned = set(Administration.objects.values_list("schema_name", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(MADE)
        found = {name for (name,) in cursor.fetchall()}
    for name in sorted(found - owned):
        yield Fault("schema-unowned", facts={"name": name})


def _differences(found: Mapping[str, str], wanted: Mapping[str, str], slug: str) -> Iterator[Fault]:
    """Of a table that is missing or unknown, its columns, constraints and indexes are not told as well."""
    tables = {name for name, what in {**found, **wanted}.items() if what.startswith("table")}
    odd = {table for table in tables if (table in found) != (table in wanted)}
    for name in sorted({*found, *wanted}):
        if name not in odd and _table_of(name) in odd:
            continue
        if name not in found:
            yield Fault("structure-missing", slug, {"name": name})
        elif name not in wanted:
            yield Fault("structure-unknown", slug, {"name": name})
        elif found[name] != wanted[name]:
            yield Fault("structure-differs", slug, {"name": name, "found": found[name], "wanted": wanted[name]})


def _table_of(name: str) -> str:
    return name.split(" ")[-1] if " " in name else name.partition(".")[0]
