"""What waits for the word of somebody else: nothing begins before it, and both names stand in the trail."""
# ruff: noqa: F401, F811

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from forms_catalog.models import Form
from forms_catalog.rights import FormRight
from notices.models import Notice
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import (
    ApprovalDecided,
    ApprovalOutdated,
    AskerMayNoMore,
    NothingToRetry,
    OwnApproval,
    PlanExpired,
    PlanUsed,
    RunFinished,
    WordMissing,
)
from settings_sync.models import Approval, Plan, SyncPolicy, SyncRun
from settings_sync.permissions import NotAllowed
from settings_sync.services.approvals.approvals import (
    approve,
    expire_approvals,
    find_approval,
    list_approvals,
    may_decide,
    reject,
)
from settings_sync.services.approvals.policy import ApprovalPolicy, approval_policy_of, set_approval_policy
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.targets.reaping import reap
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration, Membership
from tenants.rights import AdministrationRight, SyncRight
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import in_threads
from tests.settings_sync.services.undos.test_right_to_undo import give
from tests.settings_sync.views.conftest import carry_out, form, joined, make_form, make_plan, sync
from webhooks.models import OutboxMessage
from webhooks.services.endpoints import create_endpoint

pytestmark = pytest.mark.django_db(transaction=True)
SYNCS = [AdministrationRight.SEE, SyncRight.RUN, SyncRight.UNDO]
READS = [FormRight.READ, ReferenceDataRight.READ]


@pytest.fixture
def other(main, joined):
    """Somebody else with the right to approve."""
    user = make_member(main)
    make_member(joined, user=user)
    return user


@pytest.fixture
def always(owner, main):
    set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(always=True))


@pytest.fixture
def waiting(owner, main, joined, form, other, always):
    plan = make_plan(owner, main, joined)
    return start_run(acting_user=owner, plan=plan, version=plan.version, note="Nieuwe CO-eisen").approval


def names_in(administration):
    with inside(administration):
        return set(Form.objects.values_list("name", flat=True))


class TestWaiting:
    def test_nothing_of_it_has_started(self, waiting, joined):
        run = waiting.run
        assert (run.state, run.started_at, run.finished_at) == ("waiting", None, None)
        assert list(run.targets.values_list("state", "woken_at")) == [("waiting", None)]
        reap()
        carry_out(run)
        assert run.state == "waiting"
        assert names_in(joined) == set()

    def test_who_can_approve_is_told_and_so_are_endpoints(self, owner, main, joined, form, other, always):
        create_endpoint(acting_user=owner, main=main, url="https://example.com/h", events=["approval.wanted"])
        plan = make_plan(owner, main, joined)
        run = start_run(acting_user=owner, plan=plan, version=plan.version)
        assert list(Notice.objects.filter(kind="approval.wanted").values_list("user", flat=True)) == [other.pk]
        body = OutboxMessage.objects.get(event="approval.wanted").body
        assert str(run.pk) in body
        assert '"reasons":["always"]' in body

    def test_a_preview_is_asked_about_once(self, waiting, owner):
        with pytest.raises(PlanUsed):
            start_run(acting_user=owner, plan=waiting.run.plan, version=1)

    def test_what_does_nothing_waits_for_nobody(self, owner, main, joined, form, other):
        sync(owner, main, joined)
        set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(always=True))
        plan = make_plan(owner, main, joined)
        assert start_run(acting_user=owner, plan=plan, version=plan.version).state == "succeeded"


class TestPolicy:
    def test_above_a_number_of_administrations(self, owner, main, joined, form):
        set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(above=1))
        assert sync(owner, main, joined).state == "succeeded"
        SyncPolicy.objects.update(approval_above=0)
        with inside(main):
            make_form("Nog een")
        plan = make_plan(owner, main, joined)
        run = start_run(acting_user=owner, plan=plan, version=plan.version)
        assert run.approval.reasons == [{"code": "administrations", "number": 1, "above": 0}]

    def test_where_something_is_removed_and_so_where_a_sync_is_taken_back(self, owner, main, joined, form):
        set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy(on_removals=True))
        done = sync(owner, main, joined)
        assert done.state == "succeeded"
        plan = create_undo_plan(acting_user=owner, run=done)
        run = start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)
        assert (run.state, run.approval.reasons[0]["code"]) == ("waiting", "removals")

    def test_it_takes_the_right_and_stands_in_the_trail_once(self, owner, main, joined):
        policy = ApprovalPolicy(above=5, on_removals=True)
        for _time in range(2):
            set_approval_policy(acting_user=owner, main=main, policy=policy)
        assert approval_policy_of(main) == policy
        assert AuditEntry.objects.filter(action="approval_policy.changed").count() == 1
        give(owner, SYNCS, main)
        with pytest.raises(NotAllowed):
            set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy())

    def test_what_waits_goes_on_waiting_when_it_is_not_asked_any_more(self, waiting, owner, main):
        set_approval_policy(acting_user=owner, main=main, policy=ApprovalPolicy())
        reap()
        waiting.run.refresh_from_db()
        assert waiting.run.state == "waiting"


