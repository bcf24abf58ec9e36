"""Carrying out one moment of an order: its plan is made and confirmed, by the right of its maker."""

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.models import record
from settings_sync.exceptions import (
    CategoryNotAllowed,
    OrderFailedOften,
    OrderWithoutPackage,
    OrderWithoutRight,
    SyncError,
)
from settings_sync.models import Change, OrderMoment, Plan, StandingOrder, SyncRun
from settings_sync.permissions import NotAllowed, may_run_sync
from settings_sync.planning.verdicts import Action
from settings_sync.services.notices.telling import tell_order
from settings_sync.services.plans.change_rows import does_something
from settings_sync.services.plans.typed_confirmation import confirmation_of
from settings_sync.services.rollouts.beginning import check_first_ring
from settings_sync.services.runs.announcing import announce_executed
from settings_sync.services.runs.runs import cancel_runs_of, start_run
from tenants import leases
from tenants.exceptions import Refusal
from tenants.waking import send_messages

from .due import waiting_moments
from .standing_orders import plan_order, stop_order

CARRY_OUT_MOMENT = "settings_sync.tasks.carry_out_moment"
STOPPING = (OrderWithoutPackage, OrderWithoutRight)
DOOR = "order"


def carry_out_moment(moment_id: uuid.UUID) -> int:
    """Claim a moment and carry it out; safe to call any number of times. Returns 1 when this was its turn.

    A process that is told to stop meanwhile (SystemExit) gives it back for another one, and ends.
    """
    token = uuid.uuid4()
    wake = lambda: send_messages(CARRY_OUT_MOMENT, [moment_id])  # noqa: E731
    with leases.given_back_when_stopped(OrderMoment, moment_id, token, wake=wake, woken_at=None):
        free = waiting_moments().filter(pk=moment_id)
        # One statement that asks and takes: of two workers only one finds the row free.
        taken = free.update(lease_token=token, leased_until=Now() + leases.lease(), attempts=F("attempts") + 1)
        if not taken:
            return 0
        moment = OrderMoment.objects.select_related("order__administration", "order__package").get(pk=moment_id)
        with leases.kept(moment, token):
            _carry_out(moment)
    return 1


def _carry_out(moment: OrderMoment) -> None:
    if moment.attempts > settings.SYNC_MAX_ATTEMPTS:
        _end(moment, OrderMoment.State.FAILED, OrderFailedOften(number=moment.attempts - 1))
        return
    order = moment.order
    if order.state != StandingOrder.State.ON and not _was_last(order):
        _end(moment, OrderMoment.State.DROPPED)
        return
    try:
        plan = _plan(order)
    except Refusal as refused:
        _fail(moment, refused)
        return
    try:
        _start(moment, plan)
    except SyncError as refused:
        _fail(moment, refused)
    except NotAllowed:
        _fail(moment, OrderWithoutRight(name=str(order.by_right_of or "–")))


def _was_last(order: StandingOrder) -> bool:
    """Whether it is an order for one moment, and this is the moment."""
    return order.state == StandingOrder.State.DONE


def _plan(order: StandingOrder) -> Plan:
    maker = order.by_right_of
    try:
        if maker is None or not maker.is_active or not may_run_sync(maker, order.administration):
            raise NotAllowed("sync.run")
        return plan_order(maker, order)
    except (NotAllowed, CategoryNotAllowed):
        raise OrderWithoutRight(name=str(maker or "–")) from None


def _start(moment: OrderMoment, plan: Plan) -> None:
    """The run and the row that says so, together or neither: so one moment never has two."""
    with transaction.atomic():
        # Both locked: whoever pauses the order just now is before this or after it.
        order = StandingOrder.objects.select_for_update(of=("self",)).get(pk=moment.order_id)
        row = OrderMoment.objects.select_for_update(of=("self",)).get(pk=moment.pk)
        if row.lease_token != moment.lease_token or row.state != OrderMoment.State.DUE:
            return  # another worker has it now
        if order.state != StandingOrder.State.ON and not _was_last(order):
            _end(moment, OrderMoment.State.DROPPED)
            return
        assert order.by_right_of is not None
        check_first_ring(order.rings, plan)
        # Nobody need look at a former preview when there is a newer one.
        cancel_runs_of(order, None, states=[SyncRun.State.WAITING])
        run = start_run(
            acting_user=order.by_right_of,
            plan=plan,
            version=plan.version,
            note=order.name,
            door=DOOR,
            order=order,
            because=reasons_of(order, plan),
        )
        OrderMoment.objects.filter(pk=moment.pk).update(
            state=OrderMoment.State.STARTED, run=run, plan=plan, lease_token=None, leased_until=None
        )
        _record(moment, "order.executed", run=str(run.pk), state=run.state)
        announce_executed(order, moment.moment, run)


def reasons_of(order: StandingOrder, plan: Plan) -> list[dict[str, Any]]:
    """Why an order does not do this by itself: it waits for somebody's look. None where there is nothing to look at."""
    found: list[dict[str, Any]] = []
    changes = Change.objects.filter(plan_target__plan=plan)
    if order.approval.get("always") and changes.filter(does_something()).exists():
        found.append({"code": "order-always"})
    if confirmation_of(plan) is not None:
        found.append({"code": "order-removes-much"})
    held = changes.filter(action=Action.HOLD).count()
    if order.approval.get("conflicts") and held:
        found.append({"code": "order-conflicts", "number": held})
    return found


def _fail(moment: OrderMoment, refused: Refusal) -> None:
    with transaction.atomic():
        order = StandingOrder.objects.select_for_update(of=("self",)).get(pk=moment.order_id)
        if isinstance(refused, STOPPING) and order.state == StandingOrder.State.ON:
            stop_order(order, refused)
        _end(moment, OrderMoment.State.FAILED, refused)


def _end(moment: OrderMoment, state: OrderMoment.State, refused: Refusal | None = None) -> None:
    mine = OrderMoment.objects.filter(pk=moment.pk, lease_token=moment.lease_token, state=OrderMoment.State.DUE)
    facts = {name: str(fact) for name, fact in refused.facts.items()} if refused else {}
    with transaction.atomic():
        ended = mine.update(
            state=state,
            error_code=refused.code if refused else "",
            error_facts=facts,
            lease_token=None,
            leased_until=None,
        )
        if ended and refused:
            _record(moment, "order.failed", reason=refused.code)
            if not isinstance(refused, STOPPING):  # of which stopping the order tells
                tell_order(moment.order, refused.code, facts)


def _record(moment: OrderMoment, action: str, **more: Any) -> None:
    order = moment.order
    told = {"order": str(order.pk), "name": order.name, "moment": moment.moment.isoformat(), **more}
    record(action, administration=order.administration, **told)
