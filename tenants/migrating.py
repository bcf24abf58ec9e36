"""Migrating the shared schema, the template schema and every administration; those at the head already are skipped."""

import functools
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, router
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import QuerySet
from django_tenants.utils import get_public_schema_name, schema_context

from .models import Administration, SchemaTemplate
from .schema_hooks import schema_hooks
from .template_schema import TEMPLATE_SCHEMA, create_empty_schema, dump_schema

logger = logging.getLogger(__name__)

MIGRATING_LOCK = 4714
BEHIND = "not at the head"
"""The version of a schema of which migrations were taken back, or failed: it has one, and no code works with it."""
Report = Callable[[str], None]


@dataclass(frozen=True)
class NotMigrated:
    """An administration that is not at the head, and the first line of what went wrong there."""

    name: str
    slug: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.slug}): {self.reason}"


@dataclass(frozen=True)
class Migrated:
    """How many administrations were migrated, how many were at the head already, and which are not there.

    `failed` are those whose migration went wrong; `unfinished` those that are being made or deleted, or of which that
    failed: who makes or deletes them again brings them to the head, or takes them away.
    """

    migrated: int
    skipped: int
    failed: tuple[NotMigrated, ...] = ()
    unfinished: tuple[NotMigrated, ...] = ()


@functools.cache
def tenant_migrations() -> frozenset[str]:
    """Every migration, as `app.name`, that an administration's schema must have had for this code."""
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations if app in labels)


@functools.cache
def code_head() -> str:
    """One hash over every tenant app's migrations and what is prepared: where an administration ought to stand."""
    names = sorted(tenant_migrations())
    return hashlib.sha256("\n".join([*names, schema_hooks.mark()]).encode()).hexdigest()[:16]


def migrate_everything(report: Report = lambda line: None) -> Migrated:
    """Bring the shared schema, the template and all administrations to the head; `report` hears of each one's turn.

    Each administration that is done is marked in its row at once, so that a broken-off run resumes where it stopped.
    One that fails keeps no other from being done. Raises what goes wrong in the shared schema or the template, and
    OperationalError when the database is away.
    """
    # On an empty database two would both make the first tables, and both fail.
    with one_at_a_time(get_public_schema_name()):
        _migrate_schema(get_public_schema_name())
        schema_hooks.prepare_shared()
    refresh_template()
    behind = list(made_administrations().exclude(migration_head=code_head()))
    at_head = made_administrations().count() - len(behind)
    failed = []
    for administration in behind:
        report(f"{administration.name} ({administration.slug})")
        try:
            migrate_administration(administration)
        except Exception as error:
            logger.exception("Administration %s could not be migrated", administration.pk)
            failed.append(_not_migrated(administration, str(error)))
            # Without a database every other one would fail for the same reason: that is no fault of theirs.
            connection.close_if_unusable_or_obsolete()
            connection.ensure_connection()
        except BaseException:
            report(f"{administration.name} ({administration.slug}) was not finished; the next migration goes on there.")
            raise
    return Migrated(len(behind) - len(failed), at_head, tuple(failed), tuple(_unfinished()))


def made_administrations() -> "QuerySet[Administration]":
    """The administrations that have a schema and keep it; of a failed one, that it has one is told by its head."""
    states = Administration.State
    return Administration.objects.filter(state__in=[states.ACTIVE, states.FAILED], migration_head__gt="")


def _unfinished() -> Iterator[NotMigrated]:
    states = Administration.State
    rows = Administration.objects.filter(state__in=[states.PROVISIONING, states.FAILED, states.DELETING])
    for administration in rows.exclude(pk__in=made_administrations()).order_by("name", "slug"):
        yield _not_migrated(administration, str(administration.get_state_display()))


def _not_migrated(administration: Administration, reason: str) -> NotMigrated:
    first_line = reason.strip().partition("\n")[0]
    return NotMigrated(administration.name, administration.slug, first_line)


def migrate_administration(administration: Administration) -> None:
    """Bring one administration's schema to the head and mark its row; syncs and editors wait meanwhile."""
    with schema_hooks.turn(administration.schema_name):
        _migrate_schema(administration.schema_name)
        schema_hooks.prepare(administration.schema_name)
        Administration.objects.filter(pk=administration.pk).update(migration_head=code_head())


def refresh_template() -> None:
    """Keep the DDL of an empty administration at the head, from a schema that nobody works in; one at a time."""
    if SchemaTemplate.objects.filter(head=code_head()).exists():
        return
    assert not connection.in_atomic_block, "pg_dump looks from outside: it would see the template as it was before."
    with one_at_a_time(TEMPLATE_SCHEMA):
        if SchemaTemplate.objects.filter(head=code_head()).exists():
            return  # somebody else made it while this one waited
        create_empty_schema(TEMPLATE_SCHEMA, exist_ok=True)
        _migrate_schema(TEMPLATE_SCHEMA)
        schema_hooks.prepare(TEMPLATE_SCHEMA)
        SchemaTemplate.objects.create(head=code_head(), ddl=dump_schema(TEMPLATE_SCHEMA))


@contextmanager
def one_at_a_time(schema_name: str) -> Iterator[None]:
    """Keep every other process from migrating a schema while a block runs; a lost connection lets go of it."""
    lock = (MIGRATING_LOCK, schema_name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", lock)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)


class SchemaExecutor(MigrationExecutor):
    """Applies migrations to one schema, and only notes those of an app that has no tables there.

    Django gives each operation every model as it is at that moment. Making those models again and again for operations
    that do nothing in a schema would take most of the time of migrating it.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        """Run a migration, or note it and bring only the description of the models to where it leads."""
        if router.allow_migrate(connection.alias, migration.app_label):
            return super().apply_migration(state, migration, fake, fake_initial)
        # Without its models a description is changed at the price of the description alone.
        vars(state).pop("apps", None)
        self.record_migration(migration)  # type: ignore[arg-type, call-arg]
        return migration.mutate_state(state, preserve=False)


def _migrate_schema(schema_name: str) -> None:
    """Bring one schema to the head; whatever happens, the caller is where it was."""
    with schema_context(schema_name):
        # Its own list of migrations: with the shared schema on the path, that schema's would be taken for it.
        connection.set_schema(schema_name, include_public=False)  # type: ignore[attr-defined]
        MigrationRecorder(connection).ensure_schema()
        connection.set_schema(schema_name)  # type: ignore[attr-defined]
        executor = SchemaExecutor(connection)
        executor.loader.check_consistent_history(connection)
        heads = executor.loader.graph.leaf_nodes()
        plan = executor.migration_plan(heads)
        if not plan:
            return
        state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
        emit_pre_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
        state = executor.migrate(heads, plan=plan, state=state.clone())
        state.clear_delayed_apps_cache()
        emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
