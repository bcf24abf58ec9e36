"""The rights over daily data."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class CustomerRight(Right):
    """What may be done with customers."""

    CREATE = "customers.create", _("customers: create")
    READ = "customers.read", _("customers: read")
    UPDATE = "customers.update", _("customers: edit")
    DELETE = "customers.delete", _("customers: delete")


class WorkOrderRight(Right):
    """What may be done with work orders."""

    CREATE = "work_orders.create", _("work orders: create")
    READ = "work_orders.read", _("work orders: read")
    UPDATE = "work_orders.update", _("work orders: edit")
    DELETE = "work_orders.delete", _("work orders: delete")


class QuotationRight(Right):
    """What may be done with quotations."""

    READ = "quotations.read", _("quotations: read")


class InvoiceRight(Right):
    """What may be done with invoices."""

    READ = "invoices.read", _("invoices: read")


register(
    Module(90, _("Customers"), CustomerRight, for_employees=(CustomerRight.READ,)),
    Module(100, _("Work orders"), WorkOrderRight, for_employees=(WorkOrderRight.READ, WorkOrderRight.UPDATE)),
    Module(110, _("Quotations"), QuotationRight),
    Module(120, _("Invoices"), InvoiceRight),
)
