"""Ring after ring: the first one alone, the next when it may, each step once, and nothing more after a stop."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from forms_catalog.models import Form
from notices.models import Notice
from settings_sync.exceptions import RingsNotUsable, UnknownGroup
from settings_sync.models import OrderMoment, StandingOrder, SyncTarget
from settings_sync.services.approvals.approvals import approve
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.standing import advancing
from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.standing.standing_orders import pause_order
from settings_sync.services.standing.steering import approve_ring
from settings_sync.services.targets import targets as targets_service
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import claim_target, execute_target
from settings_sync.services.targets.turns import take_turn
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.schemas import inside
from tests.contracts.world import in_threads
from tests.settings_sync.views.conftest import carry_out
from webhooks.models import OutboxMessage
from webhooks.services.endpoints import create_endpoint

from .conftest import NIGHTLY_MOMENT, carry_out_ring, names_in, rings_of, work

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = {"kind": "group", "group": "Proef"}
REST = {"kind": "rest"}
CANARY_FIRST = {"steps": [CANARY, REST]}
AFTER_A_DAY = {"steps": [CANARY, {**REST, "start": "after", "minutes": 1440}]}
APPROVED = {"steps": [CANARY, {**REST, "start": "approval"}]}
THREE = {"steps": [CANARY, {"kind": "number", "number": 1}, REST]}


def states_of(run, ring):
    return [target.state for target in run.targets.filter(ring=ring)]


def break_target(monkeypatch, *broken):
    """Let these administrations fail for good."""
    real = targets_service._apply

    def apply(claim):
        if claim.target.administration in broken:
            raise UnknownGroup(name="x")
        return real(claim)

    monkeypatch.setattr(targets_service, "_apply", apply)


class TestOneAfterTheOther:
    def test_only_the_first_ring_may_begin(self, make, night, grouped, others):
        make(rings=CANARY_FIRST)
        run = night()
        assert rings_of(run) == [(1, "open"), (2, "waiting")]
        first = run.targets.get(ring=1)
        assert first.administration == grouped
        for target in run.targets.filter(ring=2):
            assert claim_target(target.pk) is None
            assert take_turn(target.pk) == 0
        assert claim_target(first.pk) is not None

    def test_the_next_one_begins_when_the_first_is_done(self, make, night, grouped, others, form):
        make(rings=CANARY_FIRST)
        run = night()
        carry_out_ring(run, 1)
        assert rings_of(run) == [(1, "done"), (2, "open")]
        assert (names_in(grouped), names_in(others[0])) == ({form.name}, set())
        carry_out_ring(run, 2)
        assert rings_of(run) == [(1, "done"), (2, "done")]
        assert run.state == "succeeded"
        assert names_in(others[0]) == names_in(others[1]) == {form.name}

    def test_the_reaper_alone_brings_it_to_its_end(self, make, night, others, settings):
        make(rings=THREE)
        run = night()
        settings.REAPER_WORKS_AFTER_SECONDS = 0
        for _round in range(4):
            SyncTarget.objects.update(woken_at=None)
            reap()
        run.refresh_from_db()
        assert (run.state, rings_of(run)) == ("succeeded", [(1, "done"), (2, "done"), (3, "done")])

    def test_what_waits_for_its_ring_is_nobody_s_to_wake(self, make, night, others):
        make(rings=CANARY_FIRST)
        run = night()
        SyncTarget.objects.update(woken_at=None)
        assert targets_service.take_targets_to_wake() == [run.targets.get(ring=1).pk]

    def test_one_that_waits_for_a_time_begins_after_it(self, make, night, clock, others):
        make(rings=AFTER_A_DAY)
        run = night()
        carry_out_ring(run, 1)
        second = run.stages.get(number=2)
        assert (second.state, second.opens_at) == ("waiting", clock.now + timedelta(days=1))
        clock.go_on(hours=23)
        assert advance_rings() == 0
        clock.go_on(hours=1)
        assert advance_rings() == 1
        carry_out_ring(run, 2)
        assert run.state == "succeeded"

    def test_one_that_waits_for_somebody_begins_when_that_is_said(self, make, night, clock, owner, main, others):
        create_endpoint(acting_user=owner, main=main, url="https://example.com/h", events=["approval.wanted"])
        make(rings=APPROVED)
        run = night()
        carry_out_ring(run, 1)
        clock.go_on(days=30)
        assert advance_rings() == 0
        assert rings_of(run) == [(1, "done"), (2, "waiting")]
        assert AuditEntry.objects.get(action="ring.waits").data["ring"] == 2
        notice = Notice.objects.get(kind="approval.wanted")
        assert (notice.user, notice.facts["ring"], notice.facts["run"]) == (owner, 2, str(run.pk))
        body = OutboxMessage.objects.get(event="approval.wanted").body
        assert '"reasons":["ring"]' in body
        assert '"ring":2' in body
        approve_ring(acting_user=owner, run=run, number=2)
        assert rings_of(run) == [(1, "done"), (2, "open")]
        assert AuditEntry.objects.get(action="ring.approved").actor == owner

    def test_who_has_everything_already_takes_no_place_in_a_ring(self, make, night, owner, main, others, form):
        order = make()
        carry_out(night())
        StandingOrder.objects.filter(pk=order.pk).update(rings=THREE)
        with inside(main):
            Form.objects.update(description="Nieuw")
        run = night(days=1)
        assert run.targets.filter(ring=None).count() == 0
        carry_out(run)
        carry_out(run)
        carry_out(run)
        run = night(days=2)
        assert (run.state, rings_of(run), run.targets.filter(ring=None).count()) == ("succeeded", [], 3)

    def test_where_the_first_ring_has_nothing_to_do_the_next_one_waits_as_it_says(
        self, make, night, owner, grouped, others
    ):
        grouped.groups = ["Proef", "Alleen"]
        grouped.save(update_fields=["groups"])
        make("Eerst de proefgroep", groups=["Alleen"])
        carry_out(night())
        StandingOrder.objects.update(state="paused")
        grouped.groups = ["Proef", "Noord"]
        grouped.save(update_fields=["groups"])
        make(rings=APPROVED)
        run = night(days=1)
        assert advance_rings() == 1
        assert rings_of(run) == [(1, "done"), (2, "waiting")]
        assert claim_target(run.targets.filter(ring=2)[0].pk) is None
        approve_ring(acting_user=owner, run=run, number=2)
        carry_out_ring(run, 2)
        assert run.state == "succeeded"

    def test_a_ring_for_which_nobody_is_left_holds_nothing_up(self, make, night, others):
        two = {"kind": "number", "number": 2, "start": "done"}
        make(rings={"steps": [CANARY, two, {"kind": "number", "number": 5, "start": "approval"}, REST]})
        run = night()
        carry_out_ring(run, 1)
        carry_out_ring(run, 2)
        assert (run.state, rings_of(run)) == ("succeeded", [(1, "done"), (2, "done"), (3, "done"), (4, "done")])

    def test_without_anybody_in_the_first_group_nothing_begins(self, make, night, grouped, others):
        order = make(rings=CANARY_FIRST)
        grouped.groups = ["Noord"]
        grouped.save(update_fields=["groups"])
        assert night() is None
        moment = OrderMoment.objects.get()
        assert (moment.state, moment.error_code) == ("failed", "ring-without-targets")
        assert moment.error_facts == {"name": "Proef"}
        order.refresh_from_db()
        assert order.state == "on"

    def test_after_an_approval_of_the_whole_it_goes_in_rings_too(self, make, night, owner, others):
        make(rings=CANARY_FIRST, approval={"always": True})
        run = night()
        assert rings_of(run) == []
        # What the order says by now is for its next time.
        StandingOrder.objects.update(rings={})
        approve(acting_user=owner, approval=run.approval, reason="Gezien")
        assert rings_of(run) == [(1, "open"), (2, "waiting")]
        assert [target.may_begin for target in run.targets.order_by("ring")] == [True, False, False]

    def test_what_falls_due_meanwhile_comes_after_the_rings_and_once(self, make, night, clock, others):
        make(rings=AFTER_A_DAY)
        run = night()
        carry_out_ring(run, 1)
        assert night(days=1) is None
        assert night(days=2) is None
        advance_rings()
        carry_out_ring(run, 2)
        assert run.state == "succeeded"
        clock.go_on(minutes=2)
        (moment,) = work()
        assert moment.moment == NIGHTLY_MOMENT + timedelta(days=2)
        assert work() == []

    def test_the_snapshot_and_who_is_in_are_those_of_the_start(self, make, night, main, grouped, others, form):
        make(rings=CANARY_FIRST)
        run = night()
        snapshot = run.plan.snapshot
        carry_out_ring(run, 1)
        with inside(main):
            Form.objects.create(name="Later gemaakt")
        for row in others:
            row.groups = []
            row.save(update_fields=["groups"])
        carry_out_ring(run, 2)
        assert (run.state, run.plan.snapshot) == ("succeeded", snapshot)
        assert names_in(others[0]) == names_in(grouped) == {form.name}


class TestExactlyOnce:
    def test_of_many_that_look_one_opens_the_next_ring(self, make, night, others, owner, main):
        create_endpoint(acting_user=owner, main=main, url="https://example.com/h", events=["ring.finished"])
        make(rings=CANARY_FIRST)
        run = night()
        run.targets.filter(ring=1).update(state="succeeded", finished_at=timezone.now())
        looked = in_threads(*[advance_rings] * 4)
        assert sorted(looked) == [0, 0, 0, 1]
        assert rings_of(run) == [(1, "done"), (2, "open")]
        assert OutboxMessage.objects.filter(event="ring.finished").count() == 1
        assert AuditEntry.objects.filter(action="ring.finished").count() == 1

    def test_one_that_is_killed_in_between_leaves_it_to_the_next(self, make, night, others, monkeypatch):
        make(rings=CANARY_FIRST)
        run = night()
        run.targets.filter(ring=1).update(state="succeeded", finished_at=timezone.now())

        def killed(place):
            if place == "ring.before-commit":
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(advancing, "reach", killed)
            with pytest.raises(KeyboardInterrupt):
                advance_rings()
        assert rings_of(run) == [(1, "open"), (2, "waiting")]
        assert advance_rings() == 1
        assert rings_of(run) == [(1, "done"), (2, "open")]

    def test_a_run_that_cannot_be_looked_at_keeps_no_other_from_going_on(self, make, night, others, monkeypatch):
        make(rings=CANARY_FIRST)
        run = night()
        run.targets.filter(ring=1).update(state="succeeded", finished_at=timezone.now())
        monkeypatch.setattr(advancing, "goes_too_wrong", lambda run: 1 / 0)
        assert advance_rings() == 0

    def test_a_ring_is_told_with_what_came_of_it(self, make, night, others, owner, main):
        create_endpoint(acting_user=owner, main=main, url="https://example.com/h", events=["ring.finished"])
        order = make(rings=CANARY_FIRST)
        run = night()
        carry_out_ring(run, 1)
        carry_out_ring(run, 2)
        told = [json.loads(row.body)["data"] for row in OutboxMessage.objects.filter(event="ring.finished")]
        told.sort(key=lambda data: data["ring"])
        assert [(data["ring"], data["rings"], data["state"]) for data in told] == [(1, 2, "done"), (2, 2, "done")]
        assert [data["targets"]["succeeded"] for data in told] == [1, 2]
        assert {(data["run"], data["order"], data["administration"]) for data in told} == {
            (str(run.pk), str(order.pk), main.slug)
        }


class TestStopping:
    def test_the_first_that_fails_stops_all_that_has_not_begun(self, make, night, grouped, others, monkeypatch):
        order = make(rings=CANARY_FIRST)
        run = night()
        break_target(monkeypatch, grouped)
        carry_out_ring(run, 1)
        assert run.state == "failed"
        assert rings_of(run) == [(1, "stopped"), (2, "stopped")]
        for target in run.targets.filter(ring=2):
            assert (target.state, target.error_code) == ("cancelled", "ring-stopped")
            assert target.error_facts == {"ring": "1", "number": "1"}
            assert execute_target(target.pk) is False
        assert names_in(others[0]) == set()
        order.refresh_from_db()
        assert (order.state, order.state_code) == ("paused", "order-ring-stopped")
        assert "ing 1" in order.why
        assert AuditEntry.objects.get(action="run.cancelled").data["reason"] == "ring-stopped"
        assert night(days=1) is None

    def test_in_one_turn_of_a_worker_nothing_follows_what_stops_it(self, make, night, grouped, others, monkeypatch):
        make(rings={"steps": [{"kind": "number", "number": 2}, REST]})
        run = night()
        first, second = run.targets.filter(ring=1).order_by("plan_target_id")
        break_target(monkeypatch, first.administration)
        monkeypatch.setattr("settings_sync.services.targets.turns.turn_length", lambda number: 25)
        take_turn(first.pk)
        second.refresh_from_db()
        assert (second.state, second.error_code) == ("cancelled", "ring-stopped")

    def test_as_many_as_allowed_may_fail(self, make, night, grouped, others, monkeypatch):
        make(rings={**CANARY_FIRST, "stop": {"number": 1}})
        run = night()
        break_target(monkeypatch, grouped)
        carry_out_ring(run, 1)
        assert rings_of(run) == [(1, "done"), (2, "open")]
        carry_out_ring(run, 2)
        assert run.state == "partly_failed"

    def test_a_percentage_counts_whose_turn_it_was(self, make, night, grouped, others, monkeypatch):
        make(rings={**CANARY_FIRST, "stop": {"percent": 50}})
        run = night()
        break_target(monkeypatch, others[0])
        carry_out_ring(run, 1)
        carry_out_ring(run, 2)
        assert (run.state, rings_of(run)) == ("partly_failed", [(1, "done"), (2, "done")])

    def test_what_is_held_counts_as_what_fails(self, make, night, grouped, others, main):
        make()
        carry_out(night())
        make("Met ringen", rings=CANARY_FIRST)
        with inside(main):
            Form.objects.update(description="Nieuw")
        StandingOrder.objects.filter(name="Elke nacht").update(state="paused")
        run = night(days=1)
        with inside(grouped):
            Form.objects.update(description="Na het voorbeeld hier gewijzigd")
        carry_out_ring(run, 1)
        assert states_of(run, 1) == ["held"]
        assert rings_of(run) == [(1, "stopped"), (2, "stopped")]
        assert set(states_of(run, 2)) == {"cancelled"}

    @pytest.mark.parametrize("way", ["run", "order"])
    def test_nothing_begins_after_somebody_stopped_it(self, make, night, owner, others, way):
        order = make(rings=CANARY_FIRST)
        run = night()
        carry_out_ring(run, 1)
        if way == "run":
            cancel_run(acting_user=owner, run=run)
        else:
            pause_order(acting_user=owner, order=order)
        assert advance_rings() == 0
        carry_out_ring(run, 2)
        assert (run.state, rings_of(run)) == ("cancelled", [(1, "done"), (2, "stopped")])
        assert names_in(others[0]) == names_in(others[1]) == set()

    def test_taking_it_back_pauses_its_order_and_stops_its_rings(self, make, night, owner, main, grouped, others):
        order = make(rings=AFTER_A_DAY)
        run = night()
        carry_out_ring(run, 1)
        run = cancel_run(acting_user=owner, run=run)
        plan = create_undo_plan(acting_user=owner, run=run)
        carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug))
        order.refresh_from_db()
        assert (order.state, order.state_code) == ("paused", "order-taken-back")
        assert names_in(grouped) == set()

    def test_tried_again_it_goes_through_its_rings_again(self, make, night, owner, grouped, others, monkeypatch):
        make(rings=CANARY_FIRST)
        run = night()
        with monkeypatch.context() as patch:
            break_target(patch, grouped)
            carry_out_ring(run, 1)
        retry_run(acting_user=owner, run=run)
        assert rings_of(run) == [(1, "open"), (2, "waiting")]
        assert claim_target(run.targets.filter(ring=2)[0].pk) is None
        carry_out_ring(run, 1)
        carry_out_ring(run, 2)
        assert (run.state, rings_of(run)) == ("succeeded", [(1, "done"), (2, "done")])


class TestWhatAnOrderSays:
    def test_rings_that_cannot_be_followed_are_refused(self, make):
        with pytest.raises(RingsNotUsable):
            make(rings={"steps": [REST]})

    def test_a_group_that_does_not_exist_is_refused(self, make):
        with pytest.raises(UnknownGroup):
            make(rings=CANARY_FIRST)

    def test_rings_are_kept_as_they_were_sent(self, make, others):
        assert StandingOrder.objects.get(pk=make(rings=APPROVED).pk).rings == APPROVED
