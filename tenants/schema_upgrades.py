"""Bringing one schema to the head, with what that takes worked out once for all schemas that had the same migrations.

Django reads all migrations, and makes every model as it was before and after each operation, anew for each schema. Of
a column more in a thousand administrations that was most of the time.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, router, transaction
from django.db.migrations import Migration
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django_tenants.utils import schema_context
from psycopg import sql

MOST_KEPT = 200
"""Operations; the models of before and after each are kept, which is not done for those that make everything."""

Applied = frozenset[tuple[str, str]]
"""The migrations, as (app, name), that a schema has had."""


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


@dataclass(frozen=True)
class Step:
    """A migration, and the models before and after each operation; no operations when it is only noted."""

    migration: Migration
    operations: tuple[tuple[Operation, ProjectState, ProjectState], ...]

    def apply(self, executor: MigrationExecutor) -> None:
        """Run the migration in the schema that is selected, and note it there, as Django's executor does."""
        migration = self.migration
        is_noted = False
        if self.operations:
            with connection.schema_editor(atomic=migration.atomic) as editor:
                for operation, before, after in self.operations:
                    is_atomic = operation.atomic or (migration.atomic and operation.atomic is not False)
                    by_itself = is_atomic and not editor.atomic_migration
                    with transaction.atomic() if by_itself else nullcontext():
                        operation.database_forwards(migration.app_label, editor, before, after)
                if not editor.deferred_sql:
                    executor.record_migration(migration)  # type: ignore[arg-type, call-arg]
                    is_noted = True
        if not is_noted:
            executor.record_migration(migration)  # type: ignore[arg-type, call-arg]


class Upgrade:
    """What brings schemas that had certain migrations to the head."""

    def __init__(self) -> None:
        """Work it out for the schema that is selected, and for all that had the same migrations."""
        self.executor = SchemaExecutor(connection)
        self.executor.loader.check_consistent_history(connection)
        # Asked once whether the list of migrations is there, and not for each that is noted.
        self.executor.recorder._has_table = True  # type: ignore[attr-defined]
        self.heads = self.executor.loader.graph.leaf_nodes()
        self.plan = self.executor.migration_plan(self.heads)
        self.before: ProjectState = self.executor._create_project_state(  # type: ignore[attr-defined]
            with_applied_migrations=True
        )
        self.replacements = self._replacements_to_note()

    def apply(self, *, again: bool) -> None:
        """Bring the selected schema to the head; `again` says whether others will follow for which it is kept."""
        if not self.plan:
            return
        emit_pre_migrate_signal(0, False, connection.alias, apps=self.before.apps, plan=self.plan)
        if again and sum(len(migration.operations) for migration, _backwards in self.plan) <= MOST_KEPT:
            after = self._apply_steps()
        else:
            after = self.executor.migrate(self.heads, plan=self.plan, state=self.before.clone())
        _render(after)
        emit_post_migrate_signal(0, False, connection.alias, apps=after.apps, plan=self.plan)

    def _apply_steps(self) -> ProjectState:
        steps, after = self._steps
        for step in steps:
            step.apply(self.executor)
        for app, name in self.replacements:
            self.executor.recorder.record_applied(app, name)
        return after

    @functools.cached_property
    def _steps(self) -> tuple[list[Step], ProjectState]:
        """Every migration of the plan, in the order in which an empty schema has them, and the state at the end."""
        planned = {migration for migration, _backwards in self.plan}
        in_order = self.executor.migration_plan(self.heads, clean_start=True)
        steps = []
        state = self.before
        for migration in [migration for migration, _backwards in in_order if migration in planned]:
            operations = []
            if router.allow_migrate(connection.alias, migration.app_label):
                for operation in migration.operations:
                    if isinstance(operation, RunPython):
                        _render(state)
                    before = state
                    state = _after(state, migration.app_label, operation)
                    operations.append((operation, before, state))
            else:
                state = migration.mutate_state(state)
            steps.append(Step(migration, tuple(operations)))
        return steps, state

    def _replacements_to_note(self) -> list[tuple[str, str]]:
        """The squashed migrations that count as had once the plan was carried out; Django looks when it is done."""
        loader = self.executor.loader
        had = set(loader.applied_migrations) | {(one.app_label, one.name) for one, _backwards in self.plan}
        return [
            key
            for key, migration in loader.replacements.items()
            if key not in loader.applied_migrations and all(replaced in had for replaced in migration.replaces)
        ]


def _render(state: ProjectState) -> None:
    """Make anew the models of which relations are not right yet: Django leaves those until somebody's code asks."""
    state.clear_delayed_apps_cache()
    # So that who asks for the same again finds them made.
    state.is_delayed = False
    _ = state.apps


def _after(state: ProjectState, app_label: str, operation: Operation) -> ProjectState:
    """The models after an operation; those before it stay as they are."""
    # Made here once: a description changes its models along when it has them, and only those that differ.
    _ = state.apps
    after = state.clone()
    operation.state_forwards(app_label, after)
    return after


_kept = threading.local()
"""Each thread has its own: an operation gives a field another default for the moment of adding it."""


@contextmanager
def keep_upgrades() -> Iterator[None]:
    """Work out once, for all schemas that this thread migrates in a block, what those with the same migrations need."""
    _kept.upgrades = {}
    try:
        yield
    finally:
        del _kept.upgrades


def migrate_schema(schema_name: str) -> None:
    """Bring one schema to the head; whatever happens, the caller is where it was."""
    with schema_context(schema_name):
        applied = _applied_in(schema_name)
        upgrades: dict[Applied, Upgrade] | None = getattr(_kept, "upgrades", None)
        if upgrades is not None:
            if applied not in upgrades:
                upgrades[applied] = Upgrade()
            upgrades[applied].apply(again=True)
        elif not all_migrations() <= applied:
            Upgrade().apply(again=False)


def all_migrations() -> Applied:
    """Every migration of this code."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _applied_in(schema_name: str) -> Applied:
    """What a schema's own list says, which is made when there is none."""
    if _has_no_list(schema_name):
        # With the shared schema on the path, that schema's would be taken for it.
        connection.set_schema(schema_name, include_public=False)  # type: ignore[attr-defined]
        try:
            MigrationRecorder(connection).ensure_schema()
        except MigrationSchemaMissing:
            # django-tenants' command makes that of the shared schema before it waits for its turn.
            if _has_no_list(schema_name):
                raise
        connection.set_schema(schema_name)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT app, name FROM {}").format(sql.Identifier(schema_name, "django_migrations")))
        return frozenset(cursor.fetchall())


def _has_no_list(schema_name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [sql.Identifier(schema_name, "django_migrations").as_string()])
        return bool(cursor.fetchone()[0])
