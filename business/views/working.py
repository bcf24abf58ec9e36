"""What is done on a work order: its stage, its steps and its forms."""

from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from business.rights import WorkOrderRight
from catalog_kit.edit_pages import attempt
from catalog_kit.editing import fingerprint
from forms_catalog.answering.answer_form import ADD_ROW, AnswersForm
from forms_catalog.answering.live import computed_in_words, so_far
from tenants.entering import AdministrationRequest, administration_page

from .. import services
from ..forms import AddFormForm
from ..lists import lists_for
from ..models import FilledForm, FormPhoto, WorkOrder
from ..permissions import may_change_work_order
from ..printing import print_filled_form
from ..services.filling_in import forms_for
from .finding import visible_work_orders

PRINT_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:", "https:"],
    "sandbox": True,
}
"""Print templates are HTML that somebody wrote: whatever stands in them, nothing of it runs here."""


@require_POST
@administration_page(WorkOrderRight.UPDATE)
def advance_work_order(request: AdministrationRequest, number: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    to = request.POST.get("to")
    if to in WorkOrder.Stage.values:
        attempt(request, None, services.advance_work_order, work_order=work_order, to=WorkOrder.Stage(to))
    return redirect("business:work-order-detail", request.administration.slug, number)


@require_POST
@administration_page(WorkOrderRight.UPDATE)
def complete_step(request: AdministrationRequest, number: int, position: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    attempt(request, None, services.complete_step, work_order=work_order, position=position)
    return redirect("business:work-order-detail", request.administration.slug, number)


@require_POST
@administration_page(WorkOrderRight.UPDATE)
def add_form(request: AdministrationRequest, number: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    chosen = AddFormForm(request.POST, choices=forms_for(work_order))
    if chosen.is_valid():
        attempt(request, None, services.add_form, work_order=work_order, form=chosen.cleaned_data["form"])
    else:
        messages.error(request, _("Choose a form from the list."))
    return redirect("business:work-order-detail", request.administration.slug, number)


@administration_page(WorkOrderRight.READ)
def fill_in_form(request: AdministrationRequest, number: int, pk: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    filled = get_object_or_404(work_order.filled_forms, pk=pk)
    may_change = may_change_work_order(request.user, request.administration, work_order)
    is_open = may_change and work_order.stage == WorkOrder.Stage.PICKED_UP
    form = AnswersForm(
        request.POST or None,
        request.FILES or None,
        questions=filled.questions,
        answers=filled.answers,
        lists=lists_for(filled.questions, work_order, request.administration),
        is_open=is_open,
    )
    seen = request.POST.get("seen") or fingerprint(filled.answers)
    is_readable = request.method == "POST" and form.is_valid() and _keep_files(request, form, filled)
    if is_readable and ADD_ROW not in request.POST and _save_answers(request, form, filled, seen):
        messages.success(request, _("“%(name)s” was filled in.") % {"name": filled})
        return redirect("business:work-order-detail", request.administration.slug, number)
    computed = computed_in_words(filled.questions, form.shown_answers(), localdate())
    context = {"form": form, "filled": filled, "work_order": work_order, "is_open": is_open, "seen": seen}
    names = {str(photo.uid): photo.name for photo in filled.photos.only("uid", "name")}
    return render(request, "business/filled_form.html", {**context, "computed": computed, "file_names": names})


@require_POST
@administration_page(WorkOrderRight.READ)
def answer_live(request: AdministrationRequest, number: int, pk: int) -> JsonResponse:
    """What a form that is being filled in shows, asks and comes to so far; nothing is kept."""
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    filled = get_object_or_404(work_order.filled_forms, pk=pk)
    form = AnswersForm(request.POST, questions=filled.questions, answers={}, lists={}, is_open=True)
    return JsonResponse(so_far(filled.questions, form.shown_answers(), localdate()))


@csp({"default-src": ["'none'"], "sandbox": True})
@administration_page(WorkOrderRight.READ)
def show_photo(request: AdministrationRequest, number: int, pk: int, uid: UUID) -> HttpResponse:
    """A photo or file of a filled-in form, to whoever may see the work order."""
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    photo = get_object_or_404(FormPhoto, filled_form__work_order=work_order, filled_form=pk, uid=uid)
    is_picture = photo.media_type.startswith("image/")
    # A file that somebody sent is saved and never opened here, whatever it says it is.
    disposition = (
        content_disposition_header(not is_picture, photo.name or str(photo.uid)) if not is_picture else "inline"
    )
    headers = {"Content-Disposition": disposition or "attachment", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(photo.content), content_type=photo.media_type, headers=headers)


@csp(PRINT_POLICY)
@administration_page(WorkOrderRight.READ)
def print_form(request: AdministrationRequest, number: int, pk: int) -> HttpResponse:
    """A filled-in form on paper."""
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    filled = get_object_or_404(work_order.filled_forms.select_related("form"), pk=pk)
    body = print_filled_form(filled, request.administration)
    return render(request, "business/printed_form.html", {"title": filled.form_name, "body": body})


def _save_answers(request: AdministrationRequest, form: AnswersForm, filled: FilledForm, seen: str) -> bool:
    answers = form.answers()
    return attempt(request, form, services.fill_in_form, filled_form=filled, answers=answers, seen=seen) is not None


def _keep_files(request: AdministrationRequest, form: AnswersForm, filled: FilledForm) -> bool:
    """Keep the files that came along before anything else is looked at; False when one of them was refused."""
    for name, sent in form.uploads().items():
        for file_name, content in sent:
            what = {"filled_form": filled, "name": name, "content": content, "file_name": file_name}
            kept = attempt(request, form, services.add_file, **what)
            if kept is not None:
                form.hold_file(name, str(kept.uid))
    return not form.errors
