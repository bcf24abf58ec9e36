"""The pages of drafts, and the pages of catalogs while there is one."""

import pytest
from django.test import Client
from django.urls import reverse

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from sync_ledger.models import Draft
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from workflows.models import Workflow


@pytest.fixture
def here(main):
    return lambda name, *args: reverse(name, args=[main.slug, *args])


@pytest.fixture
def begun(owner_client, main, here):
    """A form of which a draft was begun on its page."""
    with inside(main):
        form = Form.objects.create(name="Onderhoud", description="zoals het is")
        Section.objects.create(form=form, title="Metingen")
    answer = owner_client.post(here("sync:draft-begin", form.uid))
    assert answer.headers["Location"] == here("forms_catalog:edit", form.uid)
    return form


def test_the_editor_offers_a_draft_and_says_when_it_shows_one(owner_client, main, here):
    with inside(main):
        form = Form.objects.create(name="Onderhoud")
    editor = here("forms_catalog:edit", form.uid)
    assert here("sync:draft-begin", form.uid) in owner_client.get(editor).text
    owner_client.post(here("sync:draft-begin", form.uid))
    page = owner_client.get(editor).text
    assert here("sync:draft", form.uid) in page
    assert here("sync:draft-begin", form.uid) not in page


def test_the_editors_pages_change_the_draft_alone_until_it_is_published(owner_client, main, here, begun):
    with inside(main):
        section = begun.sections.get()
    typed = {"section": str(section.uid), "label": "Druk", "type": "number", "reference": "", "options": ""}
    assert owner_client.post(here("forms_catalog:new_field", section.uid), typed).status_code == 302
    with inside(main):
        assert not Field.objects.exists()
        part = next(uid for uid in Draft.objects.get().parts if uid != str(section.uid))
    # The field that only the draft has, on its own page; what it hangs on is chosen there as before.
    page = owner_client.get(here("forms_catalog:edit_part", "fields", part))
    assert page.context["form"]["section"].value() == section.uid
    assert f'value="{section.uid}" selected' in page.text
    assert "Druk" in owner_client.get(here("forms_catalog:edit", begun.uid)).text
    assert "Druk" in owner_client.get(here("forms_catalog:try", begun.uid)).text
    draft_page = owner_client.get(here("sync:draft", begun.uid))
    assert "Druk" in draft_page.text
    done = owner_client.post(here("sync:draft-publish", begun.uid), {"seen": draft_page.context["mark"]}, follow=True)
    assert done.redirect_chain[-1][0] == here("forms_catalog:edit", begun.uid)
    with inside(main):
        assert Field.objects.get().label == "Druk"
        assert str(Field.objects.get().uid) == part
        assert not Draft.objects.exists()


def test_a_draft_of_a_workflow_and_of_a_list_work_by_the_same_pages(owner_client, main, here):
    with inside(main):
        workflow = Workflow.objects.create(name="Bezoek")
        work_type = WorkType.objects.create(name="Onderhoud")
    for uid in (workflow.uid, work_type.uid):
        owner_client.post(here("sync:draft-begin", uid))
    steps = {"steps-TOTAL_FORMS": 1, "steps-INITIAL_FORMS": 0, "steps-0-type": "hour"}
    editor = here("workflows:edit", workflow.uid)
    seen = owner_client.get(editor).context["seen"]
    owner_client.post(editor, {"do": "save", "name": "Anders", "seen": seen, **steps})
    page = here("reference_data:edit", "work-types", work_type.uid)
    typed = {
        "name": "Keuring",
        "default_minutes": "30",
        "is_active": "on",
        "seen": owner_client.get(page).context["seen"],
    }
    owner_client.post(page, typed)
    with inside(main):
        assert Workflow.objects.get().name == "Bezoek"
        assert WorkType.objects.get().name == "Onderhoud"
        assert {draft.body["name"] for draft in Draft.objects.all()} == {"Anders", "Keuring"}


def test_the_api_and_what_is_exported_are_what_is_published(owner_client, main, here, begun):
    typed = {"name": "Onderhoud", "description": "geheim plan", "print_template": ""}
    owner_client.post(here("forms_catalog:details", begun.uid), typed)
    assert "geheim plan" in owner_client.get(here("forms_catalog:edit", begun.uid)).text
    for page in (here("sync:item-history", begun.uid), here("sync:item-export", begun.uid), here("forms_catalog:list")):
        assert b"geheim plan" not in owner_client.get(page).getvalue()


