"""What can be done with daily data. What is refused raises EditRefused, with messages per field."""

from .customers import create_customer, update_customer
from .filling_in import add_file, add_form, fill_in_form
from .invoices import finalise_invoice
from .lifecycle import advance_work_order, complete_step
from .work_orders import create_work_order, update_work_order

__all__ = [
    "add_file",
    "add_form",
    "advance_work_order",
    "complete_step",
    "create_customer",
    "create_work_order",
    "fill_in_form",
    "finalise_invoice",
    "update_customer",
    "update_work_order",
]
