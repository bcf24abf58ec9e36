"""The main job by REST: look around, plan, run, follow, prove."""

from datetime import datetime

from accounts.models import ApiToken
from forms_catalog.models import Form
from settings_sync.models import Plan, SyncRun
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import is_problem, make_caller, work


def test_a_sync_from_plan_to_proof(api, reached, settings_in_main, child, other_child):
    made = api.post("plans/", {"targets": reached[:1], "categories": ["forms"]})
    assert made.status_code == 201, made.content
    plan = made.json()
    assert made.headers["Location"] == f"/api/v1/plans/{plan['id']}/"
    assert (plan["kind"], plan["state"], plan["version"]) == ("sync", "ready", 1)
    assert [row["administration"] for row in plan["targets"]] == reached[:1]
    assert plan["targets"][0]["counts"]["create"] == 2
    assert api.get(f"plans/{plan['id']}/").json() == plan

    started = api.post("runs/", {"plan": plan["id"], "version": 1, "note": "Nieuwe CO-eisen"})
    assert started.status_code == 202
    run = started.json()
    assert started.headers["Location"] == f"/api/v1/runs/{run['id']}/"
    assert (run["state"], run["note"], run["undone_by"]) == ("queued", "Nieuwe CO-eisen", None)

    work(run["id"])
    run = api.get(f"runs/{run['id']}/").json()
    assert (run["state"], run["counts"]["create"]) == ("succeeded", 2)
    assert datetime.fromisoformat(run["finished_at"]).utcoffset().total_seconds() == 0
    assert run["finished_at"].endswith("Z")
    (target,) = api.get(f"runs/{run['id']}/targets/").json()["results"]
    assert (target["administration"], target["state"], target["error"]) == (child.slug, "succeeded", None)
    assert target["receipt"]["business_rows_written"] == 0
    assert target["receipt"]["rows"]["forms_catalog_form"] == 1
    with inside(child):
        assert Form.objects.filter(uid=settings_in_main).exists()
    with inside(other_child):
        assert not Form.objects.exists()


def test_a_sync_in_one_step_with_single_items(api, reached, settings_in_main, child):
    run = api.post("runs/", {"targets": reached[:1], "items": [str(settings_in_main)]}).json()
    work(run["id"])
    told = api.get(f"runs/{run['id']}/").json()
    assert told["state"] == "succeeded"
    assert ApiToken.objects.get().prefix in told["token"]
    SyncRun.objects.update(token="")
    assert api.get(f"runs/{run['id']}/").json()["token"] == ""
    assert [row["id"] for row in api.get("runs/").json()["results"]] == [run["id"]]


def test_changes_tell_what_comes_and_why(api, reached, settings_in_main):
    plan = api.post("plans/", {"targets": reached, "items": [str(settings_in_main)]}).json()
    changes = api.get(f"plans/{plan['id']}/changes/").json()["results"]
    assert {(row["target"], row["category"]) for row in changes} == {
        (slug, category) for slug in reached for category in ("forms", "reference_data")
    }
    form = next(row for row in changes if row["category"] == "forms")
    assert (form["item"], form["action"], form["verdict"]) == (str(settings_in_main), "create", "new")
    assert form["label"] == "Onderhoud cv-ketel"
    assert form["reason"]
    assert {"path": "name", "base": None, "source": form["label"], "local": None, "result": form["label"]} in form[
        "fields"
    ]
    assert form["used_by"] == {"work_orders": 0, "quotations": 0, "invoices": 0}
    needed = next(row for row in changes if row["category"] == "reference_data")
    assert needed["needed_by"] == [{"kind": "forms_catalog.form", "label": "Onderhoud cv-ketel", "path": "work_types"}]


def test_changes_are_narrowed(api, reached, settings_in_main):
    plan = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    changes = f"plans/{plan['id']}/changes/"

    def found(**query):
        return [(row["target"], row["category"]) for row in api.get(changes, **query).json()["results"]]

    assert found(target=reached[0], category="forms") == [(reached[0], "forms")]
    assert len(found(action="create")) == 4
    assert found(action="update") == []
    assert found(target="nobody") == []
    assert is_problem(api.get(changes, action="explode"), 400, "invalid-input")
    assert is_problem(api.get(changes, target="a\0b"), 400, "invalid-input")


