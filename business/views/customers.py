"""Customers: list, make, show, edit."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from business.rights import CustomerRight, InvoiceRight, WorkOrderRight
from catalog_kit.edit_pages import attempt
from catalog_kit.editing import fingerprint
from tenants.entering import AdministrationRequest, administration_page

from .. import services
from ..forms import CustomerForm, SearchForm
from ..models import Customer
from ..services.customers import values_of_customer
from .finding import page_of, search_customers, visible_work_orders

RECENT = 10


@administration_page(CustomerRight.READ)
def list_customers(request: HttpRequest) -> HttpResponse:
    asked = SearchForm(request.GET).found()
    context = {"page": page_of(request, search_customers(asked["q"])), "query": asked["q"]}
    return render(request, "business/customer_list.html", context)


@administration_page(CustomerRight.CREATE)
def create_customer(request: AdministrationRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer = attempt(request, form, services.create_customer, values=form.cleaned_data)
        if customer is not None:
            messages.success(request, _("“%(name)s” was added.") % {"name": customer})
            return redirect("business:customer-detail", request.administration.slug, customer.number)
    return render(request, "business/customer_edit.html", {"form": form, "customer": None})


@administration_page(CustomerRight.READ)
def show_customer(request: AdministrationRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.select_related("payment_method"), number=number)
    orders = visible_work_orders(request).filter(customer=customer)
    context = {
        "customer": customer,
        "contacts": customer.contacts.all(),
        "objects": customer.objects_in_service.all(),
        "work_orders": orders[:RECENT] if WorkOrderRight.READ in request.rights else None,
        "invoices": customer.invoices.all()[:RECENT] if InvoiceRight.READ in request.rights else None,
    }
    return render(request, "business/customer_detail.html", context)


@administration_page(CustomerRight.UPDATE)
def edit_customer(request: AdministrationRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, number=number)
    form = CustomerForm(request.POST or None, instance=get_object_or_404(Customer, number=number))
    seen = request.POST.get("seen") or fingerprint(values_of_customer(customer))
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, form, services.update_customer, customer=customer, values=form.cleaned_data, seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
            return redirect("business:customer-detail", request.administration.slug, number)
    return render(request, "business/customer_edit.html", {"form": form, "customer": customer, "seen": seen})
