"""What taking runs back needs is kept for a set time; then it goes, and nothing else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import RunPruned
from settings_sync.models import Document, FormerDocument, Plan, Receipt, Snapshot, SnapshotItem, SyncRun
from settings_sync.planning.verdicts import Action
from settings_sync.services.runs import pruning
from settings_sync.services.runs.pruning import prune
from settings_sync.services.runs.runs import retry_run
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Base, Version
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, digests, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]


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
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def describe(administration: Administration, text: str) -> None:
    with inside(administration):
        WorkType.objects.update_or_create(name="Storing", defaults={"description": text})


def description(administration: Administration) -> str:
    with inside(administration):
        return str(WorkType.objects.get(name="Storing").description)


def grow_old(days: int = 400) -> None:
    """Everything that is there now was there so many days ago."""
    past = timedelta(days=days)
    for model, names in (
        (SyncRun, ["finished_at"]),
        (Plan, ["expires_at"]),
        (Snapshot, ["taken_at"]),
        (Document, ["created_at"]),
    ):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - past for name in names})


@pytest.fixture
def runs(company: Company, child: Administration) -> tuple[SyncRun, SyncRun]:
    """One run of more than a year ago, and one of now."""
    for text in ("een", "twee"):
        describe(company.main, text)
        old = company.sync(child, categories=CATEGORIES)
    grow_old()
    describe(company.main, "drie")
    return old, company.sync(child, categories=CATEGORIES)


def test_an_old_run_cannot_be_taken_back_and_says_so(company, runs):
    old, _new = runs
    prune()
    old.refresh_from_db()
    with pytest.raises(RunPruned, match=str(timezone.now().date())):
        create_undo_plan(acting_user=company.owner, run=old)
    with pytest.raises(RunPruned):
        retry_run(acting_user=company.owner, run=old)


def test_a_run_within_the_time_is_taken_back_after_pruning(company, child, runs):
    _old, new = runs
    prune()
    company.run(create_undo_plan(acting_user=company.owner, run=new))
    assert description(child) == "twee"


def test_former_documents_of_old_runs_go_and_those_of_later_runs_stay(runs):
    old, new = runs
    assert FormerDocument.objects.filter(target__run=old).exists()
    prune()
    assert not FormerDocument.objects.filter(target__run=old).exists()
    assert FormerDocument.objects.filter(target__run=new).exists()


def forget_versions(administration: Administration) -> None:
    """As where nobody kept what settings were."""
    with inside(administration):
        Version.objects.all().delete()


def test_what_a_setting_was_stays(runs):
    assert prune().documents == 0
    assert set(Document.objects.values_list("body__description", flat=True)) == {"een", "twee", "drie"}


def test_documents_that_nothing_needs_go(child, runs):
    forget_versions(child)
    bodies = set(Document.objects.values_list("body__description", flat=True))
    assert bodies == {"een", "twee", "drie"}
    assert prune().documents == 1
    assert set(Document.objects.values_list("body__description", flat=True)) == {"twee", "drie"}


def test_runs_receipts_and_the_trail_stay(runs):
    before = [
        SyncRun.objects.count(),
        Receipt.objects.count(),
        AuditEntry.objects.filter(action="target.applied").count(),
    ]
    pruned = prune()
    assert pruned.runs == 2
    after = [
        SyncRun.objects.count(),
        Receipt.objects.count(),
        AuditEntry.objects.filter(action="target.applied").count(),
    ]
    assert after == before
    assert AuditEntry.objects.filter(action="documents.pruned", data__runs=2).exists()


def test_a_preview_that_nobody_confirmed_goes_once_it_expired_so_long_ago(company, child):
    describe(company.main, "een")
    company.plan(child, categories=CATEGORIES)
    grow_old()
    fresh = company.plan(child, categories=CATEGORIES)
    assert prune().plans == 1
    assert list(Plan.objects.all()) == [fresh]
    company.run(fresh)
    assert description(child) == "een"


def test_what_an_administration_has_as_its_base_stays_however_old(company, child):
    describe(company.main, "een")
    company.sync(child, categories=CATEGORIES)
    grow_old()
    prune()
    with inside(child):
        base = Base.objects.get()
    assert Document.objects.filter(digest=base.digest).exists()
    describe(company.main, "twee")
    with inside(child):
        WorkType.objects.update(default_minutes=90)
    change = company.plan(child, categories=CATEGORIES).targets.get().changes.get()
    assert (change.action, change.conflicts) == (Action.UPDATE, [])


def test_an_old_content_of_the_main_that_comes_back_gets_a_snapshot_of_its_own(company, child, runs):
    """The emptied one would say that the main has no settings at all."""
    assert prune().snapshots == 2
    for text in ("een", "twee"):
        describe(company.main, text)
        company.sync(child, categories=CATEGORIES)
        assert description(child) == text
    latest = Plan.objects.latest("created_at").snapshot
    assert SnapshotItem.objects.filter(snapshot=latest).count() == 1


def test_what_is_used_again_is_young_again(company, child, runs):
    """Between looking what is needed and removing the rest, somebody may take an old document into use."""
    describe(company.main, "een")
    plan = company.plan(child, categories=CATEGORIES)
    assert prune().documents == 0
    company.run(plan)
    assert description(child) == "een"


def test_a_run_that_is_being_taken_back_waits(company, child):
    for text in ("een", "twee"):
        describe(company.main, text)
        run = company.sync(child, categories=CATEGORIES)
    grow_old()
    plan = create_undo_plan(acting_user=company.owner, run=run)
    prune()
    company.run(plan)
    assert description(child) == "een"


def test_it_goes_on_in_batches_until_all_is_gone(company, child, monkeypatch):
    monkeypatch.setattr(pruning, "AT_ONCE", 1)
    monkeypatch.setattr(pruning, "DOCUMENTS_AT_ONCE", 1)
    for number in range(4):
        describe(company.main, str(number))
        company.sync(child, categories=CATEGORIES)
    for _number in range(3):
        company.plan(child, categories=CATEGORIES)
    grow_old()
    forget_versions(child)
    pruned = prune()
    assert (pruned.plans, pruned.runs, pruned.snapshots, pruned.documents) == (3, 4, 4, 3)
    assert prune() == pruning.Pruned(0, 0, 0, 0)


def test_pruning_touches_no_administration(company, child, runs):
    before = {kind.key: digests(child, kind) for kind in all_kinds()}
    prune()
    assert {kind.key: digests(child, kind) for kind in all_kinds()} == before


def test_the_command_says_what_went(child, runs, capsys):
    forget_versions(child)
    call_command("prune_runs", days=30)
    assert capsys.readouterr().out.splitlines() == [
        "Previews removed: 0",
        "Runs that can no longer be taken back: 2",
        "Snapshots removed: 2",
        "Documents removed: 1",
    ]
    for days in (0, 99_999_999_999):
        with pytest.raises(CommandError, match="1 day") as refused:
            call_command("prune_runs", days=days)
        assert refused.value.returncode == 2


def test_the_shorter_the_time_the_more_goes(runs: Any):
    assert prune(days=401).runs == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM settings_sync_syncrun WHERE pruned_at IS NOT NULL")
        assert cursor.fetchone() == (0,)
    assert prune(days=399).runs == 2