def test_archiving_what_has_a_draft_leads_to_the_draft_with_the_reason(owner_client, main, here, begun):
    answer = owner_client.post(here("forms_catalog:archive", begun.uid), follow=True)
    assert answer.redirect_chain[-1][0] == here("sync:draft", begun.uid)
    assert "notice bad" in answer.text
    assert "notice ok" not in answer.text
    with inside(main):
        assert not Form.objects.get().is_archived


def test_publishing_says_how_many_are_behind(owner, owner_client, main, here, begun):
    from tests.contracts.world import Company

    child = make_administration("Noord", main)
    make_member(child, user=owner)
    Company(main, owner).sync(child, items=[begun.uid])
    typed = {"name": "Onderhoud", "description": "anders", "print_template": ""}
    owner_client.post(here("forms_catalog:details", begun.uid), typed)
    mark = owner_client.get(here("sync:draft", begun.uid)).context["mark"]
    page = owner_client.post(here("sync:draft-publish", begun.uid), {"seen": mark}, follow=True)
    assert here("sync:choose") in page.text
    assert "1 administratie loopt nu achter." in page.text or "1 administration is behind now." in page.text


def test_a_draft_that_moved_is_said_and_not_published(owner_client, main, here, begun):
    typed = {"name": "Onderhoud", "description": "anders", "print_template": ""}
    owner_client.post(here("forms_catalog:details", begun.uid), typed)
    page = owner_client.post(here("sync:draft-publish", begun.uid), {"seen": "2020-01-01"}, follow=True)
    assert "notice bad" in page.text
    with inside(main):
        assert Form.objects.get().description == "zoals het is"


def test_drafts_are_listed_and_thrown_away(owner_client, main, here, begun):
    assert "Onderhoud" in owner_client.get(here("sync:drafts")).text
    owner_client.post(here("sync:draft-discard", begun.uid))
    assert "Onderhoud" not in owner_client.get(here("sync:drafts")).context["rows"]
    assert owner_client.get(here("sync:draft", begun.uid)).status_code == 404


def test_who_has_no_right_sees_and_does_nothing(colleague, main, here, begun):
    client = Client()
    client.force_login(colleague)
    assert client.get(here("sync:drafts")).status_code == 403
    assert client.get(here("sync:draft", begun.uid)).status_code == 404
    for verb in ("begin", "publish", "discard"):
        assert client.post(here(f"sync:draft-{verb}", begun.uid)).status_code in (403, 404)
    with inside(main):
        assert Draft.objects.get()


NEW_STEPS = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}
NEW = [
    ("forms_catalog:new", [], {"name": "Keuring", "description": "", "print_template": ""}, "forms_catalog:list", []),
    ("workflows:new", [], {"name": "Keuring", **NEW_STEPS}, "workflows:list", []),
    ("templates:new", ["blocks"], {"name": "Keuring", "body": "Tot ziens!"}, "templates:list", []),
    (
        "reference_data:new",
        ["work-types"],
        {"name": "Keuring", "default_minutes": "30", "is_active": "on"},
        "reference_data:list",
        ["work-types"],
    ),
]


@pytest.mark.parametrize(("page", "where", "typed", "list_page", "list_where"), NEW, ids=[row[0] for row in NEW])
def test_a_new_setting_is_saved_as_a_draft_and_marked_in_its_list(
    owner_client, main, here, page, where, typed, list_page, list_where
):
    assert 'name="as_draft"' in owner_client.get(here(page, *where)).text
    answer = owner_client.post(here(page, *where), {**typed, "as_draft": "on"}, follow=True)
    assert answer.status_code == 200
    with inside(main):
        draft = Draft.objects.get()
        assert (draft.label, bytes(draft.base)) == ("Keuring", b"")
    listed = owner_client.get(here(list_page, *list_where)).text
    assert here("sync:draft", draft.uid) in listed
    assert "notice ok" in answer.text and "Keuring" in answer.text
    shown = owner_client.get(here("sync:draft", draft.uid))
    done = owner_client.post(here("sync:draft-publish", draft.uid), {"seen": shown.context["mark"]}, follow=True)
    assert "notice bad" not in done.text
    with inside(main):
        assert not Draft.objects.exists()
    assert "Keuring" in owner_client.get(here(list_page, *list_where)).text


def test_what_is_wrong_with_a_new_setting_is_said_and_makes_no_draft(owner_client, main, here):
    page = owner_client.post(here("forms_catalog:new"), {"name": " ", "as_draft": "on"})
    assert page.context["form"].errors
    with inside(main):
        assert not Draft.objects.exists()


def test_a_list_marks_what_has_a_draft(owner_client, main, here, begun):
    with inside(main):
        Form.objects.create(name="Zonder")
    listed = owner_client.get(here("forms_catalog:list")).text
    assert listed.count("icons.svg#edit") == 1
    assert "new-drafts" not in listed
