"""Generated requests against the description: whatever comes in, no answer is a 500 or of an undescribed kind.

`EENLIJN_API_EXAMPLES=100 ./dev test tests/settings_sync/api/test_schemathesis.py -s` sends many more, and prints what
was answered.
"""

import os

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve
from rest_framework.response import Response

from accounts.models import Scope
from business.models import Customer, Invoice, Quotation, WorkOrder
from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.api.views.administrations import Administrations
from settings_sync.models import InboxDeviation
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.inbox.rounds import find_deviations
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.samples import Filler
from tests.contracts.waiting import wait_for_approval
from tests.web import serving
from webhooks.events import Event
from webhooks.models import Endpoint, OutboxMessage

from .conftest import make_caller, work
from .fuzzing import Found, configure, fuzz

SCHEMA = "/api/v1/schema/"
URL = "https://example.com/hook"
EXAMPLES = int(os.environ.get("EENLIJN_API_EXAMPLES", "0"))
FEWEST_CASES = 10_000 if EXAMPLES else 2_000
QUIET = {"EENLIJN_API_CALLS_PER_MINUTE": "1000000", "LOG_LEVEL": "WARNING"}
DAILY = {"customer_id": Customer, "work_order_id": WorkOrder, "quotation_id": Quotation, "invoice_id": Invoice}
SAMPLE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def known(api, owner, main, reached, settings_in_main, child):
    """Values for the addresses, so that the requests get somewhere."""
    endpoint, doomed = (Endpoint.objects.create(administration=main, url=URL, events=Event.values) for _ in range(2))
    (delivery,) = OutboxMessage.objects.bulk_create(
        [OutboxMessage(endpoint=endpoint, administration=main, event="run.finished", body="{}", state="delivered")]
    )
    package, extra = (api.post("packages/", {"name": name, "categories": ["forms"]}).json()["id"] for name in "ab")
    child.groups = ["Proef"]
    child.save()
    nightly = {"groups": ["Proef"], "when": {"kind": "nightly", "at": "02:00"}}
    order, old = (api.post("orders/", {"package": package, **nightly}).json()["id"] for _ in range(2))
    plan = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    run = api.post("runs/", {"plan": plan["id"], "version": 1}).json()
    work(run["id"])
    colleague = make_member(main)
    make_member(child, user=colleague)
    approval = wait_for_approval(colleague, main, child, "Wacht")
    with inside(main):
        gone = str(Form.objects.create(name="Weg").uid)
    with inside(child):
        finished = str(WorkType.objects.all()[0].uid)
    for uid in (settings_in_main, finished):
        api.post(f"administrations/{child.slug}/drafts/", {"uid": str(uid)})
    with inside(child):
        Form.objects.filter(uid=settings_in_main).update(description="Lokaal")
    fold_alignment()
    find_deviations()
    with inside(child):
        Filler("Los").daily_data(1)
        daily = {name: str(model.objects.all()[0].uid) for name, model in DAILY.items()}
    return {
        **daily,
        "slug": child.slug,
        "key": "forms",
        "uid": str(settings_in_main),
        "finished": finished,
        "digest": api.get(f"administrations/{main.slug}/items/{settings_in_main}/").json()["digest"],
        "plan_id": plan["id"],
        "run_id": run["id"],
        "deviation": str(InboxDeviation.objects.get().entry_id),
        "package_id": package,
        "order_id": order,
        "number": 2,
        "approval_id": str(approval.pk),
        "webhook_id": str(endpoint.pk),
        "delivery_id": str(delivery.pk),
        "url": URL,
        "doomed": {"package_id": extra, "order_id": old, "webhook_id": str(doomed.pk), "slug": reached[1], "uid": gone},
    }


def scopes_of(label):
    """The scopes of which one opens an operation, as its view says."""
    method, path = label.split(" ")
    path = path.replace("{number}", "2")
    parts = [SAMPLE if part.endswith("id}") else part.strip("{}") for part in path.split("/")]
    return resolve("/".join(parts)).func.cls.scopes[method]


def own_operations(labels, scope):
    """What is tried with a token of this scope alone: what it opens, each once; with more examples all of that."""
    return [label for label in labels if scope in (scopes_of(label) if EXAMPLES else scopes_of(label)[:1])]


def test_no_generated_request_makes_it_fail(owner, main, known, tmp_path):
    found = Found()
    with serving(tmp_path / "web.log", **QUIET) as url:

        def send(*scopes, covers, examples, only=()):
            token = make_caller(owner, main, *scopes).client.defaults["HTTP_AUTHORIZATION"]
            config = configure(token, examples=examples, covers=covers, url=url)
            found.add(fuzz(schemathesis.openapi.from_url(url + SCHEMA, config=config), known, only=only))

        send(*Scope.values, covers=False, examples=EXAMPLES or 2)
        labels = list(found.operations)
        for scope in Scope.values:
            only = own_operations(labels, scope)
            assert only, scope
            send(scope, covers=True, examples=EXAMPLES, only=only)
    if EXAMPLES:
        print(f"\n{found.cases} requests to {len(labels)} operations: {dict(sorted(found.statuses.items()))}")
    print("\n".join(found.wrong))
    assert found.wrong == []
    assert found.cases >= FEWEST_CASES
    assert len(labels) == 75
    assert not [status for status in found.statuses if status == 0 or status >= 500]
    never = [label for label, statuses in found.operations.items() if not any(200 <= one < 300 for one in statuses)]
    assert set(never) <= CONFLICTS, "the requests get somewhere"


CONFLICTS = {
    "POST /api/v1/administrations/{slug}/retry/",
    "POST /api/v1/runs/{run_id}/cancel/",
    "POST /api/v1/runs/{run_id}/retry/",
    "POST /api/v1/runs/{run_id}/pause/",
    "POST /api/v1/runs/{run_id}/resume/",
    "POST /api/v1/runs/{run_id}/rings/{number}/approve/",
    "PATCH /api/v1/plans/{plan_id}/decisions/",
    "DELETE /api/v1/administrations/{slug}/",
    "POST /api/v1/approvals/{approval_id}/approve/",
    "POST /api/v1/approvals/{approval_id}/reject/",
}
"""What the state of things refuses (409): the run has ended, its plan is used, it was decided, the name is not
typed."""


def break_it(_view: Administrations, _request: WSGIRequest) -> Response:
    raise RuntimeError("planted")


def answer_what_is_not_described(_view: Administrations, _request: WSGIRequest) -> Response:
    return Response({"next": None, "previous": None, "results": []}, status=206)


def break_the_shape(_view: Administrations, _request: WSGIRequest) -> Response:
    return Response({"next": None, "previous": None, "results": [{"slug": 5}]})


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (break_it, "not_a_server_error"),
        (answer_what_is_not_described, "status_code_conformance"),
        (break_the_shape, "response_schema_conformance"),
    ],
)
def test_a_planted_fault_is_found(api, live_server, monkeypatch, fault, check):
    token, url = api.client.defaults["HTTP_AUTHORIZATION"], live_server.url
    schema = schemathesis.openapi.from_url(url + SCHEMA, config=configure(token, examples=3, covers=False, url=url))
    only, known = ["GET /api/v1/administrations/"], {"doomed": {}}
    assert fuzz(schema, known, only=only).wrong == []
    monkeypatch.setattr(Administrations, "get", fault)
    assert any(f": {check}: " in said for said in fuzz(schema, known, only=only).wrong)
