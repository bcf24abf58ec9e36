"""Migrating the shared schema, the template schema and every administration; those at the head already are skipped."""

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.migration_executors.base import run_migrations
from django_tenants.utils import get_public_schema_name, schema_context

from .models import Administration, SchemaTemplate
from .preparing import preparations
from .template_schema import TEMPLATE_SCHEMA, create_empty_schema, dump_schema

TEMPLATE_LOCK = 4714
Report = Callable[[str], None]


@dataclass(frozen=True)
class Migrated:
    """How many administrations were migrated, and how many were at the head already."""

    migrated: int
    skipped: int


@functools.cache
def tenant_migrations() -> frozenset[str]:
    """Every migration, as `app.name`, that an administration's schema must have had for this code."""
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations if app in labels)


@functools.cache
def code_head() -> str:
    """One hash over every tenant app's migrations and what is prepared: where an administration ought to stand."""
    names = sorted(tenant_migrations())
    marks = [mark() for mark in preparations.marks]
    return hashlib.sha256("\n".join([*names, *marks]).encode()).hexdigest()[:16]


def migrate_everything(report: Report = lambda line: None) -> Migrated:
    """Bring the shared schema, the template and all administrations to the head.

    Each administration that is done is marked in its row at once, so that a broken-off run resumes where it stopped.
    """
    _migrate_schema(get_public_schema_name())
    preparations.prepare_shared()
    refresh_template()
    made = Administration.objects.filter(
        state__in=[Administration.State.ACTIVE, Administration.State.FAILED], migration_head__gt=""
    )
    behind = made.exclude(migration_head=code_head())
    total = made.count()
    done = 0
    for administration in behind:
        report(f"{administration.name} ({administration.slug})")
        migrate_administration(administration)
        done += 1
    return Migrated(migrated=done, skipped=total - done)


def migrate_administration(administration: Administration) -> None:
    """Bring one administration's schema to the head and mark its row; syncs and editors wait meanwhile."""
    with preparations.turn(administration.schema_name):
        _migrate_schema(administration.schema_name)
        preparations.prepare(administration.schema_name)
        Administration.objects.filter(pk=administration.pk).update(migration_head=code_head())


def refresh_template() -> None:
    """Keep the DDL of an empty administration at the head, from a schema that nobody works in; one at a time."""
    if SchemaTemplate.objects.filter(head=code_head()).exists():
        return
    assert not connection.in_atomic_block, "pg_dump looks from outside: it would see the template as it was before."
    with _one_at_a_time():
        if SchemaTemplate.objects.filter(head=code_head()).exists():
            return  # somebody else made it while this one waited
        create_empty_schema(TEMPLATE_SCHEMA, exist_ok=True)
        _migrate_schema(TEMPLATE_SCHEMA)
        preparations.prepare(TEMPLATE_SCHEMA)
        SchemaTemplate.objects.create(head=code_head(), ddl=dump_schema(TEMPLATE_SCHEMA))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keep every other process from refreshing the template while a block runs; a lost connection lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [TEMPLATE_LOCK, TEMPLATE_SCHEMA])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [TEMPLATE_LOCK, TEMPLATE_SCHEMA])


def _migrate_schema(schema_name: str) -> None:
    """Bring one schema to the head; whatever happens, the caller is where it was."""
    options = {
        "app_label": None, "migration_name": None, "database": connection.alias, "interactive": False, "verbosity": 0,
        "fake": False, "fake_initial": False, "run_syncdb": False, "plan": False, "check_unapplied": False,
        "prune": False, "skip_checks": True, "traceback": False, "no_color": True, "force_color": False,
        "pythonpath": None, "settings": None,
    }  # fmt: skip
    with schema_context(schema_name):
        run_migrations([], options, "eenlijn", schema_name)
