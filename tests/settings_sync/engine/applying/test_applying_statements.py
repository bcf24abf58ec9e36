"""How many statements a sync takes does not depend on how many items it carries."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.applying.connections import close_sync_connection
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, KINDS, Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    return standing_company[0]


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement on the connection of syncs."""
    statements: list[str] = []

    class Counting(psycopg.ClientCursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            statements.append(str(query))
            return super().execute(query, *args, **kwargs)

    close_sync_connection()
    monkeypatch.setattr(psycopg, "ClientCursor", Counting)
    yield statements
    close_sync_connection()


def filled(company: Company, child: Administration, kind: Kind, count: int) -> tuple[Filler, list[Any]]:
    """A main with that many items of one kind, whose references were synced before."""
    company.sweep(child)
    filler = Filler("hoofd")
    with inside(company.main):
        filler.items(kind, 4)
    company.sync(child, categories=CATEGORIES)
    with inside(company.main):
        return filler, [filler.item(kind) for _ in range(count)]


def counts(company: Company, child: Administration, kind: Kind, count: int, executed: list[str]) -> tuple[int, int]:
    """How many statements it takes to create, and how many to update, that many items."""
    filler, items = filled(company, child, kind, count)
    plan = company.plan(child, items=[item.uid for item in items])
    executed.clear()
    company.run(plan)
    creating = len(executed)
    with inside(company.main):
        for item in items:
            filler.alter(kind, item)
    company.sync(child, categories=CATEGORIES)
    with inside(company.main):
        for item in items:
            item.refresh_from_db()
            type(item).objects.filter(pk=item.pk).update(**{kind.natural_key: f"anders {item.pk}"})
    plan = company.plan(child, items=[item.uid for item in items])
    assert plan.targets.get().counts["update"] == count
    executed.clear()
    company.run(plan)
    return creating, len(executed)


@pytest.mark.parametrize("key", KINDS)
def test_three_items_take_as_many_statements_as_one(company, child, executed, key):
    kind = all_kinds()[key]
    one, three = (counts(company, child, kind, count, executed) for count in (1, 3))
    assert one == three
    assert one[0] > 5


def test_twenty_forms_take_as_many_statements_as_one(company, child, executed):
    kind = all_kinds()["forms_catalog.form"]
    one, twenty = (counts(company, child, kind, count, executed) for count in (1, 20))
    assert one == twenty


def test_a_preview_takes_as_many_statements_for_twenty_items_as_for_two(company, child):
    kind = all_kinds()["workflows.workflow"]
    taken = []
    for count in (2, 20):
        filled(company, child, kind, count)
        with CaptureQueriesContext(connection) as queries:
            company.plan(child, categories=["workflows"])
        taken.append(len([q for q in queries if not q["sql"].startswith("SET search_path")]))
    assert taken[0] == taken[1]
