"""Snapshots: one instant of the main administration, stored once however often it is asked for."""

from typing import Any

import pytest
from psycopg import sql

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading import index
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.snapshots import read_source, take_snapshot
from settings_sync.models import Document, Snapshot, SnapshotItem
from settings_sync.planning.values import Entry
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import Company, another_connection, documents, in_threads, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def main(company: Company) -> Administration:
    return company.main


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def names(entries: Any) -> list[str]:
    return sorted(entry.label for entry in entries.values())


def test_it_holds_every_item_with_its_document(main):
    with inside(main):
        Filler("hoofd").everything(count=1)
    snapshot, entries = take_snapshot(main)
    for kind in all_kinds():
        found = SnapshotItem.objects.filter(snapshot=snapshot, kind=kind.key)
        bodies = {item.uid: Document.objects.get(digest=item.digest).body for item in found}
        assert bodies == documents(main, kind)
    assert read_source(snapshot).entries == entries


def test_equal_contents_share_one_snapshot(main):
    with inside(main):
        WorkType.objects.create(name="Storing")
    first, _entries = take_snapshot(main)
    second, _entries = take_snapshot(main)
    assert first == second
    assert SnapshotItem.objects.count() == 1


def test_going_back_gives_the_former_snapshot(main):
    with inside(main):
        WorkType.objects.create(name="Storing")
    first, _entries = take_snapshot(main)
    with inside(main):
        WorkType.objects.update(name="Spoed")
    second, _entries = take_snapshot(main)
    with inside(main):
        WorkType.objects.update(name="Storing")
    third, _entries = take_snapshot(main)
    assert first == third != second


def test_a_document_is_stored_once_for_all(company, main, child):
    with inside(main):
        WorkType.objects.create(name="Storing")
    company.sync(child, categories=["reference_data"])
    with inside(main):
        Form.objects.create(name="Onderhoud")
    company.sync(child, categories=["reference_data", "forms"])
    assert Document.objects.count() == 2


def test_another_version_of_the_code_makes_another_snapshot(main):
    first, _entries = take_snapshot(main)
    main.migration_head = "later"
    second, _entries = take_snapshot(main)
    main.refresh_from_db()
    assert first != second


def test_an_empty_administration_has_a_snapshot_too(main):
    snapshot, entries = take_snapshot(main)
    assert entries == {}
    assert read_source(snapshot).entries == {}


def test_it_is_one_instant_whatever_commits_while_it_is_read(main, monkeypatch):
    """Somebody renames a work type and a form in one transaction, between the reading of the one and of the other."""
    with inside(main):
        WorkType.objects.create(name="Werk oud")
        Form.objects.create(name="Formulier oud")
    read, edited = index._documents, []

    def edit_and_then_read(*args: Any) -> Any:
        found = read(*args)
        if not edited:
            edited.append(True)
            with another_connection(autocommit=False) as other:
                for table, name in (
                    ("reference_data_worktype", "Werk nieuw"),
                    ("forms_catalog_form", "Formulier nieuw"),
                ):
                    named = sql.Identifier(main.schema_name, table)
                    other.execute(sql.SQL("UPDATE {} SET name = %s").format(named), [name])
                other.commit()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(index, "_documents", edit_and_then_read)
        _snapshot, entries = take_snapshot(main)
    assert names(entries) == ["Formulier oud", "Werk oud"]
    _snapshot, entries = take_snapshot(main)
    assert names(entries) == ["Formulier nieuw", "Werk nieuw"]


def test_snapshots_at_the_same_time_are_one(main):
    with inside(main):
        Filler("hoofd").everything(count=1)
    found = in_threads(*[lambda: take_snapshot(main)[0]] * 4)
    assert [error for error in found if isinstance(error, Exception)] == []
    assert len({snapshot.pk for snapshot in found}) == 1
    assert Snapshot.objects.count() == 1


def test_it_has_the_documents_of_what_somebody_else_looked_at_before(company, main, child):
    """A look that keeps no documents empties the dirty list all the same."""
    with inside(main):
        WorkType.objects.create(name="Storing")
    look_at(main)
    company.sync(child, categories=["reference_data"])
    kind = all_kinds()["reference_data.worktype"]
    assert documents(child, kind) == documents(main, kind)


def test_it_has_the_documents_that_were_cleaned_away(company, main, child):
    with inside(main):
        WorkType.objects.create(name="Storing")
    take_snapshot(main)
    Document.objects.all().delete()
    Snapshot.objects.all().delete()
    company.sync(child, categories=["reference_data"])
    assert isinstance(next(iter(look_at(child).entries.values())), Entry)
