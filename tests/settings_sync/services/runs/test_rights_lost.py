"""Rights count when something is confirmed or tried again, not only when the preview was made."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from settings_sync.exceptions import NothingToRetry, TargetLost
from settings_sync.models import Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import retry_run, start_run
from tenants.models import Administration, Membership
from tests.conftest import make_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(owner: User, main: Administration, child: Administration) -> Plan:
    make_member(child, user=owner)
    return create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"])


def test_a_preview_cannot_be_confirmed_after_the_rights_in_a_target_are_gone(owner, plan, child):
    Membership.objects.filter(user=owner, administration=child).delete()
    with pytest.raises(TargetLost):
        start_run(acting_user=owner, plan=plan, version=plan.version)
    assert not SyncRun.objects.exists()


def test_a_target_that_was_deleted_is_called_by_its_name(owner, plan, child):
    Administration.objects.filter(pk=child.pk).update(state="deleted", slug="noord-deleted-1a2b3c")
    with pytest.raises(TargetLost) as refused:
        start_run(acting_user=owner, plan=plan, version=plan.version)
    assert child.name in refused.value.detail
    assert "deleted-1a2b3c" not in refused.value.detail


def test_a_preview_made_again_leaves_out_what_was_deleted_since(owner, main, child, owner_client):
    gone = Administration.objects.create(name="Café", slug="cafe", parent=main, schema_name="a_gone", state="active")
    make_member(child, user=owner)
    make_member(gone, user=owner)
    before = Plan.objects.create(
        administration=main, requested_by=owner, categories=["forms"], expires_at=timezone.now()
    )
    for administration in (child, gone):
        PlanTarget.objects.create(plan=before, administration=administration)
    Administration.objects.filter(pk=gone.pk).update(state="deleted", slug="cafe-deleted-1a2b3c")
    answer = owner_client.post(reverse("sync:plan-renew", args=[main.slug, before.pk]))
    after = Plan.objects.exclude(pk=before.pk).get()
    assert answer.url == reverse("sync:plan", args=[main.slug, after.pk])
    assert [target.administration for target in after.targets.all()] == [child]


def test_a_target_is_not_tried_again_by_who_may_not_sync_to_it(owner, plan, child):
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    run.targets.update(state=SyncTarget.State.FAILED)
    Membership.objects.filter(user=owner, administration=child).delete()
    with pytest.raises(NothingToRetry):
        retry_run(acting_user=owner, run=run)
    assert run.targets.get().state == SyncTarget.State.FAILED
