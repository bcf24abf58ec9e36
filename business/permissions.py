"""Who may see and do what with daily data."""

from collections.abc import Collection

from django.db.models import QuerySet

from accounts.models import User
from tenants.models import Administration
from tenants.permissions import may, rights_of

from .models import WorkOrder
from .rights import InvoiceRight, WorkOrderRight


def may_see_all_work_orders(rights: Collection[str]) -> bool:
    """Who plans the work sees everybody's; others see the work orders that are theirs."""
    return WorkOrderRight.READ in rights and WorkOrderRight.CREATE in rights


def visible_work_orders(user: User, rights: Collection[str]) -> "QuerySet[WorkOrder]":
    """The work orders that a user with these rights may see in this administration: everybody's, or their own."""
    rows = WorkOrder.objects.all()
    return rows if may_see_all_work_orders(rights) else rows.filter(employee_id=user.pk)


def may_change_work_order(user: User, administration: Administration, work_order: WorkOrder) -> bool:
    """Edit it, go through its steps, fill in its forms."""
    rights = rights_of(user, administration) or frozenset()
    is_theirs = work_order.employee_id == user.pk
    return WorkOrderRight.UPDATE in rights and (is_theirs or may_see_all_work_orders(rights))


def may_finalise_invoices(user: User, administration: Administration) -> bool:
    """Who plans the work and sees the invoices also makes them final."""
    return may(user, InvoiceRight.READ, administration) and may(user, WorkOrderRight.CREATE, administration)
