"""The daily work, where people look for it."""

from django.utils.translation import gettext_lazy as _

from tenants.sections import Group, Section, register

from .rights import CustomerRight, InvoiceRight, QuotationRight, WorkOrderRight

register(
    Section(
        Group.DAILY_WORK,
        10,
        "business:work-order-list",
        _("Work orders"),
        _("What is planned, under way and done, with the forms that were filled in."),
        "work-order",
        WorkOrderRight.READ,
    ),
    Section(
        Group.DAILY_WORK,
        20,
        "business:customer-list",
        _("Customers"),
        _("Who you work for, with their contacts and addresses."),
        "customer",
        CustomerRight.READ,
    ),
    Section(
        Group.DAILY_WORK,
        30,
        "business:quotation-list",
        _("Quotations"),
        _("What was offered, and what became of it."),
        "quotation",
        QuotationRight.READ,
    ),
    Section(
        Group.DAILY_WORK,
        40,
        "business:invoice-list",
        _("Invoices"),
        _("What was invoiced, draft and final."),
        "invoice",
        InvoiceRight.READ,
    ),
)
