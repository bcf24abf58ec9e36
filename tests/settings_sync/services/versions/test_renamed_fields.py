"""Versions, drafts and the log of edits of before a migration that renamed a field are read as those of today."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from reference_data.models import WorkType
from reference_data.sync import WorkTypeSync
from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.registry import registry
from settings_sync.declaring.upgrades import RenamedField
from settings_sync.engine.reading.remembered import _path_in_log
from settings_sync.exceptions import DraftCannotBeOpened
from settings_sync.models import Document
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.settings.items import read_item
from settings_sync.services.versions.drafts import begin_draft, list_drafts, mark_of, publish_draft, read_draft
from settings_sync.services.versions.versions import compare_versions, list_versions, restore_version
from settings_sync.services.versions.working import find_draft, work_on_draft
from sync_ledger.models import Draft, Edit, Version
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from tests.settings_sync.former_version import put_back, upgrade

pytestmark = pytest.mark.usefixtures("db")
KIND = "reference_data.worktype"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test makes a work type of its own."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Noord")


@pytest.fixture
def work_type(company: Company, child: Administration) -> WorkType:
    """A work type that a sync put back in the sub-administration, where “hier” was kept only for taking that back."""
    with inside(company.main):
        made = WorkType.objects.create(name=f"Storing {uuid.uuid4().hex[:6]}", description="eerst")
    company.sync(child, items=[made.uid])
    with inside(child):
        WorkType.objects.filter(uid=made.uid).update(description="hier")
        Version.objects.all().delete()
    company.sync(child, items=[made.uid], policies={"changed_locally": "put_back"})
    return made


@pytest.fixture
def rename(company: Company, child: Administration, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes what was stored until now of a version in which a description was called an explanation, and upgrades."""

    def renamed() -> None:
        put_back(KIND, "explanation", "description", [company.main, child])
        monkeypatch.setattr(WorkTypeSync, "upgrades", (RenamedField("explanation", "description"),))
        registry.edition += 1
        upgrade(company.main, child)

    yield renamed
    monkeypatch.undo()
    registry.edition += 1
    # The next test begins with a version that knows no upgrade.
    Document.objects.filter(kind=KIND).exclude(version=0, became=None).delete()
    upgrade(company.main, child)


def test_a_version_that_was_kept_for_taking_a_sync_back_is_listed_compared_and_restored(
    company, child, work_type, rename
):
    who = {"acting_user": company.owner, "administration": child, "uid": work_type.uid}
    # As of what was pruned before versions were kept.
    Document.objects.filter(digest=bytes.fromhex(list_versions(**who)[1].digest)).delete()
    rename()
    newest, former = list_versions(**who)
    (place,) = compare_versions(**who, before=former.digest, after=newest.digest)
    assert [(field.path, field.local, field.result) for field in place.fields] == [("description", "hier", "eerst")]
    assert restore_version(**who, digest=former.digest).document["description"] == "hier"
    assert [row.digest for row in list_versions(**who)] == [former.digest, newest.digest, former.digest]
    # Once more is once.
    upgrade(company.main, child)
    assert [row.digest for row in list_versions(**who)] == [former.digest, newest.digest, former.digest]


def test_a_draft_goes_on_as_it_was(company, work_type, rename):
    who = {"acting_user": company.owner, "administration": company.main, "uid": work_type.uid}
    begin_draft(**who)
    with inside(company.main):
        draft = Draft.objects.get(uid=work_type.uid)
        Draft.objects.filter(pk=draft.pk).update(body={**draft.body, "description": "bijna af"})
    rename()
    rows = list_drafts(acting_user=company.owner, administration=company.main)
    (row,) = [row for row in rows if row.uid == work_type.uid]
    assert not row.has_moved
    (place,) = read_draft(**who).places
    assert [(field.path, field.local, field.result) for field in place.fields] == [("description", "eerst", "bijna af")]
    publish_draft(**who, seen=mark_of(row))
    assert read_item(**who).document["description"] == "bijna af"


def test_a_draft_of_another_version_is_not_opened_as_one_of_this(company, work_type):
    who = {"acting_user": company.owner, "administration": company.main}
    begin_draft(**who, uid=work_type.uid)
    with inside(company.main):
        Draft.objects.filter(uid=work_type.uid).update(version=7)
        draft = find_draft(work_type.uid, "reference_data")
        with pytest.raises(DraftCannotBeOpened):
            work_on_draft(**who, draft=draft, work=lambda: None)


def test_the_log_of_edits_names_the_field_of_today(company, work_type, rename):
    who = {"acting_user": company.owner, "administration": company.main, "uid": work_type.uid}
    replace_item(**who, document={**read_item(**who).document, "description": "anders"}, seen=None)
    rename()
    with inside(company.main):
        assert [(edit.path, edit.after) for edit in Edit.objects.filter(uid=work_type.uid)] == [
            ("description", "anders")
        ]


def test_in_the_log_a_part_is_known_by_its_list_and_by_how_deep_it_stands(monkeypatch):
    kind = all_kinds()["forms_catalog.form"]
    monkeypatch.setattr(
        kind.root.declaration,
        "upgrades",
        (RenamedField("uitleg", "help_text", part="field"), RenamedField("kop", "title", part="section")),
    )
    for path, now in (
        ("sections/Metingen/CO/uitleg", "sections/Metingen/CO/help_text"),
        ("sections/Metingen/kop", "sections/Metingen/title"),
        ("sections/Metingen/uitleg", "sections/Metingen/uitleg"),
        ("uitleg", "uitleg"),
        ("elders/Metingen/kop", "elders/Metingen/kop"),
    ):
        assert _path_in_log(kind, path) == now
