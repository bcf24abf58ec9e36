"""Deciding, confirming and taking back over REST."""

import uuid

import pytest

from forms_catalog.models import Form
from settings_sync.exceptions import PlanChanged
from settings_sync.models import SyncRun
from settings_sync.services.undos import undoing
from settings_sync.services.undos.making import make_plan
from tenants.schemas import inside

from .conftest import is_problem, make_caller, work


@pytest.fixture
def synced(api, reached, settings_in_main) -> dict:
    run = api.post("runs/", {"targets": reached[:1], "categories": ["forms"]}).json()
    work(run["id"])
    return run


@pytest.fixture
def conflict(api, reached, synced, main, child, settings_in_main) -> dict:
    for administration, text in ((main, "hoofd"), (child, "hier")):
        with inside(administration):
            Form.objects.filter(uid=settings_in_main).update(description=text)
    return api.post("plans/", {"targets": reached[:1], "categories": ["forms"]}).json()


def test_a_conflict_is_decided_run_and_taken_back(api, reached, conflict, child, settings_in_main):
    path = f"plans/{conflict['id']}/"
    (change,) = api.get(path + "changes/", action="hold").json()["results"]
    assert change["conflicts"] == [{"path": "description", "side": ""}]
    assert {"path": "description", "base": None, "source": "hoofd", "local": "hier", "result": "hier"} in change[
        "fields"
    ]

    asked = {"item": change["item"], "path": "description", "decision": "overwrite", "target": reached[0]}
    decided = api.patch(path + "decisions/", [asked], version=conflict["version"])
    assert decided.status_code == 200, decided.content
    assert (decided.json()["version"], decided.headers["ETag"]) == (2, '"2"')
    assert decided.json()["targets"][0]["counts"]["conflict"] == 0

    assert is_problem(api.post("runs/", {"plan": conflict["id"], "version": 1}), 409, "plan-changed")
    run = api.post("runs/", {"plan": conflict["id"], "version": 2}).json()
    work(run["id"])
    with inside(child):
        assert Form.objects.get(uid=settings_in_main).description == "hoofd"

    plan = api.post(f"runs/{run['id']}/undo/", {}).json()
    assert (plan["kind"], plan["state"]) == ("undo", "ready")
    undo = api.post(f"runs/{run['id']}/undo/", {"targets": reached[:1], "confirm": True})
    assert undo.status_code == 202, undo.content
    work(undo.json()["id"])
    with inside(child):
        assert Form.objects.get(uid=settings_in_main).description == "hier"
    assert api.get(f"runs/{run['id']}/").json()["undone_by"] == undo.json()["id"]
    assert undo.json()["kind"] == "undo"


def test_an_undo_of_many_is_asked_for_until_it_is_ready(api, synced, monkeypatch):
    monkeypatch.setattr(undoing, "MADE_AT_ONCE", 0)
    answer = api.post(f"runs/{synced['id']}/undo/", {})
    plan = answer.json()
    assert (answer.status_code, plan["state"], plan["progress"]) == (202, "computing", {"done": 0, "total": 1})
    assert is_problem(api.post("runs/", {"plan": plan["id"], "version": plan["version"]}), 409, "plan-not-ready")
    make_plan(uuid.UUID(plan["id"]))
    plan = api.get(f"plans/{plan['id']}/").json()
    assert (plan["state"], plan["progress"]) == ("ready", None)
    # Confirmed in one call it is planned in that call.
    refused = api.post(f"runs/{synced['id']}/undo/", {"confirm": True})
    assert is_problem(refused, 409, "confirmation-required"), refused.content


def test_who_decides_a_moment_later_is_told_that_the_plan_has_another_version(api, conflict, monkeypatch):
    def decided_by_somebody_else(**asked):
        raise PlanChanged

    monkeypatch.setattr("settings_sync.api.views.plans.decide", decided_by_somebody_else)
    asked = [{"item": str(uuid.uuid4()), "decision": "skip"}]
    answer = api.patch(f"plans/{conflict['id']}/decisions/", asked, version=1)
    assert is_problem(answer, 412, "precondition-failed")


