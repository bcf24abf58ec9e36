"""Searching daily data, and which of it a user sees."""

from typing import Any

from django.db.models import Q, QuerySet

from ..models import Customer, WorkOrder
from ..permissions import may_see_all_work_orders

SHOWN = ("customer", "work_type", "status", "priority")


def visible_work_orders(request: Any) -> "QuerySet[WorkOrder]":
    """The work orders that this user may see: everybody's, or their own."""
    rows = WorkOrder.objects.select_related(*SHOWN)
    return rows if may_see_all_work_orders(request.rights) else rows.filter(employee_id=request.user.pk)


def search_work_orders(rows: "QuerySet[WorkOrder]", q: str) -> "QuerySet[WorkOrder]":
    """Work orders whose customer, work type, description, reference or number holds these words."""
    if not q:
        return rows
    words = Q(customer__name__icontains=q) | Q(description__icontains=q) | Q(reference__icontains=q)
    words |= Q(work_type__name__icontains=q)
    return rows.filter(words | Q(number=int(q)) if q.isdecimal() else words)


def search_customers(q: str) -> "QuerySet[Customer]":
    """Customers whose name, city, address or number holds these words."""
    rows = Customer.objects.all()
    if not q:
        return rows
    words = Q(name__icontains=q) | Q(city__icontains=q) | Q(street__icontains=q) | Q(postcode__icontains=q)
    return rows.filter(words | Q(number=int(q)) if q.isdecimal() else words)


def search_sales(rows: "QuerySet[Any]", q: str, words: str) -> "QuerySet[Any]":
    """Documents whose customer, number or `words` field holds what was asked."""
    if not q:
        return rows
    found = Q(customer__name__icontains=q) | Q(**{f"{words}__icontains": q})
    return rows.filter(found | Q(number=int(q)) if q.isdecimal() else found)
