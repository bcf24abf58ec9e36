"""`manage.py migrate` and `migrate_schemas`, which leave a schema as `migrate_administrations` does.

django-tenants runs Django's own command once for the shared schema and once for each administration. Here each of them
takes its turn, and is given its triggers and rights when it ends.
"""

from collections.abc import Iterable
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.migration_executors import get_executor
from django_tenants.migration_executors.base import MigrationExecutor
from django_tenants.utils import get_public_schema_name

from .migrating import BEHIND, code_head, made_administrations, one_at_a_time, tenant_migrations
from .models import Administration
from .schema_hooks import schema_hooks
from .schemas import current_schema_name

ONLY_LOOKS = ("plan", "check_unapplied")


class MigrateCommand(DjangoMigrate):
    """Django's command, for the schema that is selected (TENANT_BASE_MIGRATE_COMMAND in the settings)."""

    def handle(self, *args: Any, **options: Any) -> None:
        if any(options.get(name) for name in ONLY_LOOKS):
            super().handle(*args, **options)
        elif current_schema_name() == get_public_schema_name():
            with one_at_a_time(get_public_schema_name()):
                super().handle(*args, **options)
                schema_hooks.prepare_shared()
        else:
            self._migrate_administration(current_schema_name(), *args, **options)

    def _migrate_administration(self, its_schema: str, *args: Any, **options: Any) -> None:
        row = Administration.objects.filter(schema_name=its_schema)
        head = BEHIND
        with schema_hooks.turn(its_schema):
            try:
                super().handle(*args, **options)
                # Before its last migration there may be no table yet for what is to be prepared.
                if _is_at_head():
                    schema_hooks.prepare(its_schema)
                    head = code_head()
            finally:
                row.update(migration_head=head)


def _is_at_head() -> bool:
    """Whether the selected schema had every migration of this code; some may have been taken back."""
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    return tenant_migrations() <= applied


def _make_list_of_migrations() -> None:
    """Make the table of what the shared schema has had: django-tenants makes it before our command waits for its turn,
    and of two processes on an empty database one would fail."""
    with one_at_a_time(get_public_schema_name()):
        MigrationRecorder(connection).ensure_schema()


def executor_of_made(codename: str | None = None) -> type[MigrationExecutor]:
    """Return the executor of this name, for administrations that have a schema (GET_EXECUTOR_FUNCTION)."""
    chosen: type[MigrationExecutor] = get_executor(codename)

    class OfMade(chosen):  # type: ignore[misc]
        """Passes over administrations that are being made or are deleted."""

        def run_migrations(self, tenants: Iterable[str] = ()) -> None:
            if self.PUBLIC_SCHEMA_NAME in tenants:
                # Without the first tables there are no rows to ask.
                _make_list_of_migrations()
            else:
                rows = Administration.objects.exclude(pk__in=made_administrations())
                without = set(rows.values_list("schema_name", flat=True))
                tenants = [name for name in tenants if name not in without]
            super().run_migrations(tenants)

    return OfMade
