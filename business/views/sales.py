"""Quotations and invoices: list and show."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from business.rights import InvoiceRight, QuotationRight
from tenants.entering import administration_page

from ..amounts import add_up
from ..forms import SearchForm
from ..models import Invoice, Quotation
from .finding import page_of, search_sales


@administration_page(QuotationRight.READ)
def list_quotations(request: HttpRequest) -> HttpResponse:
    asked = SearchForm(request.GET).found()
    rows = search_sales(Quotation.objects.select_related("customer", "scheme"), asked["q"], "subject")
    return render(request, "business/quotation_list.html", {"page": page_of(request, rows), "query": asked["q"]})


@administration_page(QuotationRight.READ)
def show_quotation(request: HttpRequest, number: int) -> HttpResponse:
    related = Quotation.objects.select_related("customer", "scheme", "work_order")
    quotation = get_object_or_404(related, number=number)
    lines = list(quotation.lines.select_related("vat_rate"))
    context = {"document": quotation, "lines": lines, "amounts": add_up(lines)}
    return render(request, "business/quotation_detail.html", context)


@administration_page(InvoiceRight.READ)
def list_invoices(request: HttpRequest) -> HttpResponse:
    asked = SearchForm(request.GET).found()
    rows = search_sales(Invoice.objects.select_related("customer", "scheme"), asked["q"], "reference")
    return render(request, "business/invoice_list.html", {"page": page_of(request, rows), "query": asked["q"]})


@administration_page(InvoiceRight.READ)
def show_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    related = Invoice.objects.select_related("customer", "scheme", "work_order", "quotation", "credits")
    invoice = get_object_or_404(related, pk=pk)
    lines = list(invoice.lines.select_related("vat_rate"))
    context = {"document": invoice, "lines": lines, "amounts": add_up(lines)}
    return render(request, "business/invoice_detail.html", context)
