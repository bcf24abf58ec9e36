"""Each fault of what all administrations share, planted and seen; what can be derived of it is made again."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
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
from settings_sync.services.doctor.schemas.counters import faults_of_shared_counters
from settings_sync.services.doctor.schemas.declared import faults_of_declared
from settings_sync.services.doctor.schemas.structure import faults_of_shared_structure
from settings_sync.services.doctor.schemas.template import faults_of_template
from settings_sync.services.doctor.stored import faults_of_documents
from settings_sync.services.doctor.surroundings import (
    faults_of_clock,
    faults_of_mail,
    faults_of_servers,
    faults_of_static_files,
    faults_of_translations,
)
from settings_sync.services.doctor.triggers import faults_of_event_triggers, faults_of_functions
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


def without(table: str, constraint: str) -> str:
    """A statement that drops a constraint of a shared table."""
    return f"ALTER TABLE public.{table} DROP CONSTRAINT {constraint}"


DOES_NOTHING = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
FUNCTIONS, GRANTS, STRUCTURE = faults_of_functions, faults_of_shared_grants, faults_of_shared_structure
SHARED = partial(faults_of_declared, "public", django_settings.SHARED_APPS)
TEMPLATE = partial(faults_of_declared, TEMPLATE_SCHEMA, django_settings.TENANT_APPS)
TO_SNAPSHOT = "settings_sync_snapsh_snapshot_id_c15faace_fk_settings_"
TO_TARGET = "settings_sync_former_target_id_10747b00_fk_settings_"
GUARD = "CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON public.audit_auditentry FOR EACH ROW"
TRAIL = "public.audit_auditentry"
REFUSES = "EXECUTE FUNCTION public.audit_refuse_change()"
REPAIRABLE: list[tuple[str, str, Find]] = [
    ("function-differs", f"CREATE OR REPLACE FUNCTION public.settings_sync_refuse() {DOES_NOTHING}", FUNCTIONS),
    ("function-differs", f"CREATE OR REPLACE FUNCTION public.audit_refuse_change() {DOES_NOTHING}", FUNCTIONS),
    ("function-differs", "ALTER FUNCTION public.settings_sync_enter() SECURITY DEFINER", FUNCTIONS),
    ("trail-unguarded", "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_append_only", FUNCTIONS),
    ("trail-unguarded", "DROP TRIGGER audit_append_only ON audit_auditentry", FUNCTIONS),
    ("function-differs", "ALTER FUNCTION public.settings_sync_touch() SET search_path TO planted", FUNCTIONS),
    ("trail-unguarded", f"{GUARD} WHEN (false) {REFUSES}", FUNCTIONS),
    ("trail-unguarded", f"{GUARD.replace(' OR DELETE', '')} {REFUSES}", FUNCTIONS),
    ("owner-lacks", "REVOKE INSERT ON public.webhooks_endpoint FROM CURRENT_USER", GRANTS),
    ("owner-lacks", "REVOKE INSERT ON template_administration.business_customer FROM CURRENT_USER", GRANTS),
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
    ("structure-missing", "ALTER TABLE public.webhooks_endpoint DROP COLUMN state CASCADE", SHARED),
    ("structure-missing", "ALTER TABLE template_administration.forms_catalog_form DROP COLUMN name CASCADE", TEMPLATE),
    ("template-outdated", "UPDATE public.tenants_schematemplate SET head = 'x'", STRUCTURE),
    ("template-outdated", "DROP SCHEMA template_administration CASCADE", STRUCTURE),
    ("structure-missing", "DROP TABLE public.settings_sync_formerdocument", SHARED),
    (
        "structure-missing",
        "ALTER TABLE public.settings_sync_document DROP CONSTRAINT settings_sync_document_pkey",
        STRUCTURE,
    ),
    ("structure-missing", without("accounts_user", "accounts_user_email_key"), SHARED),
    ("structure-missing", without("settings_sync_snapshotitem", TO_SNAPSHOT), SHARED),
    (
        "structure-missing",
        "ALTER TABLE public.settings_sync_formerdocument DROP CONSTRAINT settings_sync_formerdocument_once",
        STRUCTURE,
    ),
    ("structure-differs", "ALTER TABLE public.settings_sync_synctarget ALTER error_code TYPE text", SHARED),
    ("structure-differs", "ALTER TABLE public.accounts_user ALTER name DROP NOT NULL", SHARED),
    ("structure-differs", "ALTER TABLE public.settings_sync_synctarget ENABLE ROW LEVEL SECURITY", SHARED),
    ("structure-unknown", f"CREATE RULE planted AS ON INSERT TO {TRAIL} DO INSTEAD NOTHING", SHARED),
    ("trigger-unknown", f"CREATE TRIGGER planted BEFORE INSERT ON {TRAIL} {REFUSES}", FUNCTIONS),
    ("template-differs", "UPDATE public.tenants_schematemplate SET ddl = 'x'", faults_of_template),
    ("template-differs", "UPDATE public.tenants_schematemplate SET ddl = ''", faults_of_template),
    ("template-differs", "DROP TRIGGER sync_enter ON template_administration.forms_catalog_form", faults_of_template),
    ("template-differs", "CREATE TABLE template_administration.planted (id int)", faults_of_template),
    (
        "template-differs",
        "ALTER TABLE template_administration.forms_catalog_form ALTER name SET DEFAULT ''",
        STRUCTURE,
    ),
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


def test_a_counter_that_is_behind_is_seen_and_goes_on(trail_guarded):
    execute("INSERT INTO public.auth_group (id, name) OVERRIDING SYSTEM VALUE VALUES (70, 'planted')")
    (fault,) = faults_of_shared_counters()
    assert (fault.code, fault.facts) == ("counter-behind", {"name": "auth_group"})
    repair_installation([fault])
    assert list(faults_of_shared_counters()) == []
    made = Group.objects.create(name="goes on")
    assert made.pk == 71
    Group.objects.all().delete()


def test_a_former_document_that_somebody_changed_is_seen():
    """What taking a run back would write."""
    with transaction.atomic():
        execute(
            f"{without('settings_sync_formerdocument', TO_TARGET)}\n"
            "INSERT INTO public.settings_sync_formerdocument (target_id, kind, uid, digest, body)"
            " SELECT gen_random_uuid(), kind, gen_random_uuid(),"
            " sha256(convert_to(kind || chr(10) || '{}', 'UTF8')), '{}'"
            " FROM (VALUES ('forms_catalog.form')) AS was(kind)"
        )
        assert list(faults_of_documents()) == []
        execute("UPDATE public.settings_sync_formerdocument SET body = '[]'")
        (fault,) = faults_of_documents()
        transaction.set_rollback(True)
    assert (fault.code, fault.facts["number"]) == ("documents-differ", 1)


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


def test_an_event_trigger_is_seen_and_left_to_who_made_it(superuser):
    """Such as one that gives everybody rights on each table that is made."""
    assert list(faults_of_event_triggers()) == []
    superuser.execute("CREATE FUNCTION planted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")
    try:
        superuser.execute("CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION planted()")
        (fault,) = (found for found in examine_installation() if found.code == "event-trigger")
        assert fault.facts["name"] == "planted" and fault.facts["event"] == "ddl_command_end"
        assert fault.sentence and not fault.can_be_repaired
        superuser.execute("ALTER EVENT TRIGGER planted DISABLE")
        assert list(faults_of_event_triggers()) == []
    finally:
        superuser.execute("DROP FUNCTION planted() CASCADE")


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
