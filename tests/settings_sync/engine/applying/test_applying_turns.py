"""Editors and syncs of one administration take turns: no edit is lost, nobody waits for ever, nothing deadlocks."""

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from psycopg import errors, sql

from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying import targets as applying
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.models import Finding, SyncRun, SyncTarget
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, another_connection, fingerprint, make_company
from tests.waiting import PATIENCE_SECONDS, until_somebody_waits

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
    """Two work types, synced, and edited in the main since."""
    company, child = standing_company
    company.sweep(child)
    with inside(company.main):
        for name in ("Een", "Twee"):
            WorkType.objects.create(name=name)
    company.sync(child, categories=["reference_data"])
    with inside(company.main):
        WorkType.objects.update(description="van het hoofd")
    return company


@pytest.fixture
def impatient(settings: Any) -> Iterator[None]:
    """A sync that waits a tenth of a second for editors."""
    close_sync_connection()
    settings.SYNC_LOCK_TIMEOUT_MS = 100
    yield
    close_sync_connection()


def edit(other: Any, administration: Administration, name: str, description: str) -> None:
    table = sql.Identifier(administration.schema_name, "reference_data_worktype")
    other.execute(sql.SQL("UPDATE {} SET description = %s WHERE name = %s").format(table), [description, name])


def descriptions(administration: Administration) -> dict[str, str]:
    with inside(administration):
        return dict(WorkType.objects.values_list("name", "description"))


def target_of(company: Company, child: Administration) -> SyncTarget:
    plan = company.plan(child, categories=["reference_data"])
    return start_run(acting_user=company.owner, plan=plan, version=plan.version).targets.get()


def test_a_sync_that_meets_an_open_edit_says_busy_and_is_queued_again(company, child, impatient):
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        edit(other, child, "Een", "eigen")
        before = fingerprint(child)
        assert not execute_target(target.pk)
        assert fingerprint(child) == before
        other.rollback()
    target.refresh_from_db()
    assert (target.state, target.error_code, target.attempts) == ("queued", "busy", 1)
    assert target.lease_token is None
    assert execute_target(target.pk)
    assert set(descriptions(child).values()) == {"van het hoofd"}


def test_busy_ends_when_it_was_tried_often_enough(company, child, impatient, settings):
    settings.SYNC_MAX_ATTEMPTS = 2
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        edit(other, child, "Een", "eigen")
        for _attempt in range(3):
            assert not execute_target(target.pk)
        other.rollback()
    target.refresh_from_db()
    assert (target.state, target.error_code, target.attempts) == ("failed", "busy", 2)
    assert target.run.state == SyncRun.State.FAILED


def test_an_edit_that_was_open_is_not_overwritten_when_it_commits(company, child, impatient):
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        edit(other, child, "Een", "eigen")
        execute_target(target.pk)
        other.commit()
    assert execute_target(target.pk)
    assert descriptions(child) == {"Een": "eigen", "Twee": "van het hoofd"}
    assert Finding.objects.get(target=target).label == "Een"


def test_an_edit_during_a_sync_waits_for_it_and_then_stands(company, child, monkeypatch):
    """The editor comes when the rows are written and not yet committed."""
    target = target_of(company, child)
    began, ended = threading.Event(), threading.Event()

    def work() -> None:
        with another_connection() as other:
            began.set()
            edit(other, child, "Een", "tijdens")
            ended.set()

    editor = threading.Thread(target=work)
    finish = applying._finish

    def let_somebody_edit(*args: Any) -> None:
        editor.start()
        began.wait(PATIENCE_SECONDS)
        until_somebody_waits()
        assert not ended.is_set(), "the edit did not wait for the sync"
        finish(*args)

    monkeypatch.setattr(applying, "_finish", let_somebody_edit)
    assert execute_target(target.pk)
    editor.join(PATIENCE_SECONDS)
    assert ended.is_set()
    assert descriptions(child) == {"Een": "tijdens", "Twee": "van het hoofd"}
    verdicts = {
        change.label: change.verdict
        for change in company.plan(child, categories=["reference_data"]).targets.get().changes.all()
    }
    assert verdicts == {"Een": "changed_locally"}


def test_a_table_that_is_emptied_during_a_sync_ends_well_for_both(company, child, monkeypatch):
    """TRUNCATE has its table before it asks for its turn: PostgreSQL breaks off one of the two."""
    target = target_of(company, child)
    began = threading.Event()
    table = sql.Identifier(child.schema_name, "reference_data_worktype")

    def work() -> None:
        with another_connection() as other, suppress(errors.DeadlockDetected):
            began.set()
            other.execute(sql.SQL("TRUNCATE {} CASCADE").format(table))

    emptying = threading.Thread(target=work)
    carry_out = applying._carry_out

    def let_somebody_empty_it(*args: Any) -> Any:
        if not began.is_set():
            emptying.start()
            began.wait(PATIENCE_SECONDS)
            until_somebody_waits()
        return carry_out(*args)

    monkeypatch.setattr(applying, "_carry_out", let_somebody_empty_it)
    execute_target(target.pk)
    emptying.join(PATIENCE_SECONDS)
    assert not emptying.is_alive()
    execute_target(target.pk)
    target.refresh_from_db()
    assert target.state in ("succeeded", "held")
    known = {entry.label for entry in look_at(child).entries.values()}
    assert known == set(descriptions(child))


