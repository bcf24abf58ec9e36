"""Rings on the page of a standing order, and their picture on the page of a run."""

import html

import pytest
from django.utils import timezone

from settings_sync.models import StandingOrder, SyncTarget
from settings_sync.services.runs.runs import start_run
from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.targets.targets import execute_target
from tenants.rights import AdministrationRight, SyncRight
from tests.conftest import make_member
from tests.settings_sync.services.undos.test_right_to_undo import give

from .conftest import browser, make_many, make_plan
from .test_orders import filled_in, grouped, make_order, order, package, words_of  # noqa: F401

CANARY = {"kind": "group", "group": "Noord"}
REST = {"kind": "rest"}
APPROVED = {"steps": [CANARY, {**REST, "start": "approval"}], "stop": {"number": 0}}
OF_FIRST = {"rings-spread": "first", "rings-first_group": "Noord", "rings-stop_above": "0", "rings-stop_unit": "number"}


@pytest.fixture
def run(owner, main, grouped, package, other_child):  # noqa: F811
    """A run in two rings: a test group of one, and the rest, which waits for approval."""
    make_member(other_child, user=owner)
    made = make_order(owner, main, package, rings=APPROVED)
    plan = make_plan(owner, main, grouped, other_child)
    return start_run(acting_user=owner, plan=plan, version=plan.version, order=made)


def finish_first(run):
    execute_target(run.targets.get(ring=1).pk)


class TestTheForm:
    def test_everywhere_at_once_is_what_nobody_need_choose(self, owner_client, url, package, grouped):  # noqa: F811
        page = owner_client.get(url("order-new")).content.decode()
        assert 'value="once"' in page
        owner_client.post(url("order-new"), filled_in(package))
        assert StandingOrder.objects.get().rings == {}

    @pytest.mark.parametrize(
        ("sent", "steps", "stop"),
        [
            ({}, [CANARY, REST], {"number": 0}),
            (
                {"rings-start": "after", "rings-wait": "2", "rings-unit": "days", "rings-stop_above": "3"},
                [CANARY, {**REST, "start": "after", "minutes": 2880}],
                {"number": 3},
            ),
            (
                {"rings-start": "approval", "rings-wait": "x", "rings-stop_above": "10", "rings-stop_unit": "percent"},
                [CANARY, {**REST, "start": "approval"}],
                {"percent": 10},
            ),
            (
                {
                    "rings-spread": "own",
                    "ring0-who": "group:Noord", "ring0-start": "approval",
                    "ring1-who": "", "ring1-size": "x",
                    "ring2-who": "percent", "ring2-size": "25", "ring2-start": "after", "ring2-wait": "90",
                    "ring2-unit": "minutes",
                },
                [CANARY, {"kind": "percent", "percent": 25, "start": "after", "minutes": 90}, REST],
                {"number": 0},
            ),
        ],
    )  # fmt: skip
    def test_each_sort_is_kept_and_shown_again(self, owner_client, url, package, grouped, sent, steps, stop):  # noqa: F811
        owner_client.post(url("order-new"), {**filled_in(package), **OF_FIRST, **sent})
        made = StandingOrder.objects.get()
        assert made.rings == {"steps": steps, "stop": stop}
        shown = owner_client.get(url("order", made.pk))
        again = {
            field.html_name: field.value()
            for form in (shown.context["rings"], *shown.context["rings"].rows)
            for field in form
            if field.value() not in (None, "")
        }
        owner_client.post(url("order", made.pk), {**filled_in(package), **again})
        made.refresh_from_db()
        assert made.rings == {"steps": steps, "stop": stop}

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            ({"rings-first_group": ""}, "Choose the group that comes first."),
            ({"rings-start": "after", "rings-wait": ""}, "Fill this in."),
            ({"rings-start": "after", "rings-wait": "31", "rings-unit": "days"}, "Choose at most 30 days."),
            ({"rings-stop_above": ""}, "Fill this in."),
            ({"rings-stop_above": "101", "rings-stop_unit": "percent"}, "Choose at most 100 %."),
            ({"rings-spread": "own"}, "Say who comes first."),
            ({"rings-spread": "own", "ring0-who": "percent", "ring0-size": "100"}, "Choose less than 100 %."),
            ({"rings-spread": "own", "ring0-who": "number", "ring0-size": ""}, "Fill this in."),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_made(self, owner_client, url, package, grouped, sent, told):  # noqa: F811
        answer = owner_client.post(url("order-new"), {**filled_in(package), **OF_FIRST, **sent})
        page = html.unescape(words_of(answer))
        assert told in page
        assert "Nothing was saved yet. Look at the rings." in page
        assert not StandingOrder.objects.exists()

    def test_a_group_that_nobody_is_in_any_more_stays_to_choose(self, owner, owner_client, url, main, package, grouped):  # noqa: F811
        made = make_order(owner, main, package, rings=APPROVED)
        grouped.groups = ["Zuid"]
        grouped.save(update_fields=["groups"])
        page = owner_client.get(url("order", made.pk)).content.decode()
        assert '<option value="Noord" selected>' in page

    def test_the_list_says_in_which_rings(self, owner, owner_client, url, main, package, grouped):  # noqa: F811
        make_order(owner, main, package, rings=APPROVED)
        assert "group Noord, the rest (once somebody approves)" in words_of(owner_client.get(url("orders")))


