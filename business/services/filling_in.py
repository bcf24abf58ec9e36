"""Forms on work orders: adding one, and filling it in."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import written_name
from audit.models import record
from catalog_kit.editing import refuse_when, refuse_when_moved
from forms_catalog.models import Form
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.rights import Right

from ..answers import kept_answers, problems_of_answers
from ..choices import choosable
from ..copies import questions_of
from ..models import FilledForm, WorkOrder
from ..permissions import may_change_work_order


def forms_for(work_order: WorkOrder) -> "QuerySet[Form]":
    """The forms that may be put on a work order: those for its work type, and those for every type."""
    own = Form.objects.filter(work_types=work_order.work_type_id).values("pk")
    bound = Form.work_types.through.objects.values("form_id")
    return choosable(Form).filter(Q(pk__in=own) | ~Q(pk__in=bound))


def add_form(*, acting_user: Any, administration: Administration, work_order: WorkOrder, form: Form) -> FilledForm:
    """Put a form on a work order, with a copy of its questions as they are now. Raises NotAllowed or EditRefused."""
    _require_change(acting_user, administration, work_order)
    with transaction.atomic():
        locked = _running(work_order)
        if form.is_archived:
            refuse_when({"form": [_("“%(name)s” cannot be chosen any more. Choose another.") % {"name": form}]})
        filled = locked.filled_forms.create(form=form, form_name=form.name, questions=questions_of(form))
        _record("work_order.form_added", acting_user, administration, locked, form.name)
    return filled


def fill_in_form(
    *,
    acting_user: Any,
    administration: Administration,
    filled_form: FilledForm,
    answers: Mapping[str, Any],
    seen: str | None = None,
) -> FilledForm:
    """Keep the answers to the form's own copy of the questions.

    `seen` is the fingerprint of the answers that were looked at. Raises NotAllowed or EditRefused, per question key.
    """
    _require_change(acting_user, administration, filled_form.work_order)
    with transaction.atomic():
        locked = _running(filled_form.work_order)
        filled = FilledForm.objects.select_for_update(of=("self",)).get(pk=filled_form.pk)
        refuse_when_moved(seen, filled.answers)
        refuse_when(problems_of_answers(filled.questions, answers))
        filled.answers = kept_answers(filled.questions, answers)
        filled.filled_in_at, filled.filled_in_by_name = timezone.now(), written_name(acting_user)
        filled.save()
        _record("work_order.form_filled_in", acting_user, administration, locked, filled.form_name)
    return filled


def _require_change(acting_user: Any, administration: Administration, work_order: WorkOrder) -> None:
    if not may_change_work_order(acting_user, administration, work_order):
        raise NotAllowed(Right.WORK_ORDERS_UPDATE)


def _running(work_order: WorkOrder) -> WorkOrder:
    locked = WorkOrder.objects.select_for_update().get(pk=work_order.pk)
    if locked.stage != WorkOrder.Stage.PICKED_UP:
        refuse_when({"": [_("Forms are filled in while the work order is picked up.")]})
    return locked


def _record(action: str, acting_user: Any, administration: Administration, work_order: WorkOrder, form: str) -> None:
    record(action, actor=acting_user, administration=administration, work_order=work_order.number, form=form)
