"""Customers and work orders, found from any page by who may see them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tenants.searching import MOST, Hit, Searching, Source, register

from . import permissions
from .rights import CustomerRight, WorkOrderRight
from .views.finding import search_customers, search_work_orders


def _find_customers(searching: Searching) -> list[Hit]:
    if CustomerRight.READ not in searching.rights:
        return []
    rows = search_customers(searching.words).order_by("name", "pk")[: MOST + 1]
    slug = searching.administration.slug
    return [
        Hit(row.name, f"{row.number} · {row.city}", reverse("business:customer-detail", args=[slug, row.number]))
        for row in rows
    ]


def _find_work_orders(searching: Searching) -> list[Hit]:
    if WorkOrderRight.READ not in searching.rights:
        return []
    visible = permissions.visible_work_orders(searching.user, searching.rights).select_related("customer", "work_type")
    rows = search_work_orders(visible, searching.words).order_by("-number")[: MOST + 1]
    slug = searching.administration.slug
    return [
        Hit(
            f"{row.number} · {row.customer}",
            str(row.work_type),
            reverse("business:work-order-detail", args=[slug, row.number]),
        )
        for row in rows
    ]


register(
    Source(20, _("Customers"), "customer", _find_customers),
    Source(30, _("Work orders"), "work-order", _find_work_orders),
)
