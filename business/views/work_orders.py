"""Work orders: list, make, show, edit."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from business.rights import WorkOrderRight
from catalog_kit.edit_pages import attempt
from catalog_kit.editing import fingerprint
from tenants.entering import AdministrationRequest, administration_page
from tenants.entries import Unreadable, read_whole_number

from .. import services
from ..forms import AddFormForm, SearchForm, WorkOrderForm
from ..models import Customer, WorkOrder
from ..permissions import may_change_work_order
from ..services.filling_in import forms_for
from ..services.lifecycle import next_stage
from ..services.work_orders import values_of_work_order
from .finding import page_of, search_customers, search_work_orders, visible_work_orders


@administration_page(WorkOrderRight.READ)
def list_work_orders(request: AdministrationRequest) -> HttpResponse:
    asked = SearchForm(request.GET).found()
    visible = visible_work_orders(request)
    counted = dict(visible.order_by().values_list("stage").annotate(count=Count("pk")))
    rows = search_work_orders(visible, asked["q"])
    context = {
        "page": page_of(request, rows.filter(stage=asked["stage"]) if asked["stage"] else rows),
        "query": asked["q"],
        "stage": asked["stage"],
        "stages": [(stage.value, stage.label, counted.get(stage.value, 0)) for stage in WorkOrder.Stage],
        "total": sum(counted.values()),
    }
    return render(request, "business/work_order_list.html", context)


@administration_page(WorkOrderRight.CREATE)
def create_work_order(request: AdministrationRequest) -> HttpResponse:
    customer = _chosen_customer(request)
    if customer is None:
        return _choose_customer(request)
    form = WorkOrderForm(request.POST or None, administration=request.administration, customer=customer)
    if request.method == "POST" and form.is_valid():
        filled = {"values": form.values(), "free_values": form.free_values()}
        work_order = attempt(request, form, services.create_work_order, customer=customer, **filled)
        if work_order is not None:
            messages.success(request, _("Work order %(number)s was added.") % {"number": work_order.number})
            return redirect("business:work-order-detail", request.administration.slug, work_order.number)
    context = {"form": form, "customer": customer, "work_order": None}
    return render(request, "business/work_order_edit.html", context)


@administration_page(WorkOrderRight.READ)
def show_work_order(request: AdministrationRequest, number: int) -> HttpResponse:
    related = ("contact", "service_object", "project", "payment_method", "workflow", "error", "solution")
    work_order = get_object_or_404(visible_work_orders(request).select_related(*related), number=number)
    may_change = may_change_work_order(request.user, request.administration, work_order)
    steps = list(work_order.steps.select_related("filled_form", "status"))
    context = {
        "work_order": work_order,
        "steps": steps,
        "next_step": next((step for step in steps if step.done_at is None), None),
        "filled_forms": work_order.filled_forms.defer("questions"),
        "hours": work_order.hours.select_related("hour_type"),
        "materials": work_order.materials.all(),
        "free_values": work_order.free_field_values.select_related("free_field"),
        "may_change": may_change,
        "next_stage": next_stage(work_order) if may_change else None,
        "add_form": AddFormForm(choices=forms_for(work_order)),
    }
    return render(request, "business/work_order_detail.html", context)


@administration_page(WorkOrderRight.UPDATE)
def edit_work_order(request: AdministrationRequest, number: int) -> HttpResponse:
    visible = visible_work_orders(request)
    work_order, edited = (get_object_or_404(visible, number=number) for _again in range(2))
    customer = work_order.customer
    form = WorkOrderForm(
        request.POST or None, administration=request.administration, customer=customer, instance=edited
    )
    seen = request.POST.get("seen") or fingerprint(values_of_work_order(work_order))
    if request.method == "POST" and form.is_valid():
        filled = {"values": form.values(), "free_values": form.free_values(), "seen": seen}
        if attempt(request, form, services.update_work_order, work_order=work_order, **filled):
            messages.success(request, _("Work order %(number)s was saved.") % {"number": number})
            return redirect("business:work-order-detail", request.administration.slug, number)
    context = {"form": form, "customer": customer, "work_order": work_order, "seen": seen}
    return render(request, "business/work_order_edit.html", context)


def _chosen_customer(request: HttpRequest) -> Customer | None:
    try:
        number = read_whole_number(request.GET.get("customer", ""))
    except Unreadable:
        return None
    return Customer.objects.filter(number=number).first()


def _choose_customer(request: HttpRequest) -> HttpResponse:
    query = SearchForm(request.GET).found()["q"]
    context = {"page": page_of(request, search_customers(query)), "query": query}
    return render(request, "business/work_order_customer.html", context)
