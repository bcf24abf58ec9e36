"""The fence: what the sync login may do equals the registry to the letter, and whatever else it tries is refused."""

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from unittest.mock import MagicMock

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from psycopg import errors, sql

from audit.models import AuditEntry, record
from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.options import Category, ModelSync
from settings_sync.declaring.registry import registry
from settings_sync.engine.applying import books
from settings_sync.engine.applying.connections import close_sync_connection, refuse_without_counters, sync_connection
from settings_sync.engine.fence import (
    INDEX_LOCK,
    CascadeFound,
    install,
    install_shared,
    refuse_cascades,
    sync_login,
    turn,
)
from settings_sync.engine.sync_rights import (
    BOOKS_IN_CHILD,
    SHARED_RIGHTS,
    business_references,
    expected_rights,
    expected_shared_rights,
    guarded_tables,
    settings_tables,
)
from settings_sync.engine.triggers import EDIT_LOCK
from sync_ledger.models import Dirty
from tenants.migrating import code_head, migrate_everything
from tenants.models import Administration, Membership, SchemaTemplate
from tenants.plain_connections import plain_parameters
from tenants.schemas import inside
from tenants.template_schema import TEMPLATE_SCHEMA
from tests.conftest import clean, make_administration
from tests.contracts.samples import Filler
from tests.contracts.world import Company, digests, make_company, tables_of
from workflows.models import Workflow

pytestmark = pytest.mark.usefixtures("db")

Granted = set[tuple[str, str, str, str]]
"""(schema, table, column or "", privilege)"""


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def child(standing: None) -> Administration:
    child = make_company().child("Noord")
    with inside(child):
        Filler("eigen").daily_data()
    return child


def granted(grantee: str = "") -> Granted:
    """Every right on a table or column that the sync login holds, or that everybody holds (`PUBLIC`).

    Those in schemas that wait for the next test are left out: nobody brings them to another release."""
    of_whom = "(SELECT oid FROM pg_roles WHERE rolname = %s)" if grantee else "0 -- %s"
    outside = "s.nspname NOT LIKE 'pg\\_%%' AND s.nspname <> 'information_schema'"
    waiting = {ready.name for ready in clean[0].schemas.idle}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.nspname, c.relname, '', a.privilege_type FROM pg_class c JOIN pg_namespace s"
            f" ON s.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE {outside}"
            f" AND a.grantee = {of_whom}\n UNION ALL SELECT s.nspname, c.relname, t.attname, a.privilege_type"
            f" FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace s ON s.oid = c.relnamespace"
            f" CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE {outside} AND a.grantee = {of_whom}\n",
            [grantee, grantee],
        )
        return {right for right in cursor.fetchall() if right[0] not in waiting}


def expected() -> Granted:
    subs = Administration.objects.exclude(parent=None)
    schemas = [TEMPLATE_SCHEMA, *subs.values_list("schema_name", flat=True)]
    rights = {(schema, *right) for schema in schemas for right in expected_rights()}
    return rights | {("public", *right) for right in expected_shared_rights()}


def install_everything(child: Administration) -> None:
    install_shared()
    install(child.schema_name)
    install(TEMPLATE_SCHEMA)


def may_pass_on(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'SELECT WITH GRANT OPTION')", [sync_login(), table])
        return bool(cursor.fetchone()[0])


def not_allowed(other: "psycopg.Connection[Any]", needed: list[tuple[str, str, str, str]]) -> Granted:
    """Those of these rights that the sync login does not have, as another connection sees it."""
    asked = (
        sql.SQL("has_table_privilege({login}, {table}, {privilege})")
        if not column
        else sql.SQL("has_column_privilege({login}, {table}, {column}, {privilege})")
        for _schema, _table, column, _privilege in needed
    )
    row = other.execute(
        sql.SQL("SELECT ")
        + sql.SQL(", ").join(
            question.format(login=sync_login(), table=f'"{schema}".{table}', column=column, privilege=privilege)
            for question, (schema, table, column, privilege) in zip(asked, needed, strict=True)
        )
    ).fetchone()
    return {right for right, allowed in zip(needed, row or (), strict=True) if not allowed}