def test_the_changes_of_one_target_of_a_run(api, reached, settings_in_main):
    run = api.post("runs/", {"targets": reached, "categories": ["forms"]}).json()
    changes = api.get(f"runs/{run['id']}/targets/{reached[1]}/changes/").json()["results"]
    assert {row["target"] for row in changes} == {reached[1]}
    assert is_problem(api.get(f"runs/{run['id']}/targets/nobody/changes/"), 404, "not-found")


def test_daily_data_that_uses_an_item_is_counted(api, reached, settings_in_main, child):
    work(api.post("runs/", {"targets": reached[:1], "categories": ["forms"]}).json()["id"])
    use_work_type(child)
    with inside(child):
        Form.objects.update(name="Hier anders")
    plan = api.post("plans/", {"targets": reached[:1], "categories": ["forms", "reference_data"]}).json()
    changes = api.get(f"plans/{plan['id']}/changes/").json()["results"]
    assert {row["category"]: row["used_by"]["work_orders"] for row in changes} == {"forms": 0, "reference_data": 1}


def use_work_type(administration):
    from business.models import Customer, WorkOrder
    from reference_data.models import WorkStatus, WorkType

    with inside(administration):
        work_type = WorkType.objects.get()
        customer = Customer.objects.create(number=1, name="Bakkerij Jansen")
        status = WorkStatus.objects.create(code="P", name="Ingepland")
        WorkOrder.objects.create(number=1, customer=customer, work_type=work_type, status=status)
        WorkType.objects.update(description="Hier anders")


def test_a_run_is_cancelled_and_its_targets_retried(api, reached, settings_in_main):
    run = api.post("runs/", {"targets": reached, "categories": ["forms"]}).json()
    assert is_problem(api.post(f"runs/{run['id']}/retry/"), 409, "nothing-to-retry")
    cancelled = api.post(f"runs/{run['id']}/cancel/")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert is_problem(api.post(f"runs/{run['id']}/cancel/"), 409, "run-finished")
    going_on = api.post(f"runs/{run['id']}/retry/")
    assert (going_on.status_code, going_on.json()["state"]) == (202, "running")
    assert {row["state"] for row in api.get(f"runs/{run['id']}/targets/").json()["results"]} == {"queued"}
    api.post(f"runs/{run['id']}/cancel/")
    SyncRun.objects.get(pk=run["id"]).targets.update(state="failed", error_code="deadlock", error_detail="Too busy.")
    (failed, _other) = api.get(f"runs/{run['id']}/targets/").json()["results"]
    assert failed["error"] == {"code": "deadlock", "detail": "Too busy."}
    assert api.post(f"runs/{run['id']}/retry/").status_code == 202
    assert {row["state"] for row in api.get(f"runs/{run['id']}/targets/").json()["results"]} == {"queued"}


def test_what_failed_in_an_administration_that_is_gone_is_not_retried(api, reached, settings_in_main, child):
    run = api.post("runs/", {"targets": reached[:1], "categories": ["forms"]}).json()
    SyncRun.objects.get(pk=run["id"]).targets.update(state="failed")
    Administration.objects.filter(pk=child.pk).update(state="deleted")
    refused = api.post(f"runs/{run['id']}/retry/")
    assert is_problem(refused, 409, "target-gone")
    assert child.name in refused.json()["detail"]


def test_a_plan_is_carried_out_once_in_its_own_version_and_in_time(api, reached, settings_in_main):
    plan = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    confirmed = {"plan": plan["id"], "version": 2}
    assert is_problem(api.post("runs/", confirmed), 409, "plan-changed")
    for version in (1.5, "1", True):
        assert is_problem(api.post("runs/", {**confirmed, "version": version}), 400, "invalid-input")
    assert api.post("runs/", {**confirmed, "version": 1.0}).status_code == 202
    again = api.post("runs/", {**confirmed, "version": 1})
    assert is_problem(again, 409, "plan-used")
    assert again.json()["run"] == str(SyncRun.objects.get().pk)
    other = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    Plan.objects.filter(pk=other["id"]).update(expires_at="2020-01-01T00:00:00Z")
    assert is_problem(api.post("runs/", {"plan": other["id"], "version": 1}), 409, "plan-expired")


