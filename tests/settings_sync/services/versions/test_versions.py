"""Every way of changing a setting keeps what it was, and any of that comes back."""

from typing import Any

import pytest

from forms_catalog.models import Form
from forms_catalog.services import add_section, create_form, update_form
from settings_sync.exceptions import DocumentRefused, ItemGone, VersionGone
from settings_sync.services.edits.item_edits import archive_item, replace_item
from settings_sync.services.settings.items import read_item
from settings_sync.services.versions.versions import compare_versions, list_versions, restore_version
from sync_ledger.models import Version
from tenants.models import Administration
from tenants.schemas import inside
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


def make(company: Company, name: str) -> Form:
    with inside(company.main):
        return create_form(
            acting_user=company.owner,
            administration=company.main,
            values={"name": name, "description": "", "print_template": ""},
        )


def versions(company: Company, form: Form, administration: Administration | None = None) -> list[Any]:
    where = administration or company.main
    return list_versions(acting_user=company.owner, administration=where, uid=form.uid)


def test_what_the_editor_saves_is_kept_step_by_step(company):
    form = make(company, "Stap voor stap")
    with inside(company.main):
        update_form(acting_user=company.owner, administration=company.main, form=form, values={"description": "Twee"})
        add_section(acting_user=company.owner, administration=company.main, form=form, values={"title": "Drie"})
        # Saved as it was: nothing new.
        update_form(acting_user=company.owner, administration=company.main, form=form, values={"description": "Twee"})
    rows = versions(company, form)
    assert [row.number for row in rows] == [3, 2, 1]
    assert [row.is_current for row in rows] == [True, False, False]
    assert {row.by for row in rows} == {company.owner.name}
    assert all(row.at is not None for row in rows)
    assert len({row.digest for row in rows}) == 3


def test_what_stood_there_before_any_edit_is_kept_with_the_first(company):
    with inside(company.main):
        form = Form.objects.create(name="Was er al")
    assert [(row.number, row.is_current) for row in versions(company, form)] == [(1, True)]
    archive_item(acting_user=company.owner, administration=company.main, uid=form.uid)
    newest, first = versions(company, form)
    assert (first.at, first.by) == (None, "")
    restore_version(acting_user=company.owner, administration=company.main, uid=form.uid, digest=first.digest)
    assert [row.digest for row in versions(company, form)] == [first.digest, newest.digest, first.digest]


def test_what_nobody_logged_is_told_as_what_stands_there(company):
    form = make(company, "Buitenom")
    with inside(company.main):
        Form.objects.filter(pk=form.pk).update(description="langs de achterdeur")
    rows = versions(company, form)
    assert [row.number for row in rows] == [2, 1]
    assert (rows[0].is_current, rows[0].by) == (True, "")


def test_a_sync_and_taking_it_back_are_kept_in_the_administration_that_got_them(company, child):
    form = make(company, "Reist mee")
    company.sync(child, items=[form.uid])
    with inside(company.main):
        update_form(acting_user=company.owner, administration=company.main, form=form, values={"description": "Nieuw"})
    company.sync(child, items=[form.uid])
    rows = versions(company, form, child)
    assert [row.by for row in rows] == [company.owner.name] * 2
    assert [row.digest for row in rows] == [row.digest for row in versions(company, form)]
    # And from before versions were kept: what a sync replaces is found where it was kept for taking that back.
    with inside(child):
        Version.objects.all().delete()
        Form.objects.filter(uid=form.uid).update(description="hier")
    company.sync(child, items=[form.uid], policies={"changed_locally": "put_back"})
    newest, former = versions(company, form, child)
    assert former.by == ""
    restored = restore_version(
        acting_user=company.owner, administration=child, uid=form.uid, digest=former.digest, seen=newest.digest
    )
    assert restored.document["description"] == "hier"


def test_differences_are_told_as_people_see_them(company):
    form = make(company, "Verschil")
    with inside(company.main):
        update_form(acting_user=company.owner, administration=company.main, form=form, values={"description": "Ketels"})
        add_section(acting_user=company.owner, administration=company.main, form=form, values={"title": "Metingen"})
    newest, _middle, first = versions(company, form)
    of_item, of_section = compare_versions(
        acting_user=company.owner, administration=company.main, uid=form.uid, before=first.digest, after=newest.digest
    )
    assert [(field.local, field.result) for field in of_item.fields if field.path == "description"] == [("", "Ketels")]
    assert (of_section.status, "Metingen" in of_section.title) == ("added", True)


def test_a_version_of_another_setting_is_none_of_this_one(company):
    one, other = make(company, "Een"), make(company, "Ander")
    digest = versions(company, other)[0].digest
    who = {"acting_user": company.owner, "administration": company.main, "uid": one.uid}
    with pytest.raises(VersionGone):
        restore_version(**who, digest=digest)
    with pytest.raises(VersionGone):
        compare_versions(**who, before=digest, after=versions(company, one)[0].digest)


def test_what_it_pointed_at_and_is_gone_keeps_it_from_coming_back(company):
    from reference_data.models import WorkType

    form = make(company, "Wijst")
    with inside(company.main):
        work_type = WorkType.objects.create(name="Verdwijnt")
    item = read_item(acting_user=company.owner, administration=company.main, uid=form.uid)
    who = {"acting_user": company.owner, "administration": company.main, "uid": form.uid}
    pointing = replace_item(**who, document={**item.document, "work_types": [str(work_type.uid)]}, seen=None)
    replace_item(**who, document=item.document, seen=None)
    with inside(company.main):
        work_type.delete()
    with pytest.raises(DocumentRefused) as refused:
        restore_version(**who, digest=pointing.row.digest)
    assert list(refused.value.errors) == ["work_types.0"]


def test_who_may_not_see_it_sees_no_version(company, child):
    from tests.conftest import make_administration, make_member

    stranger = make_member(make_administration("De Boer"))
    form = make(company, "Geheim")
    with pytest.raises(ItemGone):
        list_versions(acting_user=stranger, administration=company.main, uid=form.uid)
