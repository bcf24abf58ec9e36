"""The queue's door: ids only; each task calls one service, and may be delivered any number of times."""

import uuid

from celery import shared_task

from settings_sync.services.standing import carrying_out
from settings_sync.services.targets.turns import take_turn
from settings_sync.services.undos import making


@shared_task(name="settings_sync.tasks.apply_target")  # type: ignore[untyped-decorator]
def apply_target(target_id: str) -> None:
    """Apply one target of a run and those that wait after it, as far as nobody else has."""
    take_turn(uuid.UUID(target_id))


@shared_task(name="settings_sync.tasks.make_plan")  # type: ignore[untyped-decorator]
def make_plan(plan_id: str) -> None:
    """Make a plan, as far as nobody else does."""
    making.make_plan(uuid.UUID(plan_id))


@shared_task(name=carrying_out.CARRY_OUT_MOMENT)  # type: ignore[untyped-decorator]
def carry_out_moment(moment_id: str) -> None:
    """Carry out one moment of a standing order, as far as nobody else does."""
    carrying_out.carry_out_moment(uuid.UUID(moment_id))