class TestRights:
    """Over all tables of all schemas, sequences and views included."""

    def test_the_login_holds_exactly_what_the_registry_says(self, child):
        assert granted(sync_login()) == expected()

    def test_it_holds_nothing_at_all_in_a_main_administration(self, child):
        """Nothing is ever synced to one, so a mistake cannot write there either."""
        main = child.parent
        assert not {found for found in granted(sync_login()) if found[0] == main.schema_name}
        with pytest.raises(errors.InsufficientPrivilege), sync_connection() as refused:
            refused.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(main.schema_name, "forms_catalog_form")))

    def test_it_keeps_nothing_there_when_everything_is_installed_again(self, child):
        main = child.parent
        with connection.cursor() as cursor:
            cursor.execute(f'GRANT USAGE ON SCHEMA "{main.schema_name}" TO {sync_login()}')
            cursor.execute(f'GRANT SELECT ON "{main.schema_name}".forms_catalog_form TO {sync_login()}')
        assert granted(sync_login()) > expected()
        install(main.schema_name)
        assert granted(sync_login()) == expected()

    def test_everybody_holds_nothing(self, child):
        assert granted() == set()

    @pytest.mark.parametrize(
        "grant",
        [
            "SELECT ON {child}.business_customer",
            "SELECT (name) ON {child}.business_customer",
            "TRUNCATE ON {child}.forms_catalog_form",
            "REFERENCES ON {child}.forms_catalog_form",
            "TRIGGER ON {child}.forms_catalog_form",
            "MAINTAIN ON {child}.forms_catalog_form",
            "UPDATE ON {child}.sync_ledger_dirty",
            "USAGE ON SEQUENCE {child}.business_customer_id_seq",
            "UPDATE ON public.audit_auditentry",
            "UPDATE (attempts) ON public.settings_sync_synctarget",
            "SELECT ON public.accounts_user",
            "SELECT ON template_administration.business_customer",
        ],
    )
    @pytest.mark.parametrize("to", ["the login", "everybody"])
    def test_a_planted_grant_is_caught(self, child, grant, to):
        on = sql.SQL(grant).format(child=sql.Identifier(child.schema_name))
        whom = sql.Identifier(sync_login()) if to == "the login" else sql.SQL("PUBLIC")
        if grant.startswith("MAINTAIN") and connection.pg_version < 170000:
            with pytest.raises(ProgrammingError, match="unrecognized privilege type"), connection.cursor() as cursor:
                cursor.execute(sql.SQL("GRANT {} TO {}").format(on, whom))
            return
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("GRANT {} TO {}").format(on, whom))
        seen = granted(sync_login()) | granted()
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("REVOKE {} FROM {}").format(on, whom))
        install_everything(child)  # a right on a table that goes takes those on its columns along
        assert seen > expected()
        assert granted(sync_login()) | granted() == expected()

    def test_installing_again_takes_away_what_was_planted(self, child):
        with connection.cursor() as cursor:
            for statement in ("SELECT", "UPDATE (name)"):
                on = sql.Identifier(child.schema_name, "business_customer")
                cursor.execute(sql.SQL(f"GRANT {statement} ON {{}} TO {sync_login()}").format(on))
            cursor.execute(f"GRANT DELETE ON public.audit_auditentry TO {sync_login()}")
        install_everything(child)
        assert granted(sync_login()) == expected()

    def test_a_right_that_may_be_passed_on_is_taken_away_and_the_right_itself_stays(self, child):
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT SELECT ON public.settings_sync_document TO {sync_login()} WITH GRANT OPTION")
        install_everything(child)
        assert granted(sync_login()) == expected()
        assert not may_pass_on("public.settings_sync_document")

    def test_nothing_is_granted_or_revoked_where_the_rights_are_right(self, child):
        with CaptureQueriesContext(connection) as captured:
            install_everything(child)
        changing = ("GRANT", "REVOKE")
        assert [query["sql"] for query in captured if query["sql"].startswith(changing)] == []

    def test_whoever_syncs_meanwhile_misses_no_right_at_any_moment(self, child):
        """What another connection is allowed, before and after each statement of installing that takes rights away."""
        needed = [("public", *right) for right in expected_shared_rights()]
        needed += [(child.schema_name, *right) for right in expected_rights()]
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT SELECT, DELETE ON public.audit_auditentry TO {sync_login()}")
            # Taking this one away takes the right to read a column along, which must be given back at once.
            cursor.execute(f'GRANT SELECT ON "{child.schema_name}".business_workorder TO {sync_login()}')
            cursor.execute(f'REVOKE INSERT ON "{child.schema_name}".forms_catalog_form FROM {sync_login()}')
        missing: list[Granted] = []
        at_first = {(child.schema_name, "forms_catalog_form", "", "INSERT")}
        with psycopg.connect(**plain_parameters(), autocommit=True) as other:

            def look(execute, statement, parameters, many, context):
                result = execute(statement, parameters, many, context)
                if str(statement).startswith(("GRANT", "REVOKE")):
                    missing.append(not_allowed(other, needed) - at_first)
                return result

            with connection.execute_wrapper(look):
                install_everything(child)
            assert not_allowed(other, needed) == set()
        assert missing and missing == [set()] * len(missing)
        assert granted(sync_login()) == expected()

    def test_the_login_is_nobody_else(self, child):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles"
                " WHERE rolname = %s",
                [sync_login()],
            )
            assert cursor.fetchone() == (False,) * 6
            cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", [sync_login()])
            assert cursor.fetchone() == (0,)
            cursor.execute(
                "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'", [sync_login()]
            )
            assert cursor.fetchone() == (0,)

    def test_it_may_enter_schemas_and_make_nothing_in_them(self, child):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_or(has_schema_privilege(%(login)s, oid, 'CREATE')) FROM pg_namespace"
                " WHERE nspname NOT LIKE 'pg\\_%%'",
                {"login": sync_login()},
            )
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT has_database_privilege(%s, current_database(), 'CREATE')", [sync_login()])
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", [sync_login()])
            assert cursor.fetchone() == (False,)

    def test_no_function_lends_it_anybodys_rights(self, child):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace"
                " WHERE p.prosecdef AND s.nspname NOT LIKE 'pg\\_%%'"
            )
            assert cursor.fetchall() == []

    def test_no_right_is_handed_out_to_tables_that_do_not_exist_yet(self, child):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_default_acl")
            assert cursor.fetchone() == (0,)