class TestApproving:
    def test_it_begins_as_whoever_asked_and_both_names_are_in_the_trail(self, waiting, owner, other, joined, form):
        run = approve(acting_user=other, approval=waiting, reason=" Akkoord ")
        assert run.state == "queued"
        assert carry_out(run).state == "succeeded"
        assert names_in(joined) == {form.name}
        assert (run.requested_by, run.by_right_of) == (owner, owner)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.decided_by, waiting.reason) == ("approved", other, "Akkoord")
        approved = AuditEntry.objects.get(action="approval.approved")
        started = AuditEntry.objects.get(action="run.started")
        assert (approved.actor, approved.note, approved.data["requested_by"]) == (other, "Akkoord", str(owner))
        assert (started.actor, started.data["approved_by"]) == (owner, str(other))

    def test_who_asked_does_not_approve_it(self, waiting, owner):
        assert not may_decide(owner, waiting)
        for decide in (approve, reject):
            with pytest.raises(OwnApproval):
                decide(acting_user=owner, approval=waiting, reason="Akkoord")

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
    def test_it_takes_a_word(self, waiting, other, reason):
        with pytest.raises(WordMissing):
            approve(acting_user=other, approval=waiting, reason=reason)

    def test_of_two_tabs_one_decides(self, waiting, other):
        ways = [approve, approve, reject]
        done = in_threads(*[lambda way=way: way(acting_user=other, approval=waiting, reason="Gezien") for way in ways])
        assert sorted(type(found).__name__ for found in done) == ["ApprovalDecided", "ApprovalDecided", "SyncRun"]
        assert AuditEntry.objects.filter(action__startswith="approval.").exclude(action="approval.wanted").count() == 1

    def test_an_approver_who_lost_the_right_does_not(self, waiting, other, main):
        give(other, [*SYNCS, *READS], main)
        with pytest.raises(NotAllowed):
            approve(acting_user=other, approval=waiting, reason="Akkoord")
        assert find_approval(acting_user=other, main=main, approval_id=waiting.pk) is None

    def test_who_may_not_sync_to_all_of_it_does_not(self, waiting, other, main, joined):
        Membership.objects.get(user=other, administration=joined).delete()
        with pytest.raises(NotAllowed):
            approve(acting_user=other, approval=waiting, reason="Akkoord")
        assert list(list_approvals(acting_user=other, main=main)) == []

    def test_who_may_not_read_what_it_changes_does_not(self, waiting, other, main):
        give(other, [*SYNCS, SyncRight.APPROVE, ReferenceDataRight.READ], main)
        assert find_approval(acting_user=other, main=main, approval_id=waiting.pk) is None
        with pytest.raises(NotAllowed):
            approve(acting_user=other, approval=waiting, reason="Akkoord")

    @pytest.mark.parametrize("loss", ["right", "sub", "closed"])
    def test_where_who_asked_lost_the_right_nothing_begins(self, waiting, owner, other, main, joined, loss):
        if loss == "right":
            give(owner, [AdministrationRight.SEE], main)
        elif loss == "sub":
            Membership.objects.get(user=owner, administration=joined).delete()
        else:
            User.objects.filter(pk=owner.pk).update(is_active=False)
        with pytest.raises(AskerMayNoMore):
            approve(acting_user=other, approval=waiting, reason="Akkoord")
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_where_the_main_was_changed_since_nothing_begins(self, waiting, other, main, form):
        with inside(main):
            Form.objects.filter(pk=form.pk).update(description="anders")
        with pytest.raises(ApprovalOutdated):
            approve(acting_user=other, approval=waiting, reason="Akkoord")

    def test_where_the_preview_is_too_old_nothing_begins(self, waiting, other):
        Plan.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        waiting.refresh_from_db()
        with pytest.raises(PlanExpired):
            approve(acting_user=other, approval=waiting, reason="Akkoord")

    def test_a_target_that_has_nothing_to_do_ends_at_once(self, owner, main, joined, form, other, always):
        with inside(main):
            make_form("Los")
        plan = make_plan(owner, main, joined)
        waiting = start_run(acting_user=owner, plan=plan, version=plan.version).approval
        plan.targets.get().changes.all().delete()
        assert approve(acting_user=other, approval=waiting, reason="Akkoord").state == "succeeded"


class TestRejecting:
    def test_it_ends_and_nothing_was_changed(self, waiting, owner, other, joined):
        run = reject(acting_user=other, approval=waiting, reason="Eerst testen")
        assert (run.state, names_in(joined)) == ("rejected", set())
        assert list(run.targets.values_list("state", "error_code")) == [("cancelled", "not-approved")]
        told = Notice.objects.get(user=owner)
        assert (told.kind, told.facts["state"]) == ("run.trouble", "rejected")

    def test_trying_it_again_does_not_begin_it(self, waiting, owner, other):
        run = reject(acting_user=other, approval=waiting, reason="Eerst testen")
        with pytest.raises(NothingToRetry):
            retry_run(acting_user=owner, run=run)

    def test_once_decided_it_stays_so(self, waiting, other):
        reject(acting_user=other, approval=waiting, reason="Eerst testen")
        for decide in (approve, reject):
            with pytest.raises(ApprovalDecided):
                decide(acting_user=other, approval=waiting, reason="Toch")


class TestEndingOtherwise:
    def test_who_asked_withdraws_it(self, waiting, owner, other):
        run = cancel_run(acting_user=owner, run=waiting.run)
        waiting.refresh_from_db()
        assert (run.state, waiting.state) == ("cancelled", "withdrawn")
        with pytest.raises(ApprovalDecided):
            approve(acting_user=other, approval=waiting, reason="Akkoord")
        with pytest.raises(RunFinished):
            cancel_run(acting_user=owner, run=run)
        with pytest.raises(NothingToRetry):
            retry_run(acting_user=owner, run=run)

    def test_the_reaper_ends_what_nobody_approved_in_time_once(self, waiting, owner):
        assert expire_approvals() == 0
        Plan.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert sum(in_threads(*[expire_approvals] * 3)) == 1
        run = SyncRun.objects.get(pk=waiting.run.pk)
        assert (run.state, run.approval.state) == ("expired", "expired")
        assert Notice.objects.get(user=owner).facts["state"] == "expired"
