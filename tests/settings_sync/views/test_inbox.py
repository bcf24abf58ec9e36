"""The page of the inbox: what it shows, one decision at a time, and the questions in a sub."""

import re
import uuid

import pytest
from django.urls import reverse

from forms_catalog.models import Form
from settings_sync.models import InboxDecision, InboxQuestion
from tenants.models import Role
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.services.inbox.conftest import (  # noqa: F401
    edit,
    followed,
    in_days,
    label_in,
    other,
    settle,
    states,
    waiting,
)

from .conftest import browser, carry_out

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def changed(owner, joined, other, followed):  # noqa: F811
    for administration in (joined, other):
        edit(administration, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    return entry


def send(client, url, entry, decision, **more):
    body = {"entry": str(entry.pk), "decision": decision, **more}
    return client.post(url("inbox-decide"), body, follow=True).content.decode()


def test_an_entry_tells_what_differs_where_and_who_did_it(owner_client, owner, url, joined, other, changed):  # noqa: F811
    text = owner_client.get(url("inbox")).content.decode()
    for words in ("Onderhoud cv-ketel", "In 2 administrations", joined.name, other.name, str(owner), "CO in mg/m³"):
        assert words in text
    assert text.count("data-entry") == 1
    assert {"put_back", "accept", "promote", "ask"} == set(re.findall(r'name="decision" value="(\w+)"', text))


def test_one_button_decides_for_all_of_them_and_one_takes_it_back(owner_client, url, joined, other, changed):  # noqa: F811
    text = send(owner_client, url, changed, "put_back")
    assert "Nothing waits for a decision" in text
    decision = InboxDecision.objects.get()
    carry_out(decision.run)
    settle()
    assert label_in(joined) == label_in(other) == "CO-gehalte"
    address = url("inbox-undo", decision.pk)
    assert address in owner_client.get(url("inbox")).content.decode()
    owner_client.post(address)
    decision.refresh_from_db()
    carry_out(decision.run)
    settle()
    assert label_in(joined) == label_in(other) == "CO in mg/m³"
    assert "the decision was taken back" in owner_client.get(url("inbox")).content.decode()


def test_the_second_tab_is_told_what_was_decided_and_by_whom(owner_client, owner, url, changed):
    send(owner_client, url, changed, "put_back")
    text = send(owner_client, url, changed, "accept")
    assert f"is settled already: put back, by {owner}" in text
    assert InboxDecision.objects.count() == 1


def test_what_came_after_the_page_was_made_is_not_decided_about(owner_client, owner, url, joined, other, followed):  # noqa: F811
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', owner_client.get(url("inbox")).content.decode()))
    edit(other, owner, label="CO in mg/m³")
    settle()
    send(owner_client, url, entry, "put_back", seen=seen)
    assert {name: state for name, (state, _back) in states().items()} == {"Noord": "waiting", "Zuid": "open"}


def test_what_makes_no_sense_is_said_and_nothing_is_decided(owner_client, url, changed):
    assert "Write what you want to know" in send(owner_client, url, changed, "ask")
    assert "lies after today" in send(owner_client, url, changed, "accept", until="2020-01-01")
    for body in ({}, {"entry": "x", "decision": "put_back"}, {"entry": str(uuid.uuid4()), "decision": "explode"}):
        assert owner_client.post(url("inbox-decide"), body, follow=True).status_code == 200
    assert not InboxDecision.objects.exists()


def test_what_is_typed_and_named_is_shown_as_text(owner_client, owner, url, joined, followed):  # noqa: F811
    edit(joined, owner, label=MARKUP)
    settle()
    assert MARKUP not in owner_client.get(url("inbox")).content.decode()
    (entry,) = waiting()
    back = f"q=ketel&x={MARKUP}"
    text = send(owner_client, url, entry, "ask", reason=MARKUP, back=back)
    assert MARKUP not in text
    here = browser(owner).get(reverse("sync:questions", args=[joined.slug])).content.decode()
    assert MARKUP not in here
    assert "&lt;img" in here


def test_the_list_is_narrowed_and_comes_back_as_it_was(owner_client, owner, url, joined, changed):
    assert "Nothing of this sort" in owner_client.get(url("inbox"), {"q": "warmtepomp"}).content.decode()
    assert "data-entry" in owner_client.get(url("inbox"), {"q": "ketel", "category": "forms"}).content.decode()
    assert "data-entry" in owner_client.get(url("inbox"), {"administration": joined.slug}).content.decode()
    assert owner_client.get(url("inbox"), {"sort": "nonsense", "state": "\0", "page": "x"}).status_code == 200
    answer = owner_client.post(
        url("inbox-decide"),
        {"entry": str(changed.pk), "decision": "put_back", "back": "q=ketel&sort=newest"},
    )
    assert answer.headers["Location"] == f"{url('inbox')}?q=ketel&sort=newest"


def test_a_question_is_answered_in_the_sub_by_who_edits_such_settings(owner_client, url, main, joined, other, changed):  # noqa: F811
    send(owner_client, url, changed, "ask", reason="Waarom zo?")
    local = make_member(joined)
    address = reverse("sync:questions", args=[joined.slug])
    client = browser(local)
    assert "Waarom zo?" in client.get(address).content.decode()
    question = InboxQuestion.objects.get(deviation__administration=joined)
    text = client.post(address, {"question": str(question.pk), "answer": ""}).content.decode()
    assert "Write an answer" in text
    client.post(address, {"question": str(question.pk), "answer": "Andere meter"})
    assert states() == {"Noord": ("open", "answered"), "Zuid": ("asked", "")}
    assert "Andere meter" in owner_client.get(url("inbox")).content.decode()
    again = client.post(address, {"question": str(question.pk), "answer": "Toch niet"}).content.decode()
    assert "answered or withdrawn already" in again


def test_who_edits_nothing_there_reads_no_questions(owner_client, url, joined, changed):
    send(owner_client, url, changed, "ask", reason="Waarom zo?")
    reader = make_member(joined)
    role = Role.objects.create(administration=joined, name="Lezer", rights=["administrations.see", "forms.read"])
    reader.memberships.update(role=role)
    assert browser(reader).get(reverse("sync:questions", args=[joined.slug])).status_code == 403


def test_the_first_page_counts_what_waits(owner_client, main, changed):
    text = owner_client.get(reverse("administration-home", args=[main.slug])).content.decode()
    assert re.search(r'Inbox <span class="frame-count">1</span>', text)


def test_taken_over_it_is_offered_to_the_others(owner_client, owner, url, main, joined, other, followed):  # noqa: F811
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    text = send(owner_client, url, entry, "promote")
    decision = InboxDecision.objects.get()
    assert url("plan", decision.offered_id) in text
    assert owner_client.get(url("plan", decision.offered_id)).status_code == 200
    promoted = entry.administration.runs.get(plan__kind="promote")
    for page in (url("run", promoted.pk), url("runs"), url("run-csv", promoted.pk), url("plan", promoted.plan_id)):
        assert owner_client.get(page, follow=True).status_code == 200, page


def test_what_was_removed_is_shown_so(owner_client, url, joined, followed):  # noqa: F811
    with inside(joined):
        Form.objects.all().delete()
    settle()
    text = owner_client.get(url("inbox")).content.decode()
    assert "removed in the sub-administration" in text
    assert "Bring back" in text
    assert 'value="promote"' not in text
