"""A work order's way from planned to settled, and through the steps of its workflow."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from business.rights import WorkOrderRight
from catalog_kit.editing import refuse_when
from tenants.models import Administration
from tenants.permissions import NotAllowed

from ..copies import copy_steps
from ..models import WorkOrder, WorkOrderStep
from ..permissions import may_change_work_order

Stage = WorkOrder.Stage
NEXT_STAGE = {
    Stage.PLANNED: Stage.READY,
    Stage.READY: Stage.PICKED_UP,
    Stage.PICKED_UP: Stage.COMPLETE,
    Stage.COMPLETE: Stage.SETTLED,
}


def next_stage(work_order: WorkOrder) -> WorkOrder.Stage | None:
    """Where the work order goes from here; None when it is settled."""
    return NEXT_STAGE.get(Stage(work_order.stage))


def advance_work_order(
    *, acting_user: User, administration: Administration, work_order: WorkOrder, to: WorkOrder.Stage
) -> WorkOrder:
    """Bring a work order to its next stage; picked up, it copies its steps. Raises NotAllowed or EditRefused."""
    _require_change(acting_user, administration, work_order)
    with transaction.atomic():
        locked = _locked(work_order)
        refuse_when({"": _problems_of_advancing(locked, to)})
        now = timezone.now()
        if to == Stage.PICKED_UP:
            locked.picked_up_at = now
            copy_steps(locked)
        elif to == Stage.COMPLETE:
            locked.completed_at = now
        elif to == Stage.SETTLED:
            locked.settled_at = now
        locked.stage = to
        locked.save()
        record(f"work_order.{to}", actor=acting_user, administration=administration, work_order=locked.number)
    return locked


def complete_step(
    *, acting_user: User, administration: Administration, work_order: WorkOrder, position: int
) -> WorkOrderStep:
    """Tick off the next step; no step is skipped. Raises NotAllowed or EditRefused."""
    _require_change(acting_user, administration, work_order)
    with transaction.atomic():
        locked = _locked(work_order)
        step = locked.steps.select_related("filled_form").filter(done_at=None).first()
        refuse_when({"": _problems_of_step(locked, step, position)})
        assert step is not None
        step.done_at = timezone.now()
        step.done_by_name = written_name(acting_user)
        step.save(update_fields=["done_at", "done_by_name"])
        if step.status_id:
            locked.status_id = step.status_id
            locked.save(update_fields=["status"])
        record(
            "work_order.step_done",
            actor=acting_user,
            administration=administration,
            work_order=locked.number,
            position=position,
        )
    return step


def _require_change(acting_user: User, administration: Administration, work_order: WorkOrder) -> None:
    if not may_change_work_order(acting_user, administration, work_order):
        raise NotAllowed(WorkOrderRight.UPDATE)


def _locked(work_order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.select_for_update().get(pk=work_order.pk)


def _problems_of_advancing(work_order: WorkOrder, to: WorkOrder.Stage) -> list[str]:
    if next_stage(work_order) != to:
        return [_("This work order is at “%(stage)s” now. Look again.") % {"stage": work_order.get_stage_display()}]
    if to == Stage.READY and (work_order.planned_at is None or work_order.employee_id is None):
        return [_("Say first when the work is planned and who does it.")]
    if to == Stage.COMPLETE and work_order.steps.filter(done_at=None).exists():
        return [_("There are steps to do before the work is complete.")]
    return []


def _problems_of_step(work_order: WorkOrder, step: WorkOrderStep | None, position: int) -> list[str]:
    if work_order.stage != Stage.PICKED_UP:
        return [_("Steps are done while the work order is picked up.")]
    if step is None or step.position != position:
        return [_("This is not the next step. Steps are done in their order.")]
    form = getattr(step, "filled_form", None)
    if form is not None and form.filled_in_at is None:
        return [_("Fill in “%(form)s” first.") % {"form": form.form_name}]
    return []
