"""Choosing administrations and settings, as a browser without JavaScript does it."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forms_catalog.models import Form
from settings_sync.models import Plan
from tenants.models import Administration, Membership, Role
from tenants.rights import EMPLOYEE_ROLE
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from workflows.models import Step, Workflow

from .conftest import make_many, make_plan, sync


def text_of(answer):
    """The page, with each white space as one space: where a template breaks its lines is its own affair."""
    return re.sub(r"\s+", " ", answer.content.decode())


def preview(client, url, **choice):
    return client.post(url("choose"), {"do": "preview", **choice})


def test_what_is_ticked_becomes_a_plan(owner_client, url, joined, form):
    answer = preview(owner_client, url, to=[joined.slug], category=["forms"])
    plan = Plan.objects.get()
    assert answer.headers["Location"] == url("plan", plan.pk)
    assert (plan.categories, plan.items) == (["forms"], [])


def test_items_of_a_ticked_category_are_not_sent_twice(owner_client, url, joined, form, main):
    with inside(main):
        workflow = Workflow.objects.create(name="Onderhoud")
    preview(owner_client, url, to=[joined.slug], category=["forms"], item=[form.uid, workflow.uid])
    assert Plan.objects.get().items == [str(workflow.uid)]


def test_a_ticked_kind_stands_for_its_items(owner_client, url, joined, form, main):
    preview(owner_client, url, to=[joined.slug], kind=["forms_catalog.form"])
    assert Plan.objects.get().items == [str(form.uid)]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"category": ["forms"]}, "Choose at least one administration to sync to."),
        ({"to": ["nowhere"], "category": ["forms"]}, "nowhere is not a sub-administration that you can sync to."),
        ({"to": ["<joined>"]}, "Choose at least one setting to sync."),
        ({"to": ["<joined>"], "category": ["rubbish"]}, "There is no category of settings called rubbish."),
        ({"to": ["<joined>"], "item": ["rubbish"]}, "One of the settings is not known; choose again."),
        ({"to": ["<joined>"], "item": [str(uuid.uuid4())]}, "A setting that you ticked is gone by now"),
        ({"to": ["<joined>"], "kind": ["rubbish"]}, "Choose at least one setting to sync."),
        ({"to": ["\0"], "category": ["\0"]}, "is not a sub-administration"),
    ],
)
def test_what_cannot_be_previewed_is_said_and_the_choice_stays(owner_client, url, joined, form, choice, said):
    choice = {
        key: [joined.slug if value == "<joined>" else value for value in values] for key, values in choice.items()
    }
    answer = preview(owner_client, url, **choice)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not Plan.objects.exists()
    if joined.slug in choice.get("to", []):
        assert answer.context["chosen"] == [joined.slug]


def test_a_choice_can_come_from_the_address(owner_client, url, joined, form):
    page = owner_client.get(url("choose"), {"to": joined.slug, "category": "forms", "item": form.uid})
    assert (page.context["chosen"], page.context["categories"]) == ([joined.slug], ["forms"])
    assert owner_client.get(url("choose"), {"plan": "rubbish", "item": "rubbish", "to": "x"}).status_code == 200


def test_an_earlier_preview_can_be_changed(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined, items=[form.uid])
    page = owner_client.get(url("choose"), {"plan": plan.pk})
    assert (page.context["chosen"], page.context["ticked"]) == ([joined.slug], {form.uid})


@pytest.mark.parametrize(
    ("pick", "chosen"), [("all", 2), ("behind", 1), ("group:west", 1), ("never", 1), ("none", 0), ("group:", 0)]
)
def test_buttons_pick_administrations(owner_client, url, owner, main, joined, form, pick, chosen):
    west = make_administration("Van Dijk West", main, groups=["west"])
    make_member(west, user=owner)
    sync(owner, main, joined, categories=["forms", "reference_data"])
    from settings_sync.services.administrations.alignment import fold_alignment

    fold_alignment()
    page = owner_client.post(url("choose"), {"pick": pick, "category": ["forms"]})
    assert len(page.context["chosen"]) == chosen
    assert page.context["categories"] == ["forms"]


def test_the_tree_tells_what_differs_and_why_something_comes_along(owner_client, url, owner, main, joined, form):
    with inside(main):
        workflow = Workflow.objects.create(name="Onderhoud")
        Step.objects.create(workflow=workflow, type="predefined_form", form_id=form.pk, position=1)
        Form.objects.create(name="Oplevering")
    sync(owner, main, joined, items=[form.uid])
    page = owner_client.get(url("choose"), {"to": joined.slug})
    forms = next(category for category in page.context["tree"].categories if category.key == "forms")
    (kind,) = forms.kinds
    assert ([item.label for item in kind.differing], [item.label for item in kind.in_line]) == (
        ["Oplevering"],
        ["Onderhoud cv-ketel"],
    )
    assert "needed by workflow “Onderhoud”, step 1, form" in text_of(page)


def test_what_comes_along_is_ticked_and_greyed_with_its_reason(owner_client, url, main, joined, form):
    with inside(main):
        workflow = Workflow.objects.create(name="Onderhoud")
        Step.objects.create(workflow=workflow, type="predefined_form", form_id=form.pk, position=1)
        (work_type,) = form.work_types.all()
    page = owner_client.get(url("choose"), {"to": joined.slug, "item": workflow.uid})
    assert set(page.context["along"]) == {form.uid, work_type.uid}
    assert f'value="{form.uid}" checked disabled' in text_of(page)
    chosen_too = owner_client.get(url("choose"), {"to": joined.slug, "item": [workflow.uid, form.uid]})
    assert set(chosen_too.context["along"]) == {work_type.uid}


def test_searching_keeps_what_is_ticked_in_sight(owner_client, url, owner, main, joined):
    more = [make_administration(f"Vestiging {number}", main) for number in range(2)]
    for child in more:
        make_member(child, user=owner)
    page = owner_client.post(url("choose"), {"do": "refresh", "sought": "vestiging 1", "to": [joined.slug]})
    assert [sub.slug for sub in page.context["page"].object_list] == [joined.slug, more[1].slug]


def test_those_found_in_the_list_are_chosen_at_once(owner_client, url, owner, main, joined):
    more = make_administration("Vestiging e", main, groups=["west"])
    make_member(more, user=owner)
    for query in ({"q": "VESTÍGING E"}, {"group": "west"}):
        assert owner_client.get(url("choose"), {"pick": "found", **query}).context["chosen"] == [more.slug]
    listed = owner_client.get(url("administrations"), {"group": "west"})
    assert f"{url('choose')}?group=west&amp;pick=found" in text_of(listed)


@pytest.mark.parametrize("state", ["provisioning", "failed", "deleting"])
def test_a_sub_that_is_not_ready_says_why_and_cannot_be_ticked(owner_client, url, owner, main, state):
    made = Administration.objects.create(name="Utrecht", slug="utrecht", parent=main, state=state)
    make_member(made, user=owner)
    page = owner_client.get(url("choose"), {"to": "utrecht"})
    (sub,) = page.context["page"].object_list
    assert sub.cannot_sync == sub.state_label
    assert page.context["chosen"] == []
    assert 'value="utrecht" id="to-utrecht" disabled' in text_of(page)


def test_other_reasons_why_a_sub_cannot_be_synced(owner_client, url, owner, main, joined, other_child):
    Administration.objects.filter(pk=joined.pk).update(migration_head="older")
    make_member(other_child, EMPLOYEE_ROLE, user=owner)
    page = text_of(owner_client.get(url("choose")))
    assert "is on another version than the main administration" in page
    assert "you may not sync to this administration" in page


def test_a_role_without_the_right_to_sync_sees_the_list_only(url, main):
    from .conftest import browser

    role = Role.objects.create(administration=main, name="Viewer", rights=["administrations.see"])
    viewer = make_member(main)
    Membership.objects.filter(user=viewer).update(role=role)
    client = browser(viewer)
    assert client.get(url("choose")).status_code == 403
    page = client.get(url("administrations"))
    assert page.status_code == 200
    assert url("choose") not in text_of(page)


def test_the_number_of_queries_does_not_depend_on_the_number_of_subs_and_settings(
    owner_client, url, owner, main, joined, form
):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert owner_client.get(url("choose")).status_code == 200
        return len(captured)

    queries()
    with_one = queries()
    make_many(90, main, owner, joined)
    with inside(main):
        for number in range(20):
            Form.objects.create(name=f"Form {number}")
    queries()
    assert queries() == with_one


SIGN_IN = "/account/sign-in/"


def sign_in_again(client, user, answer):
    """Follow where a browser without a session is led, and sign in there."""
    asked = client.get(answer)
    assert asked.status_code == 200
    return client.post(SIGN_IN, {"email": user.email, "password": "demo", "next": asked.context["next"]}, follow=True)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_choice_that_was_sent_without_a_session_is_there_again_after_signing_in(
    owner_client, owner, url, joined, form, htmx
):
    owner_client.logout()
    sent = {"to": [joined.slug], "category": ["workflows"], "item": [form.uid], "do": "preview"}
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"} if htmx else {}
    answer = owner_client.post(url("choose"), sent, headers=headers)
    back = sign_in_again(owner_client, owner, answer.headers["HX-Redirect" if htmx else "Location"])
    assert back.request["PATH_INFO"] == url("choose")
    assert (back.context["chosen"], back.context["categories"]) == ([joined.slug], ["workflows"])
    assert form.uid in back.context["ticked"]
    assert back.context["is_kept"]
    assert not Plan.objects.exists()


def test_a_kept_choice_holds_nothing_that_its_reader_may_not_reach(owner_client, url, joined, other_child, form):
    owner_client.logout()
    location = owner_client.post(url("choose"), {"to": [joined.slug, other_child.slug]}).headers["Location"]
    back = sign_in_again(owner_client, make_member(joined.main, user=make_member(joined)), location)
    assert back.context["chosen"] == [joined.slug]


@pytest.mark.parametrize(
    "sent",
    [{"item": ["x" * 300_000]}, {"do": "preview", "next": "https://evil.example/", "kept": "https://evil.example/"}],
)
def test_what_cannot_be_kept_leads_to_the_wizard_as_ever(owner_client, url, owner, joined, sent):
    owner_client.logout()
    answer = owner_client.post(url("choose"), sent)
    assert answer.headers["Location"].startswith(f"{SIGN_IN}?next={url('choose')}")
    back = sign_in_again(owner_client, owner, answer.headers["Location"])
    assert (back.request["PATH_INFO"], back.context["chosen"]) == (url("choose"), [])


def test_a_visitor_does_not_learn_which_administrations_there_are(owner_client, url, main):
    owner_client.logout()
    address = url("choose").replace(main.slug, "no-such-administration")
    assert "%3Fkept%3D" in owner_client.post(address, {"to": ["a"]}).headers["Location"]


def test_a_choice_is_kept_for_its_own_administration_alone(owner_client, owner, url, joined, main):
    other = make_administration("Van Dijk Twee")
    make_member(other, user=owner)
    owner_client.logout()
    location = owner_client.post(url("choose"), {"to": [joined.slug]}).headers["Location"]
    back = sign_in_again(owner_client, owner, location.replace(main.slug, other.slug))
    assert not back.context["is_kept"]


def test_an_anonymous_visitor_has_only_so_many_choices_kept(owner_client, url, monkeypatch):
    monkeypatch.setattr("settings_sync.services.choices.kept_choices.MOST_PER_ADDRESS", 1)
    owner_client.logout()
    owner_client.defaults["REMOTE_ADDR"] = f"test-{uuid.uuid4()}"
    kept = ["kept" in owner_client.post(url("choose"), {"to": ["a"]}).headers["Location"] for _ in range(3)]
    assert kept == [True, False, False]


def test_a_choice_without_a_token_of_the_page_is_not_kept(owner, url):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(url("choose"), {"to": ["a"]}).status_code == 403


@pytest.mark.parametrize("mark", ["", "rubbish", "\0", "x" * 5000])
def test_an_unknown_mark_fills_nothing_in(owner_client, url, joined, mark):
    page = owner_client.get(url("choose"), {"kept": mark})
    assert (page.status_code, page.context["chosen"], page.context["is_kept"]) == (200, [], False)


def test_a_thousand_settings_and_hundreds_of_administrations_fit_in_one_form(owner_client, url, main):
    sent = {"do": "preview", "to": [f"branch-{number}" for number in range(500)], "item": [uuid.uuid4()] * 2000}
    assert owner_client.post(url("choose"), sent).status_code == 200


def test_a_setting_that_went_meanwhile_is_told_in_plain_words(owner_client, url, owner, joined, form):
    gone = uuid.uuid4()
    answer = owner_client.post(url("choose"), {"do": "preview", "to": joined.slug, "item": [form.uid, gone]})
    said = text_of(answer)
    assert "A setting that you ticked is gone by now." in said
    assert str(gone) not in said
    assert f'value="{form.uid}" checked' in said
    assert not Plan.objects.exists()
