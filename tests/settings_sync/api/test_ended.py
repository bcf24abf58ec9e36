"""How a run ended by REST, in webhooks and in the terminal: what happened, and not what was planned."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from reference_data.models import WorkType
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.runs.run_overview import list_runs
from settings_sync.services.targets.targets import execute_target
from tenants.models import Membership
from tenants.schemas import inside
from webhooks.models import Endpoint, OutboxMessage

from .conftest import is_problem, work

NOTHING = {"create": 0, "update": 0, "couple": 0, "archive": 0, "delete": 0}


@pytest.fixture
def told(main):
    """The data of the messages that a webhook for everything got, by event."""
    Endpoint.objects.create(
        administration=main, url="https://example.com/x", events=["run.finished", "target.failed"], secret="x"
    )

    def read(event):
        return [
            json.loads(row.body)["data"] for row in OutboxMessage.objects.filter(event=event).order_by("created_at")
        ]

    return read


@pytest.fixture
def work_types(main, reached, api):
    """Two work types, in line everywhere; their uids by name."""
    with inside(main):
        WorkType.objects.bulk_create([WorkType(name="A", description="old"), WorkType(name="B", description="old")])
        uids = {row.name: str(row.uid) for row in WorkType.objects.all()}
    run = api.post("runs/", {"targets": reached, "categories": ["reference_data"]}).json()
    work(run["id"])
    return uids


def write(administration, text, *names):
    with inside(administration):
        for row in WorkType.objects.filter(name__in=names or ["A", "B"]):
            row.description = text
            row.save()


def started(api, *slugs):
    return api.post("runs/", {"targets": list(slugs), "categories": ["reference_data"]}).json()["id"]


def target_of(api, run, slug):
    return next(row for row in api.get(f"runs/{run}/targets/").json()["results"] if row["administration"] == slug)


def changes_of(api, run, slug, **query):
    return {row["label"]: row for row in api.get(f"runs/{run}/targets/{slug}/changes/", **query).json()["results"]}


def test_everything_that_went_stale_is_held(api, main, child, reached, work_types, told):
    write(main, "new")
    run = started(api, child.slug)
    assert {row["action"] for row in changes_of(api, run, child.slug).values()} == {"update"}, "nothing happened yet"
    write(child, "local")
    work(run)
    assert api.get(f"runs/{run}/").json()["state"] == "partly_held"
    target = target_of(api, run, child.slug)
    assert (target["state"], target["error"], target["receipt"]["rows"]) == ("held", None, {})
    assert {name: target["counts"][name] for name in NOTHING} == NOTHING
    assert target["counts"]["hold"] == 2
    assert api.get(f"runs/{run}/").json()["counts"]["hold"] == 2
    changes = changes_of(api, run, child.slug)
    for label in ("A", "B"):
        row = changes[label]
        assert (row["action"], row["planned"], row["finding"]) == ("hold", "update", "stale")
        assert f"“{label}” changed since the preview" in row["reason"]
        assert [field["result"] for field in row["fields"] if field["path"] == "description"] == ["old"]
    assert changes_of(api, run, child.slug, action="update") == {}
    assert changes_of(api, run, child.slug, action="hold").keys() == {"A", "B"}
    ended = told("run.finished")[-1]
    assert (ended["state"], ended["targets"]["held"], ended["targets"]["succeeded"]) == ("partly_held", 1, 0)
    assert told("target.failed") == []


def test_what_went_on_beside_what_was_held_is_told_apart(api, main, child, reached, work_types):
    write(main, "new")
    run = started(api, *reached)
    write(child, "local", "A")
    work(run)
    assert api.get(f"runs/{run}/").json()["state"] == "partly_held"
    assert target_of(api, run, child.slug)["state"] == "succeeded"
    changes = changes_of(api, run, child.slug)
    assert {label: (row["action"], row["planned"]) for label, row in changes.items()} == {
        "A": ("hold", "update"),
        "B": ("update", "update"),
    }
    elsewhere = changes_of(api, run, reached[1])
    assert {row["action"] for row in elsewhere.values()} == {"update"}


def test_a_target_that_failed_was_skipped_or_stopped_shows_nothing_written(api, child, main, reached, work_types):
    write(main, "new")
    run = started(api, child.slug)
    planned = target_of(api, run, child.slug)["counts"]
    assert planned["update"] == 2
    for state in ("failed", "skipped", "cancelled"):
        SyncTarget.objects.filter(run=run).update(state=state, error_code="busy", error_facts={})
        counts = target_of(api, run, child.slug)["counts"]
        assert {name: counts[name] for name in NOTHING} == NOTHING
        assert counts["skip"] == 2
        changes = changes_of(api, run, child.slug)
        assert {(row["action"], row["planned"]) for row in changes.values()} == {("skip", "update")}
        assert all("nothing was changed" in row["reason"] for row in changes.values())


def test_an_older_run_that_is_tried_again_says_by_which_run_it_was_overtaken(
    api, main, child, reached, work_types, told
):
    write(main, "new")
    older = started(api, child.slug)
    SyncTarget.objects.filter(run=older).update(state="failed", error_code="busy", finished_at="2026-11-22T09:00Z")
    work(older)
    SyncRun.objects.filter(pk=older).update(state="failed", finished_at="2026-11-22T09:00Z")
    write(main, "old")
    later = started(api, child.slug)
    work(later)
    assert api.post(f"runs/{older}/retry/").status_code == 202
    work(older)
    target = target_of(api, older, child.slug)
    assert (target["state"], target["error"]["code"], target["overtaken_by"]) == ("skipped", "overtaken", later)
    with inside(child):
        assert set(WorkType.objects.values_list("description", flat=True)) == {"old"}
    failed = told("target.failed")[-1]
    assert (failed["error"]["code"], failed["overtaken_by"]) == ("overtaken", later)
    assert is_problem(api.post(f"runs/{older}/retry/"), 409, "nothing-to-retry")


def test_a_stopped_target_may_be_tried_again_alone(api, main, child, other_child, reached, work_types):
    write(main, "new")
    run = started(api, *reached)
    assert api.post(f"runs/{run}/cancel/").json()["state"] == "cancelled"
    assert is_problem(api.post(f"runs/{run}/retry/", {"targets": "x"}), 400, "invalid-input")
    assert api.post(f"runs/{run}/retry/", {"targets": [child.slug]}).json()["state"] == "running"
    work(run)
    assert target_of(api, run, child.slug)["state"] == "succeeded"
    assert target_of(api, run, other_child.slug)["state"] == "cancelled"


def test_a_run_that_was_taken_back_asks_before_it_is_tried_again(api, main, child, other_child, reached, work_types):
    write(main, "new")
    run = started(api, *reached)
    SyncTarget.objects.filter(run=run, administration=other_child).update(
        state="failed", error_code="busy", finished_at="2026-11-22T09:00Z"
    )
    work(run)
    plan = api.post(f"runs/{run}/undo/").json()
    back = api.post("runs/", {"plan": plan["id"], "version": plan["version"]}).json()
    work(back["id"])
    refused = api.post(f"runs/{run}/retry/")
    assert is_problem(refused, 409, "confirmation-required")
    assert f"In {other_child.name}: 2 updated." in refused.json()["detail"]
    assert is_problem(api.post(f"runs/{run}/retry/", {"confirmation": "yes"}), 409, "confirmation-required")
    assert api.post(f"runs/{run}/retry/", {"confirmation": main.slug}).status_code == 202


def test_runs_are_told_as_on_the_page_that_lists_them(api, main, child, other_child, reached, work_types, owner):
    write(main, "new")
    both = started(api, *reached)
    work(both)
    write(main, "newer", "A")
    elsewhere = started(api, other_child.slug)
    work(elsewhere)
    plan = api.post(f"runs/{elsewhere}/undo/").json()
    write(other_child, "local", "A")
    nothing = api.post("runs/", {"plan": plan["id"], "version": plan["version"]}).json()["id"]
    work(nothing)
    assert api.get(f"runs/{nothing}/").json()["counts"]["update"] == 0
    assert api.get(f"runs/{elsewhere}/").json()["undone_by"] is None
    assert api.get(f"runs/{both}/").json()["counts"]["update"] == 4
    Membership.objects.filter(user=owner, administration=other_child).delete()
    assert api.get(f"runs/{both}/").json()["counts"]["update"] == 2
    shown = [row["id"] for row in api.get("runs/").json()["results"]]
    assert shown == [str(line.id) for line in list_runs(acting_user=owner, main=main).object_list]
    assert both in shown
    assert elsewhere not in shown
    assert is_problem(api.get(f"runs/{elsewhere}/"), 404, "not-found")


def test_the_terminal_tries_one_administration_again_and_asks_about_a_run_that_was_taken_back(
    api, main, child, other_child, reached, work_types
):
    write(main, "new")
    run = started(api, *reached)
    work(run)
    failed = SyncTarget.objects.filter(run=run)
    plan = api.post(f"runs/{run}/undo/").json()
    work(api.post("runs/", {"plan": plan["id"], "version": plan["version"]}).json()["id"])
    failed.update(state="failed", error_code="busy")
    for phrase in ((), ("--confirm", "yes")):
        with pytest.raises(CommandError, match=f"In {child.name}: 2 updated.") as refused:
            call_command("retry_run", run, "--to", child.slug, *phrase, stdout=io.StringIO())
        assert refused.value.returncode == 2
    call_command("retry_run", run, "--to", child.slug, "--confirm", main.slug, stdout=io.StringIO())
    assert dict(failed.values_list("administration__slug", "state")) == {
        child.slug: "queued",
        other_child.slug: "failed",
    }


def test_the_terminal_ends_with_3_and_says_why(main, child, reached, work_types, monkeypatch):
    write(main, "new")

    def edit_and_work(run, user, timeout):
        write(child, "local")
        for target in run.targets.all():
            execute_target(target.pk)
        run.refresh_from_db()
        from settings_sync.services.runs.run_overview import show_run

        return show_run(acting_user=user, run=run)

    monkeypatch.setattr("settings_sync.management.plan_command.follow_run", edit_and_work)
    printed = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("sync_settings", main.slug, to=child.slug, categories="reference_data", apply=True, stdout=printed)
    assert ended.value.code == 3
    assert "held back" in printed.getvalue()
    assert "“A” changed since the preview" in printed.getvalue()
