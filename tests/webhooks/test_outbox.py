"""What is written in the transaction of what it tells: by runs, by targets, by new administrations."""

import json
import uuid

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from jsonschema import Draft202012Validator, ValidationError
from psycopg.errors import LockNotAvailable

from forms_catalog.models import Form
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.targets import targets as targets_service
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import execute_target, give_up_poisoned_targets
from tenants.administrations import create_administration, work_on_administration
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.contracts.standing import carry_out_an_order
from tests.contracts.waiting import wait_for_approval
from tests.settings_sync.services.inbox.conftest import settle
from tests.settings_sync.test_journey import make_form
from webhooks.events import Event
from webhooks.models import Endpoint, OutboxMessage
from webhooks.services.outbox import announce, announce_ready
from webhooks.services.sending import send_due

pytestmark = pytest.mark.usefixtures("db")
RINGS = {"steps": [{"kind": "percent", "percent": 50}, {"kind": "rest"}]}


@pytest.fixture(scope="module")
def joined(owner, main, child):
    """A sub-administration that the owner may sync to."""
    make_member(child, user=owner)
    return child


@pytest.fixture
def start(owner, main, joined):
    """Starts a sync of a new form to the child; gives its run and its target."""

    def start_one():
        with inside(main):
            make_form(f"Formulier {uuid.uuid4().hex}")
        plan = create_plan(acting_user=owner, main=main, targets=[joined.slug], categories=["forms"])
        run = start_run(acting_user=owner, plan=plan, version=plan.version)
        return run, run.targets.get()

    yield start_one
    SyncTarget.objects.filter(state__in=SyncTarget.OPEN).update(state="cancelled", lease_token=None)
    SyncRun.objects.filter(finished_at=None).update(state="cancelled", finished_at="2026-11-22T09:00Z")


def told(event):
    return [json.loads(row.body)["data"] for row in OutboxMessage.objects.filter(event=event, recipient=None)]


def test_a_run_that_ends_is_told_once_per_endpoint_that_wants_to_know(start, endpoint, make_endpoint, main):
    make_endpoint(events=["administration.ready"])
    make_endpoint()
    run, target = start()
    assert not OutboxMessage.objects.exists(), "nothing has ended yet"
    execute_target(target.pk)
    run.refresh_from_db()
    assert OutboxMessage.objects.count() == 2
    said = told("run.finished")[0]
    assert (said["run"], said["administration"], said["state"]) == (str(run.pk), main.slug, "succeeded")
    assert said["targets"] == {"succeeded": 1, "held": 0, "failed": 0, "skipped": 0, "cancelled": 0}
    assert said["finished_at"].endswith("Z")
    reap()
    execute_target(target.pk)
    assert len(told("run.finished")) == 2, "neither the reaper nor a second worker says it again"


