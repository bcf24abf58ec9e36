"""Migrating the shared schema, the template schema and every administration; those at the head already are skipped."""

import functools
import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django_tenants.utils import get_public_schema_name

from .models import Administration, SchemaTemplate
from .schema_hooks import schema_hooks
from .schema_upgrades import all_migrations, keep_upgrades, migrate_schema
from .session_locks import session_lock
from .shared_work import SharedWork
from .template_schema import TEMPLATE_SCHEMA, create_empty_schema, dump_schema, has_tables

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
    return frozenset(f"{app}.{name}" for app, name in all_migrations() if app in labels)


@functools.cache
def code_head() -> str:
    """One hash over every tenant app's migrations and what is prepared: where an administration ought to stand."""
    names = sorted(tenant_migrations())
    return hashlib.sha256("\n".join([*names, schema_hooks.mark()]).encode()).hexdigest()[:16]


def migrate_everything(report: Report = lambda line: None, at_once: int = 1) -> Migrated:
    """Bring the shared schema, the template and all administrations to the head; `report` hears of each one's turn.

    So many administrations are migrated at once; other processes may be at it as well, and each does another one. Each
    that is done is marked in its row at once, so that a broken-off run resumes where it stopped. One that fails keeps
    no other from being done. Raises what goes wrong in the shared schema or the template, and OperationalError when the
    database is away.
    """
    # On an empty database two would both make the first tables, and both fail.
    with one_at_a_time(get_public_schema_name()):
        migrate_schema(get_public_schema_name())
        schema_hooks.prepare_shared()
    refresh_template()
    work = _Migrating(_behind(), report)
    work.run(at_once)
    at_head = made_administrations().filter(migration_head=code_head()).count()
    return Migrated(work.migrated, at_head - work.migrated, tuple(work.failed), tuple(_unfinished()))


class _Migrating(SharedWork):
    """Migrates administrations, and notes which could not be."""

    def __init__(self, administrations: Iterable[Administration], report: Report) -> None:
        super().__init__(administrations)
        self._report = report
        self._lock = threading.Lock()
        self.migrated = 0
        self.failed: list[NotMigrated] = []

    def in_each_thread(self) -> AbstractContextManager[None]:
        return keep_upgrades()

    def work_on(self, administration: Administration, comes_again: bool) -> bool:
        with one_at_a_time(administration.schema_name, wait=comes_again) as is_mine:
            # Another process may have done it between the question and the turn.
            if is_mine and _behind().filter(pk=administration.pk).exists():
                self._migrate(administration)
            return is_mine

    def _migrate(self, administration: Administration) -> None:
        self._tell(f"{administration.name} ({administration.slug})")
        try:
            migrate_administration(administration)
        except Exception as error:
            if self.is_stopped:
                self._tell_unfinished(administration)
                return
            logger.exception("Administration %s could not be migrated", administration.pk)
            self.failed.append(_not_migrated(administration, str(error)))
            # Without a database every other one would fail for the same reason: that is no fault of theirs.
            connection.close_if_unusable_or_obsolete()
            connection.ensure_connection()
        except BaseException:
            self._tell_unfinished(administration)
            raise
        else:
            with self._lock:
                self.migrated += 1

    def _tell(self, line: str) -> None:
        with self._lock:
            self._report(line)

    def _tell_unfinished(self, administration: Administration) -> None:
        one = f"{administration.name} ({administration.slug})"
        self._tell(f"{one} was not finished; the next migration goes on there.")


def _behind() -> "QuerySet[Administration]":
    return made_administrations().exclude(migration_head=code_head())


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
        migrate_schema(administration.schema_name)
        schema_hooks.prepare(administration.schema_name)
        Administration.objects.filter(pk=administration.pk).update(migration_head=code_head())


def refresh_template() -> None:
    """Keep the DDL of an empty administration at the head, from a schema that nobody works in; one at a time.

    The schema itself is needed as well, to compare others with: where somebody dropped it, both are made anew.
    """
    if is_template_made():
        return
    assert not connection.in_atomic_block, "pg_dump looks from outside: it would see the template as it was before."
    with one_at_a_time(TEMPLATE_SCHEMA):
        if is_template_made():
            return  # somebody else made it while this one waited
        create_empty_schema(TEMPLATE_SCHEMA, exist_ok=True)
        migrate_schema(TEMPLATE_SCHEMA)
        schema_hooks.prepare(TEMPLATE_SCHEMA)
        SchemaTemplate.objects.update_or_create(head=code_head(), defaults={"ddl": dump_schema(TEMPLATE_SCHEMA)})


def is_template_made() -> bool:
    """Whether the template of new administrations stands, at this code's head."""
    return SchemaTemplate.objects.filter(head=code_head()).exists() and has_tables(TEMPLATE_SCHEMA)


@contextmanager
def one_at_a_time(schema_name: str, *, wait: bool = True) -> Iterator[bool]:
    """Keep every other process from migrating a schema while a block runs; a lost connection lets go of it.

    Without waiting it gives False when another process is at it already.
    """
    with session_lock((MIGRATING_LOCK, schema_name), wait=wait) as is_mine:
        yield is_mine
