"""Targets: claimed once, applied once, ended always, however often and by whomever they are delivered."""

import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway
from psycopg import errors

from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.engine.applying import targets as applying
from settings_sync.engine.applying.targets import apply_target
from settings_sync.engine.sync_rights import settings_tables
from settings_sync.exceptions import LeaseLost
from settings_sync.models import FormerDocument, Receipt, SyncRun, SyncTarget
from settings_sync.services.plans.orders import work_of
from settings_sync.services.runs.runs import retry_run, start_run
from settings_sync.services.targets import reaping, targets
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import Claim, claim_target, execute_target, take_targets_to_wake
from settings_sync.tasks import apply_target as apply_target_task
from tenants import leases
from tenants.models import Administration
from tenants.schemas import inside
from tenants.template_schema import drop_schema
from tests.contracts.world import Company, fingerprint, in_threads, make_company
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration, Administration]:
    company = make_company()
    return company, company.child("Noord"), company.child("Oost")


@pytest.fixture
def child(standing_company: Any) -> Administration:
    return standing_company[1]


@pytest.fixture
def other_child(standing_company: Any) -> Administration:
    return standing_company[2]


@pytest.fixture
def company(standing_company: Any) -> Company:
    """A work type that no child has yet, and the administrations as they belong."""
    company, *children = standing_company
    company.sweep(*children)
    for administration in children:
        Administration.objects.filter(pk=administration.pk).update(
            state="active", migration_head=company.main.migration_head
        )
    with inside(company.main):
        WorkType.objects.create(name="Storing")
    return company


@pytest.fixture
def waiting(company: Company, child: Administration, monkeypatch: pytest.MonkeyPatch) -> SyncTarget:
    """A target that waits for a worker."""
    return accept(company, child)


def accept(company: Company, *children: Administration) -> SyncTarget:
    plan = company.plan(*children, categories=["reference_data"])
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    return run.targets.first()


def accept_idle(company: Company, child: Administration) -> SyncTarget:
    """A target that waits for a worker though nothing is to be done: another run was under way when its run began."""
    plan = company.plan(child, categories=["reference_data"])
    former = SyncTarget.objects.filter(administration=child)
    before = list(former.values_list("pk", "state"))
    former.update(state="queued")
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    for pk, state in before:
        SyncTarget.objects.filter(pk=pk).update(state=state)
    return run.targets.get()


def expire(target: SyncTarget) -> None:
    """The lease has ended, and nobody was woken lately."""
    past = timezone.now() - timedelta(hours=1)
    SyncTarget.objects.filter(pk=target.pk).update(leased_until=past, woken_at=None)


def fresh(target: SyncTarget) -> SyncTarget:
    return SyncTarget.objects.select_related("run").get(pk=target.pk)


def arrived(child: Administration) -> list[str]:
    with inside(child):
        return list(WorkType.objects.values_list("name", flat=True))


def nobody_was_woken_lately() -> None:
    SyncTarget.objects.update(woken_at=None)


