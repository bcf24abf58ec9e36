"""Another system that calls the API with a token."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Scope, User
from settings_sync.models import SyncRun
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tenants.tokens import create_api_token
from tests.conftest import make_member
from tests.settings_sync.test_journey import make_form

BASE = "/api/v1/"


class Caller:
    """Sends JSON with a token; every POST gets a new Idempotency-Key unless the test names one."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path if path.startswith("http") else BASE + path, query or None)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str | None = "new",
        raw: bytes | None = None,
        digest: str | None = None,
    ) -> Any:
        headers = {} if key is None else {"Idempotency-Key": uuid.uuid4().hex if key == "new" else key}
        headers |= {} if digest is None else {"If-Match": digest}
        data = json.dumps({} if body is None else body).encode() if raw is None else raw
        return self.client.generic("POST", BASE + path, data, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any, *, version: int | str | None = None) -> Any:
        headers = {} if version is None else {"If-Match": str(version)}
        data = json.dumps(body).encode()
        return self.client.generic("PATCH", BASE + path, data, content_type="application/json", headers=headers)

    def put(self, path: str, body: Any, *, digest: str | None, raw: bytes | None = None) -> Any:
        headers = {} if digest is None else {"If-Match": digest}
        data = json.dumps(body).encode() if raw is None else raw
        return self.client.generic("PUT", BASE + path, data, content_type="application/json", headers=headers)

    def delete(self, path: str, *, digest: str | None = None) -> Any:
        return self.client.delete(BASE + path, headers={} if digest is None else {"If-Match": digest})


def make_caller(user: User, main: Administration, *scopes: str) -> Caller:
    _token, secret = create_api_token(email=user.email, administration=main.slug, scopes=scopes or Scope.values)
    return Caller(secret)


def work(run_id: str) -> None:
    """Do what the workers do."""
    for target in SyncRun.objects.get(pk=run_id).targets.all():
        execute_target(target.pk)


def is_problem(answer: Any, status: int, code: str) -> bool:
    """Whether an answer is this problem in every respect; says what it is when not."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:300]
    body = answer.json()
    assert {"type", "title", "status", "detail"} <= body.keys()
    assert (answer.status_code, body["type"], body["status"]) == (status, code, status), body
    assert body["title"]
    assert body["detail"]
    return True


@pytest.fixture
def api(owner, main) -> Caller:
    """The owner's token with every scope."""
    return make_caller(owner, main)


@pytest.fixture
def settings_in_main(main) -> uuid.UUID:
    """One form with the work type that it needs, in the main administration; the form's uid."""
    with inside(main):
        return make_form("Onderhoud cv-ketel").uid


@pytest.fixture
def reached(owner, child, other_child) -> list[str]:
    """Two children that the owner may sync to; their slugs."""
    for administration in (child, other_child):
        make_member(administration, user=owner)
    return [child.slug, other_child.slug]
