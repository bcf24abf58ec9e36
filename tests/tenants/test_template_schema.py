"""A schema made by replaying the template's DDL is, object by object, one that was made by migrations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from settings_sync.engine.fence import sync_login
from tenants.administration_schema import create_schema
from tenants.migrating import code_head, migrate_administration
from tenants.models import Administration, SchemaTemplate
from tenants.schema_upgrades import keep_upgrades
from tenants.schemas import inside
from tenants.template_schema import (
    SCHEMA_MARK,
    TEMPLATE_SCHEMA,
    SchemaNotDumped,
    create_empty_schema,
    dump_schema,
    replay_schema,
)
from tests.conftest import make_administration

pytestmark = pytest.mark.usefixtures("db")

Catalog = dict[str, set[str]]
"""Per kind of object, one line for everything that the database knows of each."""

RIGHTS = "(SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM aclexplode(coalesce({}, acldefault('{}', {}))) r)"
QUERIES = {
    "schema": f"SELECT nspname, {RIGHTS.format('nspacl', 'n', 'nspowner')}, obj_description(n.oid)"
    " FROM pg_namespace n WHERE n.oid = %s",
    "tables": "SELECT c.relname, c.relkind, c.relpersistence, c.reloptions, t.reloptions, c.relrowsecurity,"
    " c.relreplident, c.relispartition, m.amname, pg_get_userbyid(c.relowner), obj_description(c.oid),"
    " c.reltablespace FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid LEFT JOIN pg_am m ON m.oid ="
    " c.relam WHERE c.relnamespace = %s AND c.relkind NOT IN ('i', 'S')",
    "columns": "SELECT c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname,"
    " format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,"
    " pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation, a.attstorage, a.attcompression, a.attstattarget,"
    " a.attoptions, col_description(c.oid, a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
    "constraints": "SELECT conrelid::regclass, conname, contype, pg_get_constraintdef(oid), condeferrable, condeferred,"
    " convalidated, confdeltype FROM pg_constraint WHERE connamespace = %s",
    "indexes": "SELECT pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary, i.indisvalid, i.indisclustered,"
    " i.indimmediate, i.indisreplident, c.reloptions FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = %s",
    "triggers": "SELECT pg_get_triggerdef(t.oid), t.tgenabled, t.tgdeferrable FROM pg_trigger t JOIN pg_class c"
    " ON c.oid = t.tgrelid WHERE c.relnamespace = %s AND NOT t.tgisinternal",
    "functions": f"SELECT pg_get_functiondef(p.oid), {RIGHTS.format('proacl', 'f', 'proowner')} FROM pg_proc p"
    " WHERE p.pronamespace = %s",
    "sequences": "SELECT c.relname, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,"
    " s.seqcycle, d.deptype, d.refobjid::regclass, d.refobjsubid FROM pg_class c"
    " JOIN pg_sequence s ON s.seqrelid = c.oid LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')"
    " WHERE c.relnamespace = %s",
    "rights": f"SELECT c.relname, {RIGHTS.format('c.relacl', 'r', 'c.relowner')} FROM pg_class c"
    " WHERE c.relnamespace = %s AND c.relkind = 'r'",
    "rights on sequences": f"SELECT c.relname, {RIGHTS.format('c.relacl', 's', 'c.relowner')} FROM pg_class c"
    " WHERE c.relnamespace = %s AND c.relkind = 'S'",
    "rights on columns": "SELECT c.relname, a.attname, r FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid,"
    " aclexplode(a.attacl) r WHERE c.relnamespace = %s",
    "types": "SELECT typname, typtype, typbasetype::regtype, typdefault FROM pg_type WHERE typnamespace = %s"
    " AND typtype IN ('e', 'd', 'r')",
    "rules and views": "SELECT c.relname, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid ="
    " r.ev_class WHERE c.relnamespace = %s",
    "policies": "SELECT c.relname, p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
    " WHERE c.relnamespace = %s",
    "statistics": "SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxnamespace = %s",
    "rights to come": "SELECT defaclobjtype, defaclacl FROM pg_default_acl WHERE defaclnamespace = %s",
}
CAST_AS_A_WHOLE = re.compile(r"\(ARRAY\[([^\]]*)\]\)::text\[\]")
CAST_EACH = re.compile(r"('[^']*'::character varying)")
MUST_HAVE = ("tables", "columns", "constraints", "indexes", "triggers", "sequences", "rights", "rights on columns")


def catalog(schema_name: str) -> Catalog:
    """Everything that stands in a schema, with the schema's own name replaced."""
    own_name = re.compile(rf"\b{re.escape(schema_name)}\b")
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_namespace WHERE nspname = %s", [schema_name])
        (oid,) = cursor.fetchone()
        for kind, query in QUERIES.items():
            cursor.execute(f"SELECT row_to_json(q)::text FROM ({query}) q", [oid])
            found[kind] = {one_spelling(own_name.sub(SCHEMA_MARK, line)) for (line,) in cursor.fetchall()}
        found["migrations done"] = migrations_done(cursor, schema_name)
    return found


