"""An older run that is tried again writes nothing over what a later run, or taking one back, has decided since."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.exceptions import NothingToRetry, RetryBringsBack
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.reports.report_rows import run_rows
from settings_sync.services.reports.reporting import run_report
from settings_sync.services.runs.run_overview import show_run
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import claim_target, execute_target, take_targets_to_wake
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration, Administration]:
    company = make_company()
    return company, company.child("Noord"), company.child("Zuid")


@pytest.fixture
def noord(standing_company: Any) -> Administration:
    return standing_company[1]


@pytest.fixture
def zuid(standing_company: Any) -> Administration:
    return standing_company[2]


@pytest.fixture
def company(standing_company: Any, noord: Administration, zuid: Administration) -> Iterator[Company]:
    """Two work types, A and B, which both sub-administrations have as they are in the main one: with the text “old”."""
    company, *children = standing_company
    company.sweep(*children)
    with inside(company.main):
        WorkType.objects.bulk_create([WorkType(name=name, description="old") for name in ("A", "B")])
    company.sync(*children, categories=CATEGORIES)
    yield company
    SyncTarget.objects.filter(state__in=SyncTarget.OPEN).update(state="cancelled", lease_token=None)


def write(company: Company, text: str, *names: str) -> None:
    """Edit these work types (all of them) in the main administration."""
    with inside(company.main):
        rows = WorkType.objects.filter(name__in=names) if names else WorkType.objects.all()
        for row in rows:
            row.description = text
            row.save()


def texts(child: Administration) -> dict[str, str]:
    with inside(child):
        return dict(WorkType.objects.values_list("name", "description"))


def uid_of(company: Company, name: str) -> uuid.UUID:
    with inside(company.main):
        return WorkType.objects.get(name=name).uid


def start(company: Company, *children: Administration, **choice: Any) -> SyncRun:
    plan = company.plan(*children, **(choice or {"categories": CATEGORIES}))
    return start_run(acting_user=company.owner, plan=plan, version=plan.version)


def failed_run(company: Company, *children: Administration, failing: Administration, **choice: Any) -> SyncRun:
    """A run that was carried out everywhere but in one administration, where it failed."""
    run = start(company, *children, **choice)
    run.targets.filter(administration=failing).update(state="failed", error_code="busy", finished_at=timezone.now())
    return company.finish(run)


def retry(company: Company, run: SyncRun, **how: Any) -> SyncTarget:
    """Try it again, and let a worker come by; the target that was tried."""
    retry_run(acting_user=company.owner, run=run, **how)
    company.finish(run)
    return run.targets.exclude(retried_at=None).get()


@pytest.fixture
def there_and_back(company: Company, noord: Administration, zuid: Administration) -> tuple[SyncRun, SyncRun]:
    """A run that brought “new” to Noord and failed in Zuid, and a later one that brought “old” to both."""
    write(company, "new")
    older = failed_run(company, noord, zuid, failing=zuid)
    write(company, "old")
    return older, company.sync(noord, zuid, categories=CATEGORIES)


class TestASyncThatCameLater:
    def test_what_it_found_in_line_stays_as_it_is(self, company, zuid, there_and_back):
        older, later = there_and_back
        target = retry(company, older)
        assert texts(zuid) == {"A": "old", "B": "old"}
        assert (target.state, target.error_code, target.overtaken_by) == ("skipped", "overtaken", later.pk)
        older.refresh_from_db()
        assert older.state == "partly_failed"

    def test_every_door_names_it(self, company, zuid, there_and_back):
        older, later = there_and_back
        retry(company, older)
        told = show_run(acting_user=company.owner, run=older).targets[1]
        assert (told.state, told.overtaken_by) == ("skipped", later.pk)
        with translation.override("en"):
            told = show_run(acting_user=company.owner, run=older).targets[1]
            assert told.error.startswith("A later sync, of ")
            rows = list(run_rows(acting_user=company.owner, run=older))
            assert [row[-1] for row in rows if row[0] == "Zuid"] == [told.error]
        browser = Client()
        browser.force_login(company.owner)
        page = browser.get(reverse("sync:run", args=[company.main.slug, older.pk])).content.decode()
        assert reverse("sync:run", args=[company.main.slug, later.pk]) in page
        assert f'id="retry-{zuid.slug}"' not in page

    def test_it_stays_decided_however_often_it_is_tried(self, company, zuid, there_and_back):
        older, _later = there_and_back
        retry(company, older)
        with pytest.raises(NothingToRetry):
            retry_run(acting_user=company.owner, run=older)
        assert texts(zuid)["A"] == "old"

    def test_what_it_was_not_about_goes_on(self, company, zuid):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "old", "A")
        later = company.sync(zuid, items=[uid_of(company, "A")])
        target = retry(company, older)
        assert texts(zuid) == {"A": "old", "B": "new"}
        older.refresh_from_db()
        assert (target.state, older.state) == ("succeeded", "partly_held")
        (finding,) = target.findings.all()
        assert (finding.code, finding.label, finding.overtaken_by_id) == ("overtaken", "A", later.pk)
        assert (target.counts["update"], target.counts["hold"]) == (1, 1)
        with translation.override("en"):
            report = run_report(acting_user=company.owner, run=older)
            written, held = (table.rows for table in report.tables[1:])
            assert [row[0] for row in written] == ["Work type B"]
            ((label, where, why),) = held
            assert (label, where) == ("Work type A", "Zuid") and why.startswith("A later sync, of ")

    def test_what_came_along_because_it_was_needed_counts_as_decided(self, company, zuid):
        with inside(company.main):
            form = Form.objects.create(name="Blad")
            form.work_types.add(WorkType.objects.get(name="A"))
        company.sync(zuid, categories=["forms"])
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "old")
        company.sync(zuid, items=[form.uid])  # and A with it, which is in line: nothing is told of that
        retry(company, older)
        assert texts(zuid) == {"A": "old", "B": "new"}

    def test_what_is_gone_from_the_main_by_then_does_not_come_after_all(self, company, zuid):
        with inside(company.main):
            WorkType.objects.create(name="C")
        older = failed_run(company, zuid, failing=zuid)
        with inside(company.main):
            WorkType.objects.filter(name="C").delete()
        company.sync(zuid, categories=CATEGORIES)
        assert retry(company, older).error_code == "overtaken"
        assert "C" not in texts(zuid)

    def test_what_it_held_back_it_has_not_decided(self, company, zuid):
        write(company, "new", "A")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "newer", "A")
        with inside(zuid):
            WorkType.objects.filter(name="A").update(description="local")
        held = company.run(company.plan(zuid, categories=CATEGORIES))
        assert held.targets.get().counts["hold"] == 1
        with inside(zuid):
            WorkType.objects.filter(name="A").update(description="old")
        assert retry(company, older).state == "succeeded"
        assert texts(zuid)["A"] == "new"

    def test_what_is_to_be_coupled_is_not_decided_about_as_long_as_it_is_held(self, company, zuid):
        """The administration's own item, which the older run couples, is no business of the newer one."""
        with inside(company.main):
            theirs = WorkType.objects.create(name="C")
        with inside(zuid):
            own = WorkType.objects.create(name="C")
        plan = company.plan(zuid, categories=CATEGORIES)
        couple = Asked(theirs.uid, Word.COUPLE, couple_with=own.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[couple])
        run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
        cancel_run(acting_user=company.owner, run=run)
        run.refresh_from_db()
        company.run(company.plan(zuid, categories=CATEGORIES))
        assert retry(company, run).state == SyncTarget.State.SUCCEEDED
        with inside(zuid):
            assert WorkType.objects.get(name="C").uid == theirs.uid

    def test_that_it_is_kept_is_a_decision(self, company, zuid):
        write(company, "new", "A")
        older = failed_run(company, zuid, failing=zuid)
        plan = company.plan(zuid, categories=CATEGORIES)
        kept = Asked(item=uid_of(company, "A"), word=Word.SKIP)
        plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[kept])
        company.run(plan)
        assert retry(company, older).error_code == "overtaken"
        assert texts(zuid)["A"] == "old"

    def test_one_that_failed_there_as_well_has_decided_nothing(self, company, zuid):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "newer")
        later = failed_run(company, zuid, failing=zuid)
        assert retry(company, older).state == "succeeded"
        assert texts(zuid)["A"] == "new"
        assert retry(company, later).state == "held"
        assert texts(zuid)["A"] == "new"

    def test_one_elsewhere_has_no_say(self, company, noord, zuid):
        write(company, "new")
        older = failed_run(company, noord, zuid, failing=zuid)
        write(company, "old")
        company.sync(noord, categories=CATEGORIES)
        assert retry(company, older).state == "succeeded"
        assert texts(zuid)["A"] == "new"


