"""A setting that is not there yet is worked on as a draft, until publishing makes it."""

import uuid
from typing import Any

import pytest

from forms_catalog import services
from forms_catalog.models import Form, Section
from settings_sync.exceptions import (
    DocumentRefused,
    DraftCannotBeOpened,
    DraftMoved,
    ItemGone,
    ItemMoved,
    NameClash,
    UidTaken,
    UnknownKind,
)
from settings_sync.services.edits.item_edits import delete_item
from settings_sync.services.settings.items import read_item
from settings_sync.services.versions.drafts import (
    begin_draft,
    discard_draft,
    list_drafts,
    mark_of,
    publish_draft,
    read_draft,
)
from settings_sync.services.versions.new_drafts import draft_what_is_made, make_draft, write_draft
from settings_sync.services.versions.working import find_draft, work_on_draft
from sync_ledger.models import Dirty, Draft, Edit, Version
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
FORMS = {"category": "forms", "kind": "forms_catalog.form"}


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Noord")


@pytest.fixture
def who(company: Company) -> dict[str, Any]:
    return {"acting_user": company.owner, "administration": company.main}


def named() -> str:
    return f"Nieuw {uuid.uuid4().hex[:6]}"


def make_form(who: Any, name: str) -> Form:
    values = {"name": name, "description": "", "print_template": ""}
    return services.create_form(**who, values=values)


def drafted(company: Company, who: Any, name: str) -> Any:
    with inside(company.main):
        _form, (row,) = draft_what_is_made(**who, app="forms_catalog", work=lambda: make_form(who, name))
    return row


def test_what_a_page_would_make_is_a_draft_and_nothing_else(company, child, who):
    with inside(company.main):
        before = (Version.objects.count(), Edit.objects.count(), Dirty.objects.count(), Form.objects.count())
    row = drafted(company, who, name := named())
    assert (row.label, row.is_new, row.has_moved) == (name, True, False)
    with inside(company.main):
        now = (Version.objects.count(), Edit.objects.count(), Dirty.objects.count(), Form.objects.count())
    assert now == before
    assert read_item(**who, uid=row.uid) is None
    assert row in list_drafts(**who)
    plan = company.plan(child, categories=["forms"])
    assert not plan.targets.get().changes.filter(label=name).exists()


def test_it_is_worked_on_looked_over_and_published(company, child, who):
    uid = drafted(company, who, name := named()).uid
    with inside(company.main):
        draft = find_draft(uid, "forms_catalog")

        def add_section() -> Section:
            return services.add_section(**who, form=Form.objects.get(uid=uid), values={"title": "Metingen"})

        section = work_on_draft(**who, draft=draft, work=add_section)
    ahead = read_draft(**who, uid=uid)
    assert (ahead.published, ahead.row.is_new) == ("", True)
    assert "Metingen" in " ".join(place.title for place in ahead.places)
    assert name in {field.result for place in ahead.places for field in place.fields}
    done = publish_draft(**who, uid=uid, seen=mark_of(ahead.row))
    assert done.item.row.label == name
    with inside(company.main):
        assert Section.objects.get(form__uid=uid).uid == section.uid
        assert Edit.objects.filter(uid=uid, path="name").get().after == name
        assert not Draft.objects.filter(uid=uid).exists()
    company.sync(child, items=[uid])
    with inside(child):
        assert Form.objects.filter(uid=uid).exists()


def test_what_is_refused_makes_no_draft(company, who):
    def refuse() -> str:
        return "a page with what is wrong"

    with inside(company.main):
        assert draft_what_is_made(**who, app="forms_catalog", work=refuse) == ("a page with what is wrong", [])


def test_publishing_under_a_name_that_is_taken_by_then_is_refused(company, who):
    row = drafted(company, who, name := named())
    with inside(company.main):
        make_form(who, name)
    with pytest.raises(NameClash):
        publish_draft(**who, uid=row.uid, seen=mark_of(row))
    assert read_draft(**who, uid=row.uid).row.is_new


