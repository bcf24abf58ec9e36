"""Approving by REST: a run that waits is a run, with a state of its own."""

import pytest

from accounts.models import Scope
from settings_sync.models import SyncPolicy
from tests.conftest import make_member
from tests.contracts.waiting import wait_for_approval

from .conftest import is_problem, make_caller, work


@pytest.fixture
def other(main, child, owner):
    make_member(child, user=owner)
    user = make_member(main)
    make_member(child, user=user)
    return make_caller(user, main)


@pytest.fixture
def caller(other, owner, main):
    return make_caller(owner, main)


@pytest.fixture
def waiting(caller, owner, main, child):
    return wait_for_approval(owner, main, child, "Onderhoud")


def test_a_run_that_waits_answers_202_and_says_so(caller, main, child, waiting):
    SyncPolicy.objects.update(approval_always=True)
    answer = caller.post("runs/", {"targets": [child.slug], "categories": ["forms"]})
    told = answer.json()
    assert (answer.status_code, told["state"], told["started_at"]) == (202, "waiting", None)
    assert told["approval"]
    targets = caller.get(f"runs/{told['id']}/targets/").json()["results"]
    assert [row["state"] for row in targets] == ["waiting"]
    assert caller.post(f"runs/{told['id']}/cancel/", {}).json()["state"] == "cancelled"


def test_it_is_listed_approved_by_somebody_else_and_carried_out(caller, other, owner, waiting):
    (row,) = other.get("approvals/").json()["results"]
    assert (row["id"], row["run"], row["state"]) == (str(waiting.pk), str(waiting.run_id), "waiting")
    assert (row["why"], row["requested_by"], row["kind"]) == (
        [{"code": "always", "detail": "Every sync waits for approval."}],
        owner.email,
        "sync",
    )
    is_problem(caller.post(f"approvals/{waiting.pk}/approve/", {"reason": "Ik"}), 403, "own-approval")
    answer = other.post(f"approvals/{waiting.pk}/approve/", {"reason": "Akkoord"})
    assert (answer.status_code, answer.json()["id"], answer.json()["state"]) == (202, str(waiting.run_id), "queued")
    assert answer.headers["Location"] == f"/api/v1/runs/{waiting.run_id}/"
    work(waiting.run_id)
    assert caller.get(f"runs/{waiting.run_id}/").json()["state"] == "succeeded"
    is_problem(other.post(f"approvals/{waiting.pk}/reject/", {"reason": "Toch niet"}), 409, "approval-decided")
    (row,) = caller.get("approvals/").json()["results"]
    assert (row["state"], row["reason"]) == ("approved", "Akkoord")


def test_rejecting_takes_a_word_and_the_scope(other, main, waiting):
    is_problem(other.post(f"approvals/{waiting.pk}/reject/", {}), 400, "invalid-input")
    is_problem(other.post(f"approvals/{waiting.pk}/reject/", {"reason": ""}), 400, "invalid-input")
    answer = other.post(f"approvals/{waiting.pk}/reject/", {"reason": "Eerst testen"})
    assert (answer.status_code, answer.json()["state"]) == (202, "rejected")


def test_reading_alone_does_not_approve(other, main, child, waiting):
    reader = make_member(main)
    make_member(child, user=reader)
    caller = make_caller(reader, main, Scope.SETTINGS_READ)
    assert len(caller.get("approvals/").json()["results"]) == 1
    is_problem(caller.post(f"approvals/{waiting.pk}/approve/", {"reason": "Ik"}), 403, "scope-missing")


def test_one_of_another_customer_is_not_there(stranger, foreign_main, waiting):
    caller = make_caller(stranger, foreign_main)
    assert caller.get("approvals/").json()["results"] == []
    is_problem(caller.post(f"approvals/{waiting.pk}/approve/", {"reason": "Ik"}), 404, "not-found")