def test_messages_are_what_the_description_says(start, endpoint, joined, owner, main, client):
    described = client.get("/api/v1/schema/").json()
    assert set(described["webhooks"]) == set(Event.values)
    _run, target = start()
    execute_target(target.pk)
    _run, target = start()
    SyncTarget.objects.filter(pk=target.pk).update(attempts=django_settings.SYNC_MAX_ATTEMPTS)
    give_up_poisoned_targets()
    work_on_administration(create_administration(acting_user=owner, main=main, name="Beschreven").pk)
    wait_for_approval(owner, main, joined, "Wacht")
    with inside(joined):
        Form.objects.update(description="Anders dan in de hoofdadministratie")
    settle()
    with_rings = carry_out_an_order(owner, main, joined, "Elke nacht", rings=RINGS)
    execute_target(with_rings.run.targets.get().pk)
    for event in Event:
        content = described["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
        shape = Draft202012Validator({**content["schema"], "components": described["components"]})
        for message in OutboxMessage.objects.filter(event=event):
            shape.validate(json.loads(message.body))
        assert OutboxMessage.objects.filter(event=event).exists()
        (example,) = content["examples"].values()
        assert example["value"]["type"] == event
        with pytest.raises(ValidationError):
            shape.validate({**example["value"], "data": {}})


def test_what_is_told_is_sent_by_the_reaper_without_a_broker(start, endpoint, receiver):
    run, target = start()
    execute_target(target.pk)
    reap()
    (got,) = receiver.received
    assert json.loads(got.body)["data"]["run"] == str(run.pk)


def test_no_end_no_message(start, endpoint, monkeypatch):
    run, target = start()

    def fail_at_the_end(**data):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("settings_sync.services.runs.announcing.announce_by_mail", fail_at_the_end)
    with pytest.raises(RuntimeError):
        execute_target(target.pk)
    run.refresh_from_db()
    assert (run.finished_at, OutboxMessage.objects.count()) == (None, 0)
    monkeypatch.undo()
    reap()
    run.refresh_from_db()
    assert run.state == "succeeded"
    assert len(told("run.finished")) == 1


def test_a_message_outside_a_transaction_is_refused(main):
    with pytest.raises(RuntimeError):
        announce(Event.RUN_FINISHED, administration=main, data={})


def test_what_is_rolled_back_is_not_told(main, endpoint):
    with transaction.atomic():
        assert announce(Event.RUN_FINISHED, administration=main, data={})
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


def test_an_administration_that_could_not_be_synced_is_told(start, endpoint, joined):
    run, target = start()
    Administration.objects.filter(pk=joined.pk).update(migration_head="another")
    execute_target(target.pk)
    Administration.objects.filter(pk=joined.pk).update(migration_head=joined.migration_head)
    (said,) = told("target.failed")
    assert (said["run"], said["administration"], said["state"]) == (str(run.pk), joined.slug, "skipped")
    assert said["error"]["code"] == "heads-differ"
    assert said["error"]["detail"].startswith("This administration is on another version")
    assert told("run.finished")[0]["state"] == "failed"


def test_a_retry_that_ends_is_told_again(start, endpoint, joined, owner):
    run, target = start()
    Administration.objects.filter(pk=joined.pk).update(migration_head="another")
    execute_target(target.pk)
    Administration.objects.filter(pk=joined.pk).update(migration_head=joined.migration_head)
    run.refresh_from_db()
    retry_run(acting_user=owner, run=run)
    execute_target(target.pk)
    assert {said["state"] for said in told("run.finished")} == {"failed", "succeeded"}
    assert len(told("target.failed")) == 1


def test_a_target_that_waits_for_another_attempt_has_not_failed(start, endpoint, monkeypatch):
    _run, target = start()

    def busy(*args, **kwargs):
        raise LockNotAvailable

    monkeypatch.setattr(targets_service, "_apply", busy)
    execute_target(target.pk)
    assert not OutboxMessage.objects.exists()


def test_a_target_that_was_given_up_is_told(start, endpoint):
    run, target = start()
    SyncTarget.objects.filter(pk=target.pk).update(attempts=django_settings.SYNC_MAX_ATTEMPTS)
    assert give_up_poisoned_targets() == 1
    assert told("target.failed")[0]["error"]["code"] == "worker-lost"
    assert told("run.finished")[0]["run"] == str(run.pk)


def test_a_run_that_is_stopped_is_told(start, endpoint, owner):
    run, _target = start()
    cancel_run(acting_user=owner, run=run)
    assert told("run.finished")[0]["state"] == "cancelled"
    assert told("target.failed") == []


def test_a_new_administration_is_told_when_it_is_ready(owner, main, endpoint, receiver):
    made = create_administration(acting_user=owner, main=main, name="Zuid")
    assert not OutboxMessage.objects.exists()
    work_on_administration(made.pk)
    (said,) = told("administration.ready")
    assert said == {"administration": made.slug, "name": "Zuid", "kind": "sub", "parent": main.slug}
    send_due()
    assert json.loads(receiver.received[0].body)["type"] == "administration.ready"


def test_a_creation_that_fails_tells_nothing(owner, main, endpoint, monkeypatch):
    made = create_administration(acting_user=owner, main=main, name="West")

    def fail(administration):
        raise RuntimeError("no room")

    monkeypatch.setattr("tenants.administrations.create_schema", fail)
    with pytest.raises(RuntimeError):
        work_on_administration(made.pk)
    assert not OutboxMessage.objects.exists()


def test_a_switched_off_webhook_and_another_customers_are_told_nothing(start, endpoint, foreign_main):
    Endpoint.objects.create(administration=foreign_main, url="https://example.com/", events=Event.values)
    Endpoint.objects.filter(pk=endpoint.pk).update(state="disabled")
    _run, target = start()
    execute_target(target.pk)
    assert not OutboxMessage.objects.exists()


def test_messages_never_hold_customers_or_people(start, endpoint, owner):
    _run, target = start()
    execute_target(target.pk)
    body = OutboxMessage.objects.get().body
    assert owner.email not in body
    assert str(owner) not in body


def test_what_one_customer_does_is_told_to_that_customer(main, endpoint, foreign_main):
    other = make_administration("Elders", foreign_main)
    with transaction.atomic():
        announce_ready(other)
    assert not OutboxMessage.objects.exists()
