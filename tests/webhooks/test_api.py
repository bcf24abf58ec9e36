"""Webhooks by API, as the contract has them."""

import json
import uuid

import pytest
from standardwebhooks.webhooks import Webhook

from accounts.models import Scope
from audit.models import AuditEntry
from settings_sync.api.protocol.problems import problem_types
from tests.conftest import make_member
from tests.settings_sync.api.conftest import BASE, is_problem, make_caller
from webhooks.models import Endpoint, OutboxMessage
from webhooks.services.endpoints import MOST_ENDPOINTS
from webhooks.services.sending import send_due

from .conftest import make_message

pytestmark = pytest.mark.usefixtures("db")

NEW = {"url": "https://example.com/eenlijn", "events": ["target.failed", "run.finished"], "description": "Planbord"}


@pytest.fixture(scope="module")
def api(owner, main):
    return make_caller(owner, main, Scope.WEBHOOKS_MANAGE)


def patch(api, path, body):
    return api.client.patch(BASE + path, json.dumps(body), content_type="application/json")


def make(api, **fields):
    return api.post("webhooks/", {**NEW, **fields}).json()


def test_a_webhook_is_made_and_its_secret_said_once(api, owner, main):
    answer = api.post("webhooks/", NEW)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer.headers["Location"] == f"/api/v1/webhooks/{made['id']}/"
    assert made["secret"].startswith("whsec_")
    stored = Endpoint.objects.get()
    assert (stored.secret, stored.created_by, stored.administration) == (made["secret"], owner, main)
    shown = api.get(f"webhooks/{made['id']}/").json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert shown["events"] == ["run.finished", "target.failed"]
    assert shown["created_by"] == owner.email
    assert AuditEntry.objects.get(action="webhook.created", data__webhook=made["id"]).actor == owner
    entry = AuditEntry.objects.get(action="webhook.created", data__webhook=made["id"])
    assert made["secret"] not in json.dumps(entry.data)


def test_the_same_key_makes_one_webhook_and_says_the_same(api):
    first = api.post("webhooks/", NEW, key="k" * 20)
    again = api.post("webhooks/", NEW, key="k" * 20)
    assert first.json() == again.json()
    assert Endpoint.objects.count() == 1
    assert is_problem(api.post("webhooks/", {**NEW, "description": ""}, key="k" * 20), 422, "idempotency-key-reused")


def test_lists_come_in_pages(api):
    made = [make(api)["id"] for _ in range(3)]
    page = api.get("webhooks/", limit=2).json()
    assert [row["id"] for row in page["results"]] == made[:2]
    assert [row["id"] for row in api.get(page["next"]).json()["results"]] == made[2:]
    assert all("secret" not in row for row in page["results"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "http://example.com/"}, "not-encrypted"),
        ({"url": "https://127.0.0.1/"}, "private-address"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "private-address"),
        ({"url": "https://a:b@example.com/"}, "address-with-password"),
        ({"url": "example"}, "no-address"),
        ({"url": 5}, "invalid-input"),
        ({"url": "https://example.com/" + "x" * 500}, "invalid-input"),
        ({"events": []}, "invalid-input"),
        ({"events": ["colour.changed"]}, "invalid-input"),
        ({"events": "run.finished"}, "invalid-input"),
        ({"description": "x" * 201}, "invalid-input"),
        ({"colour": "red"}, "invalid-input"),
    ],
)
def test_what_is_wrong_is_a_problem_with_a_type_that_is_listed(api, settings, wrong, code):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert is_problem(api.post("webhooks/", {**NEW, **wrong}), 400, code)
    assert code in {problem.code for problem in problem_types()}
    assert not Endpoint.objects.exists()
    made = make(api)["id"]
    assert is_problem(patch(api, f"webhooks/{made}/", wrong), 400, code)
    stored = Endpoint.objects.get()
    assert (stored.url, stored.description) == (NEW["url"], NEW["description"])


def test_only_what_is_sent_is_changed(api):
    made = make(api)
    changed = patch(api, f"webhooks/{made['id']}/", {"events": ["administration.ready"]}).json()
    assert (changed["events"], changed["url"]) == (["administration.ready"], NEW["url"])
    off = patch(api, f"webhooks/{made['id']}/", {"state": "disabled"}).json()
    assert (off["state"], off["disabled_reason"]) == ("disabled", "by_hand")
    assert is_problem(api.post(f"webhooks/{made['id']}/test/"), 409, "webhook-disabled")
    on = patch(api, f"webhooks/{made['id']}/", {"state": "active", "description": ""}).json()
    assert (on["state"], on["disabled_reason"], on["description"]) == ("active", "", "")
    before = AuditEntry.objects.count()
    patch(api, f"webhooks/{made['id']}/", {"state": "active"})
    assert AuditEntry.objects.count() == before, "nothing changed, so nothing happened"


def test_a_new_secret_is_said_once_and_both_sign_for_a_day(api, receiver):
    made = make(api, url=receiver.url)
    rotated = api.post(f"webhooks/{made['id']}/rotate/")
    assert rotated.status_code == 200
    secret = rotated.json()["secret"]
    assert secret != made["secret"]
    assert "whsec_" not in api.get(f"webhooks/{made['id']}/").content.decode()
    assert rotated.json()["former_secret_until"].endswith("Z")
    assert api.post(f"webhooks/{made['id']}/test/").status_code == 202
    send_due()
    (got,) = receiver.received
    for valid in (secret, made["secret"]):
        assert Webhook(valid).verify(got.body, got.headers)["type"] == "webhook.test"


