"""What is done on a work order: its stage, its steps and its forms."""

from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from business.rights import WorkOrderRight
from catalog_kit.edit_pages import attempt
from catalog_kit.editing import fingerprint
from tenants.entering import AdministrationRequest, administration_page

from .. import services
from ..forms import AddFormForm, AnswersForm
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
    shown = {
        "questions": filled.questions,
        "answers": filled.answers,
        "objects": work_order.customer.objects_in_service.all(),
        "is_open": may_change and work_order.stage == WorkOrder.Stage.PICKED_UP,
    }
    form = AnswersForm(request.POST or None, request.FILES or None, **shown)
    seen = request.POST.get("seen") or fingerprint(filled.answers)
    if request.method == "POST" and form.is_valid() and _keep_photos(request, form, filled):
        saved = attempt(request, form, services.fill_in_form, filled_form=filled, answers=form.answers(), seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was filled in.") % {"name": filled})
            return redirect("business:work-order-detail", request.administration.slug, number)
    context = {"form": form, "filled": filled, "work_order": work_order, "is_open": shown["is_open"], "seen": seen}
    return render(request, "business/filled_form.html", context)


@csp({"default-src": ["'none'"], "sandbox": True})
@administration_page(WorkOrderRight.READ)
def show_photo(request: AdministrationRequest, number: int, pk: int, uid: UUID) -> HttpResponse:
    """A photo of a filled-in form, to whoever may see the work order."""
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    photo = get_object_or_404(FormPhoto, filled_form__work_order=work_order, filled_form=pk, uid=uid)
    headers = {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(photo.content), content_type=photo.media_type, headers=headers)


@csp(PRINT_POLICY)
@administration_page(WorkOrderRight.READ)
def print_form(request: AdministrationRequest, number: int, pk: int) -> HttpResponse:
    """A filled-in form on paper."""
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    filled = get_object_or_404(work_order.filled_forms.select_related("form"), pk=pk)
    body = print_filled_form(filled, request.administration)
    return render(request, "business/printed_form.html", {"title": filled.form_name, "body": body})


def _keep_photos(request: AdministrationRequest, form: AnswersForm, filled: FilledForm) -> bool:
    """Keep the pictures that came along before anything else is looked at; False when one of them was refused."""
    for key, content in form.uploads().items():
        photo = attempt(request, form, services.add_photo, filled_form=filled, key=key, content=content)
        if photo is not None:
            form.kept_photos[key] = str(photo.uid)
    return not form.errors