def test_it_takes_the_right_to_make_one(company, who):
    reader = make_member(company.main, "Medewerker")
    given = {**FORMS, "document": {"name": named()}}
    with pytest.raises(Exception, match="forms"):
        make_draft(**{**who, "acting_user": reader}, **given)


class TestByDocument:
    def test_a_draft_is_made_written_and_published(self, company, who):
        row = make_draft(**who, **FORMS, document={"name": named()})
        write_draft(**who, uid=row.uid, document={"name": (name := named())}, seen=mark_of(row))
        ahead = read_draft(**who, uid=row.uid)
        assert (ahead.document["name"], ahead.row.label, ahead.row.changed_by) == (name, name, company.owner.name)
        item = publish_draft(**who, uid=row.uid, seen=mark_of(ahead.row)).item
        assert (item.row.digest, item.row.label) == (ahead.digest, name)

    def test_who_looked_at_another_draft_writes_nothing(self, company, who):
        row = make_draft(**who, **FORMS, document={"name": named()})
        write_draft(**who, uid=row.uid, document={"name": named()}, seen=mark_of(row))
        with pytest.raises(ItemMoved):
            write_draft(**who, uid=row.uid, document={"name": named()}, seen=mark_of(row))

    def test_what_no_column_holds_is_refused_with_its_place(self, who):
        with pytest.raises(DocumentRefused) as refused:
            make_draft(**who, **FORMS, document={"name": 3, "colour": "red"})
        assert list(refused.value.errors) == ["colour", "name"]

    def test_what_does_not_fit_beside_what_stands_there_is_refused(self, company, who):
        with inside(company.main):
            make_form(who, name := named())
        with pytest.raises(DraftCannotBeOpened):
            make_draft(**who, **FORMS, document={"name": name})
        row = make_draft(**who, **FORMS, document={"name": named()})
        with pytest.raises(DraftCannotBeOpened):
            write_draft(**who, uid=row.uid, document={"name": name}, seen=mark_of(row))

    def test_a_uid_has_one_draft_and_one_setting(self, company, who):
        with inside(company.main):
            form = make_form(who, named())
        row = make_draft(**who, **FORMS, document={"name": named()})
        for uid in (form.uid, row.uid):
            with pytest.raises(UidTaken):
                make_draft(**who, **FORMS, document={"name": named()}, uid=uid)

    def test_a_kind_of_another_category_is_refused(self, who):
        with pytest.raises(UnknownKind):
            make_draft(**who, category="forms", kind="workflows.workflow", document={"name": named()})

    def test_a_draft_that_is_gone_is_not_written(self, company, who):
        row = make_draft(**who, **FORMS, document={"name": named()})
        discard_draft(**who, uid=row.uid)
        with pytest.raises(ItemGone):
            write_draft(**who, uid=row.uid, document={"name": named()}, seen=mark_of(row))

    def test_who_may_only_read_writes_nothing(self, company, who):
        row = make_draft(**who, **FORMS, document={"name": named()})
        reader = make_member(company.main, "Medewerker")
        with pytest.raises((NotAllowed, ItemGone)):
            write_draft(**{**who, "acting_user": reader}, uid=row.uid, document={"name": named()}, seen=mark_of(row))


def test_a_draft_of_what_was_deleted_since_makes_it_anew_when_that_is_said(company, who):
    with inside(company.main):
        form = make_form(who, name := named())
    begin_draft(**who, uid=form.uid)
    delete_item(**who, uid=form.uid)
    ahead = read_draft(**who, uid=form.uid)
    assert (ahead.row.has_moved, ahead.row.is_new, ahead.published) == (True, False, "")
    with pytest.raises(DraftMoved):
        publish_draft(**who, uid=form.uid, seen=mark_of(ahead.row))
    publish_draft(**who, uid=form.uid, seen=mark_of(ahead.row), replaces=True)
    assert read_item(**who, uid=form.uid).row.label == name
