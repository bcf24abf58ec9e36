"""Taking a run back is a right of its own, in the main administration and in each sub-administration."""

import pytest
from django.urls import reverse

from forms_catalog.rights import FormRight
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import UnknownTarget
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.permissions import NotAllowed
from settings_sync.services.deciding.deciding import decide
from settings_sync.services.plans.dry_run import rehearse_plan
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration, Membership, Role
from tenants.rights import AdministrationRight, SyncRight
from tests.conftest import make_member
from tests.settings_sync.views.conftest import browser, form, joined, sync  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SEES = [AdministrationRight.SEE, FormRight.READ, ReferenceDataRight.READ]


@pytest.fixture
def run(owner, main, joined, form) -> SyncRun:  # noqa: F811
    return sync(owner, main, joined)


def give(user, rights: list[str], *administrations: Administration) -> None:
    """Let the user hold these rights there, and no others."""
    for administration in administrations:
        main = administration.main
        role, _made = Role.objects.get_or_create(
            administration=main, name="+".join(rights), defaults={"rights": rights}
        )
        Membership.objects.update_or_create(user=user, administration=administration, defaults={"role": role})


def test_who_may_sync_but_not_undo_takes_nothing_back(owner, main, joined, run):  # noqa: F811
    plan = create_undo_plan(acting_user=owner, run=run)
    give(owner, [*SEES, SyncRight.RUN], main, joined)
    for refused in (
        lambda: create_undo_plan(acting_user=owner, run=run),
        lambda: decide(acting_user=owner, plan=plan, version=plan.version, decisions=[]),
        lambda: rehearse_plan(acting_user=owner, plan=plan),
        lambda: start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug),
    ):
        with pytest.raises(NotAllowed) as told:
            refused()
        assert told.value.right == SyncRight.UNDO
    assert SyncRun.objects.count() == 1


def test_who_may_undo_but_not_sync_takes_back_and_syncs_nothing(owner, main, joined, run):  # noqa: F811
    give(owner, [*SEES, SyncRight.UNDO], main, joined)
    plan = create_undo_plan(acting_user=owner, run=run)
    back = start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)
    assert back.targets.get().administration == joined
    assert cancel_run(acting_user=owner, run=back).state == SyncRun.State.CANCELLED
    back.targets.update(state=SyncTarget.State.FAILED)
    assert retry_run(acting_user=owner, run=back).state == SyncRun.State.RUNNING
    run.targets.update(state=SyncTarget.State.FAILED)
    with pytest.raises(NotAllowed):
        retry_run(acting_user=owner, run=run)


def test_the_right_is_asked_in_each_administration(owner, main, joined, other_child, run):  # noqa: F811
    give(owner, [*SEES, SyncRight.RUN], joined)
    with pytest.raises(UnknownTarget):
        create_undo_plan(acting_user=owner, run=run, targets=[joined.slug])


def test_the_pages_offer_what_may_be_done(owner, main, joined, run):  # noqa: F811
    shown, undo = reverse("sync:run", args=[main.slug, run.pk]), reverse("sync:run-undo", args=[main.slug, run.pk])
    give(owner, [*SEES, SyncRight.RUN], main, joined)
    assert 'id="run-undo"' not in browser(owner).get(shown).content.decode()
    assert browser(owner).post(undo, {"target": [joined.slug]}).status_code == 403
    give(owner, [*SEES, SyncRight.UNDO], main, joined)
    assert 'id="run-undo"' in browser(owner).get(shown).content.decode()
    answer = browser(owner).post(undo, {"target": [joined.slug]}, follow=True)
    assert answer.status_code == 200
    back, plan = Plan.objects.get(kind="undo"), run.plan
    assert browser(owner).get(reverse("sync:plan", args=[main.slug, back.pk])).status_code == 200
    assert browser(owner).get(reverse("sync:plan", args=[main.slug, plan.pk])).status_code == 403


def test_a_stranger_of_the_main_with_the_right_elsewhere_takes_nothing_back(foreign_main, run):
    with pytest.raises(NotAllowed):
        create_undo_plan(acting_user=make_member(foreign_main), run=run)
