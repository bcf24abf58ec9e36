"""What cannot be done for one administration keeps the reaper from nothing else."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from forms_catalog.models import Form
from settings_sync.models import Alignment, OrderMoment, Plan, PlanTarget, StandingOrder, SyncRun, SyncTarget
from settings_sync.services.administrations import alignment
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.runs import starting
from settings_sync.services.targets import reaping
from settings_sync.services.targets.open_work import find_open_work
from tenants.administrations import create_administration
from tenants.models import Administration, Membership, Role
from tenants.permissions import NotAllowed
from tenants.rights import AdministrationRight
from tenants.schemas import inside
from tenants.template_schema import drop_schema
from tests.conftest import make_administration, make_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(owner: User, main: Administration) -> Administration:
    """An administration whose first sync was not started yet; the main administration has something to start with."""
    with inside(main):
        Form.objects.create(name="Onderhoud")
    made = make_administration("Van Dijk Utrecht", main, start_from=["forms"], created_by=owner)
    make_member(made, user=owner)
    return made


def test_a_forgotten_first_sync_is_started(waiting):
    reaping.reap()
    assert SyncTarget.objects.filter(administration=waiting).count() == 1
    waiting.refresh_from_db()
    assert waiting.start_from == []


@pytest.mark.parametrize("lost", ["membership", "account", "user"])
def test_a_creator_who_may_no_longer_sync_stops_nothing(waiting, owner, lost):
    if lost == "membership":
        Membership.objects.filter(user=owner).delete()
    elif lost == "account":
        User.objects.filter(pk=owner.pk).update(is_active=False)
    else:
        Administration.objects.update(created_by=None)
    reaping.reap()
    waiting.refresh_from_db()
    assert waiting.start_from == []
    assert AuditEntry.objects.filter(action="administration.starts_empty", administration_id=waiting.pk).count() == 1


def test_one_first_sync_that_fails_keeps_no_other_waiting(waiting, owner, main, monkeypatch):
    other = make_administration("Van Dijk Zeist", main, start_from=["forms"], created_by=owner)
    make_member(other, user=owner)
    start = starting.start_run

    def fail_once(*, plan: Any, **rest: Any) -> Any:
        if plan.targets.filter(administration=waiting).exists():
            raise RuntimeError("planted")
        return start(plan=plan, **rest)

    monkeypatch.setattr(starting, "start_run", fail_once)
    reaping.reap()
    assert [Administration.objects.get(pk=row.pk).start_from for row in (waiting, other)] == [["forms"], []]


def test_a_step_that_fails_keeps_the_reaper_going(main, monkeypatch):
    def fail() -> int:
        raise RuntimeError("planted")

    woken: list[str] = []
    monkeypatch.setattr(reaping, "start_forgotten", fail)
    monkeypatch.setattr(reaping, "fold_alignment", lambda: woken.append("folded") or 1)
    reaping.reap()
    assert woken == ["folded"]


def test_who_may_create_but_not_sync_cannot_start_from_the_main(main):
    role = Role.objects.create(administration=main, name="Maker", rights=[AdministrationRight.CREATE])
    maker = User.objects.create_user("maker@example.com", "demo")
    Membership.objects.create(user=maker, administration=main, role=role)
    with pytest.raises(NotAllowed):
        create_administration(acting_user=maker, main=main, name="Utrecht", start_from=["forms"])
    assert create_administration(acting_user=maker, main=main, name="Utrecht").start_from == []


@pytest.mark.parametrize("lost", ["child", "main"])
def test_an_administration_whose_schema_is_gone_keeps_no_other_from_being_counted(
    main, child, other_child, foreign_main, caplog, lost
):
    gone = {"child": child, "main": foreign_main}[lost]
    drop_schema(gone.schema_name)
    folded = fold_alignment(everything=True)
    counted = set(Alignment.objects.values_list("administration", flat=True))
    assert counted == {row.pk for row in (main, child, other_child, foreign_main)} - {gone.pk}
    assert folded == {"child": 1, "main": 2}[lost]
    assert gone.slug in caplog.text


def test_what_cannot_be_counted_is_logged_and_the_rest_is_counted(main, child, other_child, monkeypatch, caplog):
    look = alignment.look_at

    def fail(administration: Administration, **options: Any) -> Any:
        if administration == child:
            raise ValueError("planted")
        return look(administration, **options)

    monkeypatch.setattr(alignment, "look_at", fail)
    assert fold_alignment(everything=True) == 1
    assert "planted" in caplog.text


def test_a_round_in_which_nothing_is_to_be_done_asks_once_what_is_open(main, child):
    for _round in range(2):
        reaping.reap()
    with CaptureQueriesContext(connection) as asked:
        assert reaping.reap() == reaping.Round(woken=0, given_up=0, finished=0)
    statements = [row["sql"] for row in asked.captured_queries]
    about_targets = [sql for sql in statements if sql.startswith(('SELECT "settings_sync_synctarget"', "UPDATE"))]
    assert about_targets == []
    assert len(statements) <= 25


def test_what_is_open_is_seen_by_its_sort(owner, main, child):
    def open_now() -> set[str]:
        return {name for name, is_open in vars(find_open_work()).items() if is_open}

    assert open_now() == set()
    plan = Plan.objects.create(administration=main, expires_at=timezone.now())
    assert open_now() == {"plans"}
    Plan.objects.update(state=Plan.State.READY)
    run = SyncRun.objects.create(plan=plan, administration=main, requested_by=owner, by_right_of=owner)
    assert open_now() == {"runs"}
    SyncRun.objects.update(state=SyncRun.State.WAITING)
    assert open_now() == {"runs"}
    placed = PlanTarget.objects.create(plan=plan, administration=child)
    SyncTarget.objects.create(run=run, administration=child, plan_target=placed)
    SyncRun.objects.update(finished_at=timezone.now())
    assert open_now() == {"runs"}, "a target that its run forgot"
    SyncTarget.objects.update(state=SyncTarget.State.CANCELLED)
    Administration.objects.filter(pk=child.pk).update(state=Administration.State.DELETING)
    assert open_now() == {"administrations"}
    Administration.objects.filter(pk=child.pk).update(state=Administration.State.PROVISIONING)
    assert open_now() == {"administrations"}
    Administration.objects.filter(pk=child.pk).update(state=Administration.State.ACTIVE)
    order = StandingOrder.objects.create(administration=main, name="Elke nacht", since=timezone.now())
    OrderMoment.objects.create(order=order, moment=timezone.now())
    assert open_now() == {"moments"}