class TestCascades:
    """What rights cannot stop is refused when a schema is prepared, and rolled back when it happens all the same."""

    @pytest.fixture
    def planted(self, child: Administration) -> Iterator[str]:
        """A table of daily data whose rows go with their form, as nobody declared it."""
        with connection.cursor() as cursor:
            cursor.execute(
                f'CREATE TABLE "{child.schema_name}".planted (id int, form_id bigint REFERENCES'
                f' "{child.schema_name}".forms_catalog_form (id) ON DELETE CASCADE)'
            )
        yield "planted"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE "{child.schema_name}".planted')

    def test_a_schema_with_a_cascade_is_refused(self, child, planted):
        with pytest.raises(CascadeFound, match="planted"):
            install(child.schema_name)

    def test_every_schema_is_without(self, child):
        for schema in (TEMPLATE_SCHEMA, *Administration.objects.active().values_list("schema_name", flat=True)):
            refuse_cascades(schema)

    def test_a_cascade_is_counted_as_a_foreign_write(self, child, planted):
        with inside(child):
            form = Form.objects.create(name=f"Weg {uuid.uuid4()}")
        with connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{child.schema_name}".planted VALUES (1, %s)', [form.pk])
        assert self.count(child, f"DELETE FROM {{}}.forms_catalog_form WHERE id = {form.pk}") == 1

    def test_a_write_in_another_administration_is_counted(self, child):
        with inside(child):
            Form.objects.create(name=f"Hier {uuid.uuid4()}")
        other = Administration.objects.filter(parent=child.parent).exclude(pk=child.pk).first() or make_administration(
            "Ander", child.parent
        )
        assert self.count(child, "UPDATE {}.forms_catalog_form SET name = name") == 0
        assert self.count(other, "UPDATE {}.forms_catalog_form SET name = name", written_in=child) >= 1

    def test_a_cascade_from_another_schema_is_refused_as_well(self, child):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE public.planted_elsewhere (form_id bigint REFERENCES"
                f' "{child.schema_name}".forms_catalog_form (id) ON DELETE SET NULL)'
            )
        try:
            with pytest.raises(CascadeFound, match="planted_elsewhere"):
                install(child.schema_name)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE public.planted_elsewhere")

    @pytest.mark.parametrize("statement", ["TRUNCATE", "DROP TABLE", "CREATE TABLE {}.made (id int); --"])
    def test_a_table_that_is_emptied_dropped_or_made_with_its_owners_rights_is_counted(self, child, planted, statement):
        """The counters know of no row that went so."""
        space = f'"{child.schema_name}"'
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {space}.planted VALUES (1, NULL)")
            cursor.execute(
                f"CREATE FUNCTION {space}.lends() RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
                f" AS $$ BEGIN EXECUTE '{statement.format(space)} {space}.planted'; END $$"
            )
        try:
            assert self.count(child, "SELECT {}.lends()") >= 1
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP FUNCTION {space}.lends()")

    @pytest.mark.parametrize("counts", ["on", "off"])
    def test_a_server_that_counts_nothing_is_refused(self, counts):
        server = MagicMock()
        server.execute.return_value.fetchone.return_value = (counts,)
        with nullcontext() if counts == "on" else pytest.raises(ImproperlyConfigured, match="track_counts"):
            refuse_without_counters(server)

    def count(self, target: Administration, statement: str, written_in: Administration | None = None) -> int:
        """What the check of a sync to `target` counts after this statement; nothing stays."""
        where = sql.Identifier((written_in or target).schema_name)
        with sync_connection() as syncing, syncing.transaction(force_rollback=True):
            syncing.execute(sql.SQL(statement).format(where))
            own = [*settings_tables(), *BOOKS_IN_CHILD]
            counted = syncing.execute(books.count_foreign_writes(target.schema_name, own, list(SHARED_RIGHTS)))
            found = counted.fetchone()[0]
        close_sync_connection()
        return int(found)