def migrations_done(cursor: Any, schema_name: str) -> set[str]:
    """Those of an administration's own apps, and whether the next one gets a number that is free."""
    cursor.execute(f"SELECT app, name FROM {schema_name}.django_migrations WHERE app = ANY(%s)", [settings.TENANT_APPS])
    done = {f"{app}.{name}" for app, name in cursor.fetchall()}
    sequence = f"{schema_name}.django_migrations_id_seq"
    cursor.execute(
        f"SELECT max(id), pg_sequence_last_value(%s::regclass) FROM {schema_name}.django_migrations", [sequence]
    )
    highest, last = cursor.fetchone()
    return done | {f"counted to the last one: {highest == last}"}


def one_spelling(line: str) -> str:
    """PostgreSQL reads `varchar IN ('a', 'b')` back from its own text as another tree that means the same."""
    return CAST_AS_A_WHOLE.sub(lambda found: "ARRAY[" + CAST_EACH.sub(r"(\1)::text", found[1]) + "]", line)


def differences(one: Catalog, other: Catalog) -> dict[str, list[str]]:
    return {kind: sorted(one[kind] ^ other[kind]) for kind in one if one[kind] != other[kind]}


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def main(standing: None) -> Administration:
    return make_administration("Hoofd")


@pytest.fixture(scope="module")
def replayed(main: Administration) -> Administration:
    made = Administration.objects.create(name="Nagespeeld", slug="nagespeeld", parent=main)
    create_schema(made)
    return made


@dataclass
class FromNothing:
    """An administration whose schema was migrated from nothing, and the apps of which a migration was run for it."""

    administration: Administration
    apps_run: set[str]


@pytest.fixture(scope="module")
def migrated(main: Administration) -> FromNothing:
    """What migrations make, one after the other, in an empty schema."""
    made = Administration.objects.create(name="Gemigreerd", slug="gemigreerd", parent=main)
    create_empty_schema(made.schema_name)
    apply, apps_run = Migration.apply, set()

    def noted(migration: Migration, *arguments: Any, **options: Any) -> Any:
        apps_run.add(migration.app_label)
        return apply(migration, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Migration, "apply", noted)
        migrate_administration(made)
    return FromNothing(made, apps_run)


@pytest.fixture(scope="module")
def expected(migrated: FromNothing) -> Catalog:
    return catalog(migrated.administration.schema_name)


def test_migrations_of_apps_without_tables_there_are_noted_and_not_run(migrated: FromNothing) -> None:
    assert migrated.apps_run == set(settings.TENANT_APPS)
    with inside(migrated.administration):
        noted = MigrationRecorder(connection).applied_migrations()
    assert set(noted) == set(MigrationLoader(None).disk_migrations)


def test_a_main_administration_differs_in_nothing_but_the_rights_of_syncs(
    main: Administration, expected: Catalog
) -> None:
    assert set(differences(expected, catalog(main.schema_name))) == {"schema", "rights", "rights on columns"}


