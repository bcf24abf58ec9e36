"""The preview and its confirmation."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forms_catalog.models import Field, Form, Section
from settings_sync.models import Change, Plan, SyncRun
from settings_sync.services.previews.plan_overview import list_changes, show_plan
from templates_catalog.models import MessageTemplate
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

from .conftest import browser, make_form, make_plan, sync

LETTER = (
    "<p>Dear {{ klant.naam }},</p><p>It is time for the yearly service of your boiler, so please be at home.</p>" * 2
)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_consequences_come_first_with_what_the_button_does(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    page = owner_client.get(url("plan", plan.pk))
    said = text_of(page)
    assert "1 administration" in said
    assert "2 settings are added" in said
    assert "0 customers, work orders or invoices" in said
    assert "Start sync: 2 changes in 1 administration" in said
    assert "Needed by form “Onderhoud cv-ketel”" in said
    assert said.index("settings are added") < said.index("Start sync") < said.index("What changes")


def test_equal_changes_of_several_administrations_stand_together(owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    with inside(other_child):
        Form.objects.create(name="Onderhoud cv-ketel")
    rows = list_changes(make_plan(owner, main, joined, other_child)).object_list
    found = {(row.label, row.outcome): len(row.administrations) for row in rows}
    assert found == {
        ("Onderhoud cv-ketel", "create"): 1,
        ("Onderhoud cv-ketel", "hold"): 1,
        ("Werk bij Onderhoud cv-ketel", "create"): 2,
    }


def test_what_is_held_is_told_with_the_reason_and_where(owner_client, url, owner, main, joined, form):
    with inside(joined):
        Form.objects.create(name="Onderhoud CV-ketel")
    plan = make_plan(owner, main, joined)
    said = text_of(owner_client.get(url("plan", plan.pk), {"outcome": "hold"}))
    assert f"1 name exists already in {joined.name}" in said
    assert f"“Onderhoud CV-ketel” of {joined.name} has the same name." in said


def test_details_show_fields_as_people_see_them(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        Field.objects.update(label="CO-gehalte (ppm)", is_required=True)
        Field.objects.create(section=Section.objects.get(), label="Opmerking", type="text", position=2, reference="opm")
    plan = make_plan(owner, main, joined)
    change = Change.objects.get(plan_target__plan=plan, action="update")
    page = owner_client.get(url("change", plan.pk, change.pk))
    said = text_of(page)
    assert "Section “Metingen” › field “CO-gehalte (ppm)”" in said
    assert "Required no yes" in said
    assert "field “Opmerking” is added" in said
    assert str(form.uid) not in said
    assert "{" not in said
    part = owner_client.get(url("change", plan.pk, change.pk), headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()
    assert "<html" in page.content.decode()


def test_long_texts_have_their_changed_words_marked(owner_client, url, owner, main, joined):
    with inside(main):
        template = MessageTemplate.objects.create(kind="email", name="Service", subject="Service", body=LETTER)
    sync(owner, main, joined, categories=["templates"])
    with inside(main):
        MessageTemplate.objects.filter(pk=template.pk).update(body=LETTER.replace("yearly", "periodic", 1))
    plan = make_plan(owner, main, joined, categories=["templates"])
    page = owner_client.get(url("change", plan.pk, Change.objects.get(plan_target__plan=plan).pk)).content.decode()
    assert re.findall(r"<del>(.*?)</del><ins>(.*?)</ins>", page) == [("yearly", "periodic")]
    assert "&lt;p&gt;" not in page


def test_a_conflict_shows_all_three_sides(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    for administration, description in ((main, "of the main"), (joined, "of the branch")):
        with inside(administration):
            Form.objects.update(description=description)
    plan = make_plan(owner, main, joined)
    change = Change.objects.get(plan_target__plan=plan, verdict="both_changed")
    said = text_of(owner_client.get(url("change", plan.pk, change.pk)))
    assert "Nothing is written." in said
    assert "Description of the main of the branch –" in said


def test_confirming_starts_the_run_with_the_note(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    answer = owner_client.post(url("plan", plan.pk), {"version": plan.version, "note": "New CO rules"})
    run = SyncRun.objects.get()
    assert answer.headers["Location"] == url("run", run.pk)
    assert run.note == "New CO rules"


def test_a_double_click_and_going_back_lead_to_the_same_run(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    for _click in range(2):
        answer = owner_client.post(url("plan", plan.pk), {"version": 1}, follow=True)
    run = SyncRun.objects.get()
    assert answer.redirect_chain == [(url("run", run.pk), 302)]
    assert "This preview was carried out already." in text_of(answer)
    back = owner_client.get(url("plan", plan.pk))
    assert "See how it went" in text_of(back)
    assert "Start sync" not in text_of(back)
    assert "before you confirm" not in text_of(back)


def test_an_expired_preview_is_refused_and_can_be_made_again(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    Plan.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    refused = owner_client.post(url("plan", plan.pk), {"version": 1, "note": "New CO rules"})
    assert text_of(refused).count("This preview has expired") == 1
    assert "New CO rules" in text_of(refused)
    assert not SyncRun.objects.exists()
    answer = owner_client.post(url("plan-renew", plan.pk), {"note": "New CO rules"}, follow=True)
    renewed = Plan.objects.exclude(pk=plan.pk).get()
    assert answer.redirect_chain[0][0].startswith(url("plan", renewed.pk))
    assert "New CO rules" in text_of(answer)
    assert renewed.categories == plan.categories
    assert owner_client.get(url("plan-renew", plan.pk)).headers["Location"] == url("plan", plan.pk)


def test_a_preview_that_changed_meanwhile_must_be_looked_at_again(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    Plan.objects.update(version=2)
    answer = owner_client.post(url("plan", plan.pk), {"version": 1, "note": "New CO rules"}, follow=True)
    assert "look again before you confirm" in text_of(answer)
    assert "New CO rules" in text_of(answer)
    assert 'name="version" value="2"' in answer.content.decode()
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "0"}, {"version": "1", "note": "x" * 1001}])
def test_a_confirmation_that_is_not_complete_starts_nothing(owner_client, url, owner, main, joined, form, sent):
    plan = make_plan(owner, main, joined)
    assert owner_client.post(url("plan", plan.pk), sent).status_code == 200
    assert not SyncRun.objects.exists()


def test_with_nothing_to_change_the_button_is_disabled_with_the_reason(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    page = owner_client.get(url("plan", make_plan(owner, main, joined).pk))
    assert "Everything is in line: nothing would change." in text_of(page)
    assert re.search(r'<button class="button primary"\s+disabled>', page.content.decode())


def test_a_plan_of_somebody_else_is_only_for_those_who_may_sync_to_all_of_it(url, owner, main, joined, form, stranger):
    plan = make_plan(owner, main, joined)
    other = make_member(main)
    assert browser(other).get(url("plan", plan.pk)).status_code == 404
    make_member(joined, user=other)
    assert browser(other).get(url("plan", plan.pk)).status_code == 200
    assert browser(stranger).get(url("plan", plan.pk)).status_code == 404


def test_unknown_plans_and_changes_are_not_found(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    assert owner_client.get(url("plan", uuid.uuid4())).status_code == 404
    assert owner_client.get(url("plan", plan.pk).replace(str(plan.pk), "rubbish")).status_code == 404
    for change in (0, 10**30):
        assert owner_client.get(url("change", plan.pk, change)).status_code == 404
    foreign = Change.objects.filter(plan_target__plan=make_plan(owner, main, joined)).first()
    assert owner_client.get(url("change", plan.pk, foreign.pk)).status_code == 404


@pytest.mark.parametrize(
    "query", ["?target=nowhere", "?outcome=x&verdict=y", "?category=%00", "?page=99999999999999999999", "?target=%00"]
)
def test_rubbish_filters_are_no_error(owner_client, url, owner, main, joined, form, query):
    assert owner_client.get(url("plan", make_plan(owner, main, joined).pk) + query).status_code == 200


def test_signing_in_again_leads_back_to_the_preview(url, owner, main, joined, form):
    address = url("plan", make_plan(owner, main, joined).pk)
    answer = Client().post(address, {"version": 1})
    assert answer.headers["Location"].endswith(f"next={address}")


def test_the_number_of_queries_does_not_depend_on_the_size_of_the_plan(owner_client, url, owner, main, joined, form):
    def queries(plan):
        with CaptureQueriesContext(connection) as captured:
            assert owner_client.get(url("plan", plan.pk)).status_code == 200
        return len(captured)

    small = make_plan(owner, main, joined)
    queries(small)
    with_one = queries(small)
    with inside(main):
        for number in range(10):
            make_form(f"Form {number}")
    more = [make_administration(f"Van Dijk {number}", main) for number in range(4)]
    for child in more:
        make_member(child, user=owner)
    large = make_plan(owner, main, joined, *more)
    assert show_plan(large).total.changes == 5 * 22
    assert queries(large) == with_one


def test_what_changed_in_the_main_after_the_preview_is_told_before_it_is_confirmed(
    owner_client, url, owner, main, joined, form
):
    plan = make_plan(owner, main, joined)
    assert "since this preview was made" not in text_of(owner_client.get(url("plan", plan.pk)))
    with inside(main):
        Form.objects.update(description="changed later")
    sent = {"version": 1, "note": "New CO rules"}
    answer = owner_client.post(url("plan", plan.pk), sent)
    assert "1 setting was changed in Van Dijk since this preview was made: Onderhoud cv-ketel" in text_of(answer)
    assert "New CO rules" in text_of(answer)
    assert not SyncRun.objects.exists()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', answer.content.decode())[1]
    with inside(main):
        Form.objects.update(description="and once more")
    assert owner_client.post(url("plan", plan.pk), {**sent, "seen": seen}).status_code == 200
    page = owner_client.get(url("plan", plan.pk)).content.decode()
    again = re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
    assert owner_client.post(url("plan", plan.pk), {**sent, "seen": again}).status_code == 302
    assert SyncRun.objects.get().note == "New CO rules"
