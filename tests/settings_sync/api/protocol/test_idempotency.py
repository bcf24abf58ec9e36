"""The same request twice has its effect once."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from settings_sync.models import IdempotencyRecord, Plan, SyncRun
from tenants.models import Administration
from tests.settings_sync.api.conftest import is_problem, make_caller
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def wanted(reached, settings_in_main):
    return {"targets": reached, "categories": ["forms"]}


def test_the_same_request_gets_the_same_answer(api, wanted):
    first = api.post("runs/", wanted, key="a")
    again = api.post("runs/", dict(reversed(wanted.items())), key="a")
    assert first.status_code == again.status_code == 202
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert SyncRun.objects.count() == Plan.objects.count() == 1


def test_another_request_with_the_same_key_is_refused(api, wanted, reached):
    run = api.post("runs/", wanted, key="a").json()
    assert is_problem(api.post("runs/", {**wanted, "note": "x"}, key="a"), 422, "idempotency-key-reused")
    assert is_problem(api.post("plans/", wanted, key="a"), 422, "idempotency-key-reused")
    assert is_problem(api.post(f"runs/{run['id']}/cancel/", key="a"), 422, "idempotency-key-reused")
    assert SyncRun.objects.count() == 1


def test_runs_need_a_key_and_the_others_do_not(api, wanted):
    assert is_problem(api.post("runs/", wanted, key=None), 400, "idempotency-key-missing")
    assert not SyncRun.objects.exists()
    assert api.post("plans/", wanted, key=None).status_code == 201
    assert not IdempotencyRecord.objects.exists()


def test_a_key_is_plain_text(api, wanted):
    for key in ("", " ", "x" * 256, "caf\xe9", "a\tb"):
        assert is_problem(api.post("runs/", wanted, key=key), 400, "invalid-input"), key
    assert api.post("runs/", wanted, key="order 66").status_code == 202


def test_keys_of_two_tokens_are_apart(api, owner, main, wanted):
    first = api.post("runs/", wanted, key="a").json()
    second = make_caller(owner, main).post("runs/", wanted, key="a").json()
    assert first["id"] != second["id"]


def test_a_refused_request_may_be_sent_again(api, wanted):
    assert is_problem(api.post("runs/", {**wanted, "targets": ["nobody"]}, key="a"), 400, "unknown-target")
    assert api.post("runs/", wanted, key="a").status_code == 202


def test_a_key_is_forgotten_after_a_day(api, wanted):
    first = api.post("runs/", wanted, key="a").json()
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert api.post("runs/", wanted, key="a").json()["id"] != first["id"]
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("path", ["plans/", "administrations/"])
def test_every_post_takes_a_key(api, wanted, path):
    body = wanted if path == "plans/" else {"name": "Van Dijk Nieuw"}
    first, again = api.post(path, body, key="a"), api.post(path, body, key="a")
    assert first.content == again.content
    assert Plan.objects.count() + Administration.objects.filter(name="Van Dijk Nieuw").count() == 1


def test_cancelling_twice_with_one_key_is_no_error(api, wanted):
    run = api.post("runs/", wanted).json()
    first = api.post(f"runs/{run['id']}/cancel/", key="a")
    again = api.post(f"runs/{run['id']}/cancel/", key="a")
    assert first.status_code == again.status_code == 202
    assert first.content == again.content


def test_a_run_and_the_note_of_its_request_are_one_transaction(api, wanted, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("settings_sync.api.protocol.idempotency._keep", fail)
    api.client.raise_request_exception = False
    assert api.post("runs/", wanted, key="a").status_code == 500
    assert not SyncRun.objects.exists()


def send_together(send, number):
    """The answers to requests that are sent at the same moment."""
    answers, together = [], threading.Barrier(number)

    def work():
        try:
            together.wait()
            answers.append(send())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_parallel_requests_with_keys_of_their_own_use_a_plan_once(api, wanted):
    plan = api.post("plans/", wanted).json()
    body = {"plan": plan["id"], "version": 1}
    answers = send_together(lambda: api.post("runs/", body, key=uuid.uuid4().hex), 6)
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]
    assert SyncRun.objects.count() == 1


def test_while_the_first_is_busy_the_second_is_told(api, wanted, monkeypatch):
    is_busy, may_end = threading.Event(), threading.Event()
    from settings_sync.services.plans import plans

    def slowly(*args, **options):
        is_busy.set()
        may_end.wait(PATIENCE_SECONDS)
        return plans.create_plan(*args, **options)

    monkeypatch.setattr("settings_sync.api.views.runs.create_plan", slowly)
    answers = []

    def first():
        answers.append(api.post("runs/", wanted, key="a"))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    is_busy.wait(PATIENCE_SECONDS)
    told = api.post("runs/", wanted, key="a")
    may_end.set()
    thread.join()
    assert is_problem(told, 409, "request-in-progress")
    assert answers[0].status_code == 202
    assert api.post("runs/", wanted, key="a").content == answers[0].content
