"""A setting is worked on as a draft that nobody else notices, until it is published."""

import uuid
from typing import Any

import pytest

from forms_catalog import services
from forms_catalog.models import Field, Form, Section
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import DraftCannotBeOpened, DraftMoved, DraftStaysOne, ItemGone, SettingLocked
from settings_sync.models import Document, ItemRule
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.settings.items import read_item
from settings_sync.services.versions.drafts import (
    begin_draft,
    discard_draft,
    list_drafts,
    mark_of,
    publish_draft,
    read_draft,
)
from settings_sync.services.versions.working import find_draft, work_on_draft
from sync_ledger.models import Dirty, Draft, Edit, Version
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")


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
def form(company: Company, child: Administration) -> Form:
    """A form of two questions that the sub-administration has as well."""
    with inside(company.main):
        form = Form.objects.create(name=f"Onderhoud {uuid.uuid4().hex[:6]}", description="zoals het is")
        section = Section.objects.create(form=form, title="Metingen")
        Field.objects.create(section=section, label="Druk", reference="druk", position=0)
        Field.objects.create(section=section, label="CO", reference="co", position=1)
    company.sync(child, items=[form.uid])
    return form


@pytest.fixture
def draft(company: Company, form: Form) -> Form:
    """The same with a draft."""
    begin_draft(acting_user=company.owner, administration=company.main, uid=form.uid)
    return form


def work(
    company: Company, draft: Form, service: Any, administration: Administration | None = None, /, **what: Any
) -> Any:
    """Call an editor's service as its page does it: with the draft in the place of what is published."""
    where = administration or company.main
    with inside(where):
        found_draft = find_draft(draft.uid, "forms_catalog")
        assert found_draft is not None

        def edit() -> Any:
            found = {name: value() for name, value in what.items() if callable(value)}
            return service(acting_user=company.owner, administration=where, **{**what, **found})

        return work_on_draft(acting_user=company.owner, administration=where, draft=found_draft, work=edit)


def describe(company: Company, form: Form, words: str) -> None:
    work(
        company, form, services.update_form, form=lambda: Form.objects.get(uid=form.uid), values={"description": words}
    )


def seen(company: Company, form: Form) -> str:
    return mark_of(read_draft(acting_user=company.owner, administration=company.main, uid=form.uid).row)


def publish(company: Company, form: Form, **more: Any) -> Any:
    given = {"seen": seen(company, form), **more}
    return publish_draft(acting_user=company.owner, administration=company.main, uid=form.uid, **given)


def published(company: Company, form: Form) -> Any:
    item = read_item(acting_user=company.owner, administration=company.main, uid=form.uid)
    assert item is not None
    return item


def test_nothing_notices_a_draft(company, child, draft):
    before = published(company, draft)
    with inside(company.main):
        kept = (Version.objects.count(), Edit.objects.count(), Dirty.objects.count())
    documents = set(Document.objects.values_list("digest", flat=True))
    describe(company, draft, "nog niet af")
    after = published(company, draft)
    assert (after.row.digest, after.document) == (before.row.digest, before.document)
    with inside(company.main):
        assert Form.objects.get(uid=draft.uid).description == "zoals het is"
        assert (Version.objects.count(), Edit.objects.count(), Dirty.objects.count()) == kept
        assert Draft.objects.get(uid=draft.uid).body["description"] == "nog niet af"
    assert set(Document.objects.values_list("digest", flat=True)) == documents
    assert look_at(company.main).entries["forms_catalog.form", draft.uid].digest.hex() == before.row.digest
    plan = company.plan(child, items=[draft.uid])
    assert not [row for row in plan.targets.get().changes.all() if row.action != "unchanged"]


def test_a_draft_remembers_what_was_done_with_it(company, draft):
    describe(company, draft, "eerst")
    title = {"title": "Erbij"}
    work(company, draft, services.add_section, form=lambda: Form.objects.get(uid=draft.uid), values=title)
    section = work(company, draft, lambda **_who: Section.objects.get(title="Erbij").uid)
    # A part that only the draft has is found by its own address, and is the same one each time.
    with inside(company.main):
        assert find_draft(section, "forms_catalog").uid == draft.uid
        assert find_draft(section, "workflows") is None
        assert not Section.objects.filter(uid=section).exists()
    values = {"label": "Nieuw", "reference": "nieuw"}
    work(company, draft, services.add_field, section=lambda: Section.objects.get(uid=section), values=values)
    words = read_draft(acting_user=company.owner, administration=company.main, uid=draft.uid).places
    titles = " ".join(place.title for place in words)
    assert "Erbij" in titles
    assert "Nieuw" in titles


def test_publishing_lets_it_be_so_and_says_who_is_behind(company, child, draft):
    describe(company, draft, "klaar")
    with inside(company.main):
        versions = Version.objects.filter(uid=draft.uid).count()
    done = publish(company, draft)
    assert done.behind == 1
    assert published(company, draft).document["description"] == "klaar"
    with inside(company.main):
        assert not Draft.objects.filter(uid=draft.uid).exists()
        assert Version.objects.filter(uid=draft.uid).count() > versions
        assert Edit.objects.filter(uid=draft.uid, path="description").get().after == "klaar"
    company.sync(child, items=[draft.uid])
    with inside(child):
        assert Form.objects.get(uid=draft.uid).description == "klaar"


