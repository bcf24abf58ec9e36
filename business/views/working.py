"""What is done on a work order: its stage, its steps and its forms."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog_kit.edit_pages import attempt
from catalog_kit.editing import fingerprint
from tenants.entering import administration_page
from tenants.rights import Right

from .. import services
from ..forms import AddFormForm, AnswersForm
from ..models import WorkOrder
from ..permissions import may_change_work_order
from ..services.filling_in import forms_for
from .finding import visible_work_orders


@require_POST
@administration_page(Right.WORK_ORDERS_UPDATE)
def advance_work_order(request: Any, number: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    to = request.POST.get("to")
    if to in WorkOrder.Stage.values:
        attempt(request, None, services.advance_work_order, work_order=work_order, to=WorkOrder.Stage(to))
    return redirect("business:work-order-detail", request.administration.slug, number)


@require_POST
@administration_page(Right.WORK_ORDERS_UPDATE)
def complete_step(request: Any, number: int, position: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    attempt(request, None, services.complete_step, work_order=work_order, position=position)
    return redirect("business:work-order-detail", request.administration.slug, number)


@require_POST
@administration_page(Right.WORK_ORDERS_UPDATE)
def add_form(request: Any, number: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    chosen = AddFormForm(request.POST, choices=forms_for(work_order))
    if chosen.is_valid():
        attempt(request, None, services.add_form, work_order=work_order, form=chosen.cleaned_data["form"])
    else:
        messages.error(request, _("Choose a form from the list."))
    return redirect("business:work-order-detail", request.administration.slug, number)


@administration_page(Right.WORK_ORDERS_READ)
def fill_in_form(request: Any, number: int, pk: int) -> HttpResponse:
    work_order = get_object_or_404(visible_work_orders(request), number=number)
    filled = get_object_or_404(work_order.filled_forms, pk=pk)
    may_change = may_change_work_order(request.user, request.administration, work_order)
    shown = {
        "questions": filled.questions,
        "answers": filled.answers,
        "objects": work_order.customer.objects_in_service.all(),
        "is_open": may_change and work_order.stage == WorkOrder.Stage.PICKED_UP,
    }
    form = AnswersForm(request.POST or None, **shown)
    seen = request.POST.get("seen") or fingerprint(filled.answers)
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, form, services.fill_in_form, filled_form=filled, answers=form.answers(), seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was filled in.") % {"name": filled})
            return redirect("business:work-order-detail", request.administration.slug, number)
    context = {"form": form, "filled": filled, "work_order": work_order, "is_open": shown["is_open"], "seen": seen}
    return render(request, "business/filled_form.html", context)
