"""Each fault of what all administrations share, planted and seen; what can be derived of it is made again."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from redis.exceptions import ConnectionError as NoRedis

from local_servers.translations import compile_catalogs
from settings_sync.engine.fence import sync_login
from settings_sync.engine.sync_rights import expected_rights, expected_shared_rights
from settings_sync.services.doctor import answering, surroundings
from settings_sync.services.doctor.examining import examine_installation, repair_installation
from settings_sync.services.doctor.faults import Fault
from settings_sync.services.doctor.grants import faults_of_shared_grants
from settings_sync.services.doctor.logins import faults_of_logins, faults_of_pg_dump
from settings_sync.services.doctor.stored import faults_of_documents
from settings_sync.services.doctor.structure import faults_of_shared_structure
from settings_sync.services.doctor.surroundings import (
    faults_of_clock,
    faults_of_mail,
    faults_of_servers,
    faults_of_static_files,
    faults_of_translations,
)
from settings_sync.services.doctor.triggers import faults_of_functions
from tenants.migrating import code_head
from tenants.models import Administration
from tenants.postgresql_backend import requirements
from tenants.template_schema import TEMPLATE_SCHEMA
from tests.settings_sync.services.doctor.privileges import granted_in

pytestmark = pytest.mark.usefixtures("db")

Find = Callable[[], Iterator[Fault]]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test leaves it well."""


@pytest.fixture
def trail_guarded(standing: None) -> Iterator[None]:
    """The trail as in an installation: between tests it is emptied, which its trigger would refuse."""
    execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_never_emptied")
    yield
    execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_never_emptied")


def execute(statements: str) -> None:
    """Run statements, one a line; `{login}` is the login that applies syncs."""
    with connection.cursor() as cursor:
        for part in statements.split("\n"):
            cursor.execute(part.replace("{login}", sync_login()))


def found_after(statement: str, find: Find) -> list[Fault]:
    """What is found after these statements, which are rolled back, and was not found before."""
    before = list(find())
    with transaction.atomic():
        execute(statement)
        found = list(find())
        transaction.set_rollback(True)
    assert list(find()) == before
    return [fault for fault in found if fault not in before]


DOES_NOTHING = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
FUNCTIONS, GRANTS, STRUCTURE = faults_of_functions, faults_of_shared_grants, faults_of_shared_structure
REPAIRABLE: list[tuple[str, str, Find]] = [
    ("function-differs", f"CREATE OR REPLACE FUNCTION public.settings_sync_refuse() {DOES_NOTHING}", FUNCTIONS),
    ("function-differs", f"CREATE OR REPLACE FUNCTION public.audit_refuse_change() {DOES_NOTHING}", FUNCTIONS),
    ("function-differs", "ALTER FUNCTION public.settings_sync_enter() SECURITY DEFINER", FUNCTIONS),
    ("trail-unguarded", "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_append_only", FUNCTIONS),
    ("trail-unguarded", "DROP TRIGGER audit_append_only ON audit_auditentry", FUNCTIONS),
    ("right-planted", "GRANT UPDATE ON public.audit_auditentry TO {login}", GRANTS),
    ("right-planted", "GRANT UPDATE (attempts) ON public.settings_sync_synctarget TO {login}", GRANTS),
    ("right-planted", "GRANT SELECT ON public.accounts_user TO PUBLIC", GRANTS),
    ("right-planted", "GRANT SELECT ON public.settings_sync_document TO {login} WITH GRANT OPTION", GRANTS),
    ("right-planted", "GRANT SELECT ON template_administration.business_customer TO {login}", GRANTS),
    ("right-missing", "REVOKE SELECT ON public.settings_sync_document FROM {login}", GRANTS),
    ("right-missing", "REVOKE UPDATE (state) ON public.settings_sync_synctarget FROM {login}", GRANTS),
    ("right-missing", "REVOKE DELETE ON template_administration.forms_catalog_form FROM {login}", GRANTS),
]
NOBODYS_TO_REPAIR: list[tuple[str, str, Find]] = [
    ("migrations-missing", "DELETE FROM public.django_migrations WHERE app = 'webhooks'", STRUCTURE),
    ("structure-missing", "ALTER TABLE public.webhooks_endpoint DROP COLUMN state CASCADE", STRUCTURE),
    ("structure-missing", "ALTER TABLE template_administration.forms_catalog_form DROP COLUMN name CASCADE", STRUCTURE),
    ("template-outdated", "UPDATE public.tenants_schematemplate SET head = 'x'", STRUCTURE),
    ("template-outdated", "DROP SCHEMA template_administration CASCADE", STRUCTURE),
    ("schema-unowned", "CREATE SCHEMA a_planted", STRUCTURE),
    ("rights-in-advance", "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {login}", GRANTS),
    (
        "function-lends",
        "CREATE FUNCTION public.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        GRANTS,
    ),
    (
        "documents-differ",
        "INSERT INTO public.settings_sync_document (digest, kind, body, needs, keys, created_at)"
        " VALUES ('x', 'forms_catalog.form', '{}', '[]', '{}', now())",
        faults_of_documents,
    ),
]