def test_a_draft_that_somebody_else_changed_is_not_published_unseen(company, draft):
    mine = seen(company, draft)
    describe(company, draft, "van een ander")
    with pytest.raises(DraftMoved, match=company.owner.name):
        publish(company, draft, seen=mine)
    assert published(company, draft).document["description"] == "zoals het is"


def test_what_was_published_meanwhile_is_put_aside_only_when_that_is_said(company, draft):
    describe(company, draft, "van het concept")
    now = published(company, draft)
    replace_item(
        acting_user=company.owner,
        administration=company.main,
        uid=draft.uid,
        document={**now.document, "description": "langs een andere deur"},
        seen=None,
    )
    assert read_draft(acting_user=company.owner, administration=company.main, uid=draft.uid).row.has_moved
    with pytest.raises(DraftMoved):
        publish(company, draft)
    assert published(company, draft).document["description"] == "langs een andere deur"
    publish(company, draft, replaces=True)
    assert published(company, draft).document["description"] == "van het concept"


def test_two_editors_of_a_draft_are_told_of_each_other(company, draft):
    looked_at = work(company, draft, lambda **_who: services.fingerprint_of(Form.objects.get(uid=draft.uid)))
    describe(company, draft, "de eerste")
    with pytest.raises(services.EditRefused):
        work(
            company,
            draft,
            services.update_form,
            form=lambda: Form.objects.get(uid=draft.uid),
            values={"description": "de tweede"},
            seen=looked_at,
        )
    with inside(company.main):
        assert Draft.objects.get(uid=draft.uid).body["description"] == "de eerste"


@pytest.mark.parametrize("service", [services.archive_form, services.delete_form])
def test_a_setting_with_a_draft_is_neither_archived_nor_deleted_by_its_pages(company, draft, service):
    with inside(company.main):
        Draft.objects.filter(uid=draft.uid).update(label="Zo heet het")
    with pytest.raises(DraftStaysOne, match="Zo heet het"):
        work(company, draft, service, form=lambda: Form.objects.get(uid=draft.uid))
    with inside(company.main):
        assert not Form.objects.get(uid=draft.uid).is_archived
        assert Draft.objects.filter(uid=draft.uid).exists()


def test_a_draft_whose_name_another_has_by_now_is_not_opened(company, draft):
    name = f"Bezet {uuid.uuid4().hex[:6]}"
    work(company, draft, services.update_form, form=lambda: Form.objects.get(uid=draft.uid), values={"name": name})
    with inside(company.main):
        Form.objects.create(name=name)
    with pytest.raises(DraftCannotBeOpened, match=name):
        describe(company, draft, "x")
    assert published(company, draft).document["description"] == "zoals het is"


def test_what_the_work_raises_leaves_the_draft_as_it_was(company, draft):
    def fail(**_who: Any) -> None:
        Form.objects.filter(uid=draft.uid).update(description="half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work(company, draft, fail)
    with inside(company.main):
        assert Draft.objects.get(uid=draft.uid).body["description"] == "zoals het is"


def test_a_draft_is_thrown_away(company, draft):
    describe(company, draft, "weg ermee")
    discard_draft(acting_user=company.owner, administration=company.main, uid=draft.uid)
    assert published(company, draft).document["description"] == "zoals het is"
    with pytest.raises(ItemGone):
        read_draft(acting_user=company.owner, administration=company.main, uid=draft.uid)


def test_what_the_main_locked_is_refused_in_a_draft_and_when_it_is_published(company, child, form):
    begin_draft(acting_user=company.owner, administration=child, uid=form.uid)
    values = {"description": "hier anders"}
    work(company, form, services.update_form, child, form=lambda: Form.objects.get(uid=form.uid), values=values)
    ItemRule.objects.create(
        administration=company.main, kind="forms_catalog.form", uid=form.uid, locked_paths=["description"]
    )
    values = {"description": "nog eens anders"}
    with pytest.raises(services.EditRefused, match=company.main.name):
        work(company, form, services.update_form, child, form=lambda: Form.objects.get(uid=form.uid), values=values)
    mark = mark_of(read_draft(acting_user=company.owner, administration=child, uid=form.uid).row)
    with pytest.raises(SettingLocked):
        publish_draft(acting_user=company.owner, administration=child, uid=form.uid, seen=mark)


def test_drafts_are_for_who_may_edit_and_listed_for_who_may_read(company, draft):
    stranger = make_member(company.child("Elders"))
    powerless = make_member(company.main, "Medewerker")
    assert draft.uid in {row.uid for row in list_drafts(acting_user=company.owner, administration=company.main)}
    for user in (stranger, powerless):
        assert list_drafts(acting_user=user, administration=company.main) == []
        for verb in (begin_draft, discard_draft, read_draft):
            with pytest.raises((ItemGone, NotAllowed)):
                verb(acting_user=user, administration=company.main, uid=draft.uid)
