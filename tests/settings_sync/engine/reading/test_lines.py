"""Whether an administration is in line is told by one query; whatever happens to either side, it must not be wrong."""

import uuid

import pytest
from django.db import connection
from psycopg import sql

from reference_data.models import WorkType
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.lines import is_in_line, read_differing
from settings_sync.engine.reading.snapshots import read_source, take_snapshot
from settings_sync.models import PlanTarget
from settings_sync.planning.sameness import Differing, differing
from settings_sync.services.plans import comparing
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import CATEGORIES, Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Oost")


@pytest.fixture
def main(company: Company, child: Administration) -> Administration:
    """A main administration with two work types, both synced to the child."""
    company.sweep(child)
    with inside(company.main):
        WorkType.objects.create(name="Storing")
        WorkType.objects.create(name="Onderhoud")
    company.sync(child, categories=CATEGORIES)
    return company.main


def edit(administration: Administration, **values: object) -> None:
    with inside(administration):
        WorkType.objects.filter(name="Storing").update(**values)


def found(main: Administration, child: Administration) -> Differing | None:
    """What one query tells, which must be what a look at everything tells."""
    snapshot, _entries = take_snapshot(main)
    told = read_differing(snapshot.pk, child)
    if told is not None:
        assert told == differing(read_source(snapshot), look_at(child))
    return told


def write(administration: Administration, table: str, statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(administration.schema_name, table)), values)


def test_it_is_in_line_after_a_sync(main, child):
    assert is_in_line(main, child)
    assert found(main, child) == Differing()


@pytest.mark.parametrize("looked", [False, True], ids=["not looked at", "looked at"])
@pytest.mark.parametrize("side", ["main", "child"])
def test_it_is_not_after_an_edit(main, child, side, looked):
    edited = {"main": main, "child": child}[side]
    edit(edited, description="anders")
    if looked:
        look_at(edited)
    assert not is_in_line(main, child)
    assert found(main, child) != Differing()


@pytest.mark.parametrize("side", ["main", "child"])
def test_it_is_not_after_a_removal(main, child, side):
    with inside({"main": main, "child": child}[side]):
        WorkType.objects.filter(name="Storing").delete()
    look_at(main)
    look_at(child)
    assert not is_in_line(main, child)
    assert found(main, child) != Differing()


def test_it_is_not_when_something_new_stands_in_the_main(main, child):
    with inside(main):
        WorkType.objects.create(name="Inspectie")
    look_at(main)
    assert not is_in_line(main, child)
    assert found(main, child) != Differing()


def test_what_stays_as_it_is_there_is_told(main, child):
    insert = (
        "INSERT INTO {} (kind, uid, path, is_pinned, reason, decided_by, decided_at)"
        " VALUES (%s, %s, %s, %s, '', '', now())"
    )
    uid = uuid.uuid4()
    write(child, "sync_ledger_deviation", insert, "reference_data.worktype", uid, "description", True)
    differs = found(main, child)
    assert differs is not None
    assert differs.kept == {(("reference_data.worktype", uid), "description", True)}


def test_nothing_is_told_of_what_was_touched_since_the_last_look(main, child):
    edit(child, description="hier")
    assert found(main, child) is None
    look_at(child)
    assert found(main, child) is not None


def test_it_is_not_when_equal_contents_were_decided_otherwise(main, child):
    write(child, "sync_ledger_base", "UPDATE {} SET digest = '\\x00'")
    assert not is_in_line(main, child)
    assert found(main, child) != Differing()


def test_it_is_not_when_something_was_decided_that_the_main_does_not_have(main, child):
    write(
        child,
        "sync_ledger_base",
        "INSERT INTO {} (kind, uid, digest, decided_at) VALUES (%s, %s, '\\x00', now())",
        "reference_data.worktype",
        uuid.uuid4(),
    )
    assert not is_in_line(main, child)
    assert found(main, child) != Differing()


def test_items_of_its_own_do_not_matter_and_are_counted(main, child):
    with inside(child):
        WorkType.objects.create(name="Alleen hier")
    look_at(child)
    assert is_in_line(main, child)
    differs = found(main, child)
    assert differs is not None
    assert [entry.label for entry in differs.entries.values() if entry] == ["Alleen hier"]
    assert not differs.bases


@pytest.mark.parametrize("categories", [["reference_data"], ["forms"], CATEGORIES])
def test_the_plan_is_the_one_that_a_look_would_make(company, main, child, categories, monkeypatch):
    with inside(child):
        WorkType.objects.create(name="Alleen hier")
    look_at(child)
    short = PlanTarget.objects.get(plan=company.plan(child, categories=categories))
    monkeypatch.setattr(comparing, "read_differing", lambda snapshot_id, administration: None)
    long = PlanTarget.objects.get(plan=company.plan(child, categories=categories))
    assert short.counts == long.counts
    assert not short.changes.exists()
    assert not long.changes.exists()