def numbered(plants: list[tuple[str, str, Find]]) -> list[str]:
    return [f"{code}-{number}" for number, (code, _statement, _find) in enumerate(plants)]


@pytest.mark.parametrize(("code", "planted", "find"), NOBODYS_TO_REPAIR, ids=numbered(NOBODYS_TO_REPAIR))
def test_a_planted_fault_is_seen_and_left_alone(code, planted, find):
    found = found_after(planted, find)
    assert {fault.code for fault in found} == {code}
    assert all(fault.sentence and not fault.can_be_repaired and not fault.place for fault in found)


@pytest.mark.parametrize(("code", "planted", "find"), REPAIRABLE, ids=numbered(REPAIRABLE))
def test_a_planted_fault_is_seen_and_made_right(trail_guarded, code, planted, find):
    assert list(find()) == []
    execute(planted)
    faults = list(find())
    assert {fault.code for fault in faults} == {code}
    assert all(fault.can_be_repaired and fault.sentence for fault in faults)
    repair_installation(faults)
    assert list(find()) == []
    assert granted_in("public") == expected_shared_rights()
    assert granted_in(TEMPLATE_SCHEMA) == expected_rights()


def test_rights_on_the_database_itself_are_seen_and_taken_away():
    name = connection.settings_dict["NAME"]
    execute(f"GRANT TEMPORARY ON DATABASE {name} TO PUBLIC\nGRANT CREATE ON DATABASE {name} TO {{login}}")
    faults = list(faults_of_shared_grants())
    assert {fault.facts["right"] for fault in faults} == {"CREATE on the database", "TEMPORARY on the database"}
    repair_installation(faults)
    assert list(faults_of_shared_grants()) == []


def test_a_setting_of_a_snapshot_without_its_document_is_seen():
    with transaction.atomic():
        main = Administration.objects.create(name="Zonder", slug="zonder", state="active", migration_head=code_head())
        execute(
            "INSERT INTO public.settings_sync_snapshot (id, administration_id, content, migration_head, taken_at)"
            f" VALUES (gen_random_uuid(), '{main.pk}', 'x', '', now())\n"
            "INSERT INTO public.settings_sync_snapshotitem (snapshot_id, kind, uid, digest, label, keys)"
            " SELECT id, 'forms_catalog.form', gen_random_uuid(), 'gone', 'Weg', '{}'"
            " FROM public.settings_sync_snapshot"
        )
        (fault,) = faults_of_documents()
        transaction.set_rollback(True)
    assert (fault.code, fault.facts) == ("documents-missing", {"number": 1, "name": "Weg"})


