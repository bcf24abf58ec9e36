"""The pages of workflows, as a browser without JavaScript uses them."""

import uuid
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils.html import escape

from forms_catalog.models import Form
from sync_ledger.models import Edit
from tenants.schemas import inside
from tests.conftest import make_member
from workflows.models import Step, Workflow


@pytest.fixture
def url(main):
    return lambda name, **kwargs: reverse(f"workflows:{name}", kwargs={"slug": main.slug, **kwargs})


def posted(*steps, do="save", name="Onderhoud", **fields):
    data = {"do": do, "name": name, "description": "", "seen": "", **fields}
    data |= {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": len(steps)}
    for index, step in enumerate(steps):
        data |= {f"steps-{index}-{key}": value for key, value in step.items()}
    return data


def send(client, url, data):
    return client.post(url, urlencode(data, doseq=True), content_type="application/x-www-form-urlencoded")


def types_on(page):
    return [form["type"].value() for form in page.context["steps"]]


def test_a_workflow_is_made_on_the_page(owner_client, url, main, pointed):
    steps = [{"type": "predefined_form", "names": f"form:{pointed.form.pk}", "is_required": "on"}, {"type": "send"}]
    answer = send(owner_client, url("new"), posted(*steps, work_types=[pointed.work_type.pk]))
    workflow = Workflow.objects.get()
    assert answer.headers["Location"] == url("edit", uid=workflow.uid)
    assert [(s.type, s.form, s.is_required) for s in workflow.steps.order_by("position")] == [
        ("predefined_form", pointed.form, True),
        ("send", None, False),
    ]
    assert list(workflow.work_types.all()) == [pointed.work_type]


def test_the_rules_are_said_on_the_page_and_nothing_is_saved(owner_client, url, within):
    page = send(owner_client, url("new"), posted({"type": "send"}, {"type": "timer_start"}))
    said = page.context["form"].non_field_errors()
    assert len(said) == 2
    assert all(escape(message) in page.content.decode() for message in said)
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("do", "types"),
    [
        ("up-1", ["send", "hour"]),
        ("down-0", ["send", "hour"]),
        ("remove-0", ["send"]),
        ("add", ["hour", "picture", "send"]),
    ],
)
def test_buttons_rearrange_without_saving(owner_client, url, within, do, types):
    data = posted({"type": "hour", "title": "Uren"}, {"type": "send"}, do=do, new_type="picture", name="")
    page = send(owner_client, url("new"), data)
    assert types_on(page) == types
    assert page.context["is_rearranged"]
    assert not Workflow.objects.exists()


def test_what_was_typed_survives_rearranging(owner_client, url, pointed):
    step = {"type": "predefined_form", "title": "Mijn titel", "names": f"form:{pointed.form.pk}", "is_required": "on"}
    data = posted({"type": "hour"}, step, do="up-1", name="Half af", work_types=[pointed.work_type.pk])
    page = send(owner_client, url("new"), data)
    first = page.context["steps"].forms[0]
    assert [first[name].value() for name in ("title", "names", "is_required")] == [
        "Mijn titel",
        f"form:{pointed.form.pk}",
        True,
    ]
    assert page.context["form"]["name"].value() == "Half af"
    assert page.context["form"]["work_types"].value() == [str(pointed.work_type.pk)]


def test_an_edit_page_saved_as_it_stands_changes_nothing(owner_client, url, pointed):
    workflow = Workflow.objects.create(name="Onderhoud", description="Regel 1\nRegel 2")
    Step.objects.create(workflow=workflow, type="predefined_form", form=pointed.form, title="Keuring")
    page = owner_client.get(url("edit", uid=workflow.uid))
    rows = [{name: form[name].value() or "" for name in form.fields} for form in page.context["steps"]]
    data = posted(*[{k: v for k, v in row.items() if v} for row in rows], seen=page.context["seen"])
    answer = send(owner_client, url("edit", uid=workflow.uid), data | {"description": "Regel 1\r\nRegel 2"})
    assert answer.status_code == 302
    assert not Edit.objects.exists()


def test_two_people_do_not_overwrite_each_other(owner_client, url, within):
    workflow = Workflow.objects.create(name="Onderhoud")
    seen = owner_client.get(url("edit", uid=workflow.uid)).context["seen"]
    assert send(owner_client, url("edit", uid=workflow.uid), posted(name="Eerste", seen=seen)).status_code == 302
    page = send(owner_client, url("edit", uid=workflow.uid), posted(name="Tweede", seen=seen))
    assert page.context["form"].non_field_errors()
    workflow.refresh_from_db()
    assert workflow.name == "Eerste"


def test_a_form_of_another_administration_cannot_be_named(owner_client, url, within, child):
    with inside(child):
        foreign = Form.objects.create(name="Vreemd")
    page = send(owner_client, url("new"), posted({"type": "predefined_form", "names": f"form:{foreign.pk}"}))
    assert page.status_code == 200
    assert page.context["steps"].forms[0].errors["names"]


