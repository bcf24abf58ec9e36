"""The inbox of deviations by API."""

import uuid

import pytest

from settings_sync.models import InboxDecision
from tenants.models import Membership
from tests.conftest import make_administration, make_member
from tests.settings_sync.services.inbox.conftest import (  # noqa: F401
    edit,
    followed,
    form,
    in_days,
    joined,
    label_in,
    other,
    settle,
    states,
    waiting,
)

from .conftest import is_problem, make_caller, work


@pytest.fixture
def changed(owner, joined, other, followed):  # noqa: F811
    """Both subs have the same in place of the main's."""
    for administration in (joined, other):
        edit(administration, owner, label="CO in mg/m³")
    settle()


def decide(api, decision, **more):
    (entry,) = waiting()
    return api.post("deviations/decide/", [{"deviation": str(entry.pk), "decision": decision, **more}])


def test_equal_deviations_are_listed_as_one_with_the_differing_fields(api, owner, joined, other, changed):  # noqa: F811
    answer = api.get("deviations/").json()
    assert (answer["next"], answer["previous"]) == (None, None)
    (entry,) = answer["results"]
    assert (entry["label"], entry["category"]) == ("Onderhoud cv-ketel", "forms")
    assert [row["administration"] for row in entry["found_in"]] == [joined.slug, other.slug]
    assert {row["changed_by"] for row in entry["found_in"]} == {str(owner)}
    (field,) = entry["fields"]
    assert (field["base"], field["source"], field["local"]) == ("CO-gehalte", "CO-gehalte", "CO in mg/m³")


def test_lists_are_narrowed_and_turned_over(api, owner, joined, other, followed):  # noqa: F811
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in ppm")
    settle()
    first = api.get("deviations/", limit=1, sort="work").json()
    second = api.get(first["next"]).json()
    ids = {row["deviation"] for page in (first, second) for row in page["results"]}
    assert (len(ids), second["next"]) == (2, None)
    assert api.get(second["previous"]).json()["results"] == first["results"]
    (only,) = api.get("deviations/", administration=other.slug).json()["results"]
    assert only["found_in"][0]["administration"] == other.slug
    assert api.get("deviations/", category="templates").json()["results"] == []
    assert api.get("deviations/", state="accepted").json()["results"] == []


def test_put_back_answers_the_run_that_carries_it_out(api, joined, other, changed):  # noqa: F811
    (answer,) = decide(api, "put_back", reason="Terug").json()
    assert (answer["decision"], answer["error"], answer["moved"], answer["plan"]) == ("put_back", None, [], None)
    work(answer["run"])
    settle()
    assert label_in(joined) == label_in(other) == "CO-gehalte"
    assert api.get("deviations/").json()["results"] == []
    run = api.get(f"runs/{answer['run']}/").json()
    assert (run["kind"], run["state"], run["note"]) == ("sync", "succeeded", "Terug")


def test_accepted_until_a_date(api, changed):
    (answer,) = decide(api, "accept", until=in_days(10).isoformat(), reason="Andere meter").json()
    work(answer["run"])
    settle()
    (entry,) = api.get("deviations/", state="accepted").json()["results"]
    assert len(entry["found_in"]) == 2


def test_taken_over_answers_the_plan_that_offers_it(api, owner, main, joined, other, followed):  # noqa: F811
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (answer,) = decide(api, "promote").json()
    plan = api.get(f"plans/{answer['plan']}/").json()
    assert (plan["kind"], [row["administration"] for row in plan["targets"]]) == ("sync", [other.slug])
    kinds = {row["kind"] for row in api.get("runs/").json()["results"]}
    assert "promote" in kinds
    assert label_in(main) == "CO in mg/m³"


def test_the_same_key_gets_the_same_answer_and_another_hears_who_was_first(api, owner, changed):
    (entry,) = waiting()
    body = [{"deviation": str(entry.pk), "decision": "put_back"}]
    first = api.post("deviations/decide/", body, key="k1")
    assert api.post("deviations/decide/", body, key="k1").json() == first.json()
    late = api.post("deviations/decide/", body, key="k2")
    assert is_problem(late, 409, "already-settled")
    assert str(owner) in late.json()["detail"]
    assert InboxDecision.objects.count() == 1


def test_what_makes_no_sense_is_refused(api, changed):
    assert is_problem(api.post("deviations/decide/", []), 400, "nothing-decided")
    assert is_problem(decide(api, "accept", until="2020-01-01"), 400, "date-not-usable")
    assert is_problem(decide(api, "ask"), 400, "question-missing")
    assert is_problem(decide(api, "delete"), 400, "invalid-input")
    unknown = [{"deviation": str(uuid.uuid4()), "decision": "put_back"}]
    assert is_problem(api.post("deviations/decide/", unknown), 404, "not-found")
    assert not InboxDecision.objects.exists()


def test_another_customer_and_who_may_not_sync_find_nothing(api, owner, main, joined, other, changed):  # noqa: F811
    (entry,) = waiting()
    their_main = make_administration("De Boer")
    theirs = make_caller(make_member(their_main), their_main)
    body = [{"deviation": str(entry.pk), "decision": "put_back"}]
    assert is_problem(theirs.post("deviations/decide/", body), 404, "not-found")
    assert theirs.get("deviations/").json()["results"] == []
    reader = make_caller(owner, main, "settings:read")
    assert reader.get("deviations/").status_code == 200
    assert reader.post("deviations/decide/", body).status_code == 403
    Membership.objects.filter(user=owner, administration__in=[joined, other]).delete()
    assert api.get("deviations/").json()["results"] == []
    assert is_problem(api.post("deviations/decide/", body), 404, "not-found")
    assert {state for state, _back in states().values()} == {"open"}