class TestClaiming:
    def test_one_worker_of_many_gets_it(self, waiting):
        claims = in_threads(*[lambda: claim_target(waiting.pk)] * 8)
        assert sum(isinstance(claim, Claim) for claim in claims) == 1
        assert claims.count(None) == 7
        assert fresh(waiting).attempts == 1

    def test_a_claimed_target_is_nobody_elses_while_the_lease_lasts(self, waiting):
        assert claim_target(waiting.pk)
        assert claim_target(waiting.pk) is None
        assert not execute_target(waiting.pk)

    def test_when_the_lease_has_ended_another_worker_gets_it_with_another_token(self, waiting):
        first = claim_target(waiting.pk)
        expire(waiting)
        second = claim_target(waiting.pk)
        assert second is not None
        assert second.token != first.token
        assert fresh(waiting).attempts == 2

    @pytest.mark.parametrize("state", ["succeeded", "held", "failed", "skipped", "cancelled"])
    def test_what_has_ended_is_not_claimed(self, waiting, state):
        SyncTarget.objects.filter(pk=waiting.pk).update(state=state)
        assert claim_target(waiting.pk) is None

    def test_what_does_not_exist_is_not_claimed(self, company):
        assert claim_target(uuid.uuid4()) is None

    def test_a_child_has_one_worker_at_a_time(self, company, child, waiting):
        second = accept(company, child)
        assert claim_target(waiting.pk)
        assert claim_target(second.pk) is None
        assert (fresh(second).state, fresh(second).attempts) == ("queued", 0)

    def test_what_waits_for_its_next_attempt_is_not_claimed_before_its_time(self, waiting):
        SyncTarget.objects.filter(pk=waiting.pk).update(not_before=timezone.now() + timedelta(minutes=1))
        assert claim_target(waiting.pk) is None
        assert take_targets_to_wake() == []
        SyncTarget.objects.filter(pk=waiting.pk).update(not_before=timezone.now() - timedelta(seconds=1))
        nobody_was_woken_lately()
        assert take_targets_to_wake() == [waiting.pk]
        assert claim_target(waiting.pk)
        assert fresh(waiting).not_before is None

    def test_a_claim_starts_the_run(self, waiting):
        claim_target(waiting.pk)
        assert fresh(waiting).run.state == SyncRun.State.RUNNING
        assert fresh(waiting).run.started_at

    def test_leases_are_counted_on_the_clock_of_the_database(self, waiting, monkeypatch):
        monkeypatch.setattr(
            timezone, "now", lambda: timezone.datetime(2001, 1, 1, tzinfo=timezone.get_default_timezone())
        )
        claim_target(waiting.pk)
        monkeypatch.undo()
        assert fresh(waiting).leased_until > timezone.now()


class TestDeliveredAgain:
    """Exactly once in effect."""

    def assert_applied_once(self, child: Administration, target: SyncTarget) -> None:
        assert fresh(target).state == "succeeded"
        assert Receipt.objects.filter(target=target).count() == 1
        assert AuditEntry.objects.filter(action="target.applied", data__target=str(target.pk)).count() == 1
        assert AuditEntry.objects.filter(action="run.finished", data__run=str(target.run_id)).count() == 1
        assert arrived(child) == ["Storing"]

    def test_ten_messages_are_one(self, child, waiting):
        assert execute_target(waiting.pk)
        before = fingerprint(child)
        for _message in range(9):
            apply_target_task(str(waiting.pk))
        assert fingerprint(child) == before
        self.assert_applied_once(child, waiting)

    def test_ten_messages_at_once_are_one(self, child, waiting):
        done = in_threads(*[lambda: execute_target(waiting.pk)] * 10)
        assert sorted(done) == [False] * 9 + [True]
        self.assert_applied_once(child, waiting)

    def test_a_forged_message_does_nothing(self, company, child):
        before = fingerprint(child)
        apply_target_task(str(uuid.uuid4()))
        assert fingerprint(child) == before

    def test_two_runs_for_one_child_both_end_and_never_mix(self, company, child):
        """The second waits for the first. A newer one finds that everything was done since its preview, an older one
        that a later run has decided about everything."""
        with inside(company.main):
            for number in range(30):
                WorkType.objects.create(name=f"Werk {number}")
        accepted = [accept(company, child) for _ in range(2)]
        in_threads(*(lambda pk=target.pk: execute_target(pk) for target in accepted))
        for target in accepted:
            execute_target(target.pk)
        done_before = set(accepted[1].findings.values_list("code", flat=True)) == {"done-before"}
        states = [fresh(target).state for target in accepted]
        assert states == (["succeeded", "succeeded"] if done_before else ["skipped", "succeeded"])
        assert Receipt.objects.filter(target__in=accepted, rows={}).count() == done_before
        assert len(arrived(child)) == 31


