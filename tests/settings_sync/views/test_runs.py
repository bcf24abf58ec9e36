"""Following a run, its result, and the history."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from forms_catalog.models import Field, Form
from settings_sync.models import Change, Finding, Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.services.runs.run_overview import seconds_left, show_run
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

from .conftest import browser, carry_out, make_plan, sync


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def start(owner, main, *children):
    plan = make_plan(owner, main, *children)
    return start_run(acting_user=owner, plan=plan, version=plan.version)


def take_back(owner, run):
    plan = create_undo_plan(acting_user=owner, run=run)
    confirmation = run.administration.slug
    return carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=confirmation))


def fail(run, detail="Somebody was editing."):
    run.targets.update(
        state=SyncTarget.State.FAILED, error_code="busy", error_detail=detail, finished_at="2026-01-01T00:00Z"
    )
    SyncRun.objects.update(state=SyncRun.State.FAILED, finished_at="2026-01-01T00:00Z")


def test_a_run_that_is_busy_asks_again_and_one_that_ended_does_not(owner_client, url, owner, main, joined, form):
    run = start(owner, main, joined)
    busy = owner_client.get(url("run", run.pk))
    assert f'hx-get="{url("run-progress", run.pk)}" hx-trigger="every' in busy.content.decode()
    assert "<noscript><meta" in busy.content.decode()
    part = owner_client.get(url("run-progress", run.pk)).content.decode()
    assert "hx-trigger" in part
    assert "<html" not in part
    carry_out(run)
    assert 'hx-trigger="every' not in owner_client.get(url("run-progress", run.pk)).content.decode()
    ended = owner_client.get(url("run", run.pk)).content.decode()
    assert 'hx-trigger="every' not in ended
    assert "<noscript><meta" not in ended


def test_the_result_says_what_changed_and_proves_the_rest(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    page = owner_client.get(url("run", run.pk))
    address = re.escape(f"{url('run', run.pk)}?administration={joined.slug}#changed")
    assert re.search(rf'<a href="{address}">\s*2 new', page.content.decode())
    said = text_of(page)
    assert "Done in" in said
    assert "2 changes in 1 administration." in said
    assert "Customers, work orders and invoices: 0 changed" in said
    assert "Forms: 1" in said
    assert "New CO rules" in said


def test_a_failure_is_told_and_can_be_tried_again(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    run = start(owner, main, joined, other_child)
    fail(run)
    page = text_of(owner_client.get(url("run", run.pk)))
    assert "The sync failed. Nothing was changed." in page
    assert "Somebody was editing." in page
    assert "Try 2 administrations again" in page
    owner_client.post(url("run-retry", run.pk), {"target": joined.slug})
    assert dict(run.targets.values_list("administration__slug", "state")) == {
        joined.slug: "queued",
        other_child.slug: "failed",
    }
    again = owner_client.post(url("run-retry", run.pk), {"target": "rubbish"}, follow=True)
    assert "there is nothing to retry" in text_of(again)


@pytest.mark.parametrize("state", ["deleting", "deleted"])
def test_what_failed_in_an_administration_that_is_gone_is_not_offered_again(
    owner_client, url, owner, main, joined, other_child, form, state
):
    make_member(other_child, user=owner)
    run = start(owner, main, joined, other_child)
    fail(run)
    Administration.objects.filter(pk=joined.pk).update(state=state)
    if state == "deleted":
        joined.memberships.all().delete()
    page = owner_client.get(url("run", run.pk))
    assert "This administration was deleted since." in text_of(page)
    assert "Try 1 administration again" in text_of(page)
    assert f'id="retry-{joined.slug}"' not in page.content.decode()
    assert f'id="retry-{other_child.slug}"' in page.content.decode()
    again = owner_client.post(url("run-retry", run.pk), {"target": joined.slug}, follow=True)
    assert f"Deleted since, so nothing can be tried again there: {joined.name}." in text_of(again)
    owner_client.post(url("run-retry", run.pk))
    assert set(run.targets.values_list("administration", "state")) == {
        (joined.pk, "failed"),
        (other_child.pk, "queued"),
    }


def test_what_has_not_started_can_be_stopped(owner_client, url, owner, main, joined, form):
    run = start(owner, main, joined)
    assert owner_client.get(url("run-cancel", run.pk)).headers["Location"] == url("run", run.pk)
    run.refresh_from_db()
    assert run.state == "queued"
    stopped = owner_client.post(url("run-cancel", run.pk), follow=True)
    assert "Stopped." in text_of(stopped)
    again = owner_client.post(url("run-cancel", run.pk), follow=True)
    assert "This run has finished already." in text_of(again)


def test_what_was_stopped_goes_on_when_it_is_asked_to(owner_client, url, owner, main, joined, form):
    run = start(owner, main, joined)
    stopped = owner_client.post(url("run-cancel", run.pk), follow=True)
    assert "Try 1 administration again" in text_of(stopped)
    going_on = owner_client.post(url("run-retry", run.pk), follow=True)
    assert "What failed or was stopped is tried again." in text_of(going_on)
    execute_target(run.targets.get().pk)
    run.refresh_from_db()
    assert run.state == "succeeded"


def test_findings_are_told(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    Finding.objects.create(target=run.targets.get(), kind="forms_catalog.form", label="Storing", code="stale")
    assert "“Storing” changed since the preview, so it was held back." in text_of(owner_client.get(url("run", run.pk)))


def test_administrations_that_the_user_may_not_enter_are_only_counted(url, owner, main, joined, form):
    run = sync(owner, main, joined)
    client = browser(make_member(main))
    page = text_of(client.get(url("run", run.pk)))
    assert joined.name not in page
    assert "And 1 administration that you may not enter." in page


def test_runs_are_for_those_who_may_see_them(url, owner, main, joined, form, stranger, colleague, foreign_main):
    run = sync(owner, main, joined)
    for name in ("run", "run-progress", "run-cancel", "run-retry"):
        assert browser(stranger).get(url(name, run.pk)).status_code == 404
        assert browser(colleague).get(url(name, run.pk)).status_code == 403
        assert browser(stranger).get(reverse(f"sync:{name}", args=[foreign_main.slug, run.pk])).status_code == 404
        assert browser(owner).get(url(name, uuid.uuid4())).status_code == 404


def test_that_it_is_tried_again_is_said_only_while_it_is(owner_client, url, owner, main, joined, form):
    run = start(owner, main, joined)
    run.targets.update(error_code="busy", error_facts={})
    said = text_of(owner_client.get(url("run", run.pk)))
    assert (
        "Somebody was editing settings in this administration. Nothing was changed. It is tried again shortly." in said
    )
    fail(run)
    run.targets.update(error_facts={})
    said = text_of(owner_client.get(url("run", run.pk)))
    assert "Somebody was editing settings" in said
    assert "It is tried again" not in said


def test_history_lists_runs_latest_first(owner_client, url, owner, main, joined, form):
    first = sync(owner, main, joined)
    second = sync(owner, main, joined)
    page = owner_client.get(url("runs"))
    assert [run.id for run in page.context["page"].object_list] == [second.pk, first.pk]
    assert "New CO rules" in text_of(page)
    assert "2 new" in text_of(page)
    assert not owner_client.get(url("runs"), {"administration": "nowhere"}).context["page"].object_list
    assert len(owner_client.get(url("runs"), {"administration": joined.slug}).context["page"].object_list) == 2


@pytest.mark.parametrize("query", ["?page=x", "?administration=%00", "?page=0"])
def test_rubbish_in_the_address_of_the_history_is_no_error(owner_client, url, main, query):
    assert owner_client.get(url("runs") + query).status_code == 200


def test_queries_do_not_depend_on_the_number_of_targets(owner_client, url, owner, main, joined, form):
    def queries(run):
        addresses = [url("run", run.pk), url("run-progress", run.pk), url("runs")]
        counted = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                owner_client.get(address)
            counted.append(len(captured))
        return counted

    run = sync(owner, main, joined)
    queries(run)
    with_one = queries(run)
    more = [make_administration(f"Van Dijk {number}", main) for number in range(4)]
    for child in more:
        make_member(child, user=owner)
    with_many = sync(owner, main, joined, *more)
    assert queries(with_many) == with_one
    take_back(owner, run)
    taken_back = queries(run)
    take_back(owner, with_many)
    assert queries(with_many) == taken_back


def test_a_deleted_administration_stays_in_the_history(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    Membership.objects.filter(administration=joined).delete()
    joined.state = "deleted"
    joined.save(update_fields=["state"])
    assert joined.name in text_of(owner_client.get(url("run", run.pk)))
    assert len(owner_client.get(url("runs")).context["page"].object_list) == 1


def test_nothing_is_written_by_looking(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    with inside(main):
        assert Form.objects.count() == 1
    with CaptureQueriesContext(connection) as captured:
        for address in (url("administrations"), url("plan", run.plan_id), url("run", run.pk), url("runs")):
            owner_client.get(address)
    written = [
        q["sql"] for q in captured if re.match(r"(INSERT|UPDATE|DELETE)", q["sql"]) and "session" not in q["sql"]
    ]
    assert written == []


def test_with_many_administrations_only_some_move(owner_client, url, owner, main, form):
    plan = Plan.objects.create(
        administration=main, requested_by=owner, state="ready", expires_at=timezone.now() + timedelta(hours=1)
    )
    subs = Administration.objects.bulk_create(
        Administration(name=f"Sub {number:02}", slug=f"sub-{number}", parent=main, state="active")
        for number in range(60)
    )
    role = Role.objects.get(name=ADMINISTRATOR_ROLE)
    Membership.objects.bulk_create(Membership(user=owner, administration=sub, role=role) for sub in subs)
    PlanTarget.objects.bulk_create(PlanTarget(plan=plan, administration=sub, position=n) for n, sub in enumerate(subs))
    run = start_run(acting_user=owner, plan=plan, version=1)
    SyncTarget.objects.filter(administration=subs[59]).update(state=SyncTarget.State.FAILED)
    page = owner_client.get(url("run", run.pk))
    assert "Sub 59" in text_of(page)
    assert "And 10 more administrations" in text_of(page)
    assert 'hx-trigger="every 3s"' in page.content.decode()


def test_progress_counts_settings_and_names_what_is_written(owner, main, joined, form, monkeypatch):
    noted = []
    monkeypatch.setattr(
        "settings_sync.services.targets.targets.note_progress", lambda _target, progress: noted.append(progress)
    )
    carry_out(start(owner, main, joined))
    assert [(progress.kind, progress.done, progress.total) for progress in noted] == [
        ("reference_data.worktype", 0, 2),
        ("reference_data.worktype", 1, 2),
        ("forms_catalog.form", 1, 2),
        ("forms_catalog.form", 2, 2),
    ]


def ended(started, finished):
    return SyncTarget(
        state="succeeded", started_at=NOW - timedelta(seconds=started), finished_at=NOW - timedelta(seconds=finished)
    )


NOW = timezone.now()
WAITING = SyncTarget(state="queued")


@pytest.mark.parametrize(
    ("targets", "left"),
    [
        ([WAITING] * 4, None),
        ([ended(20, 15), ended(15, 10), WAITING], None),
        ([ended(30, 20), ended(20, 10), ended(10, 0), *[WAITING] * 6], 60),
        ([ended(30, 20), ended(20, 10), ended(10, 0)], None),
        ([ended(90_000, 86_000)] * 3 + [WAITING], None),
        ([ended(90_000, 86_000), ended(30, 20), ended(20, 10), ended(10, 0), WAITING], 10),
    ],
)
def test_the_time_left_is_told_only_where_enough_ended_lately(targets, left):
    assert seconds_left(targets, now=NOW) == left


def test_the_time_left_in_words(owner, main, joined, form):
    run = show_run(acting_user=owner, run=start(owner, main, joined))
    said = {None: "", 59: "less than a minute left", 60: "about 1 minute left", 150: "about 3 minutes left"}
    with translation.override("en"):
        assert {seconds: replace(run, seconds_left=seconds).time_left for seconds in said} == said


def changed_twice(owner, main, *children):
    """A form that was brought, and then brought again with another name for its field."""
    sync(owner, main, *children)
    with inside(main):
        Field.objects.update(label="CO in ppm")
    return sync(owner, main, *children)


def test_the_result_tells_each_field_as_it_was_and_as_it_became(owner_client, url, owner, main, joined, form):
    run = changed_twice(owner, main, joined)
    page = owner_client.get(url("run", run.pk))
    said = text_of(page).split("What was changed")[1].split("Proof")[0]
    assert "Onderhoud cv-ketel updated" in said
    (change,) = [row.id for row in page.context["done"].object_list if row.label == "Onderhoud cv-ketel"]
    for how in ({}, {"HTTP_HX_REQUEST": "true"}):
        said = text_of(owner_client.get(url("run-change", run.pk, change), **how))
        assert "Field Was Became" in said
        assert "CO-gehalte CO in ppm" in said
    assert owner_client.get(url("run-change", run.pk, change + 10_000)).status_code == 404


def test_what_was_changed_is_narrowed_to_one_administration(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    sync(owner, main, joined)
    run = sync(owner, main, joined, other_child)
    done = owner_client.get(url("run", run.pk)).context["done"].object_list
    assert {row.administrations for row in done} == {(other_child.name,)}
    page = owner_client.get(url("run", run.pk), {"administration": joined.slug})
    assert page.context["done"].object_list == []
    assert "Nothing that you may see was changed here." in text_of(page)


def test_what_was_changed_where_somebody_may_not_come_is_not_told(url, owner, main, joined, form):
    run = changed_twice(owner, main, joined)
    viewer = make_member(main)
    role = Role.objects.create(administration=main, name="Viewer", rights=["administrations.see"])
    Membership.objects.filter(user=viewer).update(role=role)
    shown = Change.objects.filter(plan_target__plan=run.plan_id, label="Onderhoud cv-ketel").get()
    assert browser(viewer).get(url("run-change", run.pk, shown.pk)).status_code == 404
    assert "CO in ppm" not in text_of(browser(viewer).get(url("run", run.pk)))


def test_the_history_names_administrations_and_settings_and_who_did_it(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, token="Nightly (eenlijn_ab…)"))
    (line,) = owner_client.get(url("runs")).context["page"].object_list
    assert (line.administrations, line.more_administrations) == ((joined.name,), 0)
    assert line.settings == ("Onderhoud cv-ketel", "Werk bij Onderhoud cv-ketel")
    assert "token Nightly (eenlijn_ab…)" in text_of(owner_client.get(url("runs")))


def test_the_history_is_narrowed_by_what_somebody_looks_for(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    back = take_back(owner, run)
    SyncRun.objects.filter(pk=back.pk).update(note="Too early")

    def found(**asked):
        return [line.id for line in owner_client.get(url("runs"), asked).context["page"].object_list]

    assert found() == [back.pk, run.pk]
    assert found(show="taken_back") == [run.pk]
    assert found(show="undo") == found(q="early") == [back.pk]
    assert found(q=joined.name[:5]) == found(by=str(owner.uuid)) == found(days="7") == [back.pk, run.pk]
    assert found(show="failed") == found(by="8b0c4c9e-3d0a-4f6e-9a43-6b1d5a3f0c11") == found(by="x") == []
    SyncRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=40))
    assert found(days="30") == [back.pk]
    page = owner_client.get(url("runs")).content.decode()
    assert page.count('class="taken-back"') == 1
    assert page.count('class="day"') == 2
    assert "Nothing of this sort" in text_of(owner_client.get(url("runs"), {"q": "nowhere"}))


def heading(answer):
    return " ".join(re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), re.DOTALL)[1].split())


def test_the_heading_tells_what_happened(owner_client, url, owner, main, joined, other_child, form):
    run = start(owner, main, joined)
    assert heading(owner_client.get(url("run", run.pk))) == "The sync is being carried out"
    carry_out(run)
    assert heading(owner_client.get(url("run", run.pk))) == f"2 settings changed in {joined.name}"
    part = owner_client.get(url("run-progress", run.pk)).content.decode()
    assert '<h1 id="run-heading" hx-swap-oob="innerHTML">' in part
    again = sync(owner, main, joined)
    assert heading(owner_client.get(url("run", again.pk))) == "Nothing was changed"
    make_member(other_child, user=owner)
    with inside(main):
        Form.objects.update(description="New")
    both = sync(owner, main, joined, other_child)
    assert heading(owner_client.get(url("run", both.pk))) == "3 changes made in 2 administrations"


def test_the_heading_tells_that_nothing_came_of_it(owner_client, url, owner, main, joined, form):
    run = start(owner, main, joined)
    fail(run)
    assert heading(owner_client.get(url("run", run.pk))) == "The sync failed"
    SyncRun.objects.update(state=SyncRun.State.CANCELLED)
    assert heading(owner_client.get(url("run", run.pk))) == "The sync was stopped"


def test_the_heading_tells_what_was_taken_back(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    plan = create_undo_plan(acting_user=owner, run=run)
    back = start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)
    assert heading(owner_client.get(url("run", back.pk))).endswith("is being taken back")
    carry_out(back)
    assert heading(owner_client.get(url("run", back.pk))).endswith("was taken back")
