"""`inside(administration)`: the right schema or an error, whatever is raised, nested, suspended or run elsewhere."""

import ast
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from reference_data.models import WorkType
from tenants.models import Administration
from tenants.schemas import WrongSchema, assert_inside, current_schema_name, in_public, inside
from tests.contracts.world import make_company

pytestmark = pytest.mark.usefixtures("db")

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def pair(standing: None) -> tuple[Administration, Administration]:
    """Two administrations with a work type each, named after it."""
    company = make_company()
    pair = company.main, company.child("Noord")
    for administration in pair:
        with inside(administration):
            WorkType.objects.create(name=administration.name)
    return pair


@pytest.fixture
def noord(pair: tuple[Administration, Administration]) -> Administration:
    return pair[1]


@pytest.fixture
def main(pair: tuple[Administration, Administration]) -> Administration:
    return pair[0]


def seen() -> str:
    """The schema as the database says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


class Nowhere:
    schema_name = "a_0000000000000000"


def test_a_block_runs_in_the_schema_and_comes_back(noord):
    with inside(noord):
        assert seen() == current_schema_name() == noord.schema_name
        assert WorkType.objects.get().name == "Noord"
    assert seen() == current_schema_name() == "public"


def test_a_schema_that_does_not_exist_is_refused_before_anything_runs():
    ran = []
    with pytest.raises(WrongSchema), inside(Nowhere()):
        ran.append(True)
    assert not ran
    assert seen() == "public"


def test_a_schema_that_does_not_exist_leaves_the_outer_block_where_it_was(noord):
    with inside(noord):
        with pytest.raises(WrongSchema), inside(Nowhere()):
            pass
        assert seen() == noord.schema_name


def test_blocks_nest(main, noord):
    with inside(main):
        with inside(noord):
            assert WorkType.objects.get().name == "Noord"
            with in_public():
                assert seen() == "public"
            assert WorkType.objects.get().name == "Noord"
        assert WorkType.objects.get().name == main.name


def test_an_error_brings_back_the_schema_before(main, noord):
    with inside(main):
        with pytest.raises(ZeroDivisionError), inside(noord):
            raise ZeroDivisionError
        assert WorkType.objects.get().name == main.name


def test_an_error_of_the_database_brings_back_the_schema_before(main, noord):
    with inside(main), transaction.atomic():
        with pytest.raises(ProgrammingError), inside(noord), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nothing_of_that_name")
        assert WorkType.objects.get().name == main.name


def test_a_rollback_brings_back_no_other_schema(main, noord):
    with inside(main):
        try:
            with transaction.atomic(), inside(noord):
                WorkType.objects.create(name="Weg")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert WorkType.objects.get().name == main.name
    with inside(noord):
        assert WorkType.objects.get().name == "Noord"


def test_leaving_out_of_order_is_an_error(main, noord):
    """What two interleaved generators do: the second would go on in the schema that the first came from."""

    def names(administration: Administration) -> Iterator[str]:
        with inside(administration):
            yield seen()
            yield seen()

    one, other = names(main), names(noord)
    assert next(one) == main.schema_name
    assert next(other) == noord.schema_name
    next(one)
    with pytest.raises(WrongSchema):
        next(one, None)
    other.close()
    connection.set_schema_to_public()


def test_a_queryset_that_leaves_its_block_finds_nothing_rather_than_another_administration(main, noord):
    with inside(noord):
        lazy = WorkType.objects.all()
    with pytest.raises(ProgrammingError, match="reference_data_worktype"):
        list(lazy)


def test_no_table_of_an_administration_exists_outside():
    """What makes lazy reading outside a block an error: there is nothing there to be read by mistake."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' INTERSECT"
            " SELECT tablename FROM pg_tables WHERE schemaname = 'template_administration'"
        )
        assert {name for (name,) in cursor.fetchall()} == {"django_migrations"}


def test_a_thread_starts_outside_every_administration(noord):
    found: list[str] = []

    def look() -> None:
        found.append(seen())
        connection.close()

    with inside(noord):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert found == ["public"]


def test_assert_inside_asks_the_database_and_not_the_memory(noord):
    with inside(noord):
        assert_inside(noord)
        connection.schema_name, kept = "public", connection.schema_name
        try:
            with pytest.raises(WrongSchema):
                assert_inside(noord)
        finally:
            connection.schema_name = kept


def sources() -> list[Path]:
    apps = [path.parent for path in PROJECT.glob("*/apps.py")]
    return [path for app in apps for path in app.rglob("*.py") if "migrations" not in path.parts]


def enters(node: ast.AST) -> bool:
    """Whether a `with` statement enters an administration."""
    if not isinstance(node, ast.With):
        return False
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(isinstance(call.func, ast.Name) and call.func.id == "inside" for call in calls)


def suspends(node: ast.AST) -> bool:
    return any(isinstance(child, (ast.Yield, ast.YieldFrom, ast.Await)) for child in ast.walk(node))


def is_context_manager(function: Any) -> bool:
    return any("contextmanager" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_no_function_of_the_product_is_suspended_inside_an_administration():
    """A generator that yields inside a block would run its caller in that administration."""
    found = [
        f"{path.relative_to(PROJECT)}:{block.lineno}"
        for path in sources()
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and not is_context_manager(function)
        for block in ast.walk(function)
        if enters(block) and suspends(block)
    ]
    assert found == []


def test_only_the_one_door_and_the_migrations_change_the_schema():
    words = ("set_tenant(", "set_schema(", "schema_context(", "tenant_context(", "set_schema_to_public(")
    allowed = {"tenants/schemas.py", "tenants/migrating.py"}
    found = {str(path.relative_to(PROJECT)) for path in sources() if any(word in path.read_text() for word in words)}
    assert found <= allowed