@pytest.mark.parametrize(
    "broken",
    [
        {"steps-TOTAL_FORMS": ""},
        {"steps-TOTAL_FORMS": "100000", "steps-INITIAL_FORMS": "0"},
        {"steps-0-type": "dance"},
        {"steps-0-uid": "geen-uuid"},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"work_types": "999999"},
        {"work_types": "nee"},
        {"do": "up-99999999999999999999"},
    ],
)
def test_bad_input_is_a_page_and_not_a_crash(owner_client, url, within, broken):
    page = send(owner_client, url("new"), posted({"type": "customer"}) | broken)
    assert page.status_code == 200
    assert not Workflow.objects.exists()


def test_the_list_finds_and_hides_what_is_archived(owner_client, url, within):
    Workflow.objects.create(name="Onderhoud cv")
    Workflow.objects.create(name="Storing")
    Workflow.objects.create(name="Oud onderhoud", is_archived=True)

    def names(query):
        return [row["workflow"].name for row in owner_client.get(url("list") + query).context["rows"]]

    assert names("") == ["Onderhoud cv", "Storing"]
    assert names("?q=ONDERHOUD") == ["Onderhoud cv"]
    assert names("?q=onderhoud&archived=on") == ["Onderhoud cv", "Oud onderhoud"]


def test_archive_bring_back_and_delete(owner_client, url, within):
    workflow = Workflow.objects.create(name="Onderhoud")
    owner_client.post(url("archive", uid=workflow.uid))
    workflow.refresh_from_db()
    assert workflow.is_archived
    owner_client.post(url("unarchive", uid=workflow.uid))
    workflow.refresh_from_db()
    assert not workflow.is_archived
    assert owner_client.get(url("delete", uid=workflow.uid)).status_code == 200
    assert Workflow.objects.exists()
    owner_client.post(url("delete", uid=workflow.uid))
    assert not Workflow.objects.exists()


def test_get_never_writes(owner_client, url, within):
    workflow = Workflow.objects.create(name="Onderhoud")
    for name in ("archive", "unarchive"):
        assert owner_client.get(url(name, uid=workflow.uid)).status_code == 405


def test_without_rights_there_is_no_page(client, colleague, url, within):
    client.force_login(colleague)
    uid = Workflow.objects.create(name="Onderhoud").uid
    assert client.get(url("list")).status_code == 403
    for name in ("edit", "delete", "archive"):
        assert client.post(url(name, uid=uid)).status_code == 403


def test_who_may_only_read_saves_nothing(client, main, url, within):
    reader = make_member(main)
    membership = reader.memberships.get()
    membership.role = type(membership.role).objects.create(name="Lezer", rights=["workflows.read"], administration=main)
    membership.save()
    client.force_login(reader)
    workflow = Workflow.objects.create(name="Onderhoud")
    assert b"disabled" in client.get(url("edit", uid=workflow.uid)).content
    assert send(client, url("edit", uid=workflow.uid), posted(name="Anders")).status_code == 403


def test_an_unknown_workflow_is_not_found(owner_client, url, within):
    assert owner_client.get(url("edit", uid=uuid.uuid4())).status_code == 404


class TestSteps:
    def test_a_script_gets_the_steps_alone(self, owner_client, url, within):
        data = posted({"type": "hour"}, {"type": "send"}, do="place-1-0")
        encoded = urlencode(data, doseq=True)
        kind = "application/x-www-form-urlencoded"
        page = owner_client.post(url("new"), encoded, content_type=kind, headers={"HX-Request": "true"})
        assert types_on(page) == ["send", "hour"]
        assert 'id="steps-editor"' in page.text
        assert "<html" not in page.text

    def test_a_step_says_what_it_needs_and_what_it_has(self, owner_client, url, pointed):
        named = {"type": "predefined_form", "names": f"form:{pointed.form.pk}"}
        page = send(owner_client, url("new"), posted({"type": "email"}, named, {"type": "hour"}, do="look"))
        said = [step.says for step in page.context["steps"]]
        assert [one["is_missing"] for one in said] == [True, False, False]
        assert [one["named"] for one in said] == [None, pointed.form, None]
        assert [one["shows_names"] for one in said] == [True, True, False]

    def test_a_step_of_another_type_names_nothing_of_before(self, owner_client, url, pointed):
        step = {"type": "email", "names": f"form:{pointed.form.pk}"}
        page = send(owner_client, url("new"), posted(step, do="look"))
        assert not page.context["steps"].forms[0]["names"].value()

    def test_offered_is_what_a_step_of_its_type_names(self, owner_client, url, pointed):
        page = send(owner_client, url("new"), posted({"type": "predefined_form"}, do="look"))
        offered = [value for value, _words in page.context["steps"].forms[0].fields["names"].widget.choices]
        assert set(offered) == {"", f"form:{pointed.form.pk}"}

    def test_the_phone_walks_through_what_stands_there_now(self, owner_client, url, pointed):
        pointed.form.sections.create(title="Metingen")
        step = {"type": "predefined_form", "title": "Meten", "names": f"form:{pointed.form.pk}"}
        page = send(owner_client, url("new"), posted({"type": "customer"}, step, do="up-1"))
        walk = page.context["walk"]
        assert walk[0].title == "Meten"
        assert walk[0].lines == (str(pointed.form), "Metingen")
