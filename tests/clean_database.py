"""An empty database for every test, without making it anew: shared tables are emptied, schemas are handed on.

Making an administration's schema takes some four hundred statements that change the catalog, and Django's flush empties
every table and makes its permissions again. Together they took most of the time of the suite.
"""

import gc
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection, transaction
from psycopg import sql

from settings_sync.engine.applying.connections import close_sync_connection
from tenants.administration_schema import create_schema
from tenants.migrating import code_head
from tenants.models import Administration, SchemaTemplate
from tenants.schema_hooks import schema_hooks
from tenants.template_schema import TEMPLATE_SCHEMA, drop_schema, dump_schema, replay_schema
from tests.waiting import until

PUBLIC = "public"
MOST_IDLE = 8
"""Schemas that wait to be used, per kind: more would cost more to make than they save."""

# A row of the catalog that was written again has another xmin, whatever was changed in it.
STRUCTURE = """
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
        SELECT format('%%s:%%s', oid, xmin) AS part FROM pg_namespace WHERE oid = to_regnamespace(%(schema)s)
        UNION ALL SELECT format('%%s:%%s', oid, xmin) FROM pg_class WHERE relnamespace = to_regnamespace(%(schema)s)
        UNION ALL SELECT format('%%s:%%s', oid, xmin) FROM pg_proc WHERE pronamespace = to_regnamespace(%(schema)s)
        UNION ALL SELECT format('%%s:%%s', oid, xmin) FROM pg_constraint
            WHERE connamespace = to_regnamespace(%(schema)s)
        UNION ALL SELECT format('%%s.%%s:%%s', a.attrelid, a.attnum, a.xmin)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind = 'r'
        UNION ALL SELECT format('%%s:%%s', t.oid, t.xmin) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = to_regnamespace(%(schema)s)
    ) AS parts
"""
OTHER_SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL(%s)
"""
WHEN_AND_HOW_OFTEN = re.compile(r"'\d{4}-\d\d-\d\d [^']*'|^SELECT pg_catalog\.setval.*", re.MULTILINE)
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'a\\_%'"


class Cleaner:
    """A connection of its own to the test database, which sees what is committed and nothing else.

    As a superuser it deletes rows without triggers and foreign keys. Where the environment names a database and no
    superuser, it empties tables as their owner, which takes longer.
    """

    def __init__(self) -> None:
        self.superuser = os.environ.get("SUPERUSER_DATABASE_URL", "")
        self._opened: psycopg.Connection | None = None

    @property
    def connection(self) -> psycopg.Connection:
        """The connection, opened when it is first needed and after it was closed."""
        if self._opened is None:
            here = connection.settings_dict
            where = {"host": here["HOST"], "port": here["PORT"] or None, "dbname": here["NAME"]}
            if self.superuser:
                parts = urlsplit(self.superuser)
                self._opened = psycopg.connect(**where, user=parts.username, password=parts.password, autocommit=True)
                self._opened.execute("SET session_replication_role = replica")
            else:
                self._opened = psycopg.connect(**where, user=here["USER"], password=here["PASSWORD"], autocommit=True)
        return self._opened

    def close(self) -> None:
        """Let go of the database, so that it can be copied or dropped."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def tables(self, schema: str) -> list[str]:
        """Return the names of a schema's tables."""
        rows = self.connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        return sorted(name for (name,) in rows)

    def filled(self, schema: str, tables: Iterable[str]) -> set[str]:
        """Return those of the tables that hold rows."""
        questions = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(schema, table))
            for table in tables
        ]
        return {name for (name,) in self.connection.execute(sql.SQL(" UNION ALL ").join(questions))}

    def empty(self, schema: str, tables: Iterable[str]) -> None:
        """Delete every row of these tables."""
        if self.superuser:
            deletions = [sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)) for table in tables]
            self.connection.execute(sql.SQL("; ").join(deletions))
            return
        filled = self.filled(schema, tables)
        if filled:
            names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in sorted(filled))
            self.connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))

    def structure(self, schema: str) -> str:
        """Return a text that differs when anything about the schema was altered, its rights included."""
        (found,) = self.connection.execute(STRUCTURE, {"schema": schema}).fetchone() or ("",)
        return str(found)

    def versions(self, schema: str, tables: Iterable[str]) -> str:
        """Return a text that differs when a row of these tables was written, changed or removed."""
        each = [
            sql.SQL("SELECT md5(string_agg(format('%s:%s', xmin, ctid), ',' ORDER BY ctid)) FROM {}").format(
                sql.Identifier(schema, table)
            )
            for table in tables
        ]
        found = self.connection.execute(sql.SQL(" UNION ALL ").join(each)).fetchall() if each else []
        return repr(found)

    def schemas(self) -> set[str]:
        """Return the schemas of administrations that exist."""
        return {name for (name,) in self.connection.execute(SCHEMAS)}

    def other_sessions(self) -> int:
        """Return how many sessions the database has beside this one and that of Django."""
        own = [self.connection.info.backend_pid]
        if connection.connection is not None and not connection.connection.closed:
            own.append(connection.connection.info.backend_pid)
        (number,) = self.connection.execute(OTHER_SESSIONS, [own]).fetchone() or (0,)
        return int(number)

    def administrations(self) -> set[str]:
        """Return the schemas that administrations name."""
        return {name for (name,) in self.connection.execute("SELECT schema_name FROM public.tenants_administration")}


