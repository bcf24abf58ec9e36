"""What the people of a sub-administration are told about the syncs that changed their settings."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from business.rights import CustomerRight
from forms_catalog.models import Field, Form, Section
from forms_catalog.rights import FormRight
from settings_sync.models import Change, Document, Finding, SyncTarget
from settings_sync.services.news.news import news_for
from settings_sync.services.runs.runs import start_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Membership, Role
from tenants.rights import all_rights
from tenants.schemas import inside
from tests.conftest import make_member
from workflows.rights import WorkflowRight

from .conftest import browser, carry_out, make_form, sync

ALL = frozenset(all_rights())


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace(" ,", ",")


def settings_of(administration):
    return reverse("settings-home", args=[administration.slug])


def address_of(administration, *args):
    return reverse("sync:news-setting" if len(args) > 1 else "sync:news", args=[administration.slug, *args])


def change_form(main, name="Onderhoud cv-ketel"):
    """Two fields of a form otherwise, one field added and none removed."""
    with inside(main):
        Form.objects.filter(name=name).update(description="Elk jaar")
        measured = Section.objects.get(form__name=name)
        Field.objects.filter(section=measured, reference="co").update(is_required=True)
        Field.objects.create(section=measured, label="Druk", type="number", position=2, reference="druk")


@pytest.fixture
def changed(owner, main, joined, form):
    """A sync that brought a form, and one that changed it; the change of that form."""
    sync(owner, main, joined)
    change_form(main)
    run = sync(owner, main, joined)
    return Change.objects.get(plan_target__sync_target__run=run, action="update")


def make_reader(administration, *rights):
    reader = make_member(administration)
    role = Role.objects.create(
        name=f"Reader of {len(rights)} {rights[0]}", administration=administration, rights=[*rights]
    )
    Membership.objects.filter(user=reader).update(role=role)
    return browser(reader)


def test_a_field_that_was_made_anew_under_its_id_is_the_field_that_changed(owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        old = Field.objects.get(section__form__name="Onderhoud cv-ketel", reference="co")
        old.delete()
        Field.objects.create(section=old.section, reference="co", label="CO (ppm)", position=old.position)
    sync(owner, main, joined)
    with translation.override("en"):
        (setting,) = [row for group in news_for(joined, ALL)[0].categories for row in group.changed]
    assert setting.fields == "2 fields changed: label of CO (ppm), type of CO (ppm)"


def test_a_sub_is_told_what_changed_with_the_note(owner_client, owner, main, joined, form):
    sync(owner, main, joined)
    sync(owner, main, joined)  # changed nothing, so it is no news
    (news,) = news_for(joined, ALL)
    assert (news.note, news.counted.create) == ("New CO rules", 2)
    answer = owner_client.get(settings_of(joined))
    news_on_page = answer.content.decode().partition('class="news"')[2].partition("</section>")[0]
    assert f'<a href="/a/{joined.slug}/settings/forms/">Forms</a>' in news_on_page
    page = text_of(answer)
    assert "Changed from the main administration" in page
    assert "Onderhoud cv-ketel" in page
    assert "New CO rules" in page
    assert "Changed from the main administration" not in text_of(owner_client.get(settings_of(main)))


def test_news_are_kept_apart_per_administration(owner_client, owner, main, joined, other_child, changed):
    assert news_for(other_child, ALL) == []
    make_member(other_child, user=owner)
    target = changed.plan_target.sync_target.pk
    for address in (address_of(other_child, target), address_of(other_child, target, changed.pk)):
        assert owner_client.get(address).status_code == 404


def test_each_setting_says_in_short_what_changed_in_it(owner_client, joined, changed):
    said = "2 fields changed: description, required of CO-gehalte; added: field “Druk”"
    with translation.override("en"):
        assert [row.fields for row in news_for(joined, ALL)[0].categories[0].changed] == [said]
    assert said in text_of(owner_client.get(settings_of(joined)))
    assert said in text_of(owner_client.get(address_of(joined, changed.plan_target.sync_target.pk)))


def test_the_differences_are_shown_field_by_field(owner_client, joined, changed):
    address = address_of(joined, changed.plan_target.sync_target.pk, changed.pk)
    assert f'hx-get="{address}"' in owner_client.get(settings_of(joined)).content.decode()
    page = owner_client.get(address)
    part = owner_client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    for said in (text_of(page), re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))):
        assert "Was Became" in said
        assert "Required no yes" in said
        assert "› field “Druk” added" in said
        assert "Decide" not in said
    assert "New CO rules" in text_of(page)


def test_only_who_may_read_such_settings_is_told_of_them(joined, changed):
    target = changed.plan_target.sync_target.pk
    addresses = [settings_of(joined), address_of(joined, target), address_of(joined, target, changed.pk)]
    reader = make_reader(joined, FormRight.READ)
    assert all("CO-gehalte" in text_of(reader.get(address)) for address in addresses)
    other = make_reader(joined, WorkflowRight.READ)
    assert "Onderhoud" not in text_of(other.get(addresses[0]))
    assert [other.get(address).status_code for address in addresses[1:]] == [404, 404]
    nobody = make_reader(joined, CustomerRight.READ)
    assert [nobody.get(address).status_code for address in addresses[1:]] == [403, 403]


def test_what_was_held_back_at_the_last_moment_is_no_news(joined, changed):
    target = SyncTarget.objects.get(pk=changed.plan_target.sync_target.pk)
    Finding.objects.create(target=target, kind=changed.kind, uid=changed.uid, label=changed.label, code="stale")
    (only,) = news_for(joined, ALL)
    assert only.counted.update == 0


def test_what_is_not_kept_any_more_is_told_without_its_fields(owner_client, joined, changed):
    Document.objects.filter(digest=bytes(changed.local_digest)).delete()
    (entry,) = news_for(joined, ALL)[0].categories[0].changed
    assert entry.fields == ""
    page = owner_client.get(address_of(joined, changed.plan_target.sync_target.pk, changed.pk))
    assert "not kept any more" in text_of(page)
    assert "CO-gehalte" not in text_of(page)


def test_the_queries_of_the_card_do_not_depend_on_what_changed(owner_client, owner, main, joined, changed):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(settings_of(joined))
        return len(captured)

    queries()
    before = queries()
    with inside(main):
        for number in range(5):
            make_form(f"Keuring {number}")
    sync(owner, main, joined)
    for number in range(5):
        change_form(main, f"Keuring {number}")
    sync(owner, main, joined)
    assert "and 2 more" in text_of(owner_client.get(settings_of(joined)))
    assert queries() == before


def test_news_that_does_not_exist_is_not_found(owner_client, main, joined, changed):
    target = changed.plan_target.sync_target.pk
    for address in (
        address_of(joined, uuid.uuid4()),
        address_of(joined, target, changed.pk + 1000),
        address_of(main, target),
    ):
        assert owner_client.get(address).status_code == 404
    assert owner_client.get(address_of(joined, target) + "?page=x").status_code == 200


def test_taking_a_sync_back_says_so(owner_client, owner, main, joined, changed):
    run = changed.plan_target.sync_target.run
    plan = create_undo_plan(acting_user=owner, run=run, targets=[joined.slug])
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    said = text_of(owner_client.get(settings_of(joined)))
    assert said.count("was taken back") == 1
    assert "removed: field “Druk”" in said


def test_everything_that_changed_stands_by_category(owner_client, joined, changed):
    first = SyncTarget.objects.filter(administration=joined).earliest("finished_at")
    page = owner_client.get(address_of(joined, first.pk)).content.decode()
    headings = re.findall(r'<h2 class="change-group">(.*?)</h2>', page)
    assert headings == ["Forms", "Other shared settings"]
