"""The contract, row by row: every verb of the API answers as it says, and every error that it names comes out.

A verb that is described and stands in no row, and an error that stands in no row, fail here.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import Scope
from business.models import Customer, Invoice, Quotation, WorkOrder
from forms_catalog.models import Form
from settings_sync.api.protocol.problems import GENERIC
from settings_sync.models import InboxDeviation, Plan, RunStage, SyncTarget
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.inbox.rounds import find_deviations
from tenants.models import Administration
from tenants.schemas import inside
from tests.access.conftest import make_powerless
from tests.conftest import make_member
from tests.contracts.samples import Filler
from tests.contracts.standing import carry_out_an_order
from tests.contracts.waiting import wait_for_approval
from tests.contracts.world import Company, make_company
from tests.settings_sync.test_journey import make_form
from webhooks.services.endpoints import create_endpoint, send_test

from .conftest import Caller, is_problem, make_caller, work

pytestmark = pytest.mark.usefixtures("db")
TESTS = Path(__file__).resolve().parents[2]
CATEGORY, FROM_FORMS = {"categories": ["forms"]}, {"start_from": ["forms"]}
MODELS = {"customer_id": Customer, "work_order_id": WorkOrder, "quotation_id": Quotation, "invoice_id": Invoice}


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@dataclass
class World:
    """A customer with one synced administration, and whatever an address of a row points at."""

    company: Company
    child: Administration
    api: Caller
    form: uuid.UUID

    def __getitem__(self, name: str) -> Any:
        if name in MODELS:
            with inside(self.child):
                return MODELS[name].objects.all()[0].uid
        return getattr(self, name)()

    def post(self, path: str, body: Any, **options: Any) -> dict[str, Any]:
        answer = self.api.post(path, body, **options)
        assert answer.status_code < 300, answer.content
        return answer.json()

    def slug(self) -> str:
        return self.child.slug

    def main_slug(self) -> str:
        return self.company.main.slug

    def key(self) -> str:
        return "forms"

    def codes(self) -> str:
        return "reference_data"

    def uid(self) -> uuid.UUID:
        return self.form

    def version(self) -> dict[str, Any]:
        item = self.api.get(f"administrations/{self.main_slug()}/items/{self.form}/").json()
        return {"digest": item["digest"]}

    def doomed_uid(self) -> uuid.UUID:
        with inside(self.company.main):
            return Form.objects.create(name=f"Weg {uuid.uuid4().hex}").uid

    def drafted_uid(self) -> uuid.UUID:
        drafted = self.doomed_uid()
        self.post(f"administrations/{self.main_slug()}/drafts/", {"uid": str(drafted)})
        return drafted

    def chosen(self) -> dict[str, Any]:
        return {"targets": [self.child.slug], **CATEGORY}

    def plan_id(self) -> str:
        return self.post("plans/", self.chosen())["id"]

    def confirmed(self) -> dict[str, Any]:
        return {"plan": self.plan_id(), "version": 1}

    def queued(self) -> str:
        """A run that has something to do: a new form arrives."""
        with inside(self.company.main):
            Form.objects.create(name=f"Formulier {uuid.uuid4().hex}")
        return self.post("runs/", self.chosen())["id"]

    def run_id(self) -> str:
        made = self.queued()
        work(made)
        return made

    def failed(self) -> str:
        made = self.queued()
        SyncTarget.objects.filter(run=made).update(state="failed")
        return made

    def in_rings(self) -> str:
        """A run in two rings, of which the second waits for approval."""
        rings = {"steps": [{"kind": "number", "number": 1}, {"kind": "rest", "start": "approval"}]}
        with inside(self.company.main):
            Form.objects.create(name=f"Formulier {uuid.uuid4().hex}")
        groups = self.child.groups
        moment = carry_out_an_order(self.company.owner, self.company.main, self.child, uuid.uuid4().hex, rings=rings)
        self.child.groups = groups
        self.child.save(update_fields=["groups"])
        RunStage.objects.filter(run=moment.run, number=2).update(asked_at=timezone.now())
        return str(moment.run_id)

    def number(self) -> int:
        return 2

    def not_created(self) -> str:
        made = self.post("administrations/", {"name": f"Nieuw {uuid.uuid4().hex[:8]}"})["slug"]
        Administration.objects.filter(slug=made).update(state="failed")
        return made

    def webhook_id(self) -> uuid.UUID:
        company = self.company
        made = create_endpoint(
            acting_user=company.owner, main=company.main, url="https://example.com/h", events=["run.finished"]
        )
        self.message = send_test(acting_user=company.owner, endpoint=made)
        type(self.message).objects.filter(pk=self.message.pk).update(state="delivered")
        return made.pk

    def delivery_id(self) -> uuid.UUID:
        return self.message.pk

    def approval_id(self) -> uuid.UUID:
        """Of a run that a colleague asked for."""
        main = self.company.main
        colleague = make_member(main)
        make_member(self.child, user=colleague)
        return wait_for_approval(colleague, main, self.child, f"Formulier {uuid.uuid4().hex}").pk

    def package_id(self) -> str:
        return self.post("packages/", {"name": f"Pakket {uuid.uuid4().hex}", **CATEGORY})["id"]

    def order(self) -> dict[str, Any]:
        return {"package": self.package_id(), "groups": ["Noord"], "when": {"kind": "nightly", "at": "02:00"}}

    def order_id(self) -> str:
        return self.post("orders/", self.order())["id"]

    def deviation(self) -> dict[str, str]:
        """What somebody changed in the sub since its last sync, as an entry of the inbox, put back."""
        self.run_id()
        with inside(self.child):
            Form.objects.filter(uid=self.form).update(description=f"Lokaal {uuid.uuid4().hex}")
        fold_alignment()
        find_deviations()
        entry = InboxDeviation.objects.get(uid=self.form).entry_id
        return {"deviation": str(entry), "decision": "put_back"}

    def conflict_id(self) -> str:
        return self.conflict()["id"]

    def conflict(self) -> dict[str, Any]:
        """A plan in which one form is held."""
        for administration, text in ((self.company.main, "hoofd"), (self.child, "hier")):
            with inside(administration):
                Form.objects.filter(uid=self.form).update(description=f"{text} {uuid.uuid4().hex}")
        return self.post("plans/", self.chosen())


@pytest.fixture(scope="module")
def world(standing: None) -> World:
    company = make_company("Van Dijk")
    child = company.child("Noord")
    child.groups = ["Noord"]
    child.save()
    with inside(company.main):
        form = make_form("Onderhoud cv-ketel").uid
    with inside(child):
        Filler("Los").daily_data(1)
    world = World(company, child, make_caller(company.owner, company.main), form)
    world.run_id()
    return world


@dataclass(frozen=True)
class Verb:
    """One operation: `at` says what of the world stands in its address where that is not what is usual."""

    operation: str
    status: int
    body: Any = None
    at: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def ask(self, world: World) -> Any:
        method, template = self.operation.split(" ")
        places = re.findall(r"{(\w+)}", template)
        path = template.format(**{name: world[self.at.get(name, name)] for name in places}) + self.query
        path = path.replace("@slug", path.split("/")[1])
        if method == "POST":
            return world.api.post(path, self.body(world) if callable(self.body) else self.body)
        if method == "PATCH":
            return world.api.patch(path, self.body(world) if callable(self.body) else self.body, version=1)
        if method == "PUT" and self.body is not None:
            return world.api.put(path, self.body(world) if callable(self.body) else self.body, digest=None)
        if method == "PUT":
            item = world.api.get(path).json()
            return world.api.put(path, item["document"], digest=item["digest"])
        return getattr(world.api, method.lower())(path)


def new_item(**more: str) -> dict[str, Any]:
    """A setting that nobody has."""
    return {"kind": "reference_data.workstatus", "document": {"code": uuid.uuid4().hex, "name": "Klaar"}, **more}


DRAFTED = {"slug": "main_slug", "uid": "drafted_uid"}
HOOK = {"url": "https://example.com/hook", "events": ["run.finished"]}
VERBS = [
    Verb("GET administrations/", 200),
    Verb("GET administrations/{slug}/", 200),
    Verb("POST administrations/", 202, lambda _world: {"name": f"Tabel {uuid.uuid4().hex[:8]}", **FROM_FORMS}),
    Verb("POST administrations/{slug}/retry/", 202, at={"slug": "not_created"}),
    Verb("DELETE administrations/{slug}/", 202, at={"slug": "not_created"}, query="?confirm=@slug"),
    Verb("POST administrations/{slug}/items/", 201, lambda _world: new_item(category="reference_data")),
    Verb("GET administrations/{slug}/items/{uid}/", 200, at={"slug": "main_slug"}),
    Verb("PUT administrations/{slug}/items/{uid}/", 200, at={"slug": "main_slug"}),
    Verb("POST administrations/{slug}/items/{uid}/archive/", 200, at={"slug": "main_slug", "uid": "doomed_uid"}),
    Verb("GET administrations/{slug}/items/{uid}/versions/", 200, at={"slug": "main_slug"}),
    Verb("POST administrations/{slug}/items/{uid}/restore/", 200, World.version, at={"slug": "main_slug"}),
    Verb("DELETE administrations/{slug}/items/{uid}/", 204, at={"slug": "main_slug", "uid": "doomed_uid"}),
    Verb("GET administrations/{slug}/drafts/", 200),
    Verb("POST administrations/{slug}/drafts/", 201, lambda world: {"uid": str(world.doomed_uid())},
         at={"slug": "main_slug"}),
    Verb("GET administrations/{slug}/drafts/{uid}/", 200, at=DRAFTED),
    Verb("PUT administrations/{slug}/drafts/{uid}/", 200, at=DRAFTED),
    Verb("POST administrations/{slug}/drafts/{uid}/publish/", 200, {}, at=DRAFTED),
    Verb("DELETE administrations/{slug}/drafts/{uid}/", 204, at=DRAFTED),
    *(
        Verb(f"GET administrations/{{slug}}/{name}/{one}", 200)
        for name, key in (
            ("customers", "customer_id"), ("work-orders", "work_order_id"),
            ("quotations", "quotation_id"), ("invoices", "invoice_id"),
        )
        for one in ("", f"{{{key}}}/")
    ),
    Verb("GET categories/", 200),
    Verb("GET categories/{key}/items/", 200),
    Verb("POST categories/{key}/items/", 201, lambda _world: new_item(), at={"key": "codes"}),
    Verb("POST plans/", 201, World.chosen),
    Verb("GET plans/{plan_id}/", 200),
    Verb("GET plans/{plan_id}/changes/", 200),
    Verb("PATCH plans/{plan_id}/decisions/", 200, lambda world: [{"item": str(world.form), "decision": "overwrite"}],
         at={"plan_id": "conflict_id"}),
    Verb("POST runs/", 202, World.confirmed),
    Verb("POST runs/", 202, lambda world: {**world.chosen(), "policies": {"stale": "stop"}, "note": "In één stap"}),
    Verb("GET runs/", 200),
    Verb("GET runs/{run_id}/", 200),
    Verb("GET runs/{run_id}/targets/", 200),
    Verb("GET runs/{run_id}/targets/{slug}/changes/", 200),
    Verb("POST runs/{run_id}/cancel/", 202, at={"run_id": "queued"}),
    Verb("POST runs/{run_id}/retry/", 202, at={"run_id": "failed"}),
    Verb("POST runs/{run_id}/undo/", 202, {}),
    Verb(
        "POST runs/{run_id}/undo/",
        202,
        lambda world: {"confirm": True, "confirmation": world.main_slug()},
    ),
    Verb("POST runs/{run_id}/pause/", 202, at={"run_id": "in_rings"}),
    Verb("POST runs/{run_id}/resume/", 202, at={"run_id": "in_rings"}),
    Verb("POST runs/{run_id}/rings/{number}/approve/", 202, at={"run_id": "in_rings"}),
    Verb("GET approvals/", 200),
    Verb("POST approvals/{approval_id}/approve/", 202, {"reason": "Akkoord"}),
    Verb("POST approvals/{approval_id}/reject/", 202, {"reason": "Eerst testen"}),
    Verb("GET packages/", 200),
    Verb("POST packages/", 201, lambda _world: {"name": f"Pakket {uuid.uuid4().hex}", **CATEGORY}),
    Verb("GET packages/{package_id}/", 200),
    Verb("PATCH packages/{package_id}/", 200, {"forbids_editing": False}),
    Verb("PUT packages/{package_id}/assignments/", 200,
         lambda world: [{"administration": world.child.slug, "as": "optional"}]),
    Verb("DELETE packages/{package_id}/", 204),
    Verb("GET orders/", 200),
    Verb("POST orders/", 201, World.order),
    Verb("GET orders/{order_id}/", 200),
    Verb("PATCH orders/{order_id}/", 200, {"when": {"kind": "weekday", "weekday": 6, "at": "23:30"}}),
    Verb("POST orders/{order_id}/pause/", 200),
    Verb("POST orders/{order_id}/resume/", 200),
    Verb("POST orders/{order_id}/try/", 201),
    Verb("DELETE orders/{order_id}/", 204),
    Verb("GET deviations/", 200),
    Verb("POST deviations/decide/", 200, lambda world: [world.deviation()]),
    Verb("GET administrations/{slug}/alignment/", 200, at={"slug": "main_slug"}, query="?weeks=4"),
    Verb("GET alignment/", 200),
    Verb("GET alignment/", 200, query="?detail=true"),
    Verb("GET webhooks/", 200),
    Verb("POST webhooks/", 201, HOOK),
    Verb("GET webhooks/{webhook_id}/", 200),
    Verb("PATCH webhooks/{webhook_id}/", 200, {"description": "Planbord"}),
    Verb("DELETE webhooks/{webhook_id}/", 204),
    Verb("POST webhooks/{webhook_id}/rotate/", 200),
    Verb("POST webhooks/{webhook_id}/test/", 202),
    Verb("GET webhooks/{webhook_id}/deliveries/", 200),
    Verb("GET webhooks/{webhook_id}/deliveries/{delivery_id}/", 200),
    Verb("POST webhooks/{webhook_id}/deliveries/{delivery_id}/replay/", 202),
]  # fmt: skip


def test_every_verb_that_is_described_is_in_the_table(client: Client) -> None:
    described = client.get("/api/v1/schema/").json()["paths"]
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}" for path, found in described.items() for method in found
    }
    assert {verb.operation for verb in VERBS} == operations


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.operation + verb.query)
def test_a_verb_answers_as_the_contract_says(world: World, verb: Verb) -> None:
    answer = verb.ask(world)
    assert answer.status_code == verb.status, answer.content[:500]
    # What stands over time is one answer, and no list of rows.
    is_list = verb.operation.startswith("GET") and not re.search(r"(}|}/alignment)/$", verb.operation)
    if is_list:
        assert answer.json().keys() == {"next", "previous", "results"}
    if verb.status in (201, 202) and "Location" in answer.headers:
        assert answer.headers["Location"].startswith("/api/v1/")


def raw(body: bytes) -> Callable[[World], Any]:
    return lambda world: world.api.post("plans/", raw=body)


def write(document: dict[str, Any]) -> Callable[[World], Any]:
    def ask(world: World) -> Any:
        path = f"administrations/{world.main_slug()}/items/{world.form}/"
        item = world.api.get(path).json()
        return world.api.put(path, {**item["document"], **document}, digest=item["digest"])

    return ask


def write_with(digest: str | None) -> Callable[[World], Any]:
    path = "administrations/{}/items/{}/"
    return lambda world: world.api.put(path.format(world.main_slug(), world.form), {"name": "X"}, digest=digest)


def decide(version: int | str | None) -> Callable[[World], Any]:
    def ask(world: World) -> Any:
        decisions = [{"item": str(world.form), "decision": "overwrite"}]
        return world.api.patch(f"plans/{world.conflict()['id']}/decisions/", decisions, version=version)

    return ask


def reuse_key(world: World) -> Any:
    world.post("runs/", world.chosen(), key="the same")
    return world.api.post("runs/", {**world.chosen(), "note": "another body"}, key="the same")


def use_plan_twice(world: World) -> Any:
    body = world.confirmed()
    world.post("runs/", body)
    return world.api.post("runs/", body)


def use_expired_plan(world: World) -> Any:
    body = world.confirmed()
    Plan.objects.filter(pk=body["plan"]).update(expires_at="2020-01-01T00:00:00Z")
    return world.api.post("runs/", body)


def remove_without_confirming(world: World) -> Any:
    with inside(world.company.main):
        name = f"Weg {uuid.uuid4().hex}"
        Form.objects.create(name=name)
    work(world.queued())
    with inside(world.company.main):
        Form.objects.filter(name=name).delete()
    choice = {**world.chosen(), "policies": {"removed_in_source": "archive"}}
    return world.api.post("runs/", choice)


def with_scopes(*scopes: str) -> Callable[[World], Any]:
    def ask(world: World) -> Any:
        return make_caller(world.company.owner, world.company.main, *scopes).post("runs/", world.chosen())

    return ask


def without_right(world: World) -> Any:
    nobody = make_powerless(world.company.main, world.child)
    return make_caller(nobody, world.company.main).post("administrations/", {"name": "Nieuw"})


def too_many(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    settings.API_CALLS_PER_MINUTE = 0
    return world.api.get("runs/")


def database_away(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    def fail(*_args: Any, **_options: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("settings_sync.api.views.runs.visible_runs", fail)
    return world.api.get("runs/")


ERRORS: list[tuple[str, int, str, Any]] = [
    ("NUL", 400, "malformed-json", raw(b'{"targets": ["a\\u0000"]}')),
    ("lone surrogate", 400, "malformed-json", raw(b'{"targets": ["\\ud800"]}')),
    ("NaN", 400, "malformed-json", raw(b'{"targets": [NaN]}')),
    ("infinity", 400, "malformed-json", raw(b'{"targets": [1e400]}')),
    ("duplicate key", 400, "malformed-json", raw(b'{"targets": [], "targets": []}')),
    ("33 levels", 400, "malformed-json", raw(b'{"targets": ' + b"[" * 32 + b"]" * 32 + b"}")),
    ("over 1 MB", 400, "malformed-json", raw(b'{"targets": ["' + b"a" * 1_048_577 + b'"]}')),
    ("a field too many", 400, "invalid-input", lambda world: world.api.post("plans/", {**world.chosen(), "x": 1})),
    ("a limit over 200", 400, "invalid-input", lambda world: world.api.get("runs/?limit=201")),
    ("a cursor of another list", 400, "invalid-cursor", lambda world: world.api.get("runs/?cursor=abc")),
    ("no key", 400, "idempotency-key-missing", lambda world: world.api.post("runs/", world.chosen(), key=None)),
    ("key with another body", 422, "idempotency-key-reused", reuse_key),
    ("no token", 401, "not-authenticated", lambda world: Client().get("/api/v1/runs/")),
    ("unknown token", 401, "token-not-accepted", lambda world: Caller("eenlijn_x").get("runs/")),
    ("without the scope", 403, "scope-missing", with_scopes(Scope.SYNC_PREVIEW, Scope.CUSTOMERS_READ)),
    ("without the right", 403, "not-allowed", without_right),
    ("foreign", 404, "not-found", lambda world: world.api.get(f"runs/{uuid.uuid4()}/")),
    ("method", 405, "method-not-allowed", lambda world: world.api.delete("runs/")),
    ("media type", 406, "not-acceptable",
     lambda world: world.api.client.get("/api/v1/runs/", headers={"Accept": "text/html"})),
    ("body of another type", 415, "unsupported-media-type",
     lambda world: world.api.client.generic("POST", "/api/v1/plans/", b"a=b", content_type="text/plain")),
    ("confirmation-required", 409, "confirmation-required", remove_without_confirming),
    ("plan-used", 409, "plan-used", use_plan_twice),
    ("plan-expired", 409, "plan-expired", use_expired_plan),
    ("plan-changed", 409, "plan-changed", lambda world: world.api.post("runs/", {**world.confirmed(), "version": 2})),
    ("no If-Match", 428, "precondition-required", decide(None)),
    ("no version in If-Match", 400, "invalid-input", decide("banana")),
    ("another version in If-Match", 412, "precondition-failed", decide(7)),
    ("no digest of a setting", 428, "precondition-required", write_with(None)),
    ("another digest of a setting", 412, "precondition-failed", write_with("0" * 64)),
    ("a document that is not right", 422, "document-refused", write({"name": ""})),
    ("finished run cancelled", 409, "run-finished", lambda world: world.api.post(f"runs/{world.run_id()}/cancel/")),
    ("nothing failed", 409, "nothing-to-retry", lambda world: world.api.post(f"runs/{world.run_id()}/retry/")),
    ("unfinished run undone", 409, "run-not-finished", lambda world: world.api.post(f"runs/{world.queued()}/undo/")),
    ("delete without typing", 409, "confirmation-required",
     lambda world: world.api.delete(f"administrations/{world.slug()}/")),
    ("too many calls", 429, "too-many-requests", too_many),
    ("database away", 503, "unavailable", database_away),
]  # fmt: skip
ELSEWHERE = {
    "clash": "config/test_error_pages.py::test_the_api_ends_in_a_problem",
    "request-in-progress": (
        "settings_sync/api/protocol/test_idempotency.py::test_while_the_first_is_busy_the_second_is_told"
    ),
    "server-error": "settings_sync/api/protocol/test_input.py::test_a_failure_of_ours_is_a_problem_too",
    "bad-request": "test_error_pages.py::test_below_api_what_is_not_understood_is_a_problem",
}
"""What takes more than a row: where it is tested."""
TERMINAL = {
    "prints the plan, and does nothing": "test_the_plan_is_printed_and_nothing_is_done",
    "--apply follows the run until it ends; exit 0": "test_apply_follows_the_run_until_it_ends",
    "--json tells what the API tells": "test_json_tells_the_same_as_the_api",
    "exit 1 when a target failed": "test_a_target_that_fails_exits_1",
    "exit 2 on bad arguments, and on a refusal": "test_bad_arguments_exit_2",
    "exit 3 when something is held": "test_what_is_held_exits_3",
    "confirmation-required": "test_much_is_confirmed_with_the_phrase",
    "run-finished, nothing-to-retry; cancel and retry": "test_runs_are_listed_cancelled_and_retried",
    "undo": "test_a_run_is_taken_back",
}
"""What the contract says of the terminal, each in `test_terminal.py`: these take a worker and real exit codes."""


def test_every_error_of_the_api_itself_is_in_the_table() -> None:
    codes = {code for _name, _status, code, _ask in ERRORS}
    assert {problem.code for problem in GENERIC} <= codes | ELSEWHERE.keys()
    in_terminal = [f"settings_sync/management/test_terminal.py::{name}" for name in TERMINAL.values()]
    for place in [*ELSEWHERE.values(), *in_terminal]:
        path, _colons, name = place.partition("::")
        assert f"def {name}(" in (TESTS / path).read_text(), place


@pytest.mark.parametrize(("status", "code", "ask"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_an_error_of_the_contract_comes_out(
    world: World, status: int, code: str, ask: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    answer = ask(world, monkeypatch, settings) if ask in (too_many, database_away) else ask(world)
    assert is_problem(answer, status, code)
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0
