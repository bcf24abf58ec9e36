"""The index and its dirty list: no edit is lost, whenever it commits, and nothing is read twice."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.fence import INDEX_LOCK, install
from settings_sync.engine.reading import index
from settings_sync.engine.reading.index import look_at
from sync_ledger.models import Base, Deviation, Dirty, IndexEntry
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import Company, another_connection, fingerprint, in_threads, make_company, rows

pytestmark = pytest.mark.usefixtures("db")

WORK_TYPE = "reference_data.worktype"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture
def main(company: Company) -> Administration:
    company.sweep()
    return company.main


@pytest.fixture
def work_type(main: Administration) -> WorkType:
    """One work type that was looked at."""
    with inside(main):
        made = WorkType.objects.create(name="Storing")
    look_at(main)
    return made


def labels(administration: Administration) -> list[str]:
    return sorted(entry.label for entry in look_at(administration).entries.values())


def rename(other: psycopg.Connection[Any], administration: Administration, name: str) -> None:
    table = sql.Identifier(administration.schema_name, "reference_data_worktype")
    other.execute(sql.SQL("UPDATE {} SET name = %s").format(table), [name])


def test_a_look_empties_the_list(main, work_type):
    assert rows(main, "sync_ledger_dirty") == []
    assert labels(main) == ["Storing"]


def test_a_look_at_what_nobody_touched_writes_nothing(main, work_type):
    before = fingerprint(main)
    look_at(main)
    assert fingerprint(main) == before


def test_a_look_reads_only_what_was_touched(main, work_type, monkeypatch):
    with inside(main):
        Form.objects.create(name="Onderhoud")
    asked: list[str] = []
    read = index._documents

    def noted(kind: Any, *rest: Any) -> Any:
        asked.append(kind.key)
        return read(kind, *rest)

    monkeypatch.setattr(index, "_documents", noted)
    assert labels(main) == ["Onderhoud", "Storing"]
    assert asked == ["forms_catalog.form"]


def test_an_item_that_went_leaves_the_index(main, work_type):
    with inside(main):
        WorkType.objects.all().delete()
    assert labels(main) == []


def test_an_edit_that_commits_while_the_index_is_refreshed_is_seen_by_the_next_look(main, work_type, monkeypatch):
    """The look deletes the marks that it saw, and no mark that came later for the same item."""
    with inside(main):
        WorkType.objects.update(name="Gezien")
    read = index._read_touched

    def read_and_then_edit(schema: str) -> Any:
        seen = read(schema)
        with another_connection() as other:
            rename(other, main, "Daarna")
        return seen

    with monkeypatch.context() as patch:
        patch.setattr(index, "_read_touched", read_and_then_edit)
        assert labels(main) == ["Gezien"]
    assert len(rows(main, "sync_ledger_dirty")) == 1
    assert labels(main) == ["Daarna"]


def test_an_edit_that_commits_between_the_marks_and_the_documents_is_seen_by_the_next_look(
    main, work_type, monkeypatch
):
    with inside(main):
        WorkType.objects.update(name="Gezien")
    read = index._documents

    def edit_and_then_read(*args: Any) -> Any:
        with another_connection() as other:
            rename(other, main, "Daarna")
        return read(*args)

    with monkeypatch.context() as patch:
        patch.setattr(index, "_documents", edit_and_then_read)
        assert labels(main) == ["Gezien"]
    assert labels(main) == ["Daarna"]


def test_an_edit_that_is_still_open_is_seen_once_it_commits(main, work_type):
    with another_connection(autocommit=False) as other:
        rename(other, main, "Open")
        with inside(main):
            WorkType.objects.create(name="Intussen")
        assert labels(main) == ["Intussen", "Storing"]
        other.commit()
    assert labels(main) == ["Intussen", "Open"]


def test_an_edit_that_is_rolled_back_marks_nothing(main, work_type):
    with another_connection(autocommit=False) as other:
        rename(other, main, "Nooit")
        other.rollback()
    assert rows(main, "sync_ledger_dirty") == []


def test_a_look_that_fails_keeps_the_marks_and_gives_the_lock_back(main, work_type, monkeypatch):
    with inside(main):
        WorkType.objects.update(name="Later")

    def fail(*args: Any) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(index, "_replace_entries", fail)
        with pytest.raises(RuntimeError, match="planted"):
            look_at(main)
    assert len(rows(main, "sync_ledger_dirty")) == 1
    assert not held_locks()
    assert labels(main) == ["Later"]


def held_locks() -> list[Any]:
    with connection.cursor() as cursor:
        # The view tells of every database of the server; tests beside this one take such locks in theirs.
        cursor.execute(
            "SELECT l.* FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = %s",
            [INDEX_LOCK],
        )
        return list(cursor.fetchall())


def test_looks_at_the_same_time_take_turns(main):
    with inside(main):
        Filler("hoofd").everything(count=1)
    found = in_threads(*[lambda: look_at(main)] * 4)
    assert [look for look in found if isinstance(look, Exception)] == []
    assert all(look.entries == found[0].entries for look in found)
    assert not held_locks()


def test_a_mark_of_a_kind_that_is_no_more_is_dropped(main, work_type):
    with inside(main):
        Dirty.objects.create(kind="shelf.gone", uid=work_type.uid)
    assert labels(main) == ["Storing"]
    assert rows(main, "sync_ledger_dirty") == []


def test_what_is_remembered_of_a_kind_that_is_no_more_is_left_out_and_left_alone(main, work_type):
    """As after a release without a catalog, or in a backup of a newer one: no page and no plan stumbles over it."""
    known = {"kind": "shelf.gone", "uid": work_type.uid}
    with inside(main):
        IndexEntry.objects.create(digest=b"x", label="Weg", **known)
        Base.objects.create(digest=b"x", decided_at=timezone.now(), **known)
        for is_pinned in (True, False):
            Deviation.objects.create(path=f"x/{is_pinned}", is_pinned=is_pinned, decided_at=timezone.now(), **known)
    found = look_at(main)
    keys = {*found.entries, *found.bases, *found.pins, *found.agreed}
    assert {kind for kind, _uid in keys} == {"reference_data.worktype"}
    with inside(main):
        assert IndexEntry.objects.filter(kind="shelf.gone").exists()
        for model in (IndexEntry, Base, Deviation):
            model.objects.filter(kind="shelf.gone").delete()


def test_a_look_inside_a_transaction_that_is_rolled_back_is_done_again(main, work_type):
    from django.db import transaction

    with inside(main):
        WorkType.objects.update(name="Later")
    with transaction.atomic():
        assert labels(main) == ["Later"]
        transaction.set_rollback(True)
    assert len(rows(main, "sync_ledger_dirty")) == 1
    assert labels(main) == ["Later"]


def test_after_a_migration_everything_is_read_anew(main, work_type):
    """What travels may have changed with the code, and no trigger tells: the digests are those of the former fields."""
    with inside(main):
        Filler("hoofd").everything(count=1)
    before = look_at(main).entries
    install(main.schema_name)
    marked = {(row["kind"], row["uid"]) for row in rows(main, "sync_ledger_dirty")}
    assert marked == before.keys()
    assert {key[0] for key in marked} == {kind.key for kind in all_kinds()}
    assert look_at(main).entries == before
