"""What one test leaves is not there for the next, and a module that leaves something is told so."""

from collections.abc import Iterator

import pytest
from django.db import connection

from accounts.models import User
from reference_data.models import WorkType
from tenants.models import Administration
from tenants.schemas import inside
from tenants.template_schema import TEMPLATE_SCHEMA, dump_schema
from tests.clean_database import CleanDatabase
from tests.conftest import clean, make_administration


@pytest.fixture
def database(committed: None) -> CleanDatabase:
    return clean[0]


def next_after(database: CleanDatabase, administration: Administration) -> Administration:
    """The administration that gets a schema after this one's test has ended."""
    waiting, database.schemas.idle[:] = list(database.schemas.idle), []
    database.shared.empty()
    database.schemas.give_back()
    made = make_administration("Volgende", administration.parent)
    database.schemas.idle += waiting
    return made


def test_a_schema_is_handed_on_without_the_rows_of_the_former(database: CleanDatabase) -> None:
    first = make_administration("Eerste")
    with inside(first):
        WorkType.objects.create(name="Storing")
    second = next_after(database, first)
    assert second.schema_name == first.schema_name
    with inside(second):
        assert not WorkType.objects.exists()
    tables = database.cleaner.tables(second.schema_name)
    assert database.cleaner.filled(second.schema_name, tables) == {"django_migrations"}


def test_its_keys_start_where_they_would_in_a_new_one(database: CleanDatabase) -> None:
    first = make_administration("Eerste")
    with inside(first):
        former = WorkType.objects.create(name="Storing").pk
    make_administration("Ernaast")
    second = next_after(database, first)
    with inside(second):
        assert WorkType.objects.create(name="Storing").pk == former


@pytest.mark.parametrize(
    "alteration",
    [
        "ALTER TABLE {schema}.reference_data_worktype ADD COLUMN later integer",
        "ALTER TABLE {schema}.reference_data_worktype DISABLE TRIGGER USER",
        "ALTER TABLE {schema}.reference_data_worktype ALTER COLUMN name SET DEFAULT 'later'",
        "DROP TRIGGER sync_enter ON {schema}.reference_data_worktype",
        "GRANT SELECT ON {schema}.reference_data_worktype TO PUBLIC",
        "GRANT SELECT (name) ON {schema}.reference_data_worktype TO PUBLIC",
        "GRANT USAGE ON SCHEMA {schema} TO PUBLIC",
        "DELETE FROM {schema}.django_migrations",
        "CREATE TABLE {schema}.later (id integer)",
    ],
)
def test_a_schema_that_was_altered_is_not_handed_on(database: CleanDatabase, alteration: str) -> None:
    first = make_administration("Eerste")
    with connection.cursor() as cursor:
        cursor.execute(alteration.format(schema=first.schema_name))
    second = next_after(database, first)
    assert second.schema_name != first.schema_name
    assert first.schema_name not in database.cleaner.schemas()


@pytest.fixture
def stray(database: CleanDatabase) -> Iterator[str]:
    """A schema that no administration has any more."""
    name = "a_0123456789abcdef"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")
        yield name
        cursor.execute(f"DROP SCHEMA IF EXISTS {name}")


def test_a_module_that_leaves_a_schema_is_told_so(database: CleanDatabase, stray: str) -> None:
    with pytest.raises(AssertionError, match=stray):
        database.after_test(ends_module=True)
    database.after_test(ends_module=True)


def test_a_module_that_leaves_rows_is_told_so(database: CleanDatabase) -> None:
    User.objects.create_user("blijft@example.com", None, name="Blijft")
    with pytest.raises(AssertionError, match="accounts_user"):
        database.after_test(ends_module=True)
    database.after_test(ends_module=True)


def test_a_module_that_changes_the_template_is_told_so_and_others_find_it_as_it_was(database: CleanDatabase) -> None:
    triggers = dump_schema(TEMPLATE_SCHEMA).count("CREATE TRIGGER sync_enter")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER sync_enter ON {TEMPLATE_SCHEMA}.reference_data_worktype")
    with pytest.raises(AssertionError, match=TEMPLATE_SCHEMA):
        database.after_test(ends_module=True)
    database.after_test(ends_module=True)
    assert dump_schema(TEMPLATE_SCHEMA).count("CREATE TRIGGER sync_enter") == triggers


def test_one_that_makes_it_again_as_it_was_has_changed_nothing(database: CleanDatabase) -> None:
    before = database.template.structure
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TEMPLATE_SCHEMA}.later ()")
        cursor.execute(f"DROP TABLE {TEMPLATE_SCHEMA}.later")
        cursor.execute(f"ALTER TABLE {TEMPLATE_SCHEMA}.reference_data_worktype DISABLE TRIGGER sync_enter")
        cursor.execute(f"ALTER TABLE {TEMPLATE_SCHEMA}.reference_data_worktype ENABLE TRIGGER sync_enter")
    database.after_test(ends_module=True)
    assert database.template.structure != before


def test_a_module_that_leaves_a_session_is_told_so(database: CleanDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    left = connection.copy()
    left.connect()
    monkeypatch.setattr("tests.waiting.PATIENCE_SECONDS", 0.0)
    with pytest.raises(AssertionError, match="the end of the sessions that this module opened"):
        database.after_test(ends_module=True)
    left.close()
    monkeypatch.undo()
    database.after_test(ends_module=True)


def test_what_an_ordinary_test_wrote_into_a_schema_is_rolled_back(db: None) -> None:
    made = make_administration("Eerste")
    with inside(made):
        WorkType.objects.create(name="Storing")
    tables = clean[0].cleaner.tables(made.schema_name)
    assert not tables or clean[0].cleaner.filled(made.schema_name, tables) == {"django_migrations"}