@dataclass
class SharedTables:
    """The shared tables: what stands in them after migrating stays, all else goes."""

    cleaner: Cleaner
    emptied: list[str]
    kept: list[str]
    versions: str
    templates: list[SchemaTemplate]

    @classmethod
    def as_they_are(cls, cleaner: Cleaner) -> "SharedTables":
        """Take what stands there now for what has to stand there."""
        tables = cleaner.tables(PUBLIC)
        kept = sorted(cleaner.filled(PUBLIC, tables))
        emptied = [table for table in tables if table not in kept]
        return cls(cleaner, emptied, kept, cleaner.versions(PUBLIC, kept), list(SchemaTemplate.objects.all()))

    def empty(self) -> bool:
        """Empty them; False when what stays was changed too, and must be made again."""
        self.cleaner.empty(PUBLIC, self.emptied)
        return self.cleaner.versions(PUBLIC, self.kept) == self.versions

    def put_template_back(self) -> None:
        """Put the template's DDL back, so that it is dumped once per run."""
        SchemaTemplate.objects.bulk_create(self.templates, ignore_conflicts=True)

    def made_again(self) -> None:
        """Take what stands in the tables that stay, after Django made it again, for what has to stand there."""
        self.put_template_back()
        self.versions = self.cleaner.versions(PUBLIC, self.kept)

    def left(self) -> set[str]:
        """Return the tables in which somebody left rows."""
        return self.cleaner.filled(PUBLIC, self.emptied)


@dataclass(frozen=True)
class ReadySchema:
    """An empty administration's schema that was committed, and how it was made."""

    name: str
    is_main: bool
    head: str
    emptied: tuple[str, ...]
    kept: tuple[str, ...]
    structure: str
    versions: str


@dataclass
class ReadySchemas:
    """Schemas that go from test to test. One that a test altered is dropped instead, whatever it altered."""

    cleaner: Cleaner
    idle: list[ReadySchema] = field(default_factory=list)
    taken: list[ReadySchema] = field(default_factory=list)
    missed: list[bool] = field(default_factory=list)

    def fill(self, administration: Administration) -> None:
        """Give an administration that was just saved a schema; `schema_name` and `migration_head` are set."""
        is_main = administration.is_main
        ready = next((one for one in self.idle if one.is_main == is_main and one.head == code_head()), None)
        if ready is None:
            self._make_for(administration)
            return
        self.idle.remove(ready)
        self.taken.append(ready)
        administration.schema_name, administration.migration_head = ready.name, ready.head
        administration.save(update_fields=["schema_name", "migration_head"])

    def _make_for(self, administration: Administration) -> None:
        create_schema(administration)
        if connection.in_atomic_block:
            # It goes with the test's transaction; the next test that needs one finds it ready.
            self.missed.append(administration.is_main)
        else:
            self.taken.append(self._described(administration.schema_name, administration.is_main))

    def _described(self, name: str, is_main: bool) -> ReadySchema:
        tables = self.cleaner.tables(name)
        kept = sorted(self.cleaner.filled(name, tables))
        emptied = tuple(table for table in tables if table not in kept)
        structure, versions = self.cleaner.structure(name), self.cleaner.versions(name, kept)
        return ReadySchema(name, is_main, code_head(), emptied, tuple(kept), structure, versions)

    def give_back(self) -> None:
        """Take back, emptied, every schema whose administration is gone, and make what was missed."""
        if self.taken:
            in_use = self.cleaner.administrations()
            back = [ready for ready in self.taken if ready.name not in in_use]
            self.taken = [ready for ready in self.taken if ready.name in in_use]
            for ready in back:
                self._take_back(ready)
        while self.missed:
            self._make_idle(self.missed.pop())

    def _take_back(self, ready: ReadySchema) -> None:
        is_as_made = self.cleaner.structure(ready.name) == ready.structure
        if is_as_made and self.cleaner.versions(ready.name, ready.kept) == ready.versions and self._has_room(ready):
            self.cleaner.empty(ready.name, ready.emptied)
            # Emptying as the owner writes the catalog.
            self.idle.append(self._described(ready.name, ready.is_main) if not self.cleaner.superuser else ready)
        else:
            drop_schema(ready.name)

    def _has_room(self, ready: ReadySchema) -> bool:
        return sum(one.is_main == ready.is_main for one in self.idle) < MOST_IDLE

    def _make_idle(self, is_main: bool) -> None:
        if sum(one.is_main == is_main for one in self.idle) >= MOST_IDLE:
            return
        name = Administration(name="ready").schema_name
        with transaction.atomic():
            replay_schema(SchemaTemplate.objects.get(head=code_head()).ddl, name)
            if is_main:
                schema_hooks.prepare_main(name)
        self.idle.append(self._described(name, is_main))

    @property
    def names(self) -> set[str]:
        """The schemas that are looked after here."""
        return {ready.name for ready in [*self.idle, *self.taken]}

    def left(self) -> set[str]:
        """Return the schemas of administrations that somebody left."""
        return self.cleaner.schemas() - self.names


