"""Rings by API: what an order says of them, and the run that goes through them."""

import pytest

from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.targets.targets import claim_target
from tests.settings_sync.services.standing.conftest import (  # noqa: F401
    NIGHTLY,
    carry_out_ring,
    clock,
    form,
    grouped,
    joined,
    make,
    night,
    others,
    package,
)

from .conftest import is_problem, make_caller

FIRST = {"kind": "group", "group": "Proef"}
REST = {"kind": "rest"}
RINGS = {"steps": [FIRST, {**REST, "start": "approval"}], "stop": {"percent": 10}}


@pytest.fixture
def said(others, package, clock):  # noqa: F811
    return {"package": str(package.pk), "groups": ["Noord"], "when": NIGHTLY}


@pytest.fixture
def run(api, make, night, others):  # noqa: F811
    """A run in two rings: the test group of one, and two more, which wait for approval."""
    make(rings=RINGS)
    return night()


def rings_in(answer):
    return [(ring["number"], ring["state"]) for ring in answer.json()["rings"]]


def test_an_order_says_its_rings_and_keeps_them_when_something_else_is_changed(api, said):
    assert api.post("orders/", said).json()["rings"] == {}
    made = api.post("orders/", {**said, "rings": RINGS}).json()
    assert made["rings"] == RINGS
    address = f"orders/{made['id']}/"
    assert api.patch(address, {"name": "Anders"}).json()["rings"] == RINGS
    assert api.patch(address, {"rings": {}}).json()["rings"] == {}


@pytest.mark.parametrize(
    ("rings", "code"),
    [
        ({"steps": [REST]}, "rings"),
        ({"steps": [FIRST, FIRST]}, "rings"),
        ({"stop": {"number": 1}}, "rings"),
        ({"steps": [FIRST, {**REST, "start": "after"}]}, "rings"),
        ({"steps": [FIRST, REST], "stop": {"number": 1, "percent": 2}}, "rings"),
        ({"steps": [{"kind": "group", "group": "Zuid"}, REST]}, "unknown-group"),
        ({"steps": [{"kind": "percent", "percent": 100}, REST]}, "invalid-input"),
        ({"steps": [{**FIRST, "who": "x"}, REST]}, "invalid-input"),
        ({"steps": "all"}, "invalid-input"),
    ],
)
def test_rings_that_cannot_be_followed_are_refused(api, said, rings, code):
    is_problem(api.post("orders/", {**said, "rings": rings}), 400, code)


def test_a_run_tells_how_far_its_rings_are(api, run):
    shown = api.get(f"runs/{run.pk}/").json()
    first, second = shown["rings"]
    assert (first["number"], first["state"], first["targets"]["queued"]) == (1, "open", 1)
    assert (second["state"], second["targets"]["queued"], second["waits_for_approval"]) == ("waiting", 2, False)
    assert (second["started_at"], second["opens_at"], shown["paused_at"]) == (None, None, None)
    carry_out_ring(run, 1)
    first, second = api.get("runs/").json()["results"][0]["rings"]
    assert (first["state"], first["targets"]["succeeded"]) == ("done", 1)
    assert (second["state"], second["waits_for_approval"]) == ("waiting", True)


def test_they_are_paused_go_on_and_are_approved(api, owner, run):
    address = f"runs/{run.pk}/"
    paused = api.post(address + "pause/")
    assert (paused.status_code, paused.headers["Location"]) == (202, f"/api/v1/{address}")
    assert paused.json()["paused_at"]
    assert claim_target(run.targets.get(ring=1).pk) is None
    assert api.post(address + "resume/").json()["paused_at"] is None
    is_problem(api.post(address + "rings/2/approve/"), 409, "ring-not-waiting")
    carry_out_ring(run, 1)
    is_problem(api.post(address + "rings/2/approve/", {"reason": "x" * 1001}), 400, "invalid-input")
    approved = api.post(address + "rings/2/approve/", {"reason": "Gezien"})
    assert rings_in(approved) == [(1, "done"), (2, "open")]
    second = approved.json()["rings"][1]
    assert (second["approved_by"], second["reason"]) == (owner.email, "Gezien")
    carry_out_ring(run, 2)
    ended = api.get(address)
    assert (ended.json()["state"], rings_in(ended)) == ("succeeded", [(1, "done"), (2, "done")])
    for verb in ("pause/", "resume/", "rings/2/approve/"):
        is_problem(api.post(address + verb), 409, "no-rings")


def test_a_stop_leaves_the_rest_as_it_is(api, run):
    stopped = api.post(f"runs/{run.pk}/cancel/")
    assert (stopped.json()["state"], rings_in(stopped)) == ("cancelled", [(1, "stopped"), (2, "stopped")])
    assert advance_rings() == 0


def test_reading_alone_steers_nothing_and_of_others_there_is_nothing(owner, main, run, stranger, foreign_main):
    reader = make_caller(owner, main, "settings:read")
    theirs = make_caller(stranger, foreign_main)
    for verb in ("pause/", "resume/", "rings/2/approve/"):
        is_problem(reader.post(f"runs/{run.pk}/{verb}"), 403, "scope-missing")
        is_problem(theirs.post(f"runs/{run.pk}/{verb}"), 404, "not-found")