class TestWorkersThatDie:
    def test_a_worker_that_wakes_after_its_lease_writes_nothing(self, child, waiting):
        asleep = claim_target(waiting.pk)
        expire(waiting)
        taken_over = claim_target(waiting.pk)
        before = fingerprint(child)
        with pytest.raises(LeaseLost):
            apply_target(work_of(asleep.target, asleep.token))
        assert fingerprint(child) == before
        assert not Receipt.objects.exists()
        apply_target(work_of(taken_over.target, taken_over.token))
        assert arrived(child) == ["Storing"]

    def test_a_worker_that_sleeps_past_its_lease_just_before_the_end_is_refused(self, child, waiting, monkeypatch):
        """Everything is written and nothing committed when another worker gets the target."""
        finish = applying._finish

        def sleep(*args: Any) -> None:
            expire(waiting)
            assert claim_target(waiting.pk)
            finish(*args)

        before = fingerprint(child)
        monkeypatch.setattr(applying, "_finish", sleep)
        assert not execute_target(waiting.pk)
        assert fingerprint(child) == before
        assert not Receipt.objects.exists()
        assert (fresh(waiting).state, fresh(waiting).attempts) == ("running", 2)

    def test_a_lease_is_renewed_while_its_worker_lives(self, waiting, monkeypatch, settings):
        settings.SYNC_LEASE_RENEWED_SECONDS = 0.05
        finish, stolen = applying._finish, []

        def take_long(*args: Any) -> None:
            for _renewal in range(2):
                stood = fresh(waiting).leased_until
                until(lambda stood=stood: fresh(waiting).leased_until > stood, "a renewal")
            stolen.append(claim_target(waiting.pk))
            finish(*args)

        monkeypatch.setattr(applying, "_finish", take_long)
        assert execute_target(waiting.pk)
        assert stolen == [None]
        assert fresh(waiting).attempts == 1

    def test_a_worker_that_hangs_loses_its_lease_after_the_longest_hold(self, waiting, settings):
        settings.SYNC_LEASE_SECONDS, settings.SYNC_LEASE_RENEWED_SECONDS, settings.SYNC_HOLD_SECONDS = 0.5, 0.1, 0.3
        claim = claim_target(waiting.pk)
        with leases.kept(claim.target, claim.token):
            assert until(lambda: claim_target(waiting.pk), "the end of the lease")

    def test_it_cannot_say_how_somebody_elses_work_ended(self, waiting):
        asleep = claim_target(waiting.pk)
        expire(waiting)
        taken_over = claim_target(waiting.pk)
        targets._end(asleep, errors.InternalError_("too late"))
        assert (fresh(waiting).state, fresh(waiting).lease_token) == ("running", taken_over.token)

    def test_it_writes_nothing_either_when_the_other_has_finished(self, child, waiting):
        asleep = claim_target(waiting.pk)
        expire(waiting)
        execute_target(waiting.pk)
        before = fingerprint(child)
        with pytest.raises(LeaseLost):
            apply_target(work_of(asleep.target, asleep.token))
        assert fingerprint(child) == before

    def test_a_lost_lease_of_a_target_with_nothing_to_write_is_noticed_too(self, company, child, waiting):
        execute_target(waiting.pk)
        idle = accept_idle(company, child)
        asleep = claim_target(idle.pk)
        assert not work_of(asleep.target, asleep.token).changes
        expire(idle)
        claim_target(idle.pk)
        with pytest.raises(LeaseLost):
            targets._apply(asleep)

    def test_what_a_killed_worker_left_is_taken_up_again(self, child, waiting):
        claim_target(waiting.pk)
        assert take_targets_to_wake() == []
        expire(waiting)
        assert take_targets_to_wake() == [waiting.pk]
        assert execute_target(waiting.pk)
        assert arrived(child) == ["Storing"]

    def test_a_run_whose_worker_died_after_its_last_target_is_finished_by_the_reaper(self, waiting, monkeypatch):
        def killed(*args: Any) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(targets, "_finish_run", killed)
            with pytest.raises(SystemExit):
                execute_target(waiting.pk)
        assert (fresh(waiting).state, fresh(waiting).run.state) == ("succeeded", "running")
        assert reap().finished == 1
        assert fresh(waiting).run.state == SyncRun.State.SUCCEEDED

    def test_what_kills_every_worker_ends_in_words(self, waiting, settings):
        for _attempt in range(settings.SYNC_MAX_ATTEMPTS):
            assert claim_target(waiting.pk)
            expire(waiting)
        assert claim_target(waiting.pk) is None
        assert reap().given_up == 1
        assert (fresh(waiting).state, fresh(waiting).error_code) == ("failed", "worker-lost")
        assert fresh(waiting).run.state == SyncRun.State.FAILED
        assert reap().given_up == 0

    def test_a_poisoned_target_keeps_the_child_from_nobody(self, company, child, waiting, settings):
        for _attempt in range(settings.SYNC_MAX_ATTEMPTS):
            claim_target(waiting.pk)
            expire(waiting)
        reap()
        assert execute_target(accept(company, child).pk)


