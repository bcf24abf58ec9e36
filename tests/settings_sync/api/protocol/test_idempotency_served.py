"""The same request to the real web server: fifty times at one instant, and again after its process was killed."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from settings_sync.models import IdempotencyRecord, Plan, SyncRun
from tenants.failpoints import VARIABLE
from tests.contracts.world import in_threads
from tests.waiting import PATIENCE_SECONDS
from tests.web import serving

AT_ONCE = 50


@dataclass
class Answer:
    """What came back; `status` 0 when the connection broke."""

    status: int
    body: bytes = b""
    headers: Any = None


class Sender:
    """Another system that sends one request with one key, as often as it takes."""

    def __init__(self, url: str, authorization: str) -> None:
        self.url, self.authorization = f"{url}/api/v1/runs/", authorization

    def send(self, body: dict[str, Any], key: str) -> Answer:
        headers = {"Authorization": self.authorization, "Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.read(), refused.headers)
        except (urllib.error.URLError, ConnectionError, http.client.HTTPException):
            return Answer(0)


@pytest.fixture
def points(tmp_path):
    folder = tmp_path / "points"
    folder.mkdir()
    return folder


@pytest.fixture
def sender(api, points, tmp_path):
    with serving(tmp_path / "web.log", **{VARIABLE: str(points)}) as url:
        yield Sender(url, api.client.defaults["HTTP_AUTHORIZATION"])


def test_one_run_whatever_happens_to_the_requests(sender, points, reached, settings_in_main):
    """One server for all of it, because starting it takes longer than the rest."""
    body = {"targets": reached, "categories": ["forms"]}
    fifty_at_once_start_one_run(sender, body)
    killed_after_the_commit_it_gets_the_same_run(sender, body, points)
    killed_before_the_commit_nothing_was_started(sender, body, points)


def fifty_at_once_start_one_run(sender, body):
    answers = in_threads(*[lambda: sender.send(body, "fifty")] * AT_ONCE)
    assert len(answers) == AT_ONCE
    assert SyncRun.objects.count() == Plan.objects.count() == 1
    assert {answer.status for answer in answers} <= {202, 409}
    assert len({answer.body for answer in answers if answer.status == 202}) == 1
    for answer in answers:
        if answer.status == 409:
            assert json.loads(answer.body)["type"] == "request-in-progress"
            assert int(answer.headers["Retry-After"]) > 0
    assert sender.send({**body, "note": "another"}, "fifty").status == 422
    assert SyncRun.objects.count() == 1


def killed_after_the_commit_it_gets_the_same_run(sender, body, points):
    (points / "answer.after-commit").write_text("kill")
    assert sender.send(body, "killed after").status == 0
    assert SyncRun.objects.count() == 2
    again = sender.send(body, "killed after")
    assert again.status == 202, again
    assert again.headers["Idempotency-Replayed"] == "true"
    assert json.loads(again.body)["id"] == str(SyncRun.objects.latest("created_at").pk)
    assert SyncRun.objects.count() == 2


def killed_before_the_commit_nothing_was_started(sender, body, points):
    (points / "run.before-commit").write_text("kill")
    assert sender.send(body, "killed before").status == 0
    assert SyncRun.objects.count() == 2
    assert not IdempotencyRecord.objects.filter(key="killed before").exists()
    assert sender.send(body, "killed before").status == 202
    assert SyncRun.objects.count() == 3