def test_what_is_worked_out_once_for_many_makes_the_same_as_django_does(
    main: Administration, expected: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.schema_upgrades.MOST_KEPT", 100_000)
    with keep_upgrades():
        for name in ("Ineens", "Nog eens"):
            made = Administration.objects.create(name=name, slug=name.lower().replace(" ", "-"), parent=main)
            create_empty_schema(made.schema_name)
            migrate_administration(made)
            assert differences(expected, catalog(made.schema_name)) == {}


def test_a_replayed_schema_equals_a_migrated_one(replayed: Administration, expected: Catalog) -> None:
    assert differences(expected, catalog(replayed.schema_name)) == {}


def test_what_is_compared_is_there(expected: Catalog) -> None:
    """Two empty catalogs would be equal as well."""
    assert [kind for kind in MUST_HAVE if len(expected[kind]) < 5] == []
    assert any("fillfactor=90" in line for line in expected["tables"])
    assert any('"attidentity":"d"' in line for line in expected["columns"])
    assert any('"attgenerated":"s"' in line for line in expected["columns"])
    assert any('"condeferrable":true' in line for line in expected["constraints"])
    assert not any(TEMPLATE_SCHEMA in line for lines in expected.values() for line in lines)


PLANTED = {
    "a missing index": ("DROP INDEX {index}", {"indexes"}),
    "another type": ("ALTER TABLE {table} ALTER description TYPE varchar(7)", {"columns"}),
    "a default": ("ALTER TABLE {table} ALTER name SET DEFAULT 'x'", {"columns"}),
    "a missing NOT NULL": ("ALTER TABLE {table} ALTER name DROP NOT NULL", {"columns", "constraints"}),
    "another identity": ("ALTER TABLE {table} ALTER id SET GENERATED ALWAYS", {"columns"}),
    "a renamed constraint": (
        "ALTER TABLE {table} RENAME CONSTRAINT {constraint} TO another",
        {"constraints", "indexes"},
    ),
    "a check": ("ALTER TABLE {table} ADD CHECK (id > 0)", {"constraints"}),
    "a disabled trigger": ("ALTER TABLE {table} DISABLE TRIGGER USER", {"triggers"}),
    "a missing trigger": ("DROP TRIGGER {trigger} ON {table}", {"triggers"}),
    "a fillfactor": ("ALTER TABLE {table} SET (fillfactor = 50)", {"tables"}),
    "a sequence that counts otherwise": ("ALTER SEQUENCE {sequence} INCREMENT 2", {"sequences"}),
    "a sequence that stands elsewhere": (
        "ALTER SEQUENCE {schema}.django_migrations_id_seq RESTART",
        {"migrations done"},
    ),
    "a right too many": ("GRANT TRUNCATE ON {table} TO {login}", {"rights"}),
    "a right too few": ("REVOKE UPDATE ON {table} FROM {login}", {"rights"}),
    "a right on a column": ("GRANT SELECT (id) ON {schema}.business_customer TO {login}", {"rights on columns"}),
    "a right on the schema": ("GRANT CREATE ON SCHEMA {schema} TO {login}", {"schema"}),
    "a right on what comes": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {login}",
        {"rights to come"},
    ),
    "a function": ("CREATE FUNCTION {schema}.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", {"functions"}),
    "a view": ("CREATE VIEW {schema}.v AS SELECT 1 AS one", {"tables", "rules and views"}),
    "a comment": ("COMMENT ON TABLE {table} IS 'x'", {"tables"}),
    "a forgotten migration": ("DELETE FROM {schema}.django_migrations WHERE app = 'business'", {"migrations done"}),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_caught(planted: str, replayed: Administration, expected: Catalog) -> None:
    statement, kinds = PLANTED[planted]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(**names_in(replayed.schema_name)))
        found = differences(expected, catalog(replayed.schema_name))
        transaction.set_rollback(True)
    if planted == "a missing NOT NULL" and connection.pg_version < 180000:
        kinds = {"columns"}  # before 18 it was no constraint of its own
    assert set(found) == kinds


