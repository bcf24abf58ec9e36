"""Standing orders by API."""

import uuid

import pytest

from settings_sync.models import StandingOrder
from tenants.rights import EMPLOYEE_ROLE
from tests.conftest import make_member
from tests.settings_sync.services.standing.conftest import (  # noqa: F401
    NIGHTLY,
    clock,
    form,
    grouped,
    joined,
    package,
)
from tests.settings_sync.services.standing.conftest import work as work_moments

from .conftest import is_problem, make_caller, work

WINDOWS = {
    "allow": [
        {"from": "22:00", "until": "05:00", "days": [1, 5]},
        {"from": "12:00", "until": "13:00", "groups": ["Noord"]},
    ],
    "closed": ["2026-12-25"],
    "closed_in": [{"group": "Noord", "days": ["2026-12-31"]}],
}


@pytest.fixture
def said(grouped, package, clock):  # noqa: F811
    """What an order says that brings the forms to the group every night."""
    return {"package": str(package.pk), "groups": ["Noord"], "when": NIGHTLY}


@pytest.fixture
def order(api, said):
    return api.post("orders/", said).json()


def test_an_order_is_made_and_says_what_it_says(api, owner, said):
    more = {"windows": WINDOWS, "policies": {"conflict": "keep_local"}, "approval": {"conflicts": True}}
    answer = api.post("orders/", {**said, **more})
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/orders/{made['id']}/")
    assert {name: made[name] for name in (*said, *more)} == {**said, **more}
    assert (made["name"], made["state"], made["why"]) == ("Formulieren", "on", None)
    assert (made["time_zone"], made["by_right_of"]) == ("Europe/Amsterdam", owner.email)
    assert made["next_moment"] == "2026-11-24T11:00:00Z", "Noord has times of its own"
    assert api.get(f"orders/{made['id']}/").json() == made
    assert api.get("orders/").json()["results"] == [made]


def test_a_second_one_of_a_package_gets_a_number(api, said, order):
    assert api.post("orders/", said).json()["name"] == "Formulieren 2"


def test_a_change_leaves_what_it_does_not_name(api, order):
    changed = api.patch(f"orders/{order['id']}/", {"windows": WINDOWS, "name": "Elke nacht"}).json()
    assert changed == {**order, "windows": WINDOWS, "name": "Elke nacht", "next_moment": changed["next_moment"]}


def test_it_is_paused_and_resumed(api, order):
    address = f"orders/{order['id']}/"
    paused = api.post(address + "pause/").json()
    assert (paused["state"], paused["next_moment"]) == ("paused", None)
    assert api.post(address + "resume/").json()["state"] == "on"


def test_trying_answers_a_plan_and_starts_nothing(api, order, grouped):  # noqa: F811
    answer = api.post(f"orders/{order['id']}/try/")
    plan = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/plans/{plan['id']}/")
    assert [row["administration"] for row in plan["targets"]] == [grouped.slug]
    assert plan["run"] is None
    assert api.get("runs/").json()["results"] == []


def test_the_run_that_it_made_stands_with_it(api, order, clock):  # noqa: F811
    clock.set(2026, 11, 24, 1, 1)
    (moment,) = work_moments()
    last = api.get(f"orders/{order['id']}/").json()["last"]
    assert last == {"moment": "2026-11-24T01:00:00Z", "state": "started", "run": str(moment.run_id), "error": None}
    work(moment.run_id)
    assert api.get(f"runs/{moment.run_id}/").json()["state"] == "succeeded"


def test_it_says_who_took_back_what_it_brought(api, owner, main, order, clock):  # noqa: F811
    clock.set(2026, 11, 24, 1, 1)
    (moment,) = work_moments()
    work(moment.run_id)
    api.post(f"runs/{moment.run_id}/undo/", {"confirm": True, "confirmation": main.slug})
    paused = api.get(f"orders/{order['id']}/").json()
    assert (paused["state"], paused["why"]["code"]) == ("paused", "order-taken-back")
    assert str(owner) in paused["why"]["detail"]


def test_it_is_deleted(api, order):
    assert api.delete(f"orders/{order['id']}/").status_code == 204
    assert is_problem(api.get(f"orders/{order['id']}/"), 404, "not-found")
    assert not StandingOrder.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"package": str(uuid.uuid4())}, "unknown-package"),
        ({"groups": ["Zuid"]}, "unknown-group"),
        ({"groups": []}, "order-without-targets"),
        ({"when": {"kind": "nightly"}}, "timetable"),
        ({"when": {"kind": "nightly", "at": "25:00"}}, "timetable"),
        ({"when": {"kind": "moment", "at": "2020-01-01T02:00"}}, "timetable"),
        ({"when": {"kind": "now"}}, "invalid-input"),
        ({"time_zone": "Europe/Lelystad"}, "timetable"),
        ({"windows": {"allow": [{"from": "2", "until": "5"}]}}, "invalid-input"),
        ({"name": "\u200b"}, "order-name"),
        ({"windows": {"closed_in": [{"group": "Zuid", "days": ["2026-12-25"]}]}}, "unknown-group"),
        ({"rhythm": "often"}, "invalid-input"),
    ],
)
def test_what_cannot_be_is_refused_and_makes_nothing(api, said, wrong, code):
    answer = api.post("orders/", {**said, **wrong})
    assert is_problem(answer, answer.status_code, code)
    assert answer.status_code in (400, 409)
    assert not StandingOrder.objects.exists()


def test_a_token_that_only_reads_makes_none(owner, main, said, order):
    reader = make_caller(owner, main, "settings:read")
    assert reader.get(f"orders/{order['id']}/").status_code == 200
    assert is_problem(reader.post("orders/", said), 403, "scope-missing")
    assert is_problem(reader.post(f"orders/{order['id']}/pause/"), 403, "scope-missing")


def test_those_of_strangers_are_not_there(stranger, foreign_main, order):
    caller = make_caller(stranger, foreign_main)
    assert is_problem(caller.get(f"orders/{order['id']}/"), 404, "not-found")
    assert caller.get("orders/").json()["results"] == []


def test_who_may_not_sync_sees_none(main, order):
    employee = make_member(main, role=EMPLOYEE_ROLE)
    assert is_problem(make_caller(employee, main).get("orders/"), 403, "not-allowed")