class TestTheReaper:
    def test_it_wakes_what_waits_and_does_not_repeat_itself_at_once(self, waiting, monkeypatch):
        sent: list[uuid.UUID] = []
        monkeypatch.setattr(reaping, "send_messages", lambda task, ids: sent.extend(ids) or len(list(ids)))
        reap()
        assert sent == []  # accepting the run has woken somebody
        nobody_was_woken_lately()
        reap()
        reap()
        assert sent.count(waiting.pk) == 1
        SyncTarget.objects.update(woken_at=timezone.now() - timedelta(minutes=1))
        reap()
        assert sent.count(waiting.pk) == 2

    def test_without_the_broker_it_does_the_work_itself(self, child, waiting, monkeypatch):
        def away(*args: Any, **kwargs: Any) -> None:
            raise ConnectionError("no broker")

        monkeypatch.setattr(current_app, "send_task", away)
        nobody_was_woken_lately()
        done = reap()
        assert (done.woken, done.done) == (0, 1)
        assert fresh(waiting).state == "succeeded"
        assert arrived(child) == ["Storing"]

    def test_what_no_worker_takes_it_does_itself(self, child, waiting, monkeypatch, settings):
        """Messages may vanish on their way: what counts is that nobody takes anything."""
        monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
        assert reap().done == 0
        assert fresh(waiting).state == "queued"
        settings.REAPER_WORKS_AFTER_SECONDS = 0
        assert reap().done == 1
        assert arrived(child) == ["Storing"]

    def test_accepting_a_run_does_not_need_the_broker(self, company, child, monkeypatch):
        def away(*args: Any, **kwargs: Any) -> None:
            raise BrokerAway("no broker")

        monkeypatch.setattr(current_app, "send_task", away)
        assert accept(company, child).state == "queued"

    def test_a_database_that_is_away_is_told(self, monkeypatch):
        def away() -> int:
            raise OperationalError("no database")

        monkeypatch.setattr(reaping, "_finish_runs", away)
        with pytest.raises(OperationalError):
            reap()

    def test_one_administration_that_cannot_be_read_stops_nothing(self, company, waiting):
        broken = Administration.objects.create(name="Kapot", slug="kapot", parent=company.main, state="active")
        nobody_was_woken_lately()
        try:
            assert reap().woken >= 1
        finally:
            Administration.objects.filter(pk=broken.pk).update(state="deleted")


