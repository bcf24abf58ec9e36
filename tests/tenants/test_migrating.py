"""Migrating many administrations does what is left to do, and says how much that was."""

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from local_servers.processes import PROJECT
from settings_sync.engine.fence import sync_login
from tenants import migrating
from tenants.administrations import work_on_administration
from tenants.migrating import (
    Migrated,
    code_head,
    migrate_administration,
    migrate_everything,
    refresh_template,
)
from tenants.models import Administration, SchemaTemplate
from tenants.schemas import current_schema_name, inside
from tenants.template_schema import TEMPLATE_SCHEMA, drop_schema, has_tables
from tests.conftest import make_administration
from tests.contracts.world import in_threads
from tests.databases import drop_database, make_database
from tests.template_database import with_path
from tests.waiting import until

from .releases import MAKE_LATER, environment_of_release, has_later, newer_release

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def three(standing: None) -> list[Administration]:
    return [make_administration(name) for name in ("Adam", "Bernard", "Cornelis")]


@pytest.fixture
def newer_code(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A release with one migration more, which makes the table `later`; gives its head."""
    with newer_release(MAKE_LATER, settings, tmp_path, monkeypatch) as head:
        yield head


def count_calls(monkeypatch: pytest.MonkeyPatch, breaking_at: str = "") -> list[str]:
    """The schemas of administrations that are migrated from now on; a given one breaks."""
    called: list[str] = []

    def migrate(administration: Administration, real: Callable[[Administration], None]) -> None:
        called.append(administration.name)
        if administration.name == breaking_at:
            raise KeyboardInterrupt
        real(administration)

    real = migrate_administration
    monkeypatch.setattr(
        "tenants.migrating.migrate_administration", lambda administration: migrate(administration, real)
    )
    return called


def test_administrations_at_the_head_are_skipped_and_counted(
    three: list[Administration], monkeypatch: pytest.MonkeyPatch
) -> None:
    called = count_calls(monkeypatch)
    assert migrate_everything() == Migrated(migrated=0, skipped=3)
    assert called == []


def test_a_new_head_is_brought_to_the_template_and_to_each_administration(
    three: list[Administration], newer_code: str
) -> None:
    reported: list[str] = []
    assert migrate_everything(reported.append) == Migrated(migrated=3, skipped=0)
    assert reported == [f"{row.name} ({row.slug})" for row in three]
    assert "later" in SchemaTemplate.objects.get(head=newer_code).ddl
    for administration in three:
        administration.refresh_from_db()
        assert administration.migration_head == newer_code
        assert has_later(administration.schema_name)
    assert not has_later("public")
    assert migrate_everything() == Migrated(migrated=0, skipped=3)


def test_a_broken_off_run_resumes_where_it_stopped(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        called = count_calls(patch, breaking_at="Bernard")
        reported: list[str] = []
        with pytest.raises(KeyboardInterrupt):
            migrate_everything(reported.append)
        assert called == ["Adam", "Bernard"]
        assert reported[-1].startswith("Bernard (bernard-") and "was not finished" in reported[-1]
    called = count_calls(monkeypatch)
    assert migrate_everything() == Migrated(migrated=2, skipped=1)
    assert called == ["Bernard", "Cornelis"]
    assert all(has_later(administration.schema_name) for administration in three)


def test_several_at_once_do_each_administration_once(three: list[Administration], newer_code: str) -> None:
    reported: list[str] = []
    assert migrate_everything(reported.append, at_once=3) == Migrated(migrated=3, skipped=0)
    assert sorted(reported) == [f"{row.name} ({row.slug})" for row in three]
    assert all(has_later(administration.schema_name) for administration in three)


def test_what_another_process_has_in_hand_is_waited_for_after_all_others_and_not_done_again(
    three: list[Administration], newer_code: str
) -> None:
    adam = three[0]
    reported: list[str] = []

    def migrate_adam_slowly() -> None:
        with migrating.one_at_a_time(adam.schema_name):
            has_begun.set()
            until(lambda: len(reported) == 2, "The others are done")
            migrate_administration(adam)

    def migrate_all() -> Migrated:
        assert has_begun.wait(30)
        return migrate_everything(reported.append)

    has_begun = threading.Event()
    refresh_template()
    assert in_threads(migrate_adam_slowly, migrate_all) == [None, Migrated(migrated=2, skipped=1)]
    assert [line.split()[0] for line in reported] == ["Bernard", "Cornelis"]


def test_one_that_fails_in_a_thread_is_named_and_the_others_are_done(
    three: list[Administration], bernard_fails: Administration
) -> None:
    done = migrate_everything(at_once=2)
    assert (done.migrated, [one.slug for one in done.failed]) == (2, [bernard_fails.slug])


def test_what_is_broken_off_in_one_thread_is_broken_off_in_all(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others may be waiting for a sync, and would not end for as long as that takes."""

    def work(administration: Administration) -> None:
        if administration.name == "Adam":
            until(lambda: len(reported) == 2, "Another one began")
            raise KeyboardInterrupt
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(migrating, "migrate_administration", work)
    reported: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        migrate_everything(reported.append, at_once=2)
    assert sorted(line.split()[0] for line in reported if "not finished" in line) == ["Adam", "Bernard"]
    assert not any("Cornelis" in line for line in reported)


KILLED_IN = 'RunSQL("CREATE TABLE later (id bigint)"), RunSQL("SELECT pg_sleep(1)")'


def test_a_process_that_is_killed_is_followed_by_one_that_goes_on_where_it_was(
    three: list[Administration], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with newer_release(KILLED_IN, settings, tmp_path, monkeypatch) as head:
        with _migrating_process(tmp_path) as killed:
            for line in killed.stdout:
                if line.startswith("  Bernard"):
                    break
            until(lambda: head_of(three[0]) == head, "The first is done")
            killed.kill()
        assert [head_of(row) == head for row in three] == [True, False, False]
        with _migrating_process(tmp_path) as following:
            told = following.stdout.read()
        assert following.returncode == 0
        assert [line.split()[0] for line in told.splitlines() if line.startswith("  ")] == ["Bernard", "Cornelis"]
        assert [head_of(row) == head for row in three] == [True, True, True]


def head_of(administration: Administration) -> str:
    return Administration.objects.values_list("migration_head", flat=True).get(pk=administration.pk)


def _migrating_process(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "migrate_administrations", "--at-once", "1"]
    environment = environment_of_release(folder)
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)


def test_where_nothing_changes_no_administration_costs_a_query(three: list[Administration]) -> None:
    migrate_everything()
    with CaptureQueriesContext(connection) as with_three:
        migrate_everything()
    states = Administration.State
    many = [Administration(name="Veel", slug=f"veel-{number}", migration_head=code_head()) for number in range(27)]
    Administration.objects.bulk_create(many)
    try:
        Administration.objects.filter(name="Veel").update(state=states.ACTIVE)
        with CaptureQueriesContext(connection) as with_thirty:
            assert migrate_everything() == Migrated(migrated=0, skipped=30)
    finally:
        Administration.objects.filter(name="Veel").update(state=states.DELETED, migration_head="")
    assert len(with_thirty) == len(with_three) <= 30


MOST_STATEMENTS = 25
ADD_COLUMN = """
    CreateModel("Later", [("id", BigAutoField(primary_key=True))], {"db_table": "later"}),
    RunPython(lambda apps, editor: apps.get_model("reference_data", "Later").objects.create()),
    AddField("later", "number", IntegerField(default=7), preserve_default=False),
"""


def test_a_column_more_costs_each_administration_a_handful_of_statements(
    three: list[Administration], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a catalog is looked at, it is by its index, and where nothing differs, nothing is made."""
    taken: list[int] = []

    def count(administration: Administration, real: Callable[[Administration], None]) -> None:
        with CaptureQueriesContext(connection) as queries:
            real(administration)
        taken.append(len(queries))

    real = migrate_administration
    monkeypatch.setattr(migrating, "migrate_administration", lambda administration: count(administration, real))
    with newer_release(ADD_COLUMN, settings, tmp_path, monkeypatch):
        assert migrate_everything() == Migrated(migrated=3, skipped=0)
        for administration in three:
            with inside(administration), connection.cursor() as cursor:
                cursor.execute("SELECT number FROM later")
                assert cursor.fetchall() == [(7,)]
    assert taken[1] == taken[2] <= MOST_STATEMENTS, taken


@pytest.fixture
def bernard_fails(three: list[Administration], newer_code: str) -> Administration:
    """The table that the migration makes is there already, in one of the three."""
    bernard = three[1]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {bernard.schema_name}.later (id bigint)")
    return bernard


def test_one_that_fails_is_named_and_the_others_are_done(
    three: list[Administration], bernard_fails: Administration, newer_code: str
) -> None:
    done = migrate_everything()
    assert (done.migrated, done.skipped, done.unfinished) == (2, 0, ())
    assert [(one.name, one.slug) for one in done.failed] == [("Bernard", bernard_fails.slug)]
    assert "already exists" in done.failed[0].reason
    assert current_schema_name() == "public"
    behind = Administration.objects.active().exclude(migration_head=newer_code)
    assert [row.name for row in behind] == ["Bernard"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {bernard_fails.schema_name}.later")
    assert migrate_everything() == Migrated(migrated=1, skipped=2)


def test_the_command_names_one_that_fails_and_exits_with_1(
    three: list[Administration], bernard_fails: Administration
) -> None:
    printed = StringIO()
    with pytest.raises(
        CommandError, match=rf"1 could not be migrated(.|\n)*Bernard \({bernard_fails.slug}\)"
    ) as failed:
        call_command("migrate_administrations", stdout=printed)
    assert failed.value.returncode == 1
    assert "Migrated 2 administrations" in printed.getvalue()


def test_without_a_database_nothing_is_said_of_the_administrations_that_were_not_tried(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_database(administration: Administration) -> None:
        monkeypatch.setattr(connection, "ensure_connection", refuse)
        raise OperationalError("the connection is lost")

    def refuse() -> None:
        monkeypatch.undo()
        raise OperationalError("nobody answers")

    monkeypatch.setattr(migrating, "migrate_administration", lose_the_database)
    with pytest.raises(OperationalError, match="nobody answers"):
        migrate_everything()


def test_migrating_does_not_move_its_caller(three: list[Administration]) -> None:
    adam, bernard, _cornelis = three
    with inside(adam):
        migrate_administration(bernard)
        assert current_schema_name() == adam.schema_name


def test_rights_and_triggers_are_put_back_each_time(three: list[Administration]) -> None:
    """One that was migrated but not marked is done again; what a person granted by hand is gone after it."""
    table = f"{three[0].schema_name}.business_customer"
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON {table} TO {sync_login()}")
    assert may_delete_from(table)
    migrate_administration(three[0])
    assert not may_delete_from(table)
    migrate_administration(three[0])
    assert not may_delete_from(table)


def may_delete_from(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'DELETE')", [sync_login(), table])
        return bool(cursor.fetchone()[0])


def test_a_missing_pg_dump_is_said_in_a_sentence_and_the_next_migration_goes_on(
    three: list[Administration], newer_code: str, settings: Any
) -> None:
    pg_dump, settings.PG_DUMP = settings.PG_DUMP, "no-such-program"
    with pytest.raises(CommandError, match="pg_dump was not found; install") as told:
        call_command("migrate_administrations")
    assert told.value.returncode == 1
    settings.PG_DUMP = pg_dump
    assert migrate_everything() == Migrated(migrated=3, skipped=0)


def test_what_is_not_there_yet_or_any_more_is_not_migrated(three: list[Administration], newer_code: str) -> None:
    states = Administration.State
    waiting = [
        Administration.objects.create(name=str(state), slug=state, state=state)
        for state in (states.PROVISIONING, states.FAILED, states.DELETING, states.DELETED)
    ]
    with translation.override("en"):
        done = migrate_everything()
    assert (done.migrated, done.skipped, done.failed) == (3, 0, ())
    assert {(row.name, row.reason) for row in done.unfinished} == {
        ("provisioning", "being created"),
        ("failed", "failed"),
        ("deleting", "being deleted"),
    }
    printed = StringIO()
    call_command("migrate_administrations", stdout=printed)
    assert "Not migrated, for it is not finished: deleting (deleting): being deleted" in printed.getvalue()
    for row in waiting:
        row.refresh_from_db()
        assert row.migration_head == ""
    Administration.objects.filter(pk__in=[row.pk for row in waiting]).update(state=states.DELETED)


def test_one_whose_deletion_failed_is_migrated_and_counted_like_any_other(three: list[Administration]) -> None:
    Administration.objects.filter(pk=three[0].pk).update(state=Administration.State.FAILED, migration_head="older")
    try:
        assert migrate_everything() == Migrated(migrated=1, skipped=2)
    finally:
        Administration.objects.filter(pk=three[0].pk).update(state=Administration.State.ACTIVE)


def test_a_worker_with_newer_code_makes_administrations_of_the_newer_kind(newer_code: str) -> None:
    """Nobody has migrated yet: it refreshes the template first, as seen by pg_dump, which looks from outside."""
    made = Administration.objects.create(name="Nieuwer", slug="nieuwer")
    try:
        assert work_on_administration(made.pk)
        made.refresh_from_db()
        assert (made.state, made.migration_head) == (Administration.State.ACTIVE, newer_code)
        assert has_later(made.schema_name)
    finally:
        # The others count how many there are.
        Administration.objects.filter(pk=made.pk).update(state=Administration.State.DELETED, migration_head="")


def test_the_template_is_made_once(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_template()
    monkeypatch.setattr("tenants.migrating.dump_schema", lambda name: pytest.fail("It was dumped again."))
    refresh_template()
    assert SchemaTemplate.objects.filter(head=newer_code).count() == 1


def test_a_template_that_somebody_dropped_is_made_anew(three: list[Administration]) -> None:
    """Its DDL alone makes new administrations; what others are compared with is the schema."""
    SchemaTemplate.objects.filter(head=code_head()).update(ddl="planted")
    drop_schema(TEMPLATE_SCHEMA)
    refresh_template()
    assert has_tables(TEMPLATE_SCHEMA)
    assert "CREATE TABLE" in SchemaTemplate.objects.get(head=code_head()).ddl


def test_two_workers_that_refresh_the_template_at_once_make_it_once(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with a connection of its own, and slow enough to be at it together if nothing kept them apart."""
    at_it: list[str] = []

    def migrate_slowly(schema_name: str) -> None:
        at_it.append(schema_name)
        time.sleep(0.5)

    monkeypatch.setattr(migrating, "migrate_schema", migrate_slowly)
    monkeypatch.setattr(migrating, "dump_schema", lambda name: f"-- {name}")
    try:
        assert in_threads(refresh_template, refresh_template) == [None, None]
        assert at_it == [TEMPLATE_SCHEMA]
        assert SchemaTemplate.objects.filter(head=newer_code).count() == 1
    finally:
        SchemaTemplate.objects.filter(head=newer_code).delete()


def test_two_that_migrate_at_once_migrate_the_shared_schema_one_after_the_other(
    three: list[Administration], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_it: list[str] = []
    at_once: list[int] = []

    def migrate_slowly(schema_name: str) -> None:
        at_it.append(schema_name)
        time.sleep(0.5)
        at_once.append(len(at_it))
        at_it.remove(schema_name)

    monkeypatch.setattr(migrating, "migrate_schema", migrate_slowly)
    everything = Migrated(migrated=0, skipped=3)
    assert in_threads(migrate_everything, migrate_everything) == [everything, everything]
    assert at_once == [1, 1]


def test_a_template_that_could_not_be_made_can_be_made_by_another(
    three: list[Administration], newer_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "migrate_schema", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refresh_template()
    monkeypatch.setattr(migrating, "migrate_schema", lambda name: None)
    monkeypatch.setattr(migrating, "dump_schema", lambda name: f"-- {name}")
    try:
        assert in_threads(refresh_template) == [None]
    finally:
        SchemaTemplate.objects.filter(head=newer_code).delete()


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    """A database with nothing in it; gives the environment of a process that works with it."""
    name = f"empty_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        make_database(server, name, "template0")
        try:
            named = {key: with_path(os.environ[key], name) for key in ("DATABASE_URL", "SYNC_DATABASE_URL")}
            yield {**os.environ, **named, "LOG_FORMAT": "text"}
        finally:
            drop_database(server, name)


@pytest.mark.parametrize("other", ["migrate_administrations", "migrate"])
def test_two_processes_that_migrate_an_empty_database_at_once_wait_for_each_other(
    empty_database: dict[str, str], other: str
) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=PROJECT,
            env=empty_database,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in ("migrate_administrations", other)
    ]
    told = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(told)
    with psycopg.connect(empty_database["DATABASE_URL"]) as connected:
        heads = connected.execute("SELECT head FROM tenants_schematemplate").fetchall()
    assert heads == [(code_head(),)]
