"""Searching daily data, which of it a user sees, and a page at a time of that."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from tenants.entering import AdministrationRequest
from tenants.entries import Unreadable, read_whole_number

from .. import permissions
from ..models import Customer, WorkOrder

PAGE_SIZE = 50
SHOWN = ("customer", "work_type", "status", "priority")


def visible_work_orders(request: AdministrationRequest) -> "QuerySet[WorkOrder]":
    """The work orders that this user may see: everybody's, or their own."""
    return permissions.visible_work_orders(request.user, request.rights).select_related(*SHOWN)


def search_work_orders(rows: "QuerySet[WorkOrder]", q: str) -> "QuerySet[WorkOrder]":
    """Work orders whose customer, work type, description, reference or number holds these words."""
    if not q:
        return rows
    words = Q(customer__name__icontains=q) | Q(description__icontains=q) | Q(reference__icontains=q)
    words |= Q(work_type__name__icontains=q)
    return rows.filter(words | _with_number(q))


def search_customers(q: str) -> "QuerySet[Customer]":
    """Customers whose name, city, address or number holds these words."""
    rows = Customer.objects.all()
    if not q:
        return rows
    words = Q(name__icontains=q) | Q(city__icontains=q) | Q(street__icontains=q) | Q(postcode__icontains=q)
    return rows.filter(words | _with_number(q))


def search_sales(rows: "QuerySet[Any]", q: str, words: str) -> "QuerySet[Any]":
    """Documents whose customer, number or `words` field holds what was asked."""
    if not q:
        return rows
    found = Q(customer__name__icontains=q) | Q(**{f"{words}__icontains": q})
    return rows.filter(found | _with_number(q))


def _with_number(q: str) -> Q:
    """Those that have these digits as their number; nothing when it is not a number."""
    try:
        return Q(number=read_whole_number(q))
    except Unreadable:
        return Q(pk__in=())


def page_of(request: HttpRequest, rows: "QuerySet[Any]") -> Page[Any]:
    """The page that the address asks for, or the nearest that there is."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
