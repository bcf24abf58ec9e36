"""A database or login with which the fence would be none is refused, by whichever process comes first."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from local_servers.processes import PROJECT
from settings_sync.engine.applying import connections
from settings_sync.engine.applying.connections import refuse_unusable_login
from settings_sync.services.doctor.starting import refuse_at_start, refuse_unfit_database
from tenants.migrating import migrate_everything
from tenants.plain_connections import plain_parameters
from tenants.postgresql_backend import requirements
from tenants.postgresql_backend.requirements import UnfitDatabase, faults_of_database, faults_of_role
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db

Execute = Callable[[str], None]


def rights_of_owner() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        return cursor.fetchall()


def test_a_login_that_may_nothing_by_itself_is_fine(login):
    refuse_unusable_login()
    refuse_unfit_database()


@pytest.mark.parametrize(
    ("planted", "sentence"),
    [
        ("ALTER ROLE {} SUPERUSER", "NOSUPERUSER"),
        ("ALTER ROLE {} CREATEROLE", "NOCREATEROLE"),
        ("ALTER ROLE {} REPLICATION", "NOREPLICATION"),
        ("GRANT eenlijn TO {}", "is a member of eenlijn"),
        ("GRANT pg_write_all_data TO {}", "is a member of pg_write_all_data"),
        ("ALTER ROLE {} SET session_replication_role = replica", "RESET session_replication_role"),
        ("CREATE SCHEMA planted_own AUTHORIZATION {}", "REASSIGN OWNED BY"),
    ],
)
def test_a_login_that_could_pass_the_fence_is_refused(superuser, login, planted, sentence):
    superuser.execute(planted.format(login))
    try:
        for refuse in (refuse_unusable_login, refuse_unfit_database, refuse_at_start, migrate_everything):
            with pytest.raises(UnfitDatabase, match=sentence):
                refuse()
    finally:
        superuser.execute("DROP SCHEMA IF EXISTS planted_own")


def test_no_sync_is_applied_with_such_a_login(superuser, login):
    superuser.execute(f"ALTER ROLE {login} SUPERUSER")
    connections.close_sync_connection()
    with pytest.raises(UnfitDatabase), connections.sync_connection():
        raise AssertionError("It was let in.")


def test_the_owners_login_is_no_sync_login_and_keeps_its_rights(settings):
    before = rights_of_owner()
    parts, owner = urlsplit(settings.SYNC_DATABASE_URL), urlsplit(os.environ["DATABASE_URL"])
    settings.SYNC_DATABASE_URL = f"postgres://{owner.username}:{owner.password}@{parts.hostname}:{parts.port}/x"
    with pytest.raises(UnfitDatabase, match="a sync must have a login of its own"):
        migrate_everything()
    assert rights_of_owner() == before


def test_the_owner_of_the_database_is_no_sync_login_under_another_name(superuser, login):
    name = f"planted_{uuid.uuid4().hex[:8]}"
    superuser.execute(f"CREATE DATABASE {name} OWNER {login}")
    try:
        with (
            pytest.raises(UnfitDatabase, match="owns the database"),
            psycopg.connect(**plain_parameters(dbname=name, user=login, password="planted"), autocommit=True) as opened,
        ):
            connections.refuse_powerful_login(opened)
    finally:
        superuser.execute(f"DROP DATABASE {name}")


def test_a_superuser_is_no_owner(superuser, monkeypatch):
    (fault,) = faults_of_database(superuser)
    assert "is a superuser of PostgreSQL" in fault


def test_an_owner_whose_triggers_never_fire_is_refused(superuser):
    """As of whoever brought rows in quickly, and left the setting with the role."""
    name = connection.settings_dict["USER"]
    assert faults_of_role(name, "origin") == []
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")
        _is_superuser, fault = sorted(faults_of_database(superuser), key=lambda text: "replication" in text)
    assert "RESET session_replication_role" in fault


@pytest.mark.parametrize(
    ("made_with", "sentence"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", "has the encoding SQL_ASCII"),
        ("ENCODING 'LATIN1' LOCALE 'C'", "has the encoding LATIN1"),
        ("ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc", "É and é are two different letters"),
    ],
)
def test_a_database_that_cannot_compare_names_is_refused(superuser, made_with, sentence):
    name = f"planted_{uuid.uuid4().hex[:8]}"
    made_with = made_with.replace("LOCALE 'C'", "LOCALE 'C' LOCALE_PROVIDER libc")
    superuser.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER eenlijn {made_with}")
    try:
        other = connection.copy()
        other.settings_dict["NAME"] = name
        for _time in range(2):
            # The second statement is refused as the first one was.
            with pytest.raises(UnfitDatabase, match=sentence):
                other.cursor().execute("SELECT 1")
        other.close()
    finally:
        superuser.execute(f"DROP DATABASE {name}")


def test_an_older_postgresql_is_refused(monkeypatch):
    connection.ensure_connection()
    assert faults_of_database(connection.connection) == []
    monkeypatch.setattr(requirements, "OLDEST", 99)
    (fault,) = faults_of_database(connection.connection)
    assert "Eenlijn needs 99 or newer" in fault


def test_translations_that_were_not_compiled_are_told_at_the_start(settings, tmp_path, caplog):
    source = tmp_path / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text("")
    settings.BASE_DIR = tmp_path
    refuse_at_start()
    sentence = "The translations in locale/nl/LC_MESSAGES/django.po are missing or outdated"
    assert [message for message in caplog.messages if message.startswith(sentence)]


def test_a_database_that_is_away_is_waited_for(settings):
    settings.SYNC_DATABASE_URL = "postgres://eenlijn_sync:none@127.0.0.1:1/eenlijn"
    refuse_at_start()
    with pytest.raises(psycopg.OperationalError):
        refuse_unfit_database()


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "celery", "-A", "config", "worker", "--pool", "solo"],
        ["-m", "gunicorn", "config.wsgi:application", "-c", "python:config.web_server", "--bind", "127.0.0.1:0"],
        ["manage.py", "run_reaper"],
        ["manage.py", "migrate_administrations"],
        ["manage.py", "migrate"],
        ["manage.py", "check_sync"],
    ],
    ids=lambda command: next(word for word in command if word not in ("-m", "manage.py")),
)
def test_no_process_starts_with_the_owners_login_for_syncs(command):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "SYNC_DATABASE_URL": os.environ["DATABASE_URL"], "LOG_FORMAT": "text"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode != 0
    assert "a sync must have a login of its own" in done.stderr + done.stdout