def names_in(schema: str) -> dict[str, Any]:
    """Names to plant with: of the table of work types, and of something of each kind that it has."""
    name = f"{schema}.reference_data_worktype"
    asked = {
        "index": "SELECT indexrelid::regclass::text FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid ="
        " i.indexrelid WHERE c.oid IS NULL AND indexrelid::regclass::text LIKE %s || '.%%' LIMIT 1",
        "constraint": "SELECT conname FROM pg_constraint WHERE conrelid = (%s || '.reference_data_worktype')::regclass"
        " AND contype = 'u' LIMIT 1",
        "trigger": "SELECT tgname FROM pg_trigger WHERE tgrelid = (%s || '.reference_data_worktype')::regclass"
        " AND NOT tgisinternal LIMIT 1",
        "sequence": "SELECT pg_get_serial_sequence(%s || '.reference_data_worktype', 'id')",
    }
    found: dict[str, Any] = {"schema": schema, "table": name, "login": sync_login()}
    with connection.cursor() as cursor:
        for kind, query in asked.items():
            cursor.execute(query, [schema])
            (found[kind],) = cursor.fetchone()
    return found


def test_the_ddl_names_no_schema_but_the_mark() -> None:
    ddl = SchemaTemplate.objects.get(head=code_head()).ddl
    assert SCHEMA_MARK in ddl
    assert TEMPLATE_SCHEMA not in ddl


def test_a_replay_leaves_the_session_as_it_was(replayed: Administration) -> None:
    """pg_dump's own settings would empty the search path and lift the time limits of whoever replays."""
    ddl = SchemaTemplate.objects.get(head=code_head()).ddl
    asked = "SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = false")
        cursor.execute(asked)
        before = cursor.fetchall()
        replay_schema(ddl, "a_replayed_again")
        cursor.execute(asked)
        assert cursor.fetchall() == before
        transaction.set_rollback(True)


@pytest.fixture
def marked() -> Iterator[str]:
    create_empty_schema("a_marked")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE a_marked.django_migrations (note text DEFAULT '{SCHEMA_MARK}')")
    yield "a_marked"
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA a_marked CASCADE")


def test_a_schema_in_which_the_mark_stands_is_not_dumped(marked: str) -> None:
    with pytest.raises(SchemaNotDumped, match=SCHEMA_MARK):
        dump_schema(marked)


def test_a_missing_pg_dump_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PG_DUMP", "no-such-program")
    with pytest.raises(SchemaNotDumped, match=r"pg_dump was not found; install"):
        dump_schema(TEMPLATE_SCHEMA)


OLDER = """#!/bin/sh
echo "pg_dump: error: aborting because of server version mismatch" >&2
echo "pg_dump: detail: server version: 18.0; pg_dump version: 15.14" >&2
exit 1
"""


@pytest.fixture
def older_pg_dump(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    program = tmp_path / "pg_dump"
    program.write_text(OLDER)
    program.chmod(0o755)
    monkeypatch.setattr(settings, "PG_DUMP", str(program))
    return program


def test_a_pg_dump_that_is_older_than_the_server_is_said_in_one_line(older_pg_dump: Path) -> None:
    with pytest.raises(SchemaNotDumped) as told:
        dump_schema(TEMPLATE_SCHEMA)
    assert str(told.value) == (
        "pg_dump is older than the server (server version: 18.0; pg_dump version: 15.14); install PostgreSQL's client"
        " programs of the server's version, or name its pg_dump in PG_DUMP."
    )


def test_a_pg_dump_that_cannot_be_run_is_said(older_pg_dump: Path) -> None:
    older_pg_dump.chmod(0o644)
    with pytest.raises(SchemaNotDumped, match=r"cannot be run \(Permission denied\); install"):
        dump_schema(TEMPLATE_SCHEMA)


def test_what_pg_dump_says_is_passed_on() -> None:
    with pytest.raises(SchemaNotDumped, match="no matching schemas"):
        dump_schema("a_nowhere")
