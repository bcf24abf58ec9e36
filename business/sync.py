"""Nothing here travels: a sync never touches daily data."""

from settings_sync.registry import exclude
from settings_sync.usage import count_usage

from . import models

exclude(
    models.Customer,
    models.Contact,
    models.ServiceObject,
    models.Project,
    reason="Daily data: each administration has its own customers.",
)
exclude(
    models.WorkOrder,
    models.WorkOrderStep,
    models.FilledForm,
    models.WorkOrderHour,
    models.WorkOrderMaterial,
    models.FreeFieldValue,
    reason="Daily data: work orders keep their own copy of what they were done with.",
)
exclude(
    models.Quotation,
    models.QuotationLine,
    models.Invoice,
    models.InvoiceLine,
    reason="Daily data: quotations and invoices belong to the company that sent them.",
)
exclude(models.NumberSequence, reason="Daily data: each administration counts for itself, without gaps.")

count_usage(work_orders=models.WorkOrder, quotations=models.Quotation, invoices=models.Invoice)
