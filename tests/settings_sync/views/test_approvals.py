"""The pages of what waits for approval: asked on the preview, decided on the same preview, told on the run."""

import re

import pytest
from django.urls import reverse

from settings_sync.models import Approval, SyncRun
from settings_sync.services.approvals.policy import ApprovalPolicy, approval_policy_of, set_approval_policy
from tenants.rights import AdministrationRight, SyncRight
from tests.conftest import make_administration, make_member
from tests.settings_sync.services.undos.test_right_to_undo import give

from .conftest import browser, carry_out, make_plan
from .test_plans import text_of


@pytest.fixture
def other(main, joined):
    user = make_member(main)
    make_member(joined, user=user)
    return user


@pytest.fixture
def waiting(owner, owner_client, url, main, joined, form, other):
    """What the owner asked on the page of a preview."""
    set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(always=True))
    plan = make_plan(owner, main, joined)
    page = text_of(owner_client.get(url("plan", plan.pk)))
    assert "It begins when somebody else has approved it" in page
    assert re.search(r"Ask for approval: \d+ changes? in 1 administration", page)
    answer = owner_client.post(url("plan", plan.pk), {"version": 1, "note": "Nieuwe eisen"}, follow=True)
    assert "This waits until somebody else has approved it. Nothing has started." in text_of(answer)
    return Approval.objects.get()


def test_whoever_asked_sees_who_decides_and_withdraws_it(waiting, owner_client, url, other):
    page = text_of(owner_client.get(url("plan", waiting.run.plan_id)))
    assert f"You asked for it yourself, so somebody else decides: {other}" in page
    assert "Approve: it starts" not in page
    owner_client.post(url("run-cancel", waiting.run_id))
    assert SyncRun.objects.get().state == "cancelled"
    assert "Withdrawn on" in text_of(owner_client.get(url("plan", waiting.run.plan_id)))


def test_somebody_else_approves_it_on_the_same_preview(waiting, url, other, form):
    client = browser(other)
    assert form.name in text_of(client.get(url("plan", waiting.run.plan_id)))
    listed = text_of(client.get(url("approvals")))
    assert "waits for approval" in listed
    assert "Every sync waits for approval." in listed
    done = client.post(url("approval-decide", waiting.pk), {"reason": "Gezien", "approve": ""}, follow=True)
    assert "Approved: it has started." in text_of(done)
    carry_out(waiting.run)
    page = text_of(client.get(url("run", waiting.run_id)))
    assert f"Approved by {other}" in page
    assert "Gezien" in page


def test_it_is_rejected_with_a_word_that_whoever_asked_reads(waiting, url, other, owner_client):
    client = browser(other)
    without = client.post(url("approval-decide", waiting.pk), {"reason": " ", "reject": ""}, follow=True)
    assert "Say in a few words why" in text_of(without)
    client.post(url("approval-decide", waiting.pk), {"reason": "Eerst testen", "reject": ""})
    page = text_of(owner_client.get(url("run", waiting.run_id)))
    assert f"Rejected by {other}" in page
    assert "Eerst testen" in page
    assert "rejected" in text_of(owner_client.get(url("runs")))


def test_a_second_tab_is_told_that_it_is_decided(waiting, url, other):
    client = browser(other)
    sent = {"reason": "Gezien", "approve": ""}
    client.post(url("approval-decide", waiting.pk), sent)
    assert "This does not wait for approval any more: approved." in text_of(
        client.post(url("approval-decide", waiting.pk), sent, follow=True)
    )


def test_who_asked_and_who_lost_the_right_are_refused(waiting, url, owner_client, other, main):
    own = owner_client.post(url("approval-decide", waiting.pk), {"reason": "Ik", "approve": ""}, follow=True)
    assert "You asked for this yourself" in text_of(own)
    give(other, [AdministrationRight.SEE, SyncRight.RUN, SyncRight.UNDO], main)
    answer = browser(other).post(url("approval-decide", waiting.pk), {"reason": "Ik", "approve": ""})
    assert answer.status_code == 404
    assert Approval.objects.get().state == "waiting"


def test_one_of_another_customer_is_not_there(waiting):
    stranger_main = make_administration("De Boer")
    client = browser(make_member(stranger_main))
    address = reverse("sync:approval-decide", args=[stranger_main.slug, waiting.pk])
    assert client.post(address, {"reason": "Ik", "approve": ""}).status_code == 404
    assert "Nothing waits for approval" in text_of(client.get(reverse("sync:approvals", args=[stranger_main.slug])))


def test_the_policy_is_set_on_the_page_of_policies_by_who_may_approve(owner, owner_client, url, main):
    page = text_of(owner_client.get(url("policies")))
    assert "Nobody besides you may approve a sync here." in page
    owner_client.post(url("policies-approval"), {"when": "some", "above": "5", "on_removals": "on"})
    assert approval_policy_of(main) == ApprovalPolicy(above=5, on_removals=True)
    refused = owner_client.post(url("policies-approval"), {"when": "some", "above": "0"}, follow=True)
    assert "Fill in a number of administrations" in text_of(refused)
    give(owner, [AdministrationRight.SEE, SyncRight.RUN], main)
    assert "Approval by somebody else" not in text_of(owner_client.get(url("policies")))
    assert owner_client.post(url("policies-approval"), {"when": "never"}).status_code == 403