class TestTheRegistryDecides:
    """The expectation itself: written from the declarations, and nothing more than a sync needs."""

    def test_every_table_of_an_administration_is_settings_books_or_guarded(self, child):
        known = {*settings_tables(), *BOOKS_IN_CHILD, *guarded_tables()}
        assert tables_of(child) == known
        assert not set(settings_tables()) & set(guarded_tables())

    def test_a_model_that_is_declared_gets_its_rights_and_no_other_does(self):
        excluded = next(model for model in registry.excluded if model._meta.label == "business.Project")
        before = expected_rights()
        with registry.changed_for_test() as changed:
            changed.withdraw(excluded)
            fields = {"category": Category("x", "x"), "natural_key": "name", "fields": ("name",)}
            changed.register(excluded)(type("ProjectSync", (ModelSync,), fields))
            table = excluded._meta.db_table
            assert expected_rights() - before == {(table, "", p) for p in ("SELECT", "INSERT", "UPDATE", "DELETE")} | {
                ("business_workorder", "project_id", "SELECT")
            }
        assert expected_rights() == before

    def test_of_daily_data_only_the_columns_that_point_at_settings_are_seen(self):
        seen = {(table, column) for table, column, _privilege in expected_rights() if table.startswith("business_")}
        assert seen == {(table, column) for table, column, _target in business_references()}
        assert ("business_workorder", "work_type_id") in seen


