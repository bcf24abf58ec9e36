"""An administration's schema is made whole or not at all, by the one worker that holds the lease."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from audit.models import AuditEntry
from business.models import Customer
from settings_sync.engine.triggers import EDIT_LOCK
from tenants import administrations
from tenants.administration_schema import create_schema, remove_schema
from tenants.administrations import (
    administrations_to_wake,
    give_up_poisoned_administrations,
    retry_provisioning,
    work_on_administration,
)
from tenants.migrating import code_head
from tenants.models import Administration
from tenants.schemas import inside
from tenants.template_schema import create_empty_schema, replay_schema
from tests.conftest import make_administration, make_member
from tests.contracts.world import in_threads

pytestmark = pytest.mark.usefixtures("db")

State = Administration.State


class Killed(BaseException):
    """What a killed worker leaves is what an error leaves that nobody catches: its transaction is rolled back."""


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def main(standing: None) -> Administration:
    return make_administration("Hoofd")


@pytest.fixture
def waiting(main: Administration, request: pytest.FixtureRequest) -> Administration:
    """A sub-administration that was accepted, and waits for a worker."""
    return accepted(main)


def accepted(main: Administration, **fields: Any) -> Administration:
    number = Administration.objects.count()
    return Administration.objects.create(name=f"Sub {number}", slug=f"sub-{number}", parent=main, **fields)


def tables(administration: Administration) -> int | None:
    """How many tables there are in its schema; None when there is no schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(c.oid) FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid"
            " AND c.relkind = 'r' WHERE n.nspname = %s GROUP BY n.oid",
            [administration.schema_name],
        )
        found = cursor.fetchone()
    return found and int(found[0])


def end_lease(administration: Administration) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_administration SET leased_until = now() - interval '1 second' WHERE id = %s",
            [administration.pk],
        )


