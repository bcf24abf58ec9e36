"""Choices that are saved under a name and previewed again."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forms_catalog.models import Form
from settings_sync.models import Plan, SavedChoice, SyncRun
from tenants.models import Administration, Membership
from tenants.rights import EMPLOYEE_ROLE
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import browser, make_form, make_plan
from .test_plans import text_of


@pytest.fixture
def choice(owner_client, url, owner, main, joined, other_child, form):
    """Two administrations, one form and a category, with a policy, under a name."""
    make_member(other_child, user=owner)
    chosen = {"items": [form.uid], "categories": ["workflows"], "policies": {"conflict": "overwrite"}}
    plan = make_plan(owner, main, joined, other_child, **chosen)
    owner_client.post(url("choice-save", plan.pk), {"name": "  CO naar   alle "})
    return SavedChoice.objects.get()


def test_it_is_run_again_in_two_clicks(owner_client, url, choice, form, joined, other_child):
    page = owner_client.get(url("choose"))
    assert "CO naar alle" in text_of(page)
    answer = owner_client.post(url("choice-preview", choice.pk))
    plan = Plan.objects.latest("created_at")
    assert answer.headers["Location"] == url("plan", plan.pk)
    assert (plan.items, plan.categories, plan.policies["conflict"]) == ([str(form.uid)], ["workflows"], "overwrite")
    assert {row.administration for row in plan.targets.all()} == {joined, other_child}
    owner_client.post(url("plan", plan.pk), {"version": plan.version})
    assert SyncRun.objects.get().plan == plan


def test_what_is_gone_is_named_and_left_out(owner_client, url, main, choice, form, joined, other_child):
    with inside(main):
        Form.objects.all().delete()
    Administration.objects.filter(pk=other_child.pk).update(state="deleting")
    answer = owner_client.post(url("choice-preview", choice.pk), follow=True)
    said = text_of(answer)
    assert f"Left out, because it is gone or cannot be synced now: {other_child.name}, {form.name}." in said
    plan = Plan.objects.latest("created_at")
    assert [row.administration for row in plan.targets.all()] == [joined]


def test_when_nothing_is_left_no_preview_is_made(owner_client, url, choice):
    Administration.objects.exclude(parent=None).update(state="deleting")
    before = Plan.objects.count()
    said = text_of(owner_client.post(url("choice-preview", choice.pk), follow=True))
    assert "Nothing is left of “CO naar alle” that you can sync now" in said
    assert Plan.objects.count() == before


def test_it_is_renamed_and_deleted(owner_client, url, choice):
    owner_client.post(url("choice", choice.pk), {"name": "Anders"})
    assert SavedChoice.objects.get().name == "Anders"
    assert owner_client.get(url("choice", choice.pk)).status_code == 200
    owner_client.post(url("choice", choice.pk), {"delete": "yes", "name": ""})
    assert not SavedChoice.objects.exists()


def test_a_name_that_cannot_be_is_refused(owner_client, url, owner, main, joined, choice):
    plan = make_plan(owner, main, joined)
    unreadable = "Give the choice a name"
    refused = dict.fromkeys(("", "\u200b", "x" * 101, "a\0b"), unreadable)
    for name, said in {**refused, "co NAAR alle": "a saved choice called"}.items():
        assert said in text_of(owner_client.post(url("choice-save", plan.pk), {"name": name}, follow=True)), repr(name)
    assert SavedChoice.objects.count() == 1


def test_a_taken_name_is_refused_beside_its_field(owner_client, url, owner, main, joined, choice):
    owner_client.post(url("choice-save", make_plan(owner, main, joined).pk), {"name": "Anders"})
    refused = owner_client.post(url("choice", choice.pk), {"name": "ANDERS"})
    assert "a saved choice called" in refused.context["form"].errors["name"][0]


def test_so_many_and_no_more(owner_client, url, owner, main, joined, choice, monkeypatch):
    monkeypatch.setattr("settings_sync.services.choices.saved_choices.MOST", 1)
    answer = owner_client.post(url("choice-save", make_plan(owner, main, joined).pk), {"name": "Nog een"}, follow=True)
    assert "There are 1 saved choices already." in text_of(answer)


@pytest.mark.parametrize("name", ["choice", "choice-preview"])
def test_it_is_for_who_may_sync_in_this_main_alone(url, main, choice, stranger, name):
    employee = make_member(main, EMPLOYEE_ROLE)
    assert browser(employee).post(url(name, choice.pk), {"delete": "yes"}).status_code == 403
    assert browser(stranger).post(url(name, choice.pk), {"delete": "yes"}).status_code == 404
    assert SavedChoice.objects.exists()


def test_that_of_another_main_is_not_found(owner_client, url, foreign_main, owner, main):
    other = SavedChoice.objects.create(administration=foreign_main, name="Van hen")
    assert owner_client.post(url("choice-preview", other.pk)).status_code == 404
    assert owner_client.post(url("choice", uuid.uuid4()), {"delete": "yes"}).status_code == 404
    assert "Van hen" not in text_of(owner_client.get(url("choose")))


def test_an_administration_that_its_user_may_not_enter_is_left_out(owner, url, main, choice, joined, other_child):
    colleague = make_member(main)
    make_member(joined, user=colleague)
    browser(colleague).post(url("choice-preview", choice.pk))
    plan = Plan.objects.latest("created_at")
    assert [row.administration for row in plan.targets.all()] == [joined]
    assert not Membership.objects.filter(user=colleague, administration=other_child).exists()


def test_looking_at_it_makes_no_preview(owner_client, url, choice):
    before = Plan.objects.count()
    assert owner_client.get(url("choice-preview", choice.pk)).headers["Location"] == url("choose")
    assert Plan.objects.count() == before


def test_the_number_of_queries_does_not_depend_on_how_many_are_saved(owner_client, url, owner, main, joined, choice):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(url("choose"))
        return len(captured)

    queries()
    with_one = queries()
    with inside(main):
        make_form("Oplevering")
    SavedChoice.objects.bulk_create(
        SavedChoice(administration=main, name=f"Keuze {number}", created_by=owner) for number in range(20)
    )
    owner_client.get(url("choose"))
    assert queries() == with_one


def in_group(group, *children):
    Administration.objects.exclude(parent=None).update(groups=[])
    Administration.objects.filter(pk__in=[child.pk for child in children]).update(groups=[group])


@pytest.fixture
def choice_of_a_group(owner_client, url, owner, main, joined, other_child, form):
    """One administration, which is all of the group "Regio", under a name."""
    make_member(other_child, user=owner)
    in_group("Regio", joined)
    plan = make_plan(owner, main, joined, items=[form.uid])
    owner_client.post(url("choice-save", plan.pk), {"name": "Naar de regio"})
    return SavedChoice.objects.get()


def targets_of_latest():
    return {row.administration for row in Plan.objects.latest("created_at").targets.all()}


def test_a_group_that_holds_the_same_asks_nothing(owner_client, url, choice_of_a_group, joined):
    answer = owner_client.post(url("choice-preview", choice_of_a_group.pk))
    assert answer.headers["Location"] == url("plan", Plan.objects.latest("created_at").pk)
    assert targets_of_latest() == {joined}


@pytest.mark.parametrize(("members", "meant"), [("today", "both"), ("saved", "first")])
def test_who_joined_the_group_since_is_asked_about(
    owner_client, url, choice_of_a_group, joined, other_child, members, meant
):
    in_group("Regio", joined, other_child)
    before = Plan.objects.count()
    asked = owner_client.post(url("choice-preview", choice_of_a_group.pk))
    assert Plan.objects.count() == before
    said = text_of(asked)
    assert "Regio changed since “Naar de regio” was saved." in said
    assert f"came in: {other_child.name}" in said
    owner_client.post(url("choice-preview", choice_of_a_group.pk), {"members": members})
    assert targets_of_latest() == ({joined, other_child} if meant == "both" else {joined})


def test_who_left_the_group_since_is_asked_about_too(owner_client, url, choice_of_a_group, joined, other_child):
    in_group("Regio", other_child)
    said = text_of(owner_client.post(url("choice-preview", choice_of_a_group.pk)))
    assert f"came in: {other_child.name}" in said
    assert f"went out: {joined.name}" in said
    owner_client.post(url("choice-preview", choice_of_a_group.pk), {"members": "today"})
    assert targets_of_latest() == {other_child}


def test_an_answer_that_is_none_asks_again(owner_client, url, choice_of_a_group, joined, other_child):
    in_group("Regio", joined, other_child)
    before = Plan.objects.count()
    owner_client.post(url("choice-preview", choice_of_a_group.pk), {"members": "nonsense"})
    assert Plan.objects.count() == before


def test_a_member_that_the_user_may_not_sync_to_is_not_told_of(
    owner_client, url, owner, choice_of_a_group, joined, other_child
):
    Membership.objects.filter(user=owner, administration=other_child).delete()
    in_group("Regio", joined, other_child)
    owner_client.post(url("choice-preview", choice_of_a_group.pk))
    assert targets_of_latest() == {joined}


def test_a_group_of_which_a_part_was_chosen_is_not_meant(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    in_group("Regio", joined, other_child)
    plan = make_plan(owner, main, joined, items=[form.uid])
    owner_client.post(url("choice-save", plan.pk), {"name": "Een van twee"})
    assert SavedChoice.objects.get().groups == []
