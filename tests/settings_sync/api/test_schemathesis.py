"""Generated requests against the description: whatever comes in, no answer is a 500 or of an undescribed kind."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from config.wsgi import application
from webhooks.events import Event
from webhooks.models import Endpoint, OutboxMessage

from .conftest import work

URL = "https://example.com/hook"
EXAMPLES = 6
CHECKS = [checks.not_a_server_error, content_type_conformance, response_schema_conformance]

some_requests = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(api, owner, main, reached, settings_in_main, child):
    """Values for the addresses, so that the requests get somewhere."""
    endpoint, doomed = (Endpoint.objects.create(administration=main, url=URL, events=Event.values) for _ in range(2))
    (delivery,) = OutboxMessage.objects.bulk_create(
        [OutboxMessage(endpoint=endpoint, administration=main, event="run.finished", body="{}", state="delivered")]
    )
    plan = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    run = api.post("runs/", {"plan": plan["id"], "version": 1}).json()
    work(run["id"])
    return {
        "slug": child.slug,
        "key": "forms",
        "uid": str(settings_in_main),
        "plan_id": plan["id"],
        "run_id": run["id"],
        "webhook_id": str(endpoint.pk),
        "delivery_id": str(delivery.pk),
        "doomed": {"webhook_id": str(doomed.pk)},
    }


def send(operation, mode, known, token):
    """Send some generated requests to one address; how many there were."""
    answers = []

    @some_requests
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        if mode == GenerationMode.POSITIVE:
            values = {**known, **known["doomed"]} if operation.method.upper() == "DELETE" else known
            case.path_parameters = {name: values[name] for name in case.path_parameters or {}}
            case.query = {name: value for name, value in (case.query or {}).items() if name != "cursor"}
        response = case.call(headers=token)
        case.validate_response(response, checks=CHECKS)
        answers.append(response.status_code)

    try:
        call()
    except Unsatisfiable:
        assert mode == GenerationMode.NEGATIVE, "only an address without input has nothing that can be wrong"
    return answers


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_generated_request_makes_it_fail(api, known, mode):
    token = {"Authorization": api.client.defaults["HTTP_AUTHORIZATION"]}
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    answers = {}
    for found in described.get_all_operations():
        operation = found.ok()
        answers[operation.label] = send(operation, mode, known, token)
    assert len(answers) == 31
    given_back = {status for found in answers.values() for status in found}
    assert max(given_back) < 500
    if mode == GenerationMode.POSITIVE:
        assert all(200 in found for label, found in answers.items() if label.startswith("GET")), answers