class TestATakingBackThatCameLater:
    def test_what_it_put_back_stays(self, company, zuid):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "newer")
        newer = company.sync(zuid, categories=CATEGORIES)
        back = company.run(create_undo_plan(acting_user=company.owner, run=newer))
        assert texts(zuid)["A"] == "old"
        target = retry(company, older)
        assert (target.state, target.overtaken_by) == ("skipped", back.pk)
        assert texts(zuid) == {"A": "old", "B": "old"}

    def test_one_that_is_tried_again_is_overtaken_as_well(self, company, zuid):
        write(company, "new")
        newer = company.sync(zuid, categories=CATEGORIES)
        plan = create_undo_plan(acting_user=company.owner, run=newer)
        back = start_run(acting_user=company.owner, plan=plan, version=plan.version)
        back.targets.update(state="cancelled", finished_at=timezone.now())
        company.finish(back)
        write(company, "newest")
        company.sync(zuid, categories=CATEGORIES)
        write(company, "new")
        company.sync(zuid, categories=CATEGORIES)
        assert retry(company, back).error_code == "overtaken"
        assert texts(zuid)["A"] == "new"


class TestAtTheSameTime:
    def test_one_that_is_tried_again_lets_a_newer_one_go_first(self, company, zuid):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        write(company, "newest")
        newer = start(company, zuid)
        retry_run(acting_user=company.owner, run=older)
        waiting = older.targets.get()
        assert claim_target(waiting.pk) is None
        company.finish(newer)
        company.finish(older)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.overtaken_by) == ("skipped", newer.pk)
        assert texts(zuid)["A"] == "newest"

    def test_it_goes_on_when_the_newer_one_is_cancelled(self, company, zuid):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        newer = start(company, zuid)
        retry_run(acting_user=company.owner, run=older)
        assert not execute_target(older.targets.get().pk)
        cancel_run(acting_user=company.owner, run=newer)
        assert execute_target(older.targets.get().pk)
        assert texts(zuid)["A"] == "new"

    def test_whoever_finishes_the_newer_one_wakes_it(self, company, zuid, monkeypatch):
        write(company, "new")
        older = failed_run(company, zuid, failing=zuid)
        newer = start(company, zuid)
        retry_run(acting_user=company.owner, run=older)
        woken: list[Any] = []
        monkeypatch.setattr("settings_sync.services.targets.targets.wake_targets", woken.extend)
        company.finish(newer)
        assert woken == [older.targets.get().pk]

    def test_a_message_for_an_older_one_that_comes_late_changes_nothing(self, company, zuid):
        """It failed for a moment and waits for its next attempt; meanwhile a newer run is carried out."""
        write(company, "new")
        older = start(company, zuid)
        older.targets.update(attempts=1, not_before=timezone.now() + timedelta(hours=1))
        write(company, "old")
        company.sync(zuid, categories=CATEGORIES)
        older.targets.update(not_before=None, woken_at=None)
        assert older.targets.get().pk in take_targets_to_wake()
        company.finish(older)
        assert (older.targets.get().error_code, texts(zuid)["A"]) == ("overtaken", "old")

    def test_nor_does_one_that_the_reaper_takes_up_after_its_worker_died(self, company, zuid, monkeypatch):
        write(company, "new")
        older = start(company, zuid)
        claim = claim_target(older.targets.get().pk)
        assert claim is not None
        write(company, "old")
        # As a worker that must stop does.
        older.targets.update(state="queued", lease_token=None, leased_until=None, woken_at=None)
        company.sync(zuid, categories=CATEGORIES)
        monkeypatch.setattr("settings_sync.services.targets.reaping.send_messages", lambda task, ids: 0)
        reap()
        assert (older.targets.get().error_code, texts(zuid)["A"]) == ("overtaken", "old")
        assert older.targets.filter(started_at__lte=F("finished_at")).exists()