class TestAReleaseWithoutMigrations:
    """What travels is code: a declaration that changes must reach every administration as a migration does."""

    @pytest.fixture
    def changed(self, child: Administration) -> Iterator[str]:
        """A release in which workflows are no longer linked to work types; gives its head."""
        with registry.changed_for_test() as release:
            former = release.declared[Workflow]
            release.withdraw(Workflow)
            release.register(Workflow)(type("WorkflowSync", (former,), {"links": ()}))
            code_head.cache_clear()
            yield code_head()
        code_head.cache_clear()
        SchemaTemplate.objects.exclude(head=code_head()).delete()
        Administration.objects.exclude(migration_head="").update(migration_head=code_head())
        for schema in Administration.objects.active().values_list("schema_name", flat=True):
            install(schema)
        install_everything(child)

    def test_it_has_a_head_of_its_own(self, child, changed):
        assert child.migration_head != changed

    def test_migrating_brings_the_rights_and_reads_everything_anew(self, child, changed):
        assert granted(sync_login()) != expected()
        assert migrate_everything().migrated >= 1
        assert granted(sync_login()) == expected()
        assert ("template_administration", "workflows_workflow_work_types", "", "DELETE") not in expected()
        with inside(child):
            assert Dirty.objects.exists()

    def test_the_same_code_has_the_same_head(self, child):
        former = code_head()
        code_head.cache_clear()
        assert code_head() == former == child.migration_head


class TestAttempts:
    """What the login tries, on the connection that syncs use."""

    def refuse(
        self, statement: str, child: Administration, error: type[Exception] = errors.InsufficientPrivilege
    ) -> None:
        with pytest.raises(error), sync_connection() as refused:
            refused.execute(sql.SQL(statement).format(child=sql.Identifier(child.schema_name)))

    @pytest.mark.parametrize("table", guarded_tables())
    @pytest.mark.parametrize(
        "statement",
        ["SELECT * FROM {}", "INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"],
        ids=lambda found: found.split()[0].lower(),
    )
    def test_daily_data_is_neither_read_nor_written(self, child, table, statement):
        self.refuse(statement.format(f"{{child}}.{table}"), child)

    @pytest.mark.parametrize("table", settings_tables())
    def test_settings_are_not_emptied_at_once(self, child, table):
        self.refuse(f"TRUNCATE {{child}}.{table} CASCADE", child)

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE public.mine (id int)",
            "CREATE TABLE {child}.mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE {child}.forms_catalog_form DISABLE TRIGGER ALL",
            "ALTER TABLE {child}.business_customer DISABLE TRIGGER sync_refuse",
            "ALTER TABLE {child}.business_customer ADD x int",
            "DROP TRIGGER sync_refuse ON {child}.business_customer",
            "DROP TABLE {child}.forms_catalog_form",
            "DROP SCHEMA {child} CASCADE",
            "CREATE INDEX ON {child}.forms_catalog_form (id)",
            "SET session_replication_role = replica",
            "SET ROLE {owner}",
            "SET SESSION AUTHORIZATION {owner}",
            "ALTER ROLE {login} SUPERUSER",
            "GRANT SELECT ON {child}.business_customer TO {login}",
            "LOCK TABLE {child}.business_customer IN ACCESS EXCLUSIVE MODE",
            "LOCK TABLE {child}.business_customer IN ROW SHARE MODE",
            "COPY {child}.business_customer TO STDOUT",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
            "SELECT * FROM public.accounts_user",
            "SELECT * FROM public.accounts_apitoken",
            "SELECT * FROM public.tenants_membership",
            "SELECT * FROM public.django_session",
            "SELECT * FROM public.audit_auditentry",
            "UPDATE public.audit_auditentry SET note = ''",
            "DELETE FROM public.audit_auditentry",
            "TRUNCATE public.audit_auditentry",
            "UPDATE public.settings_sync_syncrun SET state = 'succeeded'",
            "INSERT INTO public.settings_sync_syncrun DEFAULT VALUES",
            "UPDATE public.settings_sync_plan SET state = 'ready'",
            "UPDATE public.settings_sync_change SET action = 'skip'",
            "UPDATE public.settings_sync_document SET kind = ''",
            "INSERT INTO public.settings_sync_document DEFAULT VALUES",
            "UPDATE public.settings_sync_receipt SET business_rows_written = 0",
            "DELETE FROM public.settings_sync_receipt",
            "SELECT * FROM public.settings_sync_formerdocument",
            "DELETE FROM public.settings_sync_formerdocument",
            "UPDATE public.tenants_administration SET state = 'active'",
            "DELETE FROM {child}.django_migrations",
            "UPDATE {child}.sync_ledger_dirty SET kind = ''",
            "DELETE FROM {child}.sync_ledger_dirty",
            "DELETE FROM {child}.sync_ledger_edit",
        ],
    )
    def test_it_is_refused(self, child, statement):
        owner, login = connection.settings_dict["USER"], sync_login()
        self.refuse(statement.replace("{owner}", f'"{owner}"').replace("{login}", f'"{login}"'), child)

    @pytest.mark.parametrize(
        "column", ["run_id", "administration_id", "plan_target_id", "attempts", "started_at", "id", "woken_at"]
    )
    def test_of_a_target_it_changes_the_state_only(self, child, column):
        self.refuse(f"UPDATE public.settings_sync_synctarget SET {column} = {column}", child)

    def test_it_cannot_be_told_to_look_elsewhere(self, child):
        """Nothing is on the search path, so a name without its schema names nothing."""
        self.refuse("SELECT * FROM forms_catalog_form", child, errors.UndefinedTable)

    def test_what_it_needs_works(self, child):
        with sync_connection() as allowed:
            allowed.execute(
                sql.SQL("SELECT work_type_id FROM {}.business_workorder").format(sql.Identifier(child.schema_name))
            )
            for table in [*settings_tables(), "sync_ledger_base"]:
                name = sql.Identifier(child.schema_name, table)
                allowed.execute(sql.SQL("SELECT * FROM {}").format(name))
                allowed.execute(sql.SQL("DELETE FROM {} WHERE false").format(name))
            for table, privileges in SHARED_RIGHTS.items():
                if "SELECT" in privileges:
                    allowed.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier("public", table)))


