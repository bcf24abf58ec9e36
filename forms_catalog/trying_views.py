"""The form as it is filled in on a phone, beside the editor; nothing that is filled in there is kept."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from tenants.entering import AdministrationRequest, administration_page

from .answering.answer_form import AnswersForm
from .answering.live import computed_in_words, so_far
from .answering.questions import Questions, every_question, questions_of
from .models import Form, ListSource
from .rights import FormRight


@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
@administration_page(FormRight.READ)
def try_form(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    """A page of its own, which the editor shows at the width of a phone. A row that is added keeps what was typed."""
    item = get_object_or_404(Form, uid=uid)
    questions = questions_of(item)
    form = _answers_form(questions, request.POST or None)
    computed = computed_in_words(questions, form.shown_answers(), localdate())
    return render(
        request, "forms_catalog/phone.html", {"item": item, "form": form, "computed": computed, "is_open": True}
    )


@require_POST
@administration_page(FormRight.READ)
def try_so_far(request: AdministrationRequest, uid: UUID) -> JsonResponse:
    """What the form shows, asks and comes to with what was filled in so far."""
    questions = questions_of(get_object_or_404(Form, uid=uid))
    return JsonResponse(so_far(questions, _answers_form(questions, request.POST).shown_answers(), localdate()))


def _answers_form(questions: Questions, data: Any) -> AnswersForm:
    return AnswersForm(data, questions=questions, answers={}, lists=_sample_lists(questions), is_open=True)


def _sample_lists(questions: Questions) -> dict[str, list[str]]:
    """Two entries of each list that is asked for: the real ones belong to a work order."""
    wanted = {question.get("list_source") or "objects" for question in every_question(questions)}
    labels = {**dict(ListSource.choices), "objects": _("object")}
    return {source: [f"{labels[source]} {number}" for number in (1, 2)] for source in wanted}
