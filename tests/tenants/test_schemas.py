"""`inside()`: the right schema or an error, whatever is raised, nested, rolled back, suspended or run elsewhere."""

import ast
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from reference_data.models import WorkType
from tenants.models import Role
from tenants.postgresql_backend.base import SearchPathNotSet
from tenants.schemas import WrongSchema, assert_inside, current_schema_name, in_public, inside
from tenants.template_schema import create_empty_schema, drop_schema
from tests.contracts.world import in_threads
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Place:
    """As much of an administration as the door needs."""

    schema_name: str


NOWHERE = Place("a_nowhere")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def places(standing: None) -> Iterator[tuple[Place, Place]]:
    """Two schemas, each with a table that knows whose it is."""
    found = Place("a_door_one"), Place("a_door_two")
    for place in found:
        create_empty_schema(place.schema_name)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {place.schema_name}.sign AS SELECT '{place.schema_name}' AS name")
    yield found
    for place in found:
        drop_schema(place.schema_name)


@pytest.fixture
def one(places: tuple[Place, Place]) -> Place:
    return places[0]


@pytest.fixture
def two(places: tuple[Place, Place]) -> Place:
    return places[1]


def where() -> str:
    """Where the database itself says that the next statement runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        found = str(cursor.fetchone()[0])
    assert found == current_schema_name()
    return found


def sign() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sign")
        return str(cursor.fetchone()[0])


def test_a_block_runs_in_the_schema_and_comes_back(one: Place) -> None:
    with inside(one):
        assert where() == one.schema_name
        assert sign() == one.schema_name
    assert where() == "public"


def test_blocks_nest(one: Place, two: Place) -> None:
    with inside(one):
        with inside(two):
            with in_public():
                assert where() == "public"
            assert sign() == two.schema_name
        assert sign() == one.schema_name


def test_nothing_is_written_for_a_schema_that_does_not_exist(one: Place) -> None:
    """A role is in the shared schema, where statements would run when the schema is not there."""
    with pytest.raises(WrongSchema, match=r"a_nowhere.*public"), inside(NOWHERE):
        Role.objects.create(name="Written in the wrong place")
    with inside(one):
        with pytest.raises(WrongSchema), inside(NOWHERE):
            Role.objects.create(name="Written in the wrong place")
        assert sign() == one.schema_name
    assert not Role.objects.filter(name="Written in the wrong place").exists()
    assert where() == "public"


def test_a_dropped_schema_is_not_entered() -> None:
    gone = Place("a_door_gone")
    create_empty_schema(gone.schema_name)
    with inside(gone):
        pass
    drop_schema(gone.schema_name)
    with pytest.raises(WrongSchema), inside(gone):
        pytest.fail("The block ran.")


@pytest.mark.parametrize("name", ['a"; DROP SCHEMA public', "a'b", "a;b", "", "pg_temp", "x" * 64])
def test_a_name_that_is_no_schema_name_of_ours_is_refused(name: str) -> None:
    with pytest.raises(Exception), inside(Place(name)):  # noqa: B017  # which error is the library's affair
        pytest.fail("The block ran.")
    assert where() == "public"


def test_a_schema_that_could_not_be_selected_is_not_entered(one: Place, two: Place) -> None:
    def cancel(execute, sql, params, many, context):
        if str(sql).startswith("SET search_path") and two.schema_name in str(sql):
            sql = "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(10)"
        return execute(sql, params, many, context)

    with inside(one):
        with connection.execute_wrapper(cancel), pytest.raises(SearchPathNotSet), inside(two):
            pytest.fail("The block ran.")
        assert sign() == one.schema_name


def test_a_worker_that_is_stopped_in_a_block_goes_one_step_back(one: Place, two: Place) -> None:
    with inside(one):
        with pytest.raises(KeyboardInterrupt), inside(two):
            raise KeyboardInterrupt
        assert sign() == one.schema_name
    assert where() == "public"


def test_a_rollback_undoes_no_selection(one: Place, two: Place) -> None:
    """It undoes a `SET search_path` of the transaction, behind the back of everyone."""
    with inside(one):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), inside(two):
            _ = 1 / len(sign()[:0])
        assert sign() == one.schema_name
        with transaction.atomic(), inside(two):
            with pytest.raises(ZeroDivisionError), transaction.atomic(), inside(one):
                _ = 1 / len(sign()[:0])
            assert sign() == two.schema_name
        assert sign() == one.schema_name
    assert where() == "public"


def test_an_error_of_the_database_brings_back_the_schema_before(one: Place, two: Place) -> None:
    with inside(one), transaction.atomic():
        with pytest.raises(ProgrammingError), inside(two), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nothing_of_that_name")
        assert sign() == one.schema_name


def test_leaving_out_of_order_is_an_error(one: Place, two: Place) -> None:
    """What two interleaved generators do: the second would go on in the schema that the first came from."""

    def walk(place: Place) -> Iterator[str]:
        with inside(place):
            yield sign()
            yield sign()

    first, second = walk(one), walk(two)
    assert [next(first), next(second)] == [one.schema_name, two.schema_name]
    next(first)
    with pytest.raises(WrongSchema):
        next(first, None)
    second.close()
    connection.set_schema_to_public()


def test_a_queryset_that_leaves_its_block_finds_nothing_rather_than_another_administration(one: Place) -> None:
    with inside(one):
        lazy = WorkType.objects.all()
    with pytest.raises(ProgrammingError, match="reference_data_worktype"):
        list(lazy)


def test_no_table_of_an_administration_exists_outside() -> None:
    """What makes lazy reading outside a block an error: there is nothing there to be read by mistake."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' INTERSECT"
            " SELECT tablename FROM pg_tables WHERE schemaname = 'template_administration'"
        )
        assert {name for (name,) in cursor.fetchall()} == {"django_migrations"}


def test_assert_inside_asks_the_database_and_not_the_memory(one: Place) -> None:
    with inside(one):
        assert_inside(one)
        connection.schema_name, kept = "public", connection.schema_name
        try:
            with pytest.raises(WrongSchema):
                assert_inside(one)
        finally:
            connection.schema_name = kept


def test_a_lost_connection_comes_back_in_the_same_schema(one: Place) -> None:
    with inside(one):
        connection.close()
        assert sign() == one.schema_name


def test_threads_go_hand_in_hand_and_each_its_own_way(one: Place, two: Place) -> None:
    steps = threading.Barrier(2, timeout=PATIENCE_SECONDS)

    def walk(first: Place, second: Place) -> list[str]:
        seen = [where()]
        for place in (first, second) * 5:
            with inside(place):
                steps.wait()
                seen += [sign()]
                steps.wait()
        return [*seen, where()]

    with inside(one):
        seen = in_threads(lambda: walk(one, two), lambda: walk(two, one))
        assert sign() == one.schema_name
    path = [one.schema_name, two.schema_name] * 5
    assert seen == [["public", *path, "public"], ["public", *reversed(path), "public"]]


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
    allowed = {"tenants/schemas.py", "tenants/schema_upgrades.py"}
    found = {str(path.relative_to(PROJECT)) for path in sources() if any(word in path.read_text() for word in words)}
    assert found <= allowed