def halfway(error: BaseException) -> Callable[[str, str], None]:
    """A replay that breaks off when half of the tables have been made."""

    def replay(ddl: str, schema_name: str) -> None:
        replay_schema(ddl[: ddl.index("CREATE TABLE", len(ddl) // 4)], schema_name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema_name])
            assert cursor.fetchone()[0] > 0
        raise error

    return replay


def test_a_new_administration_is_whole_active_and_at_the_head(main: Administration, waiting: Administration) -> None:
    assert work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.migration_head) == (State.ACTIVE, code_head())
    assert (waiting.lease_token, waiting.leased_until) == (None, None)
    assert tables(waiting) == tables(main)
    with inside(waiting):
        Customer.objects.create(number=1, name="Klant")
    assert AuditEntry.objects.filter(action="administration.ready", administration_id=waiting.pk).count() == 1


def test_a_second_message_does_nothing(waiting: Administration, monkeypatch: pytest.MonkeyPatch) -> None:
    assert work_on_administration(waiting.pk)
    monkeypatch.setattr(administrations, "create_schema", lambda administration: pytest.fail("It was made again."))
    assert not work_on_administration(waiting.pk)
    assert waiting.pk not in administrations_to_wake()


def test_an_error_in_the_middle_leaves_nothing_half_made(
    main: Administration, waiting: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            "tenants.administration_schema.replay_schema", halfway(OSError("The disk is full.\nAnd a traceback."))
        )
        with pytest.raises(OSError, match="disk"):
            work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert tables(waiting) is None
    assert (waiting.state, waiting.state_detail) == (State.FAILED, "The disk is full.")
    assert (waiting.migration_head, waiting.leased_until) == ("", None)
    assert not work_on_administration(waiting.pk), "What failed waits for somebody who tries again."
    retry_provisioning(acting_user=make_member(main), administration=waiting)
    assert work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_detail) == (State.ACTIVE, "")
    assert tables(waiting) == tables(main)


def test_an_error_at_the_very_end_leaves_nothing_either(
    waiting: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*_args: Any, **_facts: Any) -> None:
        raise OSError("The trail is full.")

    monkeypatch.setattr(administrations, "record", record)
    with pytest.raises(OSError, match="trail"):
        work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (tables(waiting), waiting.state, waiting.migration_head) == (None, State.FAILED, "")


def test_after_a_killed_worker_another_one_makes_it_when_the_lease_has_ended(
    main: Administration, waiting: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tenants.administration_schema.replay_schema", halfway(Killed()))
        with pytest.raises(Killed):
            work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (tables(waiting), waiting.state) == (None, State.PROVISIONING)
    assert not work_on_administration(waiting.pk), "The lease has not ended."
    assert waiting.pk not in administrations_to_wake()
    end_lease(waiting)
    assert waiting.pk in administrations_to_wake()
    assert work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, tables(waiting)) == (State.ACTIVE, 2, tables(main))


def test_what_stands_there_from_an_earlier_attempt_is_replaced(main: Administration, waiting: Administration) -> None:
    create_empty_schema(waiting.schema_name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {waiting.schema_name}.business_customer (nonsense text)")
    assert work_on_administration(waiting.pk)
    assert tables(waiting) == tables(main)


def test_a_worker_that_wakes_after_its_lease_was_taken_over_is_refused(
    waiting: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker sleeps just before its transaction; the second makes all of it, and somebody works there."""
    asleep, woken = threading.Event(), threading.Event()
    hold, first = administrations._hold_lease, []

    def sleep_once(*lease: Any) -> None:
        if not first:
            first.append(threading.current_thread())
            asleep.set()
            assert woken.wait(60)
        hold(*lease)

    def take_over() -> bool:
        try:
            assert asleep.wait(60)
            end_lease(waiting)
            done = work_on_administration(waiting.pk)
            with inside(waiting):
                Customer.objects.create(number=1, name="Al aan het werk")
            return done
        finally:
            woken.set()

    monkeypatch.setattr(administrations, "_hold_lease", sleep_once)
    zombie, taken_over = in_threads(lambda: work_on_administration(waiting.pk), take_over)
    assert taken_over is True
    assert isinstance(zombie, Administration.DoesNotExist)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_detail) == (State.ACTIVE, "")
    with inside(waiting):
        assert Customer.objects.get().name == "Al aan het werk"
    assert AuditEntry.objects.filter(action="administration.ready", administration_id=waiting.pk).count() == 1


def test_of_many_messages_at_once_one_makes_it(waiting: Administration) -> None:
    found = in_threads(*[lambda: work_on_administration(waiting.pk)] * 4)
    assert sorted(found) == [False, False, False, True]


def test_an_active_administration_is_never_made_again(main: Administration) -> None:
    with pytest.raises(AssertionError):
        create_schema(main)
    with pytest.raises(AssertionError):
        remove_schema(main)
    assert tables(main)


@pytest.fixture
def leaving(main: Administration) -> Administration:
    """A sub-administration that is to be deleted, with a member and a customer."""
    made = accepted(main)
    work_on_administration(made.pk)
    make_member(made)
    with inside(made):
        Customer.objects.create(number=1, name="Klant")
    Administration.objects.filter(pk=made.pk).update(state=State.DELETING, attempts=0)
    made.refresh_from_db()
    return made


def test_deleting_drops_the_schema_and_keeps_the_row_under_another_address(leaving: Administration) -> None:
    slug = leaving.slug
    assert work_on_administration(leaving.pk)
    leaving.refresh_from_db()
    assert (leaving.state, tables(leaving), leaving.memberships.count()) == (State.DELETED, None, 0)
    assert leaving.slug.startswith(f"{slug}-deleted-")
    assert not work_on_administration(leaving.pk)


def test_a_deletion_is_finished_after_a_killed_worker(leaving: Administration, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(administration: Administration) -> None:
        remove_schema(administration)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(administrations, "remove_schema", killed)
        with pytest.raises(Killed):
            work_on_administration(leaving.pk)
    leaving.refresh_from_db()
    assert leaving.state == State.DELETING
    with inside(leaving):
        assert Customer.objects.count() == 1
    assert not work_on_administration(leaving.pk)
    end_lease(leaving)
    assert work_on_administration(leaving.pk)
    assert tables(leaving) is None


def test_a_deletion_that_fails_is_tried_again_and_then_given_up_with_everything_in_place(
    main: Administration, leaving: Administration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(administration: Administration) -> None:
        raise OSError("Somebody is reading it.")

    with monkeypatch.context() as patch:
        patch.setattr(administrations, "remove_schema", fail)
        for attempt in range(1, settings.SYNC_MAX_ATTEMPTS + 1):
            with pytest.raises(OSError, match="reading"):
                work_on_administration(leaving.pk)
            leaving.refresh_from_db()
            gone_on = attempt < settings.SYNC_MAX_ATTEMPTS
            assert leaving.state == (State.DELETING if gone_on else State.FAILED)
            assert (leaving.pk in administrations_to_wake()) is gone_on
    with inside(leaving):
        assert Customer.objects.count() == 1


def test_trying_a_failed_deletion_again_deletes_rather_than_make_it_anew(
    main: Administration, leaving: Administration
) -> None:
    """Making it anew would have brought it back, with nothing in it."""
    Administration.objects.filter(pk=leaving.pk).update(state=State.FAILED)
    retry_provisioning(acting_user=make_member(main), administration=leaving)
    leaving.refresh_from_db()
    assert leaving.state == State.DELETING
    assert work_on_administration(leaving.pk)
    leaving.refresh_from_db()
    assert leaving.state == State.DELETED


def test_what_the_database_breaks_off_is_tried_again_after_a_pause(
    main: Administration, waiting: Administration, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SYNC_RETRY_SECONDS = 60.0
    with monkeypatch.context() as patch:
        patch.setattr(
            "tenants.administration_schema.replay_schema", halfway(OperationalError("The connection is lost."))
        )
        with pytest.raises(OperationalError):
            work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_detail) == (State.PROVISIONING, "The connection is lost.")
    assert waiting.pk not in administrations_to_wake()
    Administration.objects.filter(pk=waiting.pk).update(not_before=None)
    assert waiting.pk in administrations_to_wake()
    assert work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_detail, tables(waiting)) == (State.ACTIVE, "", tables(main))


def test_what_kills_every_worker_ends_in_words(waiting: Administration, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tenants.administration_schema.replay_schema", halfway(Killed()))
        for _attempt in range(settings.SYNC_MAX_ATTEMPTS):
            with pytest.raises(Killed):
                work_on_administration(waiting.pk)
            assert give_up_poisoned_administrations() == 0
            end_lease(waiting)
    assert waiting.pk not in administrations_to_wake()
    assert not work_on_administration(waiting.pk)
    assert give_up_poisoned_administrations() == 1
    waiting.refresh_from_db()
    assert (waiting.state, tables(waiting)) == (State.FAILED, None)
    assert waiting.state_detail


def test_deleting_waits_for_a_sync_that_is_busy_there(leaving: Administration) -> None:
    parameters = {**connection.get_connection_params()}
    for own in ("cursor_factory", "context"):
        parameters.pop(own)
    with psycopg.connect(**parameters) as sync:
        sync.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [EDIT_LOCK, leaving.schema_name])
        deleting = threading.Thread(target=lambda: in_threads(lambda: work_on_administration(leaving.pk)))
        deleting.start()
        deleting.join(0.5)
        assert deleting.is_alive()
        assert tables(leaving)
        sync.rollback()
    deleting.join(20)
    assert tables(leaving) is None


@pytest.mark.parametrize("error", [SystemExit(), "by way of what could not be tidied up"])
def test_a_worker_that_is_told_to_stop_in_the_middle_gives_it_back_at_once(
    waiting: Administration, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    if isinstance(error, str):
        untidy = OSError(error)
        untidy.__context__ = SystemExit()
        error = untidy
    woken: list[Any] = []
    monkeypatch.setattr(administrations, "send_messages", lambda task, ids: woken.extend(ids))
    with monkeypatch.context() as patch:
        patch.setattr("tenants.administration_schema.replay_schema", halfway(error))
        with pytest.raises(SystemExit):
            work_on_administration(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.lease_token, tables(waiting)) == (
        State.PROVISIONING,
        0,
        None,
        None,
    )
    assert woken == [waiting.pk]
    assert work_on_administration(waiting.pk)
