"""What the database itself must look like around daily data."""

import pytest
from django.db import connection

from settings_sync.declaring.registry import registry
from tests.conftest import make_administration

SETTINGS = ("reference_data_", "forms_catalog_", "workflows_", "templates_catalog_")
FOREIGN_KEYS = """
SELECT con.conname, source.relname, target.relname, con.confdeltype, con.confupdtype, target_space.nspname,
       EXISTS (SELECT 1 FROM pg_index WHERE indrelid = con.conrelid AND indkey[0] = con.conkey[1]
               AND indpred IS NULL)
FROM pg_constraint con
JOIN pg_class source ON source.oid = con.conrelid JOIN pg_class target ON target.oid = con.confrelid
JOIN pg_namespace space ON space.oid = source.relnamespace
JOIN pg_namespace target_space ON target_space.oid = target.relnamespace
WHERE con.contype = 'f' AND space.nspname = %s AND source.relname LIKE 'business\\_%%'
"""


@pytest.fixture
def foreign_keys(main):
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEYS, [main.schema_name])
        return cursor.fetchall()


def test_no_foreign_key_of_daily_data_cascades_in_the_database(foreign_keys):
    assert len(foreign_keys) > 30
    assert {(row[0], row[3], row[4]) for row in foreign_keys} == {(row[0], "a", "a") for row in foreign_keys}


def test_every_foreign_key_of_daily_data_is_indexed(foreign_keys):
    assert [row[0] for row in foreign_keys if not row[6]] == []


def test_daily_data_points_at_nothing_outside_its_own_schema(foreign_keys, main):
    assert {row[5] for row in foreign_keys} == {main.schema_name}


def test_daily_data_points_at_items_and_never_at_their_parts(foreign_keys):
    items = {model._meta.db_table for model, declared in registry.declared.items() if declared.part_of is None}
    pointed_at = {row[2] for row in foreign_keys if row[2].startswith(SETTINGS)}
    assert pointed_at
    assert pointed_at <= items


def test_the_triggers_of_an_administration_are_its_own(main):
    """A provisioned schema is a replay of another one's DDL: nothing in it may lead back there."""
    other = make_administration("De Boer")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT space.nspname, function_space.nspname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "JOIN pg_namespace space ON space.oid = relnamespace JOIN pg_proc ON pg_proc.oid = tgfoid "
            "JOIN pg_namespace function_space ON function_space.oid = pronamespace "
            "WHERE tgname LIKE 'business\\_invoice%%final\\_stays%%' "
            "AND space.nspname = ANY (%s)",
            [[main.schema_name, other.schema_name]],
        )
        found = cursor.fetchall()
    assert len(found) == 8
    assert all(table == function for table, function in found)