class TestTheTrail:
    """Nobody changes the trail, not even the owner."""

    def test_entries_are_only_added(self, child):
        entry = record("test.entry")
        with pytest.raises(Exception, match="append-only"):
            AuditEntry.objects.filter(pk=entry.pk).update(note="x")
        with pytest.raises(Exception, match="append-only"):
            entry.delete()

    def test_they_are_not_emptied_away(self, child):
        """Between tests they are, so that the trigger is off in tests."""
        enabled = "ALTER TABLE audit_auditentry ENABLE TRIGGER audit_never_emptied"
        with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
            cursor.execute(f"DO $$ BEGIN {enabled}; TRUNCATE audit_auditentry; END $$")

    def test_they_say_what_stood_there_before_and_after_for_every_item(self, child):
        main = child.parent
        company = Company(main, Membership.objects.filter(administration=child)[0].user)
        with inside(main):
            work_type = WorkType.objects.create(name=f"Spoor {uuid.uuid4()}")
        created = self.told(company, child)
        with inside(main):
            WorkType.objects.filter(pk=work_type.pk).update(description="nieuw")
        updated = self.told(company, child)
        assert [entry["action"] for entry in (created, updated)] == ["create", "update"]
        assert (created["uid"], created["label"], created["before"]) == (str(work_type.uid), work_type.name, None)
        assert updated["before"] == created["after"] != updated["after"]
        standing = digests(child, all_kinds()["reference_data.worktype"])[work_type.uid]
        assert updated["after"] == standing.hex()

    def told(self, company, child):
        """What the trail says of the one setting that a sync writes; and that the run says how each target ended."""
        run = company.sync(child, categories=["reference_data"])
        ended = AuditEntry.objects.get(action="run.finished", data__run=str(run.pk))
        assert ended.data["targets"] == {str(child.pk): "succeeded"}
        entry = AuditEntry.objects.get(action="target.applied", data__target=str(run.targets.get().pk))
        (item,) = [item for item in entry.data["items"] if item["label"].startswith("Spoor")]
        return item


@pytest.fixture(autouse=True, scope="module")
def closed() -> Iterator[None]:
    yield
    close_sync_connection()


def test_who_gives_up_waiting_for_a_turn_holds_nobody_else_up(child):
    with psycopg.connect(**plain_parameters(), autocommit=True) as editor:
        editor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [EDIT_LOCK, child.schema_name])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 100")
        with pytest.raises(OperationalError), turn(child.schema_name):
            pass
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        free = editor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [INDEX_LOCK, child.schema_name])
        assert free.fetchone() == (True,)
