"""Runs of before an update: taken back, tried again and reported as any other, or refused before anything starts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation

from reference_data.models import WorkType
from reference_data.sync import WorkTypeSync
from settings_sync.declaring.registry import registry
from settings_sync.declaring.upgrades import DocumentUpgrade, RemovedField, RenamedField, RewrittenDocument
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import DocumentsOutdated, HeadsDiffer, RehearsalFailed
from settings_sync.models import Change, Document, ItemRule, Plan, Snapshot, SyncRun
from settings_sync.services.previews.change_details import show_change
from settings_sync.services.reports.report_rows import run_rows
from settings_sync.services.runs.runs import finish_run_when_done, retry_run, start_run
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Base, Deviation, IndexEntry
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from tests.settings_sync.former_version import put_back, upgrade
from tests.settings_sync.services.undos.chains import standing_in

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]
KIND = "reference_data.worktype"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration, Administration]:
    company = make_company()
    return company, company.child("Noord"), company.child("Oost")


@pytest.fixture
def child(standing_company: tuple[Company, Administration, Administration]) -> Administration:
    return standing_company[1]


@pytest.fixture
def other(standing_company: tuple[Company, Administration, Administration]) -> Administration:
    return standing_company[2]


@pytest.fixture
def company(standing_company: tuple[Company, Administration, Administration]) -> Iterator[Company]:
    company, *children = standing_company
    company.sweep(*children)
    yield company
    Administration.objects.filter(parent=company.main).update(migration_head=company.main.migration_head)


def descriptions(child: Administration) -> dict[str, str]:
    with inside(child):
        return dict(WorkType.objects.values_list("name", "description"))


def change_in_main(company: Company, description: str) -> None:
    with inside(company.main):
        WorkType.objects.update(description=description)


@pytest.fixture
def updated(company: Company, child: Administration) -> SyncRun:
    """A run that changed a work type; its version is another than today's."""
    with inside(company.main):
        WorkType.objects.create(name="Storing", description="eerst")
    company.sync(child, categories=CATEGORIES)
    change_in_main(company, "later")
    run = company.sync(child, categories=CATEGORIES)
    Snapshot.objects.update(migration_head="before")
    return run