@dataclass
class TemplateSchema:
    """The schema of which those of all administrations are made, as it was migrated."""

    cleaner: Cleaner
    structure: str
    made_of: str
    ddl: str

    @classmethod
    def as_it_is(cls, cleaner: Cleaner) -> "TemplateSchema":
        """Take it as it stands for how it has to stand."""
        return cls(cleaner, cleaner.structure(TEMPLATE_SCHEMA), cls._dump(), dump_schema(TEMPLATE_SCHEMA))

    @staticmethod
    def _dump() -> str:
        """What it is made of; when migrations were applied, and how many ever, is no part of that."""
        return WHEN_AND_HOW_OFTEN.sub("", dump_schema(TEMPLATE_SCHEMA))

    def was_changed(self) -> bool:
        """Whether it is made of anything else by now. What was taken away and made again as it was is no change."""
        found = self.cleaner.structure(TEMPLATE_SCHEMA)
        # The dump takes long, and nearly no module comes near the template.
        if found != self.structure and self._dump() != self.made_of:
            return True
        self.structure = found
        return False

    def put_back(self) -> None:
        """Make it again as it was."""
        drop_schema(TEMPLATE_SCHEMA)
        with transaction.atomic():
            replay_schema(self.ddl, TEMPLATE_SCHEMA)
        self.structure, self.made_of = self.cleaner.structure(TEMPLATE_SCHEMA), self._dump()


@dataclass
class CleanDatabase:
    """The database of one test process, kept clean."""

    cleaner: Cleaner
    blocker: Any
    shared: SharedTables
    schemas: ReadySchemas
    template: "TemplateSchema"

    @classmethod
    def begin(cls, blocker: Any) -> "CleanDatabase":
        """Take the database as it was made for what each test has to find; `blocker` is pytest-django's."""
        cleaner = Cleaner()
        shared, template = SharedTables.as_they_are(cleaner), TemplateSchema.as_it_is(cleaner)
        return cls(cleaner, blocker, shared, ReadySchemas(cleaner), template)

    def after_test(self, *, ends_module: bool) -> None:
        """Take back what the test had; AssertionError when its module leaves something behind."""
        with self.blocker.unblock():
            self.schemas.give_back()
        if not ends_module:
            return
        self.wait_until_alone()
        if left := self.left():
            with self.blocker.unblock():
                self.clear()
            raise AssertionError(f"The tests of this module left {left} to those that come after them.")
        with self.blocker.unblock():
            if self.template.was_changed():
                self.template.put_back()
                raise AssertionError(f"The tests of this module left {TEMPLATE_SCHEMA} otherwise than they found it.")

    def wait_until_alone(self) -> None:
        """Wait until what tests began has let go of the database; AssertionError when something does not."""
        close_sync_connection()
        if self.cleaner.other_sessions():
            # A thread that has ended leaves its session to the collector.
            gc.collect()
        # One of a web server ends a moment after who asked it has hung up.
        until(lambda: not self.cleaner.other_sessions(), "the end of the sessions that this module opened")

    def clear(self) -> None:
        """Remove what somebody left, so that only who left it is told so."""
        self.shared.empty()
        for name in self.schemas.left():
            drop_schema(name)

    def drop_schemas(self) -> None:
        """Drop the schemas of the administrations that tests made in another way than asking for a ready one."""
        for name in sorted(self.cleaner.administrations() & self.cleaner.schemas() - self.schemas.names):
            drop_schema(name)

    def left(self) -> list[str]:
        """Return the shared tables with rows, and the schemas, that somebody left."""
        return sorted(self.shared.left() | self.schemas.left())
