"""The description of the API: valid, complete, and readable without the internet."""

import re

import pytest
from django.contrib.staticfiles.finders import find

from settings_sync.api.protocol.problems import problem_types
from settings_sync.api.views import docs


@pytest.fixture
def schema(client):
    return client.get("/api/v1/schema/").json()


def test_it_is_openapi_3_1_and_names_every_address_of_the_contract(schema):
    assert schema["openapi"].startswith("3.1")
    operations = {
        (method, path.removeprefix("/api/v1/")) for path, found in schema["paths"].items() for method in found
    }
    assert operations == {
        ("get", "administrations/"),
        ("post", "administrations/"),
        ("get", "administrations/{slug}/"),
        ("delete", "administrations/{slug}/"),
        ("post", "administrations/{slug}/retry/"),
        ("post", "administrations/{slug}/items/"),
        ("get", "administrations/{slug}/items/{uid}/"),
        ("put", "administrations/{slug}/items/{uid}/"),
        ("delete", "administrations/{slug}/items/{uid}/"),
        ("post", "administrations/{slug}/items/{uid}/archive/"),
        ("get", "administrations/{slug}/items/{uid}/versions/"),
        ("post", "administrations/{slug}/items/{uid}/restore/"),
        ("get", "administrations/{slug}/drafts/"),
        ("post", "administrations/{slug}/drafts/"),
        ("get", "administrations/{slug}/drafts/{uid}/"),
        ("put", "administrations/{slug}/drafts/{uid}/"),
        ("delete", "administrations/{slug}/drafts/{uid}/"),
        ("post", "administrations/{slug}/drafts/{uid}/publish/"),
        ("get", "administrations/{slug}/customers/"),
        ("get", "administrations/{slug}/customers/{customer_id}/"),
        ("get", "administrations/{slug}/work-orders/"),
        ("get", "administrations/{slug}/work-orders/{work_order_id}/"),
        ("get", "administrations/{slug}/quotations/"),
        ("get", "administrations/{slug}/quotations/{quotation_id}/"),
        ("get", "administrations/{slug}/invoices/"),
        ("get", "administrations/{slug}/invoices/{invoice_id}/"),
        ("get", "categories/"),
        ("get", "categories/{key}/items/"),
        ("post", "categories/{key}/items/"),
        ("post", "plans/"),
        ("get", "plans/{plan_id}/"),
        ("get", "plans/{plan_id}/changes/"),
        ("get", "runs/"),
        ("post", "runs/"),
        ("get", "runs/{run_id}/"),
        ("get", "runs/{run_id}/targets/"),
        ("get", "runs/{run_id}/targets/{slug}/changes/"),
        ("post", "runs/{run_id}/cancel/"),
        ("post", "runs/{run_id}/retry/"),
        ("post", "runs/{run_id}/undo/"),
        ("post", "runs/{run_id}/pause/"),
        ("post", "runs/{run_id}/resume/"),
        ("post", "runs/{run_id}/rings/{number}/approve/"),
        ("patch", "plans/{plan_id}/decisions/"),
        ("get", "alignment/"),
        ("get", "administrations/{slug}/alignment/"),
        ("get", "deviations/"),
        ("post", "deviations/decide/"),
        ("get", "approvals/"),
        ("post", "approvals/{approval_id}/approve/"),
        ("post", "approvals/{approval_id}/reject/"),
        ("get", "orders/"),
        ("post", "orders/"),
        ("get", "orders/{order_id}/"),
        ("patch", "orders/{order_id}/"),
        ("delete", "orders/{order_id}/"),
        ("post", "orders/{order_id}/pause/"),
        ("post", "orders/{order_id}/resume/"),
        ("post", "orders/{order_id}/try/"),
        ("get", "packages/"),
        ("post", "packages/"),
        ("get", "packages/{package_id}/"),
        ("patch", "packages/{package_id}/"),
        ("delete", "packages/{package_id}/"),
        ("put", "packages/{package_id}/assignments/"),
        ("get", "webhooks/"),
        ("post", "webhooks/"),
        ("get", "webhooks/{webhook_id}/"),
        ("patch", "webhooks/{webhook_id}/"),
        ("delete", "webhooks/{webhook_id}/"),
        ("post", "webhooks/{webhook_id}/rotate/"),
        ("post", "webhooks/{webhook_id}/test/"),
        ("get", "webhooks/{webhook_id}/deliveries/"),
        ("get", "webhooks/{webhook_id}/deliveries/{delivery_id}/"),
        ("post", "webhooks/{webhook_id}/deliveries/{delivery_id}/replay/"),
    }


def test_every_operation_says_how_it_fails_and_what_it_takes(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            refused = {status: row for status, row in operation["responses"].items() if status >= "4"}
            assert {"401", "403", "404", "429", "503"} <= refused.keys(), path
            assert "default" not in operation["responses"], "an answer of another status is a fault"
            assert all("application/problem+json" in row["content"] for row in refused.values()), path
            assert operation["summary"]
            assert operation["security"] == [{"token": []}]
            names = {row["name"] for row in operation.get("parameters", ())}
            assert ("Idempotency-Key" in names) == (method == "post"), path


def test_it_comes_as_yaml_too(client):
    assert client.get("/api/v1/schema/", headers={"Accept": "application/vnd.oai.openapi"}).status_code == 200


def test_the_page_lists_every_problem_type_and_loads_from_here_alone(client):
    page = client.get("/api/v1/docs/").content.decode()
    for problem in problem_types():
        assert f'id="problem-{problem.code}"' in page
    assert {"plan-used", "plan-expired", "plan-changed", "licence-cap-reached", "not-found"} <= {
        problem.code for problem in problem_types()
    }
    loaded = re.findall(r'(?:src|href)="([^"#]+\.(?:js|css|svg)[^"]*)"', page)
    assert len(loaded) > 3
    for address in loaded:
        assert address.startswith("/static/")
        assert find(address.removeprefix("/static/").partition("#")[0]), address
    assert "<script>" not in page
    assert "{" not in "".join(str(problem.description) for problem in problem_types())


def test_it_is_made_once_in_each_language(client, monkeypatch):
    english, dutch = (client.get("/api/v1/schema/", headers={"Accept-Language": code}).content for code in ("en", "nl"))
    monkeypatch.setattr(docs.SchemaGenerator, "get_schema", None)
    assert client.get("/api/v1/schema/", headers={"Accept-Language": "en"}).content == english != dutch


def test_what_is_asked_for_besides_comes_back_in_no_header(client):
    for version in ("%0d%0aX-Injected:1", "%00", "9"):
        answer = client.get(f"/api/v1/schema/?version={version}")
        assert answer.status_code == 200, version
        assert answer.json()["info"]["version"] == "1"


def test_a_plan_that_is_being_made_is_described_too(schema):
    answers = schema["paths"]["/api/v1/plans/"]["post"]["responses"]
    assert answers["201"]["content"] == answers["202"]["content"]
