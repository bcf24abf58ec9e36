"""Rights count when something is confirmed or tried again, not only when the preview was made."""

import pytest

from accounts.models import User
from settings_sync.exceptions import NothingToRetry, UnknownTarget
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.services.plans import create_plan
from settings_sync.services.runs import retry_run, start_run
from tenants.models import Administration, Membership
from tests.conftest import make_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(owner: User, main: Administration, child: Administration) -> Plan:
    make_member(child, user=owner)
    return create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"])


def test_a_preview_cannot_be_confirmed_after_the_rights_in_a_target_are_gone(owner, plan, child):
    Membership.objects.filter(user=owner, administration=child).delete()
    with pytest.raises(UnknownTarget):
        start_run(acting_user=owner, plan=plan, version=plan.version)
    assert not SyncRun.objects.exists()


def test_a_target_is_not_tried_again_by_who_may_not_sync_to_it(owner, plan, child):
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    run.targets.update(state=SyncTarget.State.FAILED)
    Membership.objects.filter(user=owner, administration=child).delete()
    with pytest.raises(NothingToRetry):
        retry_run(acting_user=owner, run=run)
    assert run.targets.get().state == SyncTarget.State.FAILED