class TestLogins:
    def test_those_of_the_tests_are_fine(self):
        assert list(faults_of_logins()) == []

    def test_an_old_database_is_seen(self, monkeypatch):
        monkeypatch.setattr(requirements, "OLDEST", 99)
        (fault,) = faults_of_logins()
        assert fault.code == "database-unfit"
        assert "needs 99 or newer" in fault.sentence

    def test_a_login_that_could_pass_the_fence_is_seen(self, superuser, login):
        superuser.execute(f"ALTER ROLE {login} SUPERUSER")
        (fault,) = faults_of_logins()
        assert fault.code == "sync-login-unfit"
        assert "NOSUPERUSER" in fault.sentence

    def test_a_login_that_cannot_enter_is_seen(self, settings):
        settings.SYNC_DATABASE_URL = "postgres://eenlijn_sync:none@127.0.0.1:1/eenlijn"
        (fault,) = faults_of_logins()
        assert fault.code == "sync-login-shut"

    def test_a_pg_dump_that_is_missing_or_too_old_is_seen(self, settings, tmp_path):
        assert list(faults_of_pg_dump()) == []
        settings.PG_DUMP = str(tmp_path / "pg_dump")
        assert [fault.code for fault in faults_of_pg_dump()] == ["pg-dump-unfit"]
        (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
        (tmp_path / "pg_dump").chmod(0o755)
        (fault,) = faults_of_pg_dump()
        assert "9.6.24" in fault.sentence


class TestSurroundings:
    def test_no_worker_is_seen(self):
        answering.cache.delete(answering.WORKER_SEEN)
        assert [fault.code for fault in faults_of_servers()] == ["worker-away"]

    def test_no_broker_is_seen(self, monkeypatch):
        def away(key: str) -> None:
            raise NoRedis

        monkeypatch.setattr(answering.cache, "get", away)
        assert [fault.code for fault in faults_of_servers()] == ["broker-away"]

    def test_where_no_mail_is_sent_none_is_missed(self, settings):
        settings.SENDS_MAIL = False
        assert list(faults_of_mail()) == []

    def test_a_mail_server_that_is_away_is_seen(self, settings):
        settings.SENDS_MAIL, settings.EMAIL_BACKEND = True, "django.core.mail.backends.smtp.EmailBackend"
        settings.DEFAULT_FROM_EMAIL = "Eenlijn <eenlijn@van-dijk.example>"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        assert [fault.code for fault in faults_of_mail()] == ["mail-away"]

    def test_a_sender_that_is_nobody_is_seen(self, settings):
        settings.SENDS_MAIL, settings.DEFAULT_FROM_EMAIL = True, "Eenlijn <noreply@localhost>"
        assert [fault.code for fault in faults_of_mail()] == ["sender-unset"]

    def test_static_files_of_another_version_are_seen(self, settings, tmp_path):
        settings.STATIC_ROOT = str(tmp_path)
        call_command("collectstatic", interactive=False, verbosity=0)
        assert list(faults_of_static_files()) == []
        changed = sorted(path for path in tmp_path.rglob("*.css"))[0]
        changed.write_text("")
        (fault,) = faults_of_static_files()
        assert (fault.code, fault.facts["number"]) == ("static-files-outdated", 1)
        assert fault.facts["name"] == changed.relative_to(tmp_path).as_posix()

    def test_static_files_that_nobody_collected_are_found_where_they_are(self, settings, tmp_path):
        settings.STATIC_ROOT = str(tmp_path / "none")
        assert list(faults_of_static_files()) == []

    def test_translations_that_were_not_compiled_are_seen(self, settings, tmp_path):
        source = settings.BASE_DIR / "locale" / "nl" / "LC_MESSAGES" / "django.po"
        copy = tmp_path / "locale" / "nl" / "LC_MESSAGES" / "django.po"
        copy.parent.mkdir(parents=True)
        shutil.copyfile(source, copy)
        settings.BASE_DIR = tmp_path
        assert [fault.code for fault in faults_of_translations()] == ["translations-outdated"]
        compile_catalogs(tmp_path)
        assert list(faults_of_translations()) == []
        later = time.time() + 60
        os.utime(copy, (later, later))
        assert [fault.code for fault in faults_of_translations()] == ["translations-outdated"]

    @pytest.mark.parametrize("seconds", [-3600, 3600])
    def test_a_clock_that_is_wrong_is_seen(self, monkeypatch, seconds):
        assert list(faults_of_clock()) == []
        monkeypatch.setattr(surroundings, "time", SimpleNamespace(time=lambda: time.time() + seconds))
        (fault,) = faults_of_clock()
        assert fault.code == "clocks-differ"
        assert abs(fault.facts["seconds"] - 3600) < 60


def test_all_of_it_is_looked_at(trail_guarded, settings: Any):
    """Of an installation in which nothing is wrong but that no worker answers, and that its schemas wait for tests."""
    found = {fault.code for fault in examine_installation()}
    assert found <= {"worker-away", "schema-unowned"}