class TestARunThatWasTakenBack:
    @pytest.fixture
    def taken_back(self, company: Company, noord: Administration, zuid: Administration) -> SyncRun:
        """A run that failed in Zuid, and that was taken back in Noord."""
        write(company, "new")
        run = failed_run(company, noord, zuid, failing=zuid)
        company.run(create_undo_plan(acting_user=company.owner, run=run))
        assert texts(noord)["A"] == "old"
        return run

    def test_trying_it_again_says_what_would_come_back_and_asks(self, company, zuid, taken_back):
        with translation.override("en"), pytest.raises(RetryBringsBack) as asked:
            retry_run(acting_user=company.owner, run=taken_back)
        assert asked.value.code == "confirmation-required"
        assert "(Noord)" in str(asked.value) and "In Zuid: 2 updated." in str(asked.value)
        assert company.main.slug in str(asked.value)
        assert texts(zuid)["A"] == "old"
        assert taken_back.targets.filter(state="queued").count() == 0

    def test_it_is_tried_again_once_that_is_confirmed(self, company, noord, zuid, taken_back):
        assert retry(company, taken_back, confirmation=company.main.slug).state == "succeeded"
        assert (texts(noord)["A"], texts(zuid)["A"]) == ("old", "new")

    def test_nothing_is_asked_where_the_taking_back_was_itself_taken_back(self, company, noord, zuid, taken_back):
        undo = SyncRun.objects.get(plan__undoes=taken_back)
        company.run(create_undo_plan(acting_user=company.owner, run=undo))
        assert retry(company, taken_back).state == "succeeded"
        assert (texts(noord)["A"], texts(zuid)["A"]) == ("new", "new")

    def test_it_is_asked_where_it_was_taken_back_once_more(self, company, zuid, taken_back):
        undo = SyncRun.objects.get(plan__undoes=taken_back)
        again = company.run(create_undo_plan(acting_user=company.owner, run=undo))
        company.run(create_undo_plan(acting_user=company.owner, run=again))
        with pytest.raises(RetryBringsBack):
            retry_run(acting_user=company.owner, run=taken_back)
        assert texts(zuid)["A"] == "old"

    def test_its_page_asks_as_well(self, company, zuid, taken_back):
        browser = Client()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        browser.force_login(company.owner)
        address = reverse("sync:run", args=[company.main.slug, taken_back.pk])
        page = browser.get(address).content.decode()
        assert "In Zuid: 2 updated." in page
        assert f'id="retry-{zuid.slug}"' not in page
        again = reverse("sync:run-retry", args=[company.main.slug, taken_back.pk])
        refused = browser.post(again, {"confirmation": "something"}, follow=True).content.decode()
        assert "was taken back since" in refused
        browser.post(again, {"confirmation": company.main.slug})
        assert taken_back.targets.filter(state="queued", administration=zuid).exists()

    def test_a_taking_back_that_changed_nothing_asks_nothing(self, company, noord, zuid):
        write(company, "new")
        run = failed_run(company, noord, zuid, failing=zuid)
        back = start_run(
            acting_user=company.owner,
            plan=(plan := create_undo_plan(acting_user=company.owner, run=run)),
            version=plan.version,
        )
        cancel_run(acting_user=company.owner, run=back)
        assert retry(company, run).state == "succeeded"
