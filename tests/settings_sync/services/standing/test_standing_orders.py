"""Standing orders are made, changed and deleted by who may sync; what makes none is refused, and the trail tells."""

import uuid
from datetime import timedelta

import pytest

from audit.models import AuditEntry
from settings_sync.exceptions import (
    NeverOpen,
    NotTheMain,
    OrderNameNotUsable,
    OrderNameTaken,
    OrderWithoutTargets,
    TimetableNotUsable,
    TooManyOrders,
    UnknownGroup,
    UnknownPackage,
    UnknownPolicy,
)
from settings_sync.models import StandingOrder
from settings_sync.permissions import NotAllowed
from settings_sync.services.standing import standing_orders
from settings_sync.services.standing.standing_orders import (
    Content,
    create_order,
    delete_order,
    find_order,
    list_orders,
    pause_order,
    resume_order,
    try_order,
    update_order,
)
from tests.conftest import make_member

from .conftest import NIGHTLY, NIGHTLY_MOMENT

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_is_made_changed_and_deleted_and_the_trail_tells(make, owner, main, package):
    order = make("  Elke   nacht ")
    assert (order.name, order.by_right_of, order.state, order.look_at) == ("Elke nacht", owner, "on", NIGHTLY_MOMENT)
    content = Content(name="Later", package=package.pk, groups=["Noord"], when={**NIGHTLY, "at": "03:00"})
    update_order(acting_user=owner, order=order, content=content)
    order.refresh_from_db()
    assert (order.name, order.look_at.hour) == ("Later", 2)
    pause_order(acting_user=owner, order=order)
    resume_order(acting_user=owner, order=order)
    delete_order(acting_user=owner, order=order)
    assert not StandingOrder.objects.exists()
    told = AuditEntry.objects.filter(action__startswith="order.").order_by("at").values_list("action", flat=True)
    assert [action.removeprefix("order.") for action in told] == ["created", "changed", "paused", "resumed", "deleted"]


@pytest.mark.parametrize(
    ("refusal", "content"),
    [
        (OrderNameTaken, {"name": "elke NACHT"}),
        (OrderNameNotUsable, {"name": "  "}),
        (OrderNameNotUsable, {"name": "x" * 101}),
        (UnknownPackage, {"package": uuid.uuid4()}),
        (UnknownGroup, {"groups": ["Zuid"]}),
        (OrderWithoutTargets, {"groups": []}),
        (UnknownPolicy, {"policies": {"conflict": "gok"}}),
        (UnknownPolicy, {"policies": {"gok": "hold"}}),
        (TimetableNotUsable, {"time_zone": "Europe/Nergens"}),
        (TimetableNotUsable, {"when": {"kind": "soms"}}),
        (TimetableNotUsable, {"when": {"kind": "nightly", "at": "25:00"}}),
        (TimetableNotUsable, {"when": {"kind": "weekday", "at": "02:00", "weekday": 8}}),
        (TimetableNotUsable, {"when": {"kind": "moment", "at": "2026-11-23T11:59"}}),
        (TimetableNotUsable, {"when": {"kind": "published"}}),
        (TimetableNotUsable, {"windows": {"allow": [{"from": "01:00", "until": "later"}]}}),
        (TimetableNotUsable, {"windows": {"allow": [{"from": "01:00", "until": "02:00", "days": []}]}}),
        (TimetableNotUsable, {"windows": {"closed": ["morgen"]}}),
        (TimetableNotUsable, {"windows": {"allow": [{"from": "02:00", "until": "03:00", "days": [9]}]}}),
        (NeverOpen, {"windows": {"closed": [str(NIGHTLY_MOMENT.date() + timedelta(days=n)) for n in range(-1, 401)]}}),
    ],
)
def test_what_makes_no_order_is_refused(make, refusal, content):
    make()
    with pytest.raises(refusal):
        make(**{"name": "Anders", **content})
    assert StandingOrder.objects.count() == 1


def test_only_who_may_sync_sees_and_changes_them(make, main, colleague, package, grouped):
    order = make()
    assert list_orders(acting_user=colleague, main=main).count() == 0
    assert find_order(acting_user=colleague, main=main, order_id=order.pk) is None
    content = Content(name="Mag niet", package=package.pk, groups=["Noord"], when=NIGHTLY)
    for refused in (
        lambda: create_order(acting_user=colleague, main=main, content=content),
        lambda: update_order(acting_user=colleague, order=order, content=content),
        lambda: pause_order(acting_user=colleague, order=order),
        lambda: resume_order(acting_user=colleague, order=order),
        lambda: try_order(acting_user=colleague, order=order),
        lambda: delete_order(acting_user=colleague, order=order),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_an_order_is_of_a_main_administration_and_there_are_not_too_many(make, owner, grouped, package, monkeypatch):
    content = Content(name="Onder", package=package.pk, groups=["Noord"], when=NIGHTLY)
    with pytest.raises(NotTheMain):
        create_order(acting_user=owner, main=grouped, content=content)
    monkeypatch.setattr(standing_orders, "MOST", 1)
    make()
    with pytest.raises(TooManyOrders):
        make("Nog een")


def test_who_changes_or_resumes_it_gives_it_their_right(make, main, grouped, owner, package):
    order = make()
    other = make_member(main)
    make_member(grouped, user=other)
    pause_order(acting_user=owner, order=order)
    assert resume_order(acting_user=other, order=order).by_right_of == other
    content = Content(name="Weer", package=package.pk, groups=["Noord"], when=NIGHTLY)
    assert update_order(acting_user=owner, order=order, content=content).by_right_of == owner
