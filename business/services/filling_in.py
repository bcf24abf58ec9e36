"""Forms on work orders: adding one, and filling it in."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from business.rights import WorkOrderRight
from catalog_kit.editing import refuse_when, refuse_when_moved
from forms_catalog.models import Form
from tenants.models import Administration
from tenants.permissions import NotAllowed

from ..answers import kept_answers, photo_questions, problems_of_answers
from ..choices import choosable
from ..copies import questions_of
from ..models import FilledForm, FormPhoto, WorkOrder
from ..permissions import may_change_work_order
from ..photos import media_type_of, problem_of_photo


def forms_for(work_order: WorkOrder) -> "QuerySet[Form]":
    """The forms that may be put on a work order: those for its work type, and those for every type."""
    own = Form.objects.filter(work_types=work_order.work_type_id).values("pk")
    bound = Form.work_types.through.objects.values("form_id")
    return choosable(Form).filter(Q(pk__in=own) | ~Q(pk__in=bound))


def add_form(*, acting_user: User, administration: Administration, work_order: WorkOrder, form: Form) -> FilledForm:
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
    acting_user: User,
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
        refuse_when(_problems_of_photos(filled, answers) | problems_of_answers(filled.questions, answers))
        filled.answers = kept_answers(filled.questions, answers)
        filled.filled_in_at = timezone.now()
        filled.filled_in_by_name = written_name(acting_user)
        filled.save()
        _keep_photos(filled)
        _record("work_order.form_filled_in", acting_user, administration, locked, filled.form_name)
    return filled


def add_photo(
    *, acting_user: User, administration: Administration, filled_form: FilledForm, key: str, content: bytes
) -> FormPhoto:
    """Keep a picture for a photo question; it is the answer once `fill_in_form` is given its uid.

    So a picture is not lost when another answer is refused. Raises NotAllowed or EditRefused, under the question's key.
    """
    _require_change(acting_user, administration, filled_form.work_order)
    with transaction.atomic():
        _running(filled_form.work_order)
        if key not in photo_questions(filled_form.questions):
            refuse_when({"": [_("This form does not ask for that photo.")]})
        refuse_when({key: [problem] if (problem := problem_of_photo(content)) else []})
        return filled_form.photos.create(question=key, content=content, media_type=media_type_of(content))


def _keep_photos(filled: FilledForm) -> None:
    """Let go of the pictures that answer nothing any more."""
    kept = [answer for key in photo_questions(filled.questions) if (answer := filled.answers.get(key))]
    filled.photos.exclude(uid__in=kept).delete()


def _problems_of_photos(filled: FilledForm, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """A photo question is answered with a picture of this very form, not with one of another."""
    known = {(photo.question, str(photo.uid)) for photo in filled.photos.only("question", "uid")}
    return {
        key: [_("This photo is gone. Choose it again.")]
        for key in photo_questions(filled.questions)
        if answers.get(key) and (key, str(answers[key])) not in known
    }


def _require_change(acting_user: User, administration: Administration, work_order: WorkOrder) -> None:
    if not may_change_work_order(acting_user, administration, work_order):
        raise NotAllowed(WorkOrderRight.UPDATE)


def _running(work_order: WorkOrder) -> WorkOrder:
    locked = WorkOrder.objects.select_for_update().get(pk=work_order.pk)
    if locked.stage != WorkOrder.Stage.PICKED_UP:
        refuse_when({"": [_("Forms are filled in while the work order is picked up.")]})
    return locked


def _record(action: str, acting_user: User, administration: Administration, work_order: WorkOrder, form: str) -> None:
    record(action, actor=acting_user, administration=administration, work_order=work_order.number, form=form)
