"""In which windows the runs of a standing order may write: also what was approved late, or what workers get to late."""

import uuid

from settings_sync.models import StandingOrder, SyncTarget

from .timetables import database_now, timetable_of


def waits_for_its_window(target_id: uuid.UUID, known: SyncTarget | None = None) -> bool:
    """Whether a target is of a standing order that may not write there now; then nobody takes it before it may again.

    `known` is the target as it was read a moment ago, with its run.
    """
    if known is not None and known.run.order_id is None:
        return False
    order = StandingOrder.objects.filter(runs__targets=target_id).first()
    if order is None:
        return False
    now = database_now()
    groups = known.administration.groups if known else _groups_of(target_id)
    opens = timetable_of(order).of(groups).first_open(now)
    if opens == now:
        return False
    queued = SyncTarget.objects.filter(pk=target_id, state=SyncTarget.State.QUEUED)
    queued.update(not_before=opens)
    return True


def _groups_of(target_id: uuid.UUID) -> list[str]:
    found: list[str] = SyncTarget.objects.values_list("administration__groups", flat=True).get(pk=target_id)
    return found
