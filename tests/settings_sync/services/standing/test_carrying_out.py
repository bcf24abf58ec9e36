"""A moment becomes one plan and one run, by its maker's right; what takes a look waits, and a stop is a stop."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from audit.models import AuditEntry
from forms_catalog.models import Form
from forms_catalog.rights import FormRight
from notices.models import Notice
from notices.services.reading import in_words
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import ApprovalDecided, NeverOpen, OwnApproval, UnknownGroup
from settings_sync.models import Approval, OrderMoment, Plan, StandingOrder, SyncRun, SyncTarget
from settings_sync.services.approvals.approvals import approve
from settings_sync.services.approvals.policy import ApprovalPolicy, set_approval_policy
from settings_sync.services.packages.packages import Contents, create_package, delete_package
from settings_sync.services.runs import runs
from settings_sync.services.runs.runs import start_run
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.standing.due import find_due_moments
from settings_sync.services.standing.standing_orders import (
    Content,
    delete_order,
    pause_order,
    resume_order,
    try_order,
    update_order,
)
from settings_sync.services.standing.timetables import read_timetable
from settings_sync.services.targets.targets import claim_target, execute_target
from settings_sync.services.targets.turns import take_turn
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Membership
from tenants.rights import AdministrationRight, SyncRight
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import in_threads
from tests.settings_sync.services.undos.test_right_to_undo import give
from tests.settings_sync.views.conftest import carry_out, make_form
from webhooks.models import OutboxMessage
from webhooks.services.endpoints import create_endpoint

from .conftest import NIGHTLY, NIGHTLY_MOMENT, NOON, work

pytestmark = pytest.mark.django_db(transaction=True)
SEES = [AdministrationRight.SEE, FormRight.READ, ReferenceDataRight.READ]


@pytest.fixture
def night(clock):
    """A moment at which a nightly order is due."""

    def come(days: int = 0):
        clock.now = NIGHTLY_MOMENT + timedelta(days=days, minutes=5)
        return work()

    return come


def names_in(administration):
    with inside(administration):
        return set(Form.objects.filter(is_archived=False).values_list("name", flat=True))


def remove_all(main):
    with inside(main):
        Form.objects.all().delete()


class TestCarryingOut:
    def test_a_moment_is_a_plan_and_a_run_with_the_order_as_its_reason(self, make, night, owner, main, grouped, form):
        create_endpoint(acting_user=owner, main=main, url="https://example.com/h", events=["order.executed"])
        order = make()
        (moment,) = night()
        run = moment.run
        assert (moment.state, run.order, run.plan, run.note) == ("started", order, moment.plan, "Elke nacht")
        assert (run.requested_by, run.by_right_of) == (owner, owner)
        assert carry_out(run).state == "succeeded"
        assert names_in(grouped) == {form.name}
        sent = json.loads(OutboxMessage.objects.get(event="order.executed").body)["data"]
        assert (sent["order"], sent["run"], sent["state"]) == (str(order.pk), str(run.pk), "queued")
        assert sent["moment"] == "2026-11-24T01:00:00Z"
        assert AuditEntry.objects.get(action="order.executed").data["run"] == str(run.pk)
        assert AuditEntry.objects.get(action="run.started").data["order"] == "Elke nacht"

    def test_it_goes_to_its_groups_and_no_further(self, make, night, other_child, owner, grouped):
        make_member(other_child, user=owner)
        make()
        (moment,) = night()
        assert [target.administration for target in moment.run.targets.all()] == [grouped]

    def test_every_night_is_one_run_also_of_nothing(self, make, night, grouped, form):
        make()
        carry_out(night()[0].run)
        (second,) = night(days=1)
        assert second.run.state == "succeeded"
        assert SyncRun.objects.count() == 2

    def test_of_many_workers_one_carries_it_out(self, make, clock):
        make()
        clock.now = NIGHTLY_MOMENT
        find_due_moments()
        moment = OrderMoment.objects.get()
        assert sorted(in_threads(*[lambda: carry_out_moment(moment.pk)] * 4)) == [0, 0, 0, 1]
        assert SyncRun.objects.count() == 1

    def test_a_worker_that_was_killed_before_the_run_leaves_it_to_another(self, make, clock, monkeypatch):
        make()
        clock.now = NIGHTLY_MOMENT
        find_due_moments()
        moment = OrderMoment.objects.get()

        # Killed after the run and before the row that says so: they are stored together or not at all.
        def killed(place):
            if place == "run.before-commit":
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(runs, "reach", killed)
            with pytest.raises(KeyboardInterrupt):
                carry_out_moment(moment.pk)
        assert carry_out_moment(moment.pk) == 0  # its lease has not ended
        OrderMoment.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        assert carry_out_moment(moment.pk) == 1
        moment.refresh_from_db()
        assert (moment.state, moment.attempts, SyncRun.objects.get()) == ("started", 2, moment.run)
        assert carry_out_moment(moment.pk) == 0

    def test_one_that_never_comes_to_an_end_fails_and_says_so(self, make, clock, settings):
        make()
        clock.now = NIGHTLY_MOMENT
        find_due_moments()
        OrderMoment.objects.update(attempts=settings.SYNC_MAX_ATTEMPTS)
        carry_out_moment(OrderMoment.objects.get().pk)
        moment = OrderMoment.objects.get()
        assert (moment.state, moment.error_code, moment.run) == ("failed", "order-failed-often", None)
        assert StandingOrder.objects.get().state == "on"

    def test_without_anybody_in_its_groups_it_comes_to_nothing_and_stays_on(self, make, night, grouped):
        order = make()
        grouped.groups = ["Zuid"]
        grouped.save(update_fields=["groups"])
        (moment,) = night()
        assert (moment.state, moment.error_code) == ("failed", "order-without-targets")
        assert AuditEntry.objects.get(action="order.failed").data["reason"] == "order-without-targets"
        order.refresh_from_db()
        assert order.state == "on"

    def test_trying_makes_a_plan_and_starts_nothing(self, make, owner, grouped):
        plan = try_order(acting_user=owner, order=make())
        assert (plan.state, plan.targets.get().administration) == (Plan.State.READY, grouped)
        assert not SyncRun.objects.exists()


class TestLooking:
    """What an order never does by itself."""

    def test_removals_wait_for_a_look_which_its_maker_may_take(self, make, night, owner, main, grouped, form):
        make(policies={"removed_in_source": "delete"})
        carry_out(night()[0].run)
        remove_all(main)
        (moment,) = night(days=1)
        approval = moment.run.approval
        assert (moment.run.state, approval.reasons) == ("waiting", [{"code": "order-removes-much"}])
        assert names_in(grouped) == {form.name}
        assert Notice.objects.filter(kind="approval.wanted", user=owner).exists()
        carry_out(approve(acting_user=owner, approval=approval, reason="Mag weg"))
        assert names_in(grouped) == set()

    def test_what_a_package_excepts_is_neither_brought_nor_removed(self, make, night, owner, main, grouped, form):
        with inside(main):
            excepted = make_form("Blijft van de vestiging")
        contents = Contents(categories=["forms"], excepted=[excepted.uid])
        package = create_package(acting_user=owner, main=main, name="Zonder", contents=contents, forbids_editing=False)
        make(package=package.pk, policies={"removed_in_source": "delete"})
        carry_out(night()[0].run)
        assert names_in(grouped) == {form.name}
        remove_all(main)
        with inside(main):
            make_form("Nieuw")
        carry_out(night(days=1)[0].run)
        assert names_in(grouped) == {form.name, "Nieuw"}

    def test_overwriting_more_than_the_share_waits(self, make, night, owner, main, grouped, form):
        with inside(main):
            for number in range(5):
                make_form(f"Formulier {number}")
        make(policies={"conflict": "overwrite"})
        carry_out(night()[0].run)
        for place, text in ((grouped, "Hier anders"), (main, "Nieuw")):
            with inside(place):
                Form.objects.update(description=text)
        (moment,) = night(days=1)
        assert (moment.run.state, moment.run.approval.reasons) == ("waiting", [{"code": "order-removes-much"}])

    @pytest.mark.parametrize("looks", [False, True])
    def test_conflicts_are_left_or_wait_as_the_order_says(self, make, night, main, grouped, form, looks):
        make(approval={"conflicts": looks})
        carry_out(night()[0].run)
        for place, text in ((grouped, "Hier anders"), (main, "Nieuw")):
            with inside(place):
                Form.objects.update(description=text)
        (moment,) = night(days=1)
        if looks:
            assert moment.run.approval.reasons == [{"code": "order-conflicts", "number": 1}]
        else:
            carry_out(moment.run)
        with inside(grouped):
            assert Form.objects.get().description == "Hier anders"

    def test_one_that_always_asks_waits_except_for_nothing(self, make, night, owner):
        make(approval={"always": True})
        (moment,) = night()
        assert moment.run.approval.reasons == [{"code": "order-always"}]
        carry_out(approve(acting_user=owner, approval=moment.run.approval, reason="Gezien"))
        (second,) = night(days=1)
        assert second.run.state == "succeeded"

    def test_where_the_policy_asks_for_somebody_else_its_maker_is_not(self, make, night, owner, main, grouped):
        other = make_member(main)
        make_member(grouped, user=other)
        set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(always=True))
        make(approval={"always": True})
        (moment,) = night()
        approval = moment.run.approval
        assert [reason["code"] for reason in approval.reasons] == ["order-always", "always"]
        with pytest.raises(OwnApproval):
            approve(acting_user=owner, approval=approval, reason="Gezien")
        assert approve(acting_user=other, approval=approval, reason="Gezien").state == "queued"

    def test_what_nobody_looked_at_gives_way_to_the_next_moment(self, make, night):
        make(approval={"always": True})
        (first,) = night()
        night(days=1)
        assert list(SyncRun.objects.order_by("created_at").values_list("state", flat=True)) == ["cancelled", "waiting"]
        assert Approval.objects.get(run=first.run).state == "withdrawn"


class TestStopping:
    def test_a_paused_order_is_not_due_and_does_not_catch_up(self, make, night, clock, owner):
        order = make()
        pause_order(acting_user=owner, order=order)
        assert night() == []
        resume_order(acting_user=owner, order=order)
        assert work() == []
        (moment,) = night(days=1)
        assert moment.moment == NIGHTLY_MOMENT + timedelta(days=1)

    def test_what_was_due_when_it_was_paused_is_dropped(self, make, clock, owner):
        order = make()
        clock.now = NIGHTLY_MOMENT
        find_due_moments()
        pause_order(acting_user=owner, order=order)
        carry_out_moment(OrderMoment.objects.get().pk)
        assert OrderMoment.objects.get().state == "dropped"
        assert not SyncRun.objects.exists()

    @pytest.mark.parametrize("stop", [pause_order, delete_order])
    def test_nothing_of_its_runs_begins_after_a_stop(self, make, night, owner, grouped, stop):
        order = make()
        (moment,) = night()
        stop(acting_user=owner, order=order)
        run = carry_out(moment.run)
        assert (run.state, names_in(grouped)) == ("cancelled", set())
        assert run.targets.get().state == "cancelled"

    def test_what_waited_for_a_look_is_withdrawn(self, make, night, owner):
        order = make(approval={"always": True})
        (moment,) = night()
        pause_order(acting_user=owner, order=order)
        with pytest.raises(ApprovalDecided):
            approve(acting_user=owner, approval=moment.run.approval, reason="Toch")

    def test_undoing_its_run_pauses_it_visibly(self, make, night, owner, main, grouped):
        order = make()
        (moment,) = night()
        carry_out(moment.run)
        plan = create_undo_plan(acting_user=owner, run=moment.run)
        carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug))
        order.refresh_from_db()
        assert (order.state, order.state_code, order.state_facts) == (
            "paused",
            "order-taken-back",
            {"name": str(owner)},
        )
        assert str(owner) in order.why
        assert AuditEntry.objects.get(action="order.paused").data["name"] == "Elke nacht"
        assert night(days=1) == []
        assert names_in(grouped) == set()

    def test_its_maker_lost_the_right(self, make, night, owner, main, grouped):
        order = make()
        give(owner, SEES, main, grouped)
        (moment,) = night()
        assert (moment.state, moment.error_code, moment.run) == ("failed", "order-without-right", None)
        order.refresh_from_db()
        assert (order.state, order.state_code) == ("stopped", "order-without-right")
        assert str(owner) in order.why
        assert AuditEntry.objects.get(action="order.stopped").data["reason"] == "order-without-right"
        assert night(days=1) == []

    def test_who_may_sync_is_told_when_its_maker_is_not_there_any_more(self, make, night, owner, main, grouped):
        order = make()
        colleague = make_member(main)
        give(owner, SEES, main, grouped)
        night()
        notice = Notice.objects.get(kind="order.trouble")
        assert (notice.user, notice.facts["order"], notice.facts["why"]) == (
            colleague,
            str(order.pk),
            "order-without-right",
        )
        with translation.override("en"):
            (line,) = in_words(colleague, [notice])
        assert line.words.text == "The standing order “Elke nacht” of Van Dijk does not go on."
        assert str(owner) in line.words.note

    def test_its_maker_is_told_of_a_moment_that_came_to_nothing(self, make, night, owner, main, grouped):
        make()
        make_member(main)
        grouped.groups = []
        grouped.save(update_fields=["groups"])
        night()
        notice = Notice.objects.get(kind="order.trouble")
        assert (notice.user, notice.facts["why"]) == (owner, "order-without-targets")
        with translation.override("en"):
            (line,) = in_words(owner, [notice])
        assert line.words.text == "The standing order “Elke nacht” of Van Dijk came to nothing this time."

    def test_its_maker_is_told_who_took_back_what_it_brought(self, make, night, owner, main, grouped):
        make()
        (moment,) = night()
        carry_out(moment.run)
        colleague = make_member(main)
        make_member(grouped, user=colleague)
        plan = create_undo_plan(acting_user=colleague, run=moment.run)
        start_run(acting_user=colleague, plan=plan, version=plan.version, confirmation=main.slug)
        notice = Notice.objects.get(kind="order.trouble")
        assert (notice.user, notice.facts["facts"]) == (owner, {"name": str(colleague)})

    @pytest.mark.parametrize("way", ["of_the_subs", "of_a_category", "left", "gone"])
    def test_its_maker_lost_the_right_in_another_way(self, make, night, owner, main, grouped, way):
        make()
        if way == "of_the_subs":
            Membership.objects.filter(user=owner, administration=grouped).delete()
        elif way == "of_a_category":
            give(owner, [AdministrationRight.SEE, SyncRight.RUN], main, grouped)
        elif way == "left":
            owner.is_active = False
            owner.save()
        else:
            StandingOrder.objects.update(by_right_of=None)
        night()
        assert StandingOrder.objects.get().state_code == "order-without-right"
        assert not SyncRun.objects.exists()

    def test_a_right_lost_after_the_run_began_keeps_it_from_being_applied(self, make, night, owner, main, grouped):
        make()
        (moment,) = night()
        give(owner, SEES, main, grouped)
        run = carry_out(moment.run)
        assert (run.state, names_in(grouped)) == ("failed", set())

    def test_its_package_was_deleted(self, make, night, owner, package):
        make()
        delete_package(acting_user=owner, package=package)
        night()
        order = StandingOrder.objects.get()
        assert (order.state, order.state_code) == ("stopped", "order-without-package")


class TestWindows:
    WINDOWS = {"allow": [{"from": "01:00", "until": "04:00"}]}

    def test_what_workers_get_to_late_waits_for_the_next_window(self, make, night, clock, grouped):
        make(windows=self.WINDOWS)
        (moment,) = night()
        target = moment.run.targets.get()
        clock.set(2026, 11, 24, 3)  # 04:00 local
        assert take_turn(target.pk) == 0
        assert claim_target(target.pk) is None
        target.refresh_from_db()
        assert (target.state, target.not_before.isoformat()) == ("queued", "2026-11-25T00:00:00+00:00")
        SyncTarget.objects.update(not_before=None)  # the database's clock is another one than that of this test
        clock.set(2026, 11, 25, 0)
        assert take_turn(target.pk) == 1

    def test_each_administration_waits_for_the_times_of_its_groups(self, make, clock, grouped, others):
        at_noon = {"from": "12:00", "until": "13:00", "groups": ["Proef"]}
        make(windows={"allow": [{"from": "01:00", "until": "03:00"}, at_noon]})
        clock.set(2026, 11, 24, 1, 5)
        (moment,) = work()
        mine = moment.run.targets.get(administration=grouped)
        theirs = moment.run.targets.exclude(pk=mine.pk)
        assert not any(execute_target(target.pk) is False for target in theirs)
        assert claim_target(mine.pk) is None
        mine.refresh_from_db()
        assert (mine.state, mine.not_before.isoformat()) == ("queued", "2026-11-24T11:00:00+00:00")
        SyncTarget.objects.update(not_before=None)  # the database's clock is another one than that of this test
        clock.set(2026, 11, 24, 11, 30)
        assert execute_target(mine.pk)

    def test_a_group_that_may_never_be_written_is_refused(self, make, others):
        never = [{"group": "Noord", "days": [f"{NOON + timedelta(days=day):%Y-%m-%d}" for day in range(401)]}]
        with pytest.raises(NeverOpen):
            make(windows={"closed_in": never})

    def test_days_of_a_group_that_is_named_twice_are_all_closed(self):
        days = [{"group": "Noord", "days": [f"2026-12-{day}"]} for day in (25, 26)]
        table = read_timetable(NIGHTLY, {"closed_in": days}, "Europe/Amsterdam").of(["Noord"])
        assert sorted(day.day for day in table.closed) == [25, 26]

    def test_times_of_a_group_that_is_not_there_are_refused(self, make, grouped):
        with pytest.raises(UnknownGroup):
            make(windows={"closed_in": [{"group": "Zuid", "days": ["2026-12-25"]}]})

    def test_what_was_approved_late_waits_too(self, make, night, clock, owner, grouped):
        make(windows=self.WINDOWS, approval={"always": True})
        (moment,) = night()
        clock.set(2026, 11, 24, 12)
        run = carry_out(approve(acting_user=owner, approval=moment.run.approval, reason="Goed"))
        assert (run.state, names_in(grouped)) == ("queued", set())

    def test_other_windows_hold_for_what_waits(self, make, night, clock, owner, package):
        order = make(windows=self.WINDOWS)
        (moment,) = night()
        clock.set(2026, 11, 24, 12)
        carry_out(moment.run)
        update_order(
            acting_user=owner,
            order=order,
            content=Content(name="Altijd", package=package.pk, groups=["Noord"], when=NIGHTLY),
        )
        assert carry_out(moment.run).state == "succeeded"

    def test_a_sync_by_hand_and_taking_back_wait_for_no_window(self, make, night, clock, owner, main):
        make(windows=self.WINDOWS)
        (moment,) = night()
        carry_out(moment.run)
        clock.set(2026, 11, 24, 12)
        plan = create_undo_plan(acting_user=owner, run=moment.run)
        back = start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)
        assert carry_out(back).state == "succeeded"