class TestHowItEnds:
    @pytest.mark.parametrize(
        ("error", "state", "code"),
        [
            (errors.DeadlockDetected("deadlock"), "queued", "database-error"),
            (errors.LockNotAvailable("lock"), "queued", "busy"),
            (psycopg.OperationalError("the connection is lost"), "queued", "database-error"),
            (psycopg.InterfaceError("the connection is closed"), "queued", "database-error"),
            (errors.AdminShutdown("terminated"), "queued", "database-error"),
            (errors.DiskFull("no space"), "queued", "database-error"),
            (errors.IdleInTransactionSessionTimeout("slept"), "queued", "database-error"),
            (errors.UniqueViolation("twice"), "failed", "name-taken"),
            (errors.CheckViolation("check"), "failed", "rule-broken"),
            (RuntimeError("a secret"), "failed", "unexpected"),
            (KeyError("a secret"), "failed", "unexpected"),
        ],
        ids=lambda found: type(found).__name__ if isinstance(found, Exception) else found,
    )
    def test_an_error_has_an_end(self, waiting, monkeypatch, error, state, code):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise error

        monkeypatch.setattr(targets, "apply_target", fail)
        assert not execute_target(waiting.pk)
        ended = fresh(waiting)
        assert (ended.state, ended.error_code, ended.lease_token) == (state, code, None)
        assert ended.error_detail
        assert "secret" not in ended.error_detail
        assert ended.run.is_finished == (state == "failed")

    def test_an_error_of_the_products_own_connection_is_known_too(self, waiting, monkeypatch):
        def fail(*args: Any, **kwargs: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        monkeypatch.setattr(targets, "apply_target", fail)
        assert not execute_target(waiting.pk)
        assert (fresh(waiting).state, fresh(waiting).error_code) == ("queued", "database-error")

    def test_each_next_attempt_waits_longer(self, waiting, monkeypatch, settings):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise errors.DeadlockDetected("deadlock")

        monkeypatch.setattr(targets, "apply_target", fail)
        settings.SYNC_RETRY_SECONDS = 10.0
        pauses = []
        for attempt in range(1, 4):
            SyncTarget.objects.filter(pk=waiting.pk).update(not_before=None, attempts=attempt - 1)
            execute_target(waiting.pk)
            pauses.append((fresh(waiting).not_before - timezone.now()).total_seconds())
        assert 4 < pauses[0] < 15
        assert 9 < pauses[1] < 30
        assert 14 < pauses[2] < 45

    def test_what_passes_is_tried_again_and_then_fails(self, waiting, monkeypatch, settings):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise errors.DeadlockDetected("deadlock")

        monkeypatch.setattr(targets, "apply_target", fail)
        for _attempt in range(settings.SYNC_MAX_ATTEMPTS):
            assert fresh(waiting).state == "queued"
            execute_target(waiting.pk)
        assert fresh(waiting).state == "failed"
        assert fresh(waiting).run.state == SyncRun.State.FAILED

    def test_an_error_that_passed_leaves_no_trace(self, waiting, monkeypatch):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise errors.LockNotAvailable("lock")

        with monkeypatch.context() as patch:
            patch.setattr(targets, "apply_target", fail)
            execute_target(waiting.pk)
        assert execute_target(waiting.pk)
        ended = fresh(waiting)
        assert (ended.state, ended.error_code, ended.error_detail) == ("succeeded", "", "")
        assert ended.error_facts is None

    def test_nor_does_it_where_nothing_is_left_to_write(self, company, child):
        company.sync(child, categories=["reference_data"])
        unchanged = accept_idle(company, child)
        SyncTarget.objects.filter(pk=unchanged.pk).update(
            error_code="too-slow", error_facts={}, error_detail="It took longer."
        )
        assert execute_target(unchanged.pk)
        ended = fresh(unchanged)
        assert (ended.state, ended.error_code, ended.error_facts, ended.error_detail) == ("succeeded", "", None, "")

    def test_a_child_on_another_version_is_skipped(self, child, waiting):
        Administration.objects.filter(pk=child.pk).update(migration_head="other")
        before = fingerprint(child)
        execute_target(waiting.pk)
        assert (fresh(waiting).state, fresh(waiting).error_code) == ("skipped", "heads-differ")
        assert fingerprint(child) == before

    @pytest.mark.parametrize("name", ["gone", "planted"])
    def test_a_child_that_is_migrated_at_that_very_moment_is_skipped(self, child, waiting, monkeypatch, name):
        """The mark in its row is looked at first; what counts is what its schema has had."""
        before = fingerprint(child, set(settings_tables()))
        with inside(child), transaction.atomic(), connection.cursor() as cursor:
            if name == "gone":
                cursor.execute("UPDATE django_migrations SET name = 'x' || name WHERE app = 'workflows'")
            else:
                cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('workflows', '9999', now())")
        try:
            assert not execute_target(waiting.pk)
        finally:
            with inside(child), connection.cursor() as cursor:
                cursor.execute("UPDATE django_migrations SET name = ltrim(name, 'x') WHERE app = 'workflows'")
                cursor.execute("DELETE FROM django_migrations WHERE name = '9999'")
        assert (fresh(waiting).state, fresh(waiting).error_code) == ("skipped", "heads-differ")
        assert fingerprint(child, set(settings_tables())) == before

    @pytest.mark.parametrize("state", ["deleting", "deleted", "failed", "provisioning"])
    def test_a_child_that_is_going_is_skipped(self, child, waiting, state):
        Administration.objects.filter(pk=child.pk).update(state=state)
        execute_target(waiting.pk)
        assert (fresh(waiting).state, fresh(waiting).error_code) == ("skipped", "target-not-ready")
        assert fresh(waiting).run.state == SyncRun.State.FAILED

    def test_a_child_that_is_deleted_while_its_sync_waits_is_skipped(self, company, monkeypatch):
        gone = company.child("Gaat")
        plan = company.plan(gone, categories=["reference_data"])
        run = start_run(acting_user=company.owner, plan=plan, version=plan.version)

        def wait(work: Any, **how: Any) -> Any:
            drop_schema(gone.schema_name)
            Administration.objects.filter(pk=gone.pk).update(state="deleted")
            return apply_target(work, **how)

        monkeypatch.setattr(targets, "apply_target", wait)
        target = run.targets.get()
        execute_target(target.pk)
        assert (fresh(target).state, fresh(target).error_code) == ("skipped", "target-not-ready")

    def test_a_child_whose_schema_is_gone_fails_alone(self, company, child):
        gone = company.child("Weg")
        plan = company.plan(gone, child, categories=["reference_data"])
        run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
        drop_schema(gone.schema_name)
        try:
            for target in run.targets.all():
                execute_target(target.pk)
            assert dict(run.targets.values_list("administration__name", "state")) == {
                "Weg": "failed",
                "Noord": "succeeded",
            }
            reap()
            run.refresh_from_db()
            assert run.state == SyncRun.State.PARTLY_FAILED
        finally:
            Administration.objects.filter(pk=gone.pk).update(state="deleted")

    def test_a_retry_finishes_what_failed(self, company, child, waiting, monkeypatch):
        def fail(*args: Any, **kwargs: Any) -> None:
            raise errors.CheckViolation("check")

        with monkeypatch.context() as patch:
            patch.setattr(targets, "apply_target", fail)
            execute_target(waiting.pk)
        run = retry_run(acting_user=company.owner, run=fresh(waiting).run)
        assert (run.state, fresh(waiting).state, fresh(waiting).attempts) == ("running", "queued", 0)
        assert execute_target(waiting.pk)
        assert fresh(waiting).run.state == SyncRun.State.SUCCEEDED
        assert fresh(waiting).error_code == ""
        assert not FormerDocument.objects.exists()

    def test_a_finished_target_wakes_who_waited_for_the_child(self, company, child, waiting, monkeypatch):
        second = accept(company, child)
        woken: list[uuid.UUID] = []
        monkeypatch.setattr(targets, "wake_targets", woken.extend)
        execute_target(waiting.pk)
        assert woken == [second.pk]
