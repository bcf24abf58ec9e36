"""The pages of daily data."""

from .customers import create_customer, edit_customer, list_customers, show_customer
from .sales import list_invoices, list_quotations, show_invoice, show_quotation
from .work_orders import create_work_order, edit_work_order, list_work_orders, show_work_order
from .working import (
    add_form,
    advance_work_order,
    answer_live,
    complete_step,
    fill_in_form,
    print_form,
    show_photo,
)

__all__ = [
    "add_form",
    "advance_work_order",
    "answer_live",
    "complete_step",
    "create_customer",
    "create_work_order",
    "edit_customer",
    "edit_work_order",
    "fill_in_form",
    "list_customers",
    "list_invoices",
    "list_quotations",
    "list_work_orders",
    "print_form",
    "show_customer",
    "show_invoice",
    "show_photo",
    "show_quotation",
    "show_work_order",
]
