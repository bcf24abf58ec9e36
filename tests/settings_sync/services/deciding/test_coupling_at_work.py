"""Coupling what a thousand work orders point at, while others go on planning work: not one of their rows is touched."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from business.models import Customer, WorkOrder
from reference_data.models import WorkStatus, WorkType
from settings_sync.engine.applying import targets as applying
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.models import SyncRun
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, another_connection, make_company

pytestmark = pytest.mark.usefixtures("db")

NAMES = ["Onderhoud", "Storing", "Keuring", "Montage", "Inspectie"]
ORDERS = 1000
LIKE_THE_FIRST = (
    "INSERT INTO {0} SELECT (jsonb_populate_record(w, jsonb_build_object("
    "'id', nextval(pg_get_serial_sequence(%s, 'id')), 'uid', gen_random_uuid(), 'number', %s::bigint,"
    " 'work_type_id', %s::bigint))).*"
    " FROM {0} w WHERE number = 1"
)


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; every test has a child of its own."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    company = make_company()
    with inside(company.main):
        WorkType.objects.bulk_create(WorkType(name=name, description="van de hoofdadministratie") for name in NAMES)
    return company


@pytest.fixture
def child(company: Company) -> Administration:
    """Work types of its own with the same names, and a thousand work orders spread over them."""
    child = company.child("Noord")
    with inside(child):
        types = WorkType.objects.bulk_create(WorkType(name=name.upper()) for name in NAMES)
        customer, status = (
            Customer.objects.create(number=1, name="Klant"),
            WorkStatus.objects.create(code="o", name="O"),
        )
        WorkOrder.objects.bulk_create(
            WorkOrder(
                number=number,
                customer=customer,
                status=status,
                work_type=types[number % len(types)],
                description="Klus",
            )
            for number in range(1, ORDERS + 1)
        )
    return child


@pytest.fixture
def plan(company: Company, child: Administration) -> Any:
    """A plan that couples all five."""
    plan = company.plan(child, categories=["reference_data"])
    with inside(child):
        own = {work_type.name.lower(): work_type.uid for work_type in WorkType.objects.all()}
    with inside(company.main):
        found = list(WorkType.objects.all())
    asked = [Asked(theirs.uid, Word.COUPLE, couple_with=own[theirs.name.lower()]) for theirs in found]
    plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)
    assert plan.targets.get().counts["couple"] == len(NAMES)
    return plan


@dataclass
class Planner:
    """Somebody who goes on planning work of these types, each work order in a transaction that stays open a moment."""

    child: Administration
    types: list[int]
    planned: int = 0
    errors: list[Exception] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        table = sql.Identifier(self.child.schema_name, "business_workorder")
        query, named = sql.SQL(LIKE_THE_FIRST).format(table), table.as_string(None)
        try:
            with another_connection(autocommit=False) as mine:
                while not self.stopping.is_set():
                    mine.execute(query, [named, ORDERS + self.planned + 1, self.types[self.planned % len(self.types)]])
                    time.sleep(0.002)
                    mine.commit()
                    self.planned += 1
        except psycopg.Error as error:
            self.errors.append(error)


@contextmanager
def planning(child: Administration) -> Iterator[Planner]:
    """Work is planned for as long as the block lasts, and a little before."""
    with inside(child):
        planner = Planner(child, list(WorkType.objects.order_by("pk").values_list("pk", flat=True)))
    thread = threading.Thread(target=planner.work)
    thread.start()
    try:
        while planner.planned < 5 and thread.is_alive():
            time.sleep(0.001)
        yield planner
    finally:
        planner.stopping.set()
        thread.join()


def rows_of(child: Administration) -> dict[int, tuple[Any, ...]]:
    """Every work order: where its row stands, which transaction wrote it, and what it points at."""
    table = sql.Identifier(child.schema_name, "business_workorder")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT number, ctid::text, xmin::text, work_type_id FROM {}").format(table))
        return {number: tuple(rest) for number, *rest in cursor.fetchall()}


def keys_of(child: Administration) -> dict[int, str]:
    with inside(child):
        return {work_type.pk: work_type.name.lower() for work_type in WorkType.objects.all()}


def carry_out(company: Company, plan: Any) -> SyncRun:
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version, confirmation=company.main.slug)
    execute_target(run.targets.get().pk)
    run.refresh_from_db()
    return run


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_a_thousand_work_orders_keep_their_rows_while_more_are_planned(company, child, plan):
    before, keys, blocked = rows_of(child), keys_of(child), deadlocks()
    with planning(child) as planner:
        run = carry_out(company, plan)
        coupled = planner.planned
        while planner.planned < coupled + 5 and not planner.errors:
            time.sleep(0.001)
    target = run.targets.get()
    assert (target.state, target.attempts) == ("succeeded", 1), (target.error_code, target.error_detail)
    assert planner.errors == []
    after = rows_of(child)
    assert len(before) == ORDERS
    assert {number: after[number] for number in before} == before
    assert len(after) == ORDERS + planner.planned
    assert keys_of(child) == keys
    with inside(child):
        assert {order.work_type.description for order in WorkOrder.objects.select_related("work_type")} == {
            "van de hoofdadministratie"
        }
    assert target.receipt.business_rows_written == 0
    assert deadlocks() == blocked


@pytest.fixture
def planted(child: Administration) -> None:
    """A trigger that somebody added: what is coupled drags its work orders along. No guard stands before them."""
    space = sql.Identifier(child.schema_name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TRIGGER sync_refuse ON {}.business_workorder").format(space))
        cursor.execute(
            sql.SQL(
                "CREATE FUNCTION {0}.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
                " UPDATE {0}.business_workorder SET work_type_id = work_type_id WHERE work_type_id = NEW.id;"
                " RETURN NULL; END $$;"
                "CREATE TRIGGER planted AFTER UPDATE ON {0}.reference_data_worktype"
                " FOR EACH ROW EXECUTE FUNCTION {0}.planted()"
            ).format(space)
        )


def test_a_coupling_that_would_touch_work_orders_is_refused(company, child, plan, planted):
    before, keys = rows_of(child), keys_of(child)
    target = carry_out(company, plan).targets.get()
    assert (target.state, target.error_code) == ("failed", "business-rows-written")
    assert (rows_of(child), keys_of(child)) == (before, keys)


def test_touched_work_orders_would_be_seen_here(company, child, plan, planted, monkeypatch):
    """Without the check of the engine, this module's own must see what was planted."""
    monkeypatch.setattr(applying, "_check_business_untouched", lambda cursor, work: None)
    before = rows_of(child)
    assert carry_out(company, plan).state == SyncRun.State.SUCCEEDED
    after = rows_of(child)
    assert {row[2] for row in after.values()} == {row[2] for row in before.values()}
    assert not any(after[number] == before[number] for number in before)
    close_sync_connection()
