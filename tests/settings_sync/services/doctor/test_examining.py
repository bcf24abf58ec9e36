"""Each fault of an administration, planted and seen; and that repairing leaves one with which nothing is wrong."""

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from psycopg import sql

from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.fence import sync_login
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.sync_rights import expected_rights
from settings_sync.engine.witness import fingerprints
from settings_sync.services.doctor.examining import examine, repair
from settings_sync.services.doctor.faults import Fault
from settings_sync.services.doctor.triggers import repair_triggers
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, Company, digests, documents, make_company
from tests.settings_sync.services.doctor.privileges import granted_in

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test leaves it well."""


@pytest.fixture(scope="module")
def company(standing: None) -> Iterator[Company]:
    """A main administration with settings of every kind, which its one sub-administration has received."""
    made = make_company()
    child = made.child("Noord")
    with inside(made.main):
        Filler("bron").everything()
    with inside(child):
        Filler("eigen").daily_data()
    made.sync(child, categories=CATEGORIES)
    look_at(made.main, keep_documents=True)
    look_at(child)
    yield made
    close_sync_connection()


@pytest.fixture
def child(company: Company) -> Administration:
    """That sub-administration."""
    return Administration.objects.get(parent=company.main)


def execute(administration: Administration, statement: str) -> None:
    """Run statements in an administration; `{schema}` is its schema, `{login}` the login that applies syncs."""
    with inside(administration), connection.cursor() as cursor:
        for part in statement.split(";"):
            cursor.execute(part.replace("{schema}", administration.schema_name).replace("{login}", sync_login()))


def found_after(administration: Administration, statement: str) -> list[Fault]:
    """What is wrong after these statements, which are rolled back."""
    with transaction.atomic():
        execute(administration, statement)
        administration.refresh_from_db()
        found = examine(administration)
        transaction.set_rollback(True)
    administration.refresh_from_db()
    return found


def unseen(table: str, statement: str) -> str:
    """A statement that no trigger of its table sees."""
    return f"ALTER TABLE {table} DISABLE TRIGGER USER; {statement}; ALTER TABLE {table} ENABLE TRIGGER USER"


FORM, WORK_TYPE = "forms_catalog_form", "reference_data_worktype"
OTHER_ARGUMENTS = (
    f"CREATE OR REPLACE TRIGGER sync_touch_insert AFTER INSERT ON {FORM} REFERENCING NEW TABLE AS new_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION"
    " public.settings_sync_touch('reference_data.worktype', 'SELECT c.uid FROM new_rows c')"
)
ONCE_PER_ROW = (
    f"CREATE OR REPLACE TRIGGER sync_enter BEFORE INSERT ON {FORM}"
    " FOR EACH ROW EXECUTE FUNCTION public.settings_sync_enter()"
)
REPAIRABLE = [
    ("trigger-missing", f"DROP TRIGGER sync_touch_update ON {FORM}"),
    ("trigger-missing", f"DROP TRIGGER sync_touch_truncate ON {FORM}"),
    ("trigger-missing", "DROP TRIGGER sync_refuse ON business_customer"),
    ("trigger-missing", "DROP TRIGGER business_invoice_final_stays ON business_invoice"),
    ("trigger-off", "ALTER TABLE business_invoice DISABLE TRIGGER business_invoice_final_stays"),
    ("trigger-off", f"ALTER TABLE {FORM} DISABLE TRIGGER sync_enter"),
    ("trigger-off", "ALTER TABLE business_customer ENABLE REPLICA TRIGGER sync_refuse"),
    ("trigger-differs", OTHER_ARGUMENTS),
    ("trigger-differs", ONCE_PER_ROW),
    ("right-missing", f"REVOKE INSERT ON {FORM} FROM {{login}}"),
    ("right-missing", "REVOKE SELECT (work_type_id) ON business_workorder FROM {login}"),
    ("right-missing", "REVOKE USAGE ON SCHEMA {schema} FROM {login}"),
    ("right-planted", "GRANT SELECT ON business_customer TO {login}"),
    ("right-planted", "GRANT SELECT (name) ON business_customer TO {login}"),
    ("right-planted", f"GRANT SELECT ON {FORM} TO {{login}} WITH GRANT OPTION"),
    ("right-planted", f"GRANT TRUNCATE ON {FORM} TO {{login}}"),
    ("right-planted", "GRANT SELECT ON business_customer TO PUBLIC"),
    ("right-planted", "GRANT UPDATE (name) ON business_customer TO PUBLIC"),
    ("right-planted", "GRANT USAGE ON SEQUENCE business_customer_id_seq TO {login}"),
    ("right-planted", "GRANT CREATE ON SCHEMA {schema} TO {login}"),
    ("right-planted", "GRANT USAGE ON SCHEMA {schema} TO PUBLIC"),
    ("owner-lacks", "REVOKE UPDATE ON business_customer FROM CURRENT_USER"),
    ("owner-lacks", "REVOKE CREATE ON SCHEMA {schema} FROM CURRENT_USER"),
    ("counter-behind", f"SELECT setval('{WORK_TYPE}_id_seq', (SELECT max(id) - 1 FROM {WORK_TYPE}))"),
    ("counter-behind", "SELECT setval('business_customer_id_seq', 1, false)"),
    ("index-outdated", "UPDATE sync_ledger_indexentry SET digest = ''"),
    ("index-outdated", "UPDATE sync_ledger_indexentry SET label = 'x'"),
    ("index-outdated", "UPDATE sync_ledger_indexentry SET keys = '{}' WHERE keys <> '{}'"),
    ("index-outdated", unseen(WORK_TYPE, f"UPDATE {WORK_TYPE} SET description = 'ongezien'")),
    ("index-misses", "DELETE FROM sync_ledger_indexentry"),
    (
        "index-misses",
        unseen(
            WORK_TYPE,
            f"INSERT INTO {WORK_TYPE} (uid, name, is_archived, description, default_minutes, is_active)"
            " VALUES (gen_random_uuid(), 'Ongezien', false, '', 60, true)",
        ),
    ),
    (
        "index-left",
        "INSERT INTO sync_ledger_indexentry (kind, uid, digest, label, keys)"
        " VALUES ('forms_catalog.form', gen_random_uuid(), '', 'Weg', '{}')",
    ),
]
NOBODYS_TO_REPAIR = [
    ("schema-missing", "ALTER SCHEMA {schema} RENAME TO planted_elsewhere"),
    ("version-differs", "UPDATE public.tenants_administration SET migration_head = 'x' WHERE schema_name = '{schema}'"),
    ("not-made", "UPDATE public.tenants_administration SET state = 'failed' WHERE schema_name = '{schema}'"),
    ("structure-missing", f"ALTER TABLE {FORM} DROP COLUMN name CASCADE"),
    ("structure-missing", "DROP TABLE business_quotation CASCADE"),
    ("structure-missing", f"ALTER TABLE {FORM} DROP CONSTRAINT forms_catalog_form_name"),
    ("structure-missing", "DROP INDEX sync_ledger_edit_item"),
    ("structure-unknown", "CREATE TABLE planted (id int)"),
    ("structure-unknown", f"ALTER TABLE {FORM} ADD planted int"),
    ("unreadable", f"ALTER TABLE {WORK_TYPE} ALTER description DROP DEFAULT, ALTER description TYPE int USING 0"),
    ("structure-differs", f"ALTER TABLE {WORK_TYPE} ALTER description DROP NOT NULL"),
    ("structure-differs", "ALTER TABLE reference_data_hourtype ALTER booking_code TYPE varchar(200)"),
    ("structure-differs", f"ALTER TABLE {WORK_TYPE} ALTER default_minutes SET DEFAULT 3"),
    ("structure-unknown", f"CREATE RULE planted AS ON UPDATE TO {FORM} DO ALSO DELETE FROM business_customer"),
    ("structure-unknown", f"CREATE POLICY planted ON {FORM} USING (true)"),
    ("structure-differs", f"ALTER TABLE {FORM} ENABLE ROW LEVEL SECURITY"),
    ("structure-differs", f"ALTER TABLE {FORM} FORCE ROW LEVEL SECURITY"),
    ("structure-differs", "ALTER TABLE sync_ledger_dirty SET UNLOGGED"),
    ("structure-unknown", f"CREATE VIEW planted AS SELECT 1 FROM {FORM}"),
    ("structure-unknown", "CREATE MATERIALIZED VIEW planted AS SELECT 1"),
    ("structure-unknown", "CREATE SEQUENCE planted"),
    ("structure-unknown", "CREATE FUNCTION {schema}.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    ("structure-unknown", "CREATE TYPE {schema}.planted AS ENUM ('a')"),
    ("migrations-differ", "DELETE FROM django_migrations WHERE app = 'forms_catalog'"),
    ("migrations-differ", "INSERT INTO django_migrations (app, name, applied) VALUES ('business', '9_x', now())"),
    (
        "cascade",
        f"CREATE TABLE planted (form_id bigint REFERENCES {FORM} (id) ON DELETE CASCADE)",
    ),
    (
        "trigger-unknown",
        f"CREATE TRIGGER planted BEFORE INSERT ON {FORM} EXECUTE FUNCTION public.settings_sync_enter()",
    ),
    (
        "ledger-unknown-kind",
        "INSERT INTO sync_ledger_deviation (kind, uid, path, is_pinned, reason, decided_by, decided_at)"
        " VALUES ('gone.kind', gen_random_uuid(), '', true, '', '', now())",
    ),
    (
        "ledger-without-document",
        "UPDATE sync_ledger_base SET digest = 'planted' WHERE kind = 'reference_data.worktype'",
    ),
]


def numbered(plants: list[tuple[str, str]]) -> list[str]:
    return [f"{code}-{number}" for number, (code, _statement) in enumerate(plants)]


def test_nothing_is_wrong_with_a_company_at_work(company, child):
    assert examine(company.main) == []
    assert examine(child) == []


@pytest.mark.parametrize(("code", "planted"), NOBODYS_TO_REPAIR, ids=numbered(NOBODYS_TO_REPAIR))
def test_a_planted_fault_is_seen_and_left_alone(company, child, code, planted):
    found = found_after(child, planted)
    assert code in {fault.code for fault in found}
    assert {fault.place for fault in found} == {child.slug}
    assert all(fault.sentence for fault in found)
    assert not any(fault.can_be_repaired for fault in found if fault.code == code)
    assert examine(child) == []


def test_foreign_keys_that_a_superuser_switched_off_are_seen(child, superuser):
    table = sql.Identifier(child.schema_name, FORM)
    superuser.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
    found = {fault.code for fault in examine(child)}
    superuser.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(table))
    assert found == {"foreign-keys-off", "trigger-off"}
    assert examine(child) == []


def test_two_constraints_with_long_names_are_told_apart(child):
    """PostgreSQL cuts a name off after 63 letters, and those of the fields of one table often begin alike."""
    name = "l" * 62
    found = found_after(
        child, f"ALTER TABLE {FORM} ADD CONSTRAINT {name}a CHECK (true), ADD CONSTRAINT {name}b CHECK (true)"
    )
    assert {fault.facts["name"] for fault in found} == {f"{name}{letter} of {FORM}" for letter in "ab"}


def test_what_a_superuser_took_over_is_seen(child, superuser):
    """As after a backup that somebody put back as postgres: the product cannot migrate what is not its own."""
    table = sql.Identifier(child.schema_name, "business_quotation")
    superuser.execute(sql.SQL("ALTER TABLE {} OWNER TO CURRENT_USER").format(table))
    try:
        first, *_others = [fault for fault in examine(child) if fault.code != "unreadable"]
    finally:
        superuser.execute(sql.SQL("ALTER TABLE {} OWNER TO eenlijn").format(table))
    assert first.code == "owner-differs"
    assert first.facts["name"] == f"{child.schema_name}.business_quotation"
    assert examine(child) == []


def test_a_trigger_that_was_planted_in_the_template_is_not_spread(child):
    with transaction.atomic():
        execute(
            child,
            f"CREATE TRIGGER planted BEFORE INSERT ON template_administration.{FORM}"
            " EXECUTE FUNCTION public.settings_sync_enter()",
        )
        assert examine(child) == []
        repair_triggers(child)
        assert examine(child) == []
        transaction.set_rollback(True)


def test_what_waits_to_be_looked_at_is_no_fault(company, child):
    with inside(child):
        WorkType.objects.update(description="gezien")
    assert examine(child) == []
    look_at(child)


class TestRepairing:
    """After each plant the privilege audit, the contracts and a whole sync find the administration right."""

    @pytest.fixture(autouse=True)
    def the_same_as_the_main_at_last(self, company: Company, child: Administration) -> Iterator[None]:
        yield
        with inside(child):
            WorkType.objects.filter(name="Ongezien").delete()
        look_at(child)

    @pytest.mark.parametrize(("code", "planted"), REPAIRABLE, ids=numbered(REPAIRABLE))
    def test_a_planted_fault_is_seen_and_made_right(self, company, child, code, planted):
        execute(child, planted)
        faults = examine(child)
        assert {fault.code for fault in faults} == {code}
        assert all(fault.can_be_repaired and fault.sentence for fault in faults)
        before = fingerprints(child)
        repair(child, faults)
        assert examine(child) == []
        assert fingerprints(child) == before, "Repairing wrote daily data."
        assert granted_in(child.schema_name) == expected_rights()
        for kind in all_kinds():
            known = {key[1]: entry.digest for key, entry in look_at(child).entries.items() if key[0] == kind.key}
            assert known == digests(child, kind)
        self.sync(company, child)

    def sync(self, company: Company, child: Administration) -> None:
        """Change something in the main, and sync everything; what the child has of its own there is put back."""
        with inside(company.main):
            WorkType.objects.filter(pk=WorkType.objects.first().pk).update(description=str(uuid.uuid4()))
        company.sync(child, categories=CATEGORIES, policies={"changed_locally": "put_back", "conflict": "overwrite"})
        for kind in all_kinds():
            source, local = documents(company.main, kind), documents(child, kind)
            assert {uid: local[uid] for uid in source} == source
        assert examine(child) == []

    def test_where_nothing_is_wrong_nothing_is_written(self, child, django_assert_num_queries):
        with django_assert_num_queries(0):
            repair(child, [])

    def test_a_main_administration_is_repaired_as_well(self, company):
        main = company.main
        execute(main, f"GRANT SELECT ON {FORM} TO {{login}}; DROP TRIGGER sync_touch_delete ON {FORM}")
        execute(main, "DELETE FROM sync_ledger_indexentry")
        faults = examine(main)
        assert {fault.code for fault in faults} == {"right-planted", "trigger-missing", "index-misses"}
        repair(main, faults)
        assert examine(main) == []
        assert granted_in(main.schema_name) == set()

    def test_what_was_edited_while_a_trigger_was_gone_is_found_with_it(self, company, child):
        execute(child, f"DROP TRIGGER sync_touch_update ON {WORK_TYPE}")
        with inside(child):
            WorkType.objects.update(description="ongezien")
        faults = examine(child)
        assert {fault.code for fault in faults} == {"trigger-missing", "index-outdated"}
        repair(child, faults)
        assert examine(child) == []
        self.sync(company, child)
