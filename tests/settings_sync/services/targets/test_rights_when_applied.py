"""Between the start of a run and its turn in an administration a right may be taken away: it is asked for again."""

import pytest

from accounts.models import User
from forms_catalog.models import Form
from forms_catalog.rights import FormRight
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import CategoryNotAllowed
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.runs.runs import retry_run, start_run
from settings_sync.services.support.support import start_run_on_behalf
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Membership
from tenants.rights import AdministrationRight, SyncRight
from tenants.schemas import inside
from tests.settings_sync.api.conftest import work
from tests.settings_sync.services.undos.test_right_to_undo import give
from tests.settings_sync.views.conftest import form, joined, make_plan, sync  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SYNCS = [AdministrationRight.SEE, SyncRight.RUN, SyncRight.UNDO]
WORK_TYPES = ReferenceDataRight.READ


@pytest.fixture
def started(owner, main, joined, form):  # noqa: F811
    """A run that waits for a worker."""
    plan = make_plan(owner, main, joined)
    return start_run(acting_user=owner, plan=plan, version=plan.version)


def target_of(run: SyncRun) -> SyncTarget:
    return SyncTarget.objects.get(run=run)


def colleague_of(main, joined):  # noqa: F811
    user = User.objects.create_user("colleague@example.com", "x", name="Colleague")
    give(user, [*SYNCS, FormRight.READ, WORK_TYPES], main, joined)
    return user


def lose_the_sub(owner, main, joined):  # noqa: F811
    give(owner, [FormRight.READ, WORK_TYPES], joined)


def lose_the_main(owner, main, joined):  # noqa: F811
    Membership.objects.get(user=owner, administration=main).delete()


def lose_the_category(owner, main, joined):  # noqa: F811
    give(owner, [*SYNCS, WORK_TYPES], joined)


def be_closed(owner, main, joined):  # noqa: F811
    User.objects.filter(pk=owner.pk).update(is_active=False)


def be_deleted(owner, main, joined):  # noqa: F811
    owner.delete()


@pytest.mark.parametrize("loss", [lose_the_sub, lose_the_main, lose_the_category, be_closed, be_deleted])
def test_what_is_not_allowed_any_more_is_not_written(started, owner, main, joined, form, loss):  # noqa: F811
    loss(owner, main, joined)
    work(started.pk)
    target = target_of(started)
    assert (target.state, target.error_code) == (SyncTarget.State.FAILED, "right-lost")
    with inside(joined):
        assert not Form.objects.filter(uid=form.uid).exists()


def test_who_keeps_the_right_and_loses_what_is_not_touched_syncs(owner, main, joined, form):  # noqa: F811
    plan = make_plan(owner, main, joined, categories=["reference_data"])
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    lose_the_category(owner, main, joined)
    work(run.pk)
    assert target_of(run).state == SyncTarget.State.SUCCEEDED


def test_a_colleague_who_tries_again_does_so_by_their_own_right(started, owner, main, joined, form):  # noqa: F811
    colleague = colleague_of(main, joined)
    be_closed(owner, main, joined)
    work(started.pk)
    retry_run(acting_user=colleague, run=started)
    work(started.pk)
    assert target_of(started).state == SyncTarget.State.SUCCEEDED


def test_trying_again_asks_for_the_categories_too(started, owner, main, joined, form):  # noqa: F811
    lose_the_sub(owner, main, joined)
    work(started.pk)
    lose_the_category(owner, main, joined)
    with pytest.raises(CategoryNotAllowed):
        retry_run(acting_user=owner, run=started)
    assert target_of(started).state == SyncTarget.State.FAILED


def test_support_starts_by_the_right_of_the_user_and_tries_again_by_its_own(owner, main, joined, form):  # noqa: F811
    staff = User.objects.create_superuser("support@example.com", "x")
    plan = make_plan(owner, main, joined)
    run = start_run_on_behalf(acting_user=staff, on_behalf_of=owner, plan=plan, version=plan.version, reason="belde")
    lose_the_sub(owner, main, joined)
    work(run.pk)
    assert target_of(run).error_code == "right-lost"
    retry_run(acting_user=staff, run=run, reason="mag")
    work(run.pk)
    assert target_of(run).state == SyncTarget.State.SUCCEEDED


def test_taking_back_asks_for_its_own_right_again(owner, main, joined, form):  # noqa: F811
    plan = create_undo_plan(acting_user=owner, run=sync(owner, main, joined))
    run = start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)
    give(owner, [AdministrationRight.SEE, SyncRight.RUN, FormRight.READ, WORK_TYPES], joined)
    work(run.pk)
    assert target_of(run).error_code == "right-lost"