class TestThePicture:
    def test_each_ring_tells_who_how_far_and_what_it_waits_for(self, owner_client, url, run):
        page = words_of(owner_client.get(url("run", run.pk)))
        assert "Stops at the first administration that fails or is held." in page
        assert "Ring 1 busy group Noord 0 of 1 administration done since" in page
        assert "Ring 2 waits the rest 0 of 1 administration done once somebody approves" in page
        finish_first(run)
        page = words_of(owner_client.get(url("run-progress", run.pk)))
        assert "Ring 1 done group Noord 1 of 1 administration done" in page
        assert "waits until somebody approves it" in page

    def test_it_is_approved_paused_and_goes_on_without_javascript(self, owner_client, url, run):
        owner_client.post(url("run-pause", run.pk))
        assert "Paused: nothing more begins until it goes on." in words_of(owner_client.get(url("run", run.pk)))
        owner_client.post(url("run-resume", run.pk))
        finish_first(run)
        assert "Let ring 2 begin" in words_of(owner_client.get(url("run", run.pk)))
        assert "waits for your word" in words_of(owner_client.get(url("approvals")))
        answer = owner_client.post(url("run-ring-approve", run.pk, 2), {"reason": "Seen <it>\0"}, follow=True)
        assert "Ring 2 is approved." in words_of(answer)
        assert f"approved by {run.requested_by} (“Seen &lt;it&gt;”)" in words_of(answer)
        assert "waits for your word" not in words_of(owner_client.get(url("approvals")))
        assert run.stages.get(number=2).state == "open"
        again = owner_client.post(url("run-ring-approve", run.pk, 2), follow=True)
        assert "This ring does not wait for approval now." in words_of(again)

    def test_what_went_wrong_is_counted_and_the_rest_says_why_it_did_not_begin(self, owner_client, url, run):
        SyncTarget.objects.filter(run=run, ring=1).update(state="failed", finished_at=timezone.now())
        advance_rings()
        page = words_of(owner_client.get(url("run", run.pk)))
        assert "Ring 1 stopped group Noord 0 of 1 administration done · 1 failed or held" in page
        assert "Ring 1 went wrong (1 failed or held), so it did not begin here. Nothing was changed." in page

    def test_of_many_the_picture_is_as_long_as_of_few(self, owner, owner_client, url, main, grouped, run):  # noqa: F811
        small = owner_client.get(url("run-progress", run.pk)).content.decode().count('class="ring ')
        many = make_many(40, main, owner, grouped)
        plan_targets = run.plan.targets
        for position, row in enumerate(many):
            planned = plan_targets.create(administration=row, position=10 + position, counts={"create": 1})
            run.targets.create(administration=row, plan_target=planned, ring=2, may_begin=False)
        page = owner_client.get(url("run-progress", run.pk)).content.decode()
        assert page.count('class="ring ') == small
        assert "0 of 41 administrations done" in " ".join(page.split())

    def test_a_run_without_rings_has_no_picture(self, owner, owner_client, url, main, grouped):  # noqa: F811
        plan = make_plan(owner, main, grouped)
        run = start_run(acting_user=owner, plan=plan, version=plan.version)
        assert owner_client.get(url("run", run.pk)).context["rings"] is None

    def test_who_may_only_see_has_no_buttons(self, main, url, grouped, other_child, run):  # noqa: F811
        reader = make_member(main)
        for row in (grouped, other_child):
            make_member(row, user=reader)
        give(reader, [AdministrationRight.SEE], main)
        finish_first(run)
        page = browser(reader).get(url("run", run.pk)).content.decode()
        assert "rings-pause" not in page
        assert "ring-approve" not in page
        assert browser(reader).post(url("run-pause", run.pk)).status_code == 403
        assert browser(reader).post(url("run-ring-approve", run.pk, 2)).status_code == 403

    def test_who_may_sync_and_not_approve_may_pause_alone(self, main, owner, url, grouped, other_child, run):  # noqa: F811
        runner = make_member(main)
        give(runner, [AdministrationRight.SEE, SyncRight.RUN], main)
        finish_first(run)
        page = browser(runner).get(url("run", run.pk)).content.decode()
        assert "rings-pause" in page
        assert "ring-approve" not in page