def test_a_plan_that_names_no_settings_is_about_all_of_them(api, reached, settings_in_main):
    chosen = {"categories": ["forms", "reference_data", "templates", "workflows"]}
    plans = [api.post("plans/", {"targets": reached, **more}).json() for more in ({}, chosen)]
    made, expected = [api.get(f"plans/{plan['id']}/changes/").json()["results"] for plan in plans]
    assert made == expected
    assert Plan.objects.get(pk=plans[0]["id"]).categories == chosen["categories"]


def test_a_run_in_one_step_that_names_no_settings_is_refused(api, reached, settings_in_main):
    assert is_problem(api.post("runs/", {"targets": reached}), 400, "nothing-chosen")
    assert not Plan.objects.exists()


def test_what_cannot_be_planned_is_refused_in_words(api, reached, main, foreign_main, settings_in_main):
    good = {"targets": reached, "categories": ["forms"]}
    cases = [
        ({**good, "targets": []}, "no-targets"),
        ({"targets": reached, "categories": []}, "nothing-chosen"),
        ({"targets": reached, "categories": [], "items": []}, "nothing-chosen"),
        ({**good, "targets": ["nobody"]}, "unknown-target"),
        ({**good, "targets": [foreign_main.slug]}, "unknown-target"),
        ({**good, "targets": [main.slug]}, "unknown-target"),
        ({**good, "categories": ["colours"]}, "unknown-category"),
        ({**good, "items": ["00000000-0000-4000-8000-000000000000"]}, "unknown-item"),
        ({**good, "items": ["x"]}, "invalid-input"),
        ({**good, "items": [5]}, "invalid-input"),
        ({**good, "targets": [5]}, "invalid-input"),
        ({**good, "targets": "a"}, "invalid-input"),
        ({**good, "policies": {"conflict": "explode"}}, "invalid-input"),
        ({**good, "policies": {"colour": "red"}}, "invalid-input"),
        ({**good, "tragets": []}, "invalid-input"),
        ([], "invalid-input"),
        (None, "invalid-input"),
        ("x", "invalid-input"),
    ]
    for body, code in cases:
        for path in ("plans/", "runs/"):
            assert is_problem(api.post(path, body), 400, code)
    assert not Plan.objects.exists()


def test_errors_are_told_per_field(api, reached):
    body = {"targets": reached, "items": ["x"], "policies": {"conflict": "explode"}, "tragets": 1}
    assert api.post("plans/", body).json()["errors"].keys() == {"tragets"}
    body.pop("tragets")
    assert api.post("plans/", body).json()["errors"].keys() == {"items.0", "policies.conflict"}
    assert api.post("runs/", {"plan": "x", "version": 0}).json()["errors"].keys() == {"plan", "version"}
    assert api.post("runs/", {"plan": "x", "version": 10**400}, key="a").status_code == 400


def test_a_user_sees_only_targets_that_they_may_enter(api, main, child, other_child, reached, settings_in_main):
    colleague = make_member(main)
    make_member(child, user=colleague)
    limited = make_caller(colleague, main)
    run = api.post("runs/", {"targets": reached, "categories": ["forms"]}).json()
    assert [row["administration"] for row in limited.get(f"runs/{run['id']}/targets/").json()["results"]] == [
        child.slug
    ]
    assert is_problem(limited.get(f"runs/{run['id']}/targets/{other_child.slug}/changes/"), 404, "not-found")
    assert is_problem(limited.get(f"plans/{run['plan']}/"), 404, "not-found")
    assert is_problem(limited.post("plans/", {"targets": reached, "categories": ["forms"]}), 400, "unknown-target")