def test_a_decision_needs_the_version_that_was_looked_at(api, conflict, settings_in_main):
    path = f"plans/{conflict['id']}/decisions/"
    body = [{"item": str(settings_in_main), "decision": "skip"}]
    assert is_problem(api.patch(path, body), 428, "precondition-required")
    assert is_problem(api.patch(path, body, version=7), 412, "precondition-failed")
    assert is_problem(api.patch(path, body, version="x"), 400, "invalid-input")
    assert api.patch(path, body, version='"1"').status_code == 200
    assert is_problem(api.patch(path, body, version=1), 412, "precondition-failed")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decision": "explode"}, "invalid-input"),
        ({"decision": "bring_back"}, "unknown-decision"),
        ({"path": "nowhere"}, "unknown-path"),
        ({"item": str(uuid.uuid4())}, "nothing-to-decide"),
        ({"target": "nobody"}, "unknown-target"),
        ({"colour": "red"}, "invalid-input"),
    ],
)
def test_what_makes_no_sense_is_refused(api, conflict, settings_in_main, changed, code):
    body = {"item": str(settings_in_main), "decision": "overwrite", **changed}
    answer = api.patch(f"plans/{conflict['id']}/decisions/", [body], version=1)
    assert is_problem(answer, 400, code)
    assert api.get(f"plans/{conflict['id']}/").json()["version"] == 1


@pytest.mark.parametrize("body", [[], {}, None, "x", [1]])
def test_a_body_that_is_no_list_of_decisions_is_refused(api, conflict, body):
    assert is_problem(api.patch(f"plans/{conflict['id']}/decisions/", body, version=1), 400, "invalid-input")


def test_taking_back_at_once_asks_for_the_confirmation_that_a_run_asks_for(api, synced, main, child):
    path = f"runs/{synced['id']}/undo/"
    for typed in ({}, {"confirmation": ""}, {"confirmation": "ja"}):
        refused = api.post(path, {"confirm": True, **typed})
        assert is_problem(refused, 409, "confirmation-required")
        assert main.slug in refused.json()["detail"]
    assert SyncRun.objects.filter(plan__kind="undo").count() == 0
    undo = api.post(path, {"confirm": True, "confirmation": main.slug})
    assert undo.status_code == 202, undo.content
    work(undo.json()["id"])
    with inside(child):
        assert not Form.objects.exists()


def test_taking_back_nothing_but_content_asks_for_no_confirmation(api, reached, synced, main):
    with inside(main):
        Form.objects.update(description="nieuw")
    run = api.post("runs/", {"targets": reached[:1], "categories": ["forms"]}).json()
    work(run["id"])
    assert api.post(f"runs/{run['id']}/undo/", {"confirm": True}).status_code == 202


def test_removing_asks_for_a_confirmation(api, reached, synced, main, child, settings_in_main):
    with inside(main):
        Form.objects.filter(uid=settings_in_main).delete()
    policies = {"removed_in_source": "archive"}
    plan = api.post("plans/", {"targets": reached[:1], "categories": ["forms"], "policies": policies}).json()
    assert plan["targets"][0]["counts"]["archive"] == 1
    asked = {"plan": plan["id"], "version": 1}
    assert is_problem(api.post("runs/", asked), 409, "confirmation-required")
    run = api.post("runs/", {**asked, "confirmation": main.slug})
    assert run.status_code == 202
    work(run.json()["id"])
    with inside(child):
        assert Form.objects.get(uid=settings_in_main).is_archived


def test_a_run_of_somebody_else_cannot_be_taken_back(api, stranger, foreign_main, synced):
    theirs = make_caller(stranger, foreign_main)
    assert is_problem(theirs.post(f"runs/{synced['id']}/undo/", {}), 404, "not-found")
    assert is_problem(api.post(f"runs/{uuid.uuid4()}/undo/", {}), 404, "not-found")


def test_what_changed_nothing_cannot_be_taken_back(api, reached, synced):
    run = api.post("runs/", {"targets": reached[:1], "categories": ["forms"]}).json()
    work(run["id"])
    assert is_problem(api.post(f"runs/{run['id']}/undo/", {}), 409, "nothing-to-undo")


@pytest.mark.parametrize("odd", ["20261128", "2026-W48-6", "28.11.2026", 20261128, "٢٠٢٦-١١-٢٨"])
def test_an_odd_day_to_look_again_is_refused_with_what_to_write(api, conflict, settings_in_main, odd):
    body = [{"item": str(settings_in_main), "decision": "keep_local", "reason": "x", "review_on": odd}]
    answer = api.patch(f"plans/{conflict['id']}/decisions/", body, version=1)
    assert is_problem(answer, 400, "invalid-input")
    assert "28-11-2026" in answer.json()["errors"]["0.review_on"][0]