def test_editors_do_not_wait_for_each_other(company, child):
    with another_connection(autocommit=False) as one, another_connection(autocommit=False) as other:
        other.execute("SET lock_timeout = 500")
        edit(one, child, "Een", "eerste")
        edit(other, child, "Twee", "tweede")
        one.commit()
        other.commit()
    assert descriptions(child) == {"Een": "eerste", "Twee": "tweede"}


def test_an_open_edit_elsewhere_is_in_nobodys_way(company, child, impatient):
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        edit(other, company.main, "Een", "in het hoofd")
        assert execute_target(target.pk)
        other.rollback()


def test_a_preview_does_not_wait_for_editors(company, child):
    with another_connection(autocommit=False) as other:
        edit(other, child, "Een", "eigen")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 500")
        try:
            counts = company.plan(child, categories=["reference_data"]).targets.get().counts
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
        other.rollback()
    assert counts["update"] == 2


def test_daily_work_that_uses_a_setting_neither_waits_nor_makes_a_sync_wait(company, child, impatient):
    """An open work order holds the key of its work type, and an update of what is no key does not mind."""
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        use(other, child)
        assert execute_target(target.pk)
        other.rollback()
    assert set(descriptions(child).values()) == {"van het hoofd"}


def test_a_rename_waits_for_daily_work_that_is_being_entered_and_is_tried_again(company, child, impatient):
    """PostgreSQL counts a unique name as a key that others may point at."""
    with inside(company.main):
        WorkType.objects.filter(name="Een").update(name="Eén")
    target = target_of(company, child)
    with another_connection(autocommit=False) as other:
        use(other, child)
        assert not execute_target(target.pk)
        other.rollback()
    target.refresh_from_db()
    assert (target.state, target.error_code) == ("queued", "busy")
    assert execute_target(target.pk)
    assert set(descriptions(child)) == {"Eén", "Twee"}


def use(other: Any, administration: Administration) -> None:
    """What the foreign key of a new work order does to its work type."""
    table = sql.Identifier(administration.schema_name, "reference_data_worktype")
    other.execute(sql.SQL("SELECT 1 FROM {} FOR KEY SHARE").format(table))


def test_many_editors_and_syncs_lose_no_edit_and_never_deadlock(company, child):
    """Whatever an editor wrote last, and the main did not decide later, stands in the end."""
    names = [f"Werk {number}" for number in range(6)]
    with inside(company.main):
        for name in names:
            WorkType.objects.create(name=name)
    company.sync(child, categories=["reference_data"])
    stop, trouble, last = threading.Event(), [], {}

    def edit_on(mine: list[str], seed: int) -> None:
        pace, count = random.Random(seed), 0
        with another_connection(autocommit=False) as other:
            while not stop.is_set():
                count += 1
                name, description = pace.choice(mine), f"redacteur {seed} keer {count}"
                try:
                    edit(other, child, name, description)
                    if pace.random() < 0.3:
                        edit(other, child, mine[0], description)
                        last[mine[0]] = description
                    other.commit()
                    last[name] = description
                except errors.Error as error:
                    trouble.append(error)
                    return

    editors = [threading.Thread(target=edit_on, args=(names[n::2], n)) for n in range(2)]
    for editor in editors:
        editor.start()
    try:
        for number in range(8):
            with inside(company.main):
                WorkType.objects.filter(name__in=names).update(default_minutes=10 + number)
            run = company.run(company.plan(child, categories=["reference_data"]))
            # Held: every work type was edited after the preview.
            expected = ("succeeded", "held", "queued")
            trouble += [target for target in run.targets.all() if target.state not in expected]
    finally:
        stop.set()
        for editor in editors:
            editor.join()
    assert trouble == []
    assert {name: found for name, found in descriptions(child).items() if name in last} == last
    assert_index_is_fresh(child)


def assert_index_is_fresh(administration: Administration) -> None:
    entries = look_at(administration).entries
    with inside(administration):
        uids = {uid for kind in all_kinds() for uid in kind.root.model._default_manager.values_list("uid", flat=True)}
    keys = {(kind.key, uid) for kind in all_kinds() for uid in uids}
    fresh = read_documents(administration.schema_name, keys)
    assert entries == {key: document.entry for key, document in fresh.items()}
