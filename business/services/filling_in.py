"""Forms on work orders: adding one, and filling it in."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from business.rights import WorkOrderRight
from catalog_kit.editing import refuse_when, refuse_when_moved
from forms_catalog.answering.answers import Answered
from forms_catalog.answering.questions import every_question, questions_of
from forms_catalog.models import Form
from tenants.models import Administration
from tenants.permissions import NotAllowed

from ..choices import choosable
from ..models import FilledForm, FormPhoto, WorkOrder
from ..permissions import may_change_work_order
from ..photos import LONGEST_NAME, kept_type_of, problem_of_file, problem_of_photo

PROBLEM_OF = {"photo": problem_of_photo, "file": problem_of_file}
"""By the type of a question that is answered with files: why a file is not taken."""


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

    `seen` is the fingerprint of the answers that were looked at. Raises NotAllowed or EditRefused, per question: by its
    key, and in a section that repeats by the name that it has in its row.
    """
    _require_change(acting_user, administration, filled_form.work_order)
    with transaction.atomic():
        locked = _running(filled_form.work_order)
        filled = FilledForm.objects.select_for_update(of=("self",)).get(pk=filled_form.pk)
        refuse_when_moved(seen, filled.answers)
        answered = Answered(filled.questions, answers, localdate())
        refuse_when(answered.problems() | _problems_of_files(filled, answered))
        filled.answers = answered.kept()
        filled.filled_in_at = timezone.now()
        filled.filled_in_by_name = written_name(acting_user)
        filled.save()
        _keep_files(filled, answered)
        _record("work_order.form_filled_in", acting_user, administration, locked, filled.form_name)
    return filled


def add_file(
    *,
    acting_user: User,
    administration: Administration,
    filled_form: FilledForm,
    name: str,
    content: bytes,
    file_name: str = "",
) -> FormPhoto:
    """Keep a picture or file for a question; it is the answer once `fill_in_form` is given its uid.

    So a picture is not lost when another answer is refused. `name` is the question's key, in a row of a section that
    repeats the name that it has there. Raises NotAllowed or EditRefused, under that name.
    """
    _require_change(acting_user, administration, filled_form.work_order)
    with transaction.atomic():
        _running(filled_form.work_order)
        key = name.rpartition(".")[2]
        kind = next((one["type"] for one in every_question(filled_form.questions) if one["key"] == key), "")
        if kind not in PROBLEM_OF:
            refuse_when({"": [_("This form does not ask for that photo.")]})
        problem = PROBLEM_OF[kind](content)
        refuse_when({name: [problem] if problem else []})
        return filled_form.photos.create(
            question=key, content=content, media_type=kept_type_of(content), name=_readable_name(file_name)
        )


def _readable_name(name: str) -> str:
    """The name of a file without what nobody can see or type."""
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]


def _uids_of(answer: Any) -> list[str]:
    answers = answer if isinstance(answer, list) else [answer]
    return [str(one) for one in answers if one]


def _files_in(answered: Answered) -> Iterator[tuple[str, str, str]]:
    """The files that are answers: the name and the key of the question, and the uid."""
    for one in answered.shown():
        if one.question["type"] in PROBLEM_OF:
            yield from ((one.name, one.question["key"], uid) for uid in _uids_of(one.answer))


def _keep_files(filled: FilledForm, answered: Answered) -> None:
    """Let go of the files that answer nothing any more."""
    filled.photos.exclude(uid__in=[uid for _name, _key, uid in _files_in(answered)]).delete()


def _problems_of_files(filled: FilledForm, answered: Answered) -> dict[str, list[str]]:
    """A question is answered with a file of this very form, not with one of another."""
    known = {(photo.question, str(photo.uid)) for photo in filled.photos.only("question", "uid")}
    return {
        name: [_("This photo is gone. Choose it again.")]
        for name, key, uid in _files_in(answered)
        if (key, uid) not in known
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