def test_a_delivery_is_followed_and_replayed_under_the_same_id(api, receiver):
    made = make(api, url=receiver.url)
    receiver.answer, receiver.body = 500, b"broken"
    accepted = api.post(f"webhooks/{made['id']}/test/")
    address = accepted.headers["Location"].removeprefix("/api/v1/")
    waiting = accepted.json()
    assert (waiting["state"], waiting["attempts"], waiting["event"]) == ("pending", [], "webhook.test")
    assert is_problem(api.post(f"{address}replay/"), 409, "still-on-its-way")
    OutboxMessage.objects.update(give_up_at=OutboxMessage.objects.get().created_at)
    send_due()
    failed = api.get(address).json()
    assert (failed["state"], failed["next_attempt_at"]) == ("given_up", None)
    assert [(row["status"], row["failure"], row["answer"]) for row in failed["attempts"]] == [(500, "status", "broken")]
    receiver.answer = 200
    assert api.post(f"{address}replay/").status_code == 202
    send_due()
    (listed,) = api.get(f"webhooks/{made['id']}/deliveries/").json()["results"]
    assert (listed["state"], len(listed["attempts"])) == ("delivered", 2)
    assert listed["message"]["data"]["webhook"] == made["id"]
    assert {row.headers["webhook-id"] for row in receiver.received} == {listed["webhook_id"]}


def test_the_log_comes_in_pages_the_newest_first(api, endpoint):
    made = [make_message(endpoint, state="delivered") for _ in range(3)]
    page = api.get(f"webhooks/{endpoint.pk}/deliveries/", limit=2).json()
    rest = api.get(page["next"]).json()
    listed = [row["id"] for row in page["results"] + rest["results"]]
    assert listed == [str(row.pk) for row in reversed(made)]


def test_a_webhook_is_deleted_with_its_log(api, endpoint):
    make_message(endpoint)
    answer = api.delete(f"webhooks/{endpoint.pk}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not OutboxMessage.objects.exists()
    assert is_problem(api.delete(f"webhooks/{endpoint.pk}/"), 404, "not-found")


def test_there_is_an_end_to_the_number_of_webhooks(api, main):
    Endpoint.objects.bulk_create(
        Endpoint(administration=main, url="https://example.com/", events=["run.finished"])
        for _ in range(MOST_ENDPOINTS)
    )
    assert is_problem(api.post("webhooks/", NEW), 409, "too-many-webhooks")


def every_request(webhook, delivery):
    one = f"webhooks/{webhook}/"
    return [
        ("GET", "webhooks/"), ("POST", "webhooks/"), ("GET", one), ("PATCH", one), ("DELETE", one),
        ("POST", f"{one}rotate/"), ("POST", f"{one}test/"), ("GET", f"{one}deliveries/"),
        ("GET", f"{one}deliveries/{delivery}/"), ("POST", f"{one}deliveries/{delivery}/replay/"),
    ]  # fmt: skip


def ask(caller, method, path):
    return caller.client.generic(method, BASE + path, json.dumps(NEW), content_type="application/json")


def test_nobody_else_gets_anything_and_nothing_changes(endpoint, owner, main, colleague, stranger, foreign_main):
    message = make_message(endpoint, state="delivered")
    before = (Endpoint.objects.values().get(), OutboxMessage.objects.values().get())
    scopes = [scope for scope in Scope.values if scope != Scope.WEBHOOKS_MANAGE]
    without_scope, without_right = make_caller(owner, main, *scopes), make_caller(colleague, main)
    foreign = make_caller(stranger, foreign_main, Scope.WEBHOOKS_MANAGE)
    leaver = make_member(main)
    gone = make_caller(leaver, main)
    leaver.memberships.all().delete()
    for method, path in every_request(endpoint.pk, message.pk):
        assert is_problem(ask(without_scope, method, path), 403, "scope-missing")
        assert is_problem(ask(without_right, method, path), 403, "not-allowed")
        assert is_problem(ask(gone, method, path), 404, "not-found")
        if path != "webhooks/":
            assert is_problem(ask(foreign, method, path), 404, "not-found")
    assert foreign.get("webhooks/").json()["results"] == []
    assert (Endpoint.objects.values().get(), OutboxMessage.objects.values().get()) == before


def test_a_delivery_of_another_webhook_is_not_found(api, endpoint, make_endpoint):
    other = make_message(make_endpoint(), state="delivered")
    for path in (
        f"webhooks/{endpoint.pk}/deliveries/{other.pk}/",
        f"webhooks/{endpoint.pk}/deliveries/{uuid.uuid4()}/",
    ):
        assert is_problem(api.get(path), 404, "not-found")
        assert is_problem(api.post(f"{path}replay/"), 404, "not-found")


def test_the_description_has_examples(client):
    schema = client.get("/api/v1/schema/").json()
    made = schema["paths"]["/api/v1/webhooks/"]["post"]
    assert made["requestBody"]["content"]["application/json"]["examples"]
    assert made["responses"]["201"]["content"]["application/json"]["examples"]
    assert "content" not in schema["paths"]["/api/v1/webhooks/{webhook_id}/"]["delete"]["responses"]["204"]