@pytest.fixture
def failed(company: Company, child: Administration, updated: SyncRun) -> SyncRun:
    """A run that was to change it once more, and failed."""
    change_in_main(company, "laatst")
    run = start_run(acting_user=company.owner, plan=company.plan(child, categories=CATEGORIES), version=1)
    run.targets.update(state="failed", finished_at=timezone.now())
    with transaction.atomic():
        finish_run_when_done(run)
    Snapshot.objects.update(migration_head="before")
    return run


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Has work types upgraded from now on, as a release would."""

    def declared(*upgrades: DocumentUpgrade) -> None:
        monkeypatch.setattr(WorkTypeSync, "upgrades", upgrades)
        registry.edition += 1

    yield declared
    monkeypatch.undo()
    registry.edition += 1


@pytest.fixture
def renamed(company: Company, child: Administration, declare: Any) -> Any:
    """Makes what was stored until now of a version in which a description was called an explanation, and upgrades."""

    def rename() -> None:
        put_back(KIND, "explanation", "description", [company.main, child])
        declare(RenamedField("explanation", "description"))
        upgrade(company.main, child)

    return rename


def back(company: Company, run: SyncRun) -> SyncRun:
    """Take a run back, which must go as previewed and leave nothing held."""
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert not plan.targets.get().changes.filter(action__in=["hold", "archive"]).exists()
    undo = company.run(plan, confirmation=company.main.slug)
    assert (undo.state, list(undo.targets.get().findings.values_list("label", "code"))) == ("succeeded", [])
    return undo


def test_a_run_of_before_a_migration_is_taken_back(company, child, updated):
    undo = back(company, updated)
    assert descriptions(child) == {"Storing": "eerst"}
    back(company, undo)
    assert descriptions(child) == {"Storing": "later"}


def test_a_run_of_before_a_migration_is_tried_again(company, child, failed):
    run = company.finish(retry_run(acting_user=company.owner, run=failed))
    assert (run.state, descriptions(child)) == ("succeeded", {"Storing": "laatst"})


class TestRenamedField:
    def test_a_run_of_before_is_taken_back_to_the_letter_and_forth(self, company, child, updated, renamed):
        before = standing_in(child)
        renamed()
        later = standing_in(child)
        assert (later.items, later.keys, later.deviations) == (before.items, before.keys, before.deviations)
        undo = back(company, updated)
        assert descriptions(child) == {"Storing": "eerst"}
        back(company, undo)
        assert descriptions(child) == {"Storing": "later"}
        standing_in(child).agrees_with(later, later)

    def test_what_was_edited_since_is_the_only_thing_that_taking_back_asks_about(
        self, company, child, updated, renamed
    ):
        renamed()
        with inside(child):
            WorkType.objects.update(description="van hier")
        plan = create_undo_plan(acting_user=company.owner, run=updated)
        change = plan.targets.get().changes.get()
        assert (change.verdict, change.conflicts) == ("both_changed", [["description", ""]])

    def test_a_run_of_before_is_tried_again(self, company, child, failed, renamed):
        renamed()
        run = company.finish(retry_run(acting_user=company.owner, run=failed))
        assert (run.state, descriptions(child)) == ("succeeded", {"Storing": "laatst"})
        assert not run.targets.get().findings.exists()

    def test_nothing_looks_edited(self, company, child, updated, renamed):
        renamed()
        plan = company.plan(child, categories=CATEGORIES)
        assert set(plan.targets.get().changes.values_list("verdict", flat=True)) <= {"in_line"}
        change_in_main(company, "nieuw")
        company.sync(child, categories=CATEGORIES)
        assert descriptions(child) == {"Storing": "nieuw"}

    def test_an_edit_of_before_is_still_merged_with_what_the_main_changed(self, company, child, updated, renamed):
        with inside(child):
            WorkType.objects.update(default_minutes=45)
        look_at(child)
        renamed()
        change_in_main(company, "nieuw")
        company.sync(child, categories=CATEGORIES)
        with inside(child):
            assert WorkType.objects.values_list("description", "default_minutes").get() == ("nieuw", 45)

    def test_the_result_of_a_run_of_before_is_shown_with_the_field_of_today(self, company, child, updated, renamed):
        renamed()
        change = Change.objects.get(plan_target__sync_target__run=updated)
        (place,) = show_change(updated.plan, change.pk).places
        assert [(field.old, field.new) for field in place.fields] == [("eerst", "later")]
        (row,) = run_rows(acting_user=company.owner, run=updated)
        assert {child.name, "Storing"} <= set(row)

    def test_what_is_pinned_or_locked_stays_so(self, company, child, updated, renamed):
        with inside(child):
            uid = WorkType.objects.get().uid
            Deviation.objects.create(kind=KIND, uid=uid, path="explanation", is_pinned=True, decided_at=timezone.now())
        ItemRule.objects.create(administration=company.main, kind=KIND, uid=uid, locked_paths=["explanation", "name"])
        renamed()
        with inside(child):
            assert Deviation.objects.get().path == "description"
        assert ItemRule.objects.get().locked_paths == ["description", "name"]

    def test_upgrading_twice_is_upgrading_once(self, company, child, updated, renamed):
        renamed()
        stored = set(Document.objects.values_list("digest", "version", "became"))
        upgrade(company.main, child)
        assert set(Document.objects.values_list("digest", "version", "became")) == stored


def adding(mark: str) -> RewrittenDocument:
    return RewrittenDocument(lambda body: {**body, "description": f"{body['description']}{mark}"})


def test_an_administration_that_missed_a_release_follows_through_both(company, child, updated, declare):
    declare(adding(", een"))
    upgrade(company.main)
    declare(adding(", een"), adding(", twee"))
    upgrade(company.main, child)
    with inside(child):
        base = Document.objects.get(digest=Base.objects.get().digest)
    assert (base.body["description"], base.version) == ("later, een, twee", 2)


def test_a_content_that_another_one_had_before_is_not_taken_for_it(company, child, updated, declare):
    """What was “later” becomes “eerst”, which is what another document said; that one becomes something else."""
    following = {"eerst": "eerder", "later": "eerst"}
    declare(RewrittenDocument(lambda body: {**body, "description": following[body["description"]]}))
    with inside(company.main):
        WorkType.objects.update(description="eerst")
    with inside(child):
        WorkType.objects.update(description="eerst")
    upgrade(company.main, child)
    upgrade(company.main, child)
    back(company, updated)
    assert descriptions(child) == {"Storing": "eerder"}


def test_what_nobody_said_what_became_of_it_is_left_as_it_is(company, child, outdated, declare):
    """Reading it would lose what it says, without a word."""
    declare(adding(", een"))
    upgrade(company.main, child)
    assert Document.objects.filter(body__has_key="colour", version=0, became=None).exists()


def test_a_field_that_is_gone_is_taken_out_of_what_was_stored(company, child, updated, declare, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM settings_sync_document WHERE kind = %s", [KIND])
        assert cursor.fetchone()[0] == 2
    # As if every document had said a colour, which is a column that the migration has dropped.
    monkeypatch.setattr("tests.settings_sync.former_version._renamed", lambda body, old, new: {**body, old: "rood"})
    put_back(KIND, "colour", "", [company.main, child])
    with inside(child):
        Deviation.objects.create(
            kind=KIND, uid=WorkType.objects.get().uid, path="colour", is_pinned=True, decided_at=timezone.now()
        )
    declare(RemovedField("colour"))
    upgrade(company.main, child)
    back(company, updated)
    assert descriptions(child) == {"Storing": "eerst"}
    with inside(child):
        assert not Deviation.objects.exists()


def test_stricter_rules_do_not_keep_a_run_of_before_from_being_taken_back(company, child, updated, monkeypatch):
    monkeypatch.setattr(WorkTypeSync, "validate", lambda document: ["No description may be “eerst”."])
    back(company, updated)
    assert descriptions(child) == {"Storing": "eerst"}


@pytest.fixture
def outdated(updated: SyncRun) -> SyncRun:
    """As after a migration that took a field away without saying what becomes of documents that name it."""
    change = Change.objects.get(plan_target__sync_target__run=updated)
    change.local_digest = store_with_colour(change.local_digest)
    change.save()
    return updated


def store_with_colour(digest: Any) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            'WITH former AS (SELECT kind, body || \'{"colour": "red"}\' AS body FROM settings_sync_document'
            " WHERE digest = %s) INSERT INTO settings_sync_document (digest, kind, body, needs, keys, created_at)"
            " SELECT sha256(convert_to(kind || chr(10) || body::text, 'UTF8')), kind, body, '[]', '{}', now()"
            " FROM former RETURNING digest",
            [digest],
        )
        return bytes(cursor.fetchone()[0])


class TestRefusals:
    def test_what_cannot_be_brought_back_is_told_instead_of_a_preview(self, company, child, outdated):
        with pytest.raises(DocumentsOutdated) as refusal:
            create_undo_plan(acting_user=company.owner, run=outdated)
        assert "Storing" in refusal.value.detail
        assert Plan.objects.get(kind="undo").state == "failed"

    def test_where_it_cannot_be_brought_back_the_preview_says_so_and_goes_on_elsewhere(self, company, child, other):
        with inside(company.main):
            WorkType.objects.create(name="Storing", description="eerst")
        company.sync(child, other, categories=CATEGORIES)
        change_in_main(company, "later")
        run = company.sync(child, other, categories=CATEGORIES)
        Snapshot.objects.update(migration_head="before")
        change = Change.objects.get(plan_target__sync_target__run=run, plan_target__administration=child)
        change.local_digest = store_with_colour(change.local_digest)
        change.save()
        plan = create_undo_plan(acting_user=company.owner, run=run)
        left_out = plan.targets.get(administration=child)
        with translation.override("en"):
            assert (left_out.left_out["code"], left_out.why_left_out) == (
                "left-out-outdated",
                "Noord was left out of the preview: since an update Storing cannot be what it was before any more.",
            )
        undo = company.run(plan)
        assert dict(undo.targets.values_list("administration__name", "state")) == {
            "Noord": "skipped",
            "Oost": "succeeded",
        }
        assert (descriptions(child), descriptions(other)) == ({"Storing": "later"}, {"Storing": "eerst"})

    def test_a_retry_that_cannot_be_made_changes_nothing(self, company, child, failed):
        change = Change.objects.get(plan_target__sync_target__run=failed)
        change.result_digest = store_with_colour(change.result_digest)
        change.save()
        with pytest.raises(DocumentsOutdated):
            retry_run(acting_user=company.owner, run=failed)
        failed.refresh_from_db()
        assert (failed.state, failed.targets.get().state) == ("failed", "failed")

    def test_a_preview_of_before_that_cannot_be_carried_out_starts_no_run(self, company, child, updated):
        change_in_main(company, "laatst")
        plan = company.plan(child, categories=CATEGORIES)
        change = plan.targets.get().changes.get()
        change.result_digest = store_with_colour(change.result_digest)
        change.save()
        Snapshot.objects.update(migration_head="before")
        with pytest.raises(DocumentsOutdated):
            start_run(acting_user=company.owner, plan=plan, version=plan.version)
        assert not SyncRun.objects.filter(plan=plan).exists()

    def test_what_a_column_of_today_does_not_take_is_outdated(self, company, child, updated):
        change = Change.objects.get(plan_target__sync_target__run=updated)
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH former AS (SELECT kind, jsonb_set(body, '{name}', to_jsonb(repeat('x', 300))) AS body"
                " FROM settings_sync_document WHERE digest = %s)"
                " INSERT INTO settings_sync_document (digest, kind, body, needs, keys, created_at)"
                " SELECT sha256(convert_to(kind || chr(10) || body::text, 'UTF8')), kind, body, '[]', '{}', now()"
                " FROM former RETURNING digest",
                [change.local_digest],
            )
            change.local_digest = cursor.fetchone()[0]
        change.save()
        with pytest.raises(DocumentsOutdated):
            create_undo_plan(acting_user=company.owner, run=updated)

    def test_no_preview_is_made_while_the_administration_waits_for_its_migration(self, company, child, updated):
        Administration.objects.filter(pk=child.pk).update(migration_head="between")
        with pytest.raises(HeadsDiffer):
            create_undo_plan(acting_user=company.owner, run=updated)

    def test_a_preview_is_not_confirmed_while_every_administration_waits(self, company, child, updated):
        plan = create_undo_plan(acting_user=company.owner, run=updated)
        Administration.objects.filter(pk=child.pk).update(migration_head="between")
        with pytest.raises(HeadsDiffer):
            start_run(acting_user=company.owner, plan=plan, version=plan.version)

    def test_a_retry_is_not_begun_while_every_administration_waits(self, company, child, failed):
        Administration.objects.filter(pk=child.pk).update(migration_head="between")
        with pytest.raises(HeadsDiffer):
            retry_run(acting_user=company.owner, run=failed)

    @pytest.fixture
    def stricter(self, child: Administration) -> Iterator[None]:
        """A rule of the database that is younger than the run."""
        table = f'"{child.schema_name}".reference_data_worktype'
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT younger CHECK (description <> 'eerst') NOT VALID")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT younger")

    def test_what_a_younger_rule_of_the_database_forbids_is_told_by_the_preview_and_starts_no_run(
        self, company, child, updated, stricter
    ):
        plan = create_undo_plan(acting_user=company.owner, run=updated)
        assert (plan.state, plan.targets.get().rehearsal["code"]) == ("ready", "rule-broken")
        with pytest.raises(RehearsalFailed) as refusal:
            start_run(acting_user=company.owner, plan=plan, version=plan.version)
        with translation.override("en"):
            assert refusal.value.detail.startswith(
                "Trying it out showed that this cannot be taken back, so nothing was started:"
                " A rule of the database forbids it: "
            )
        assert not SyncRun.objects.filter(plan=plan).exists()

    def test_what_falls_behind_after_it_was_confirmed_is_skipped(self, company, child, updated):
        plan = create_undo_plan(acting_user=company.owner, run=updated)
        run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
        Administration.objects.filter(pk=child.pk).update(migration_head="between")
        assert not execute_target(run.targets.get().pk)
        target = run.targets.get()
        assert (target.state, target.error_code, descriptions(child)) == (
            "skipped",
            "heads-differ",
            {"Storing": "later"},
        )


def test_the_index_tells_what_a_base_without_a_document_became(company, child, updated, renamed):
    """The base of what was archived because it is used is what stands there, of which no document is stored."""
    with inside(child):
        WorkType.objects.update(is_archived=True)
        entry = look_at(child).entries[KIND, WorkType.objects.get().uid]
        Base.objects.update(digest=entry.digest)
    renamed()
    with inside(child):
        base = bytes(Base.objects.get().digest)
    assert look_at(child).entries[KIND, entry.uid].digest == base
    with inside(child):
        assert bytes(IndexEntry.objects.get().digest) == base
