"""Nothing here travels: a sync never touches daily data."""

from django.utils.translation import ngettext_lazy

from settings_sync.declaring.registry import exclude
from settings_sync.declaring.usage import Document, count_usage

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
    models.FormPhoto,
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

WorkStage = models.WorkOrder.Stage
count_usage(
    work_orders=Document(
        models.WorkOrder,
        column="stage",
        open_values=(WorkStage.PLANNED, WorkStage.READY, WorkStage.PICKED_UP, WorkStage.COMPLETE),
        words=ngettext_lazy("%d open work order", "%d open work orders"),
    ),
    quotations=Document(
        models.Quotation,
        column="state",
        open_values=(models.Quotation.State.DRAFT, models.Quotation.State.SENT),
        words=ngettext_lazy("%d open quotation", "%d open quotations"),
    ),
    invoices=Document(
        models.Invoice,
        column="state",
        open_values=(models.Invoice.State.DRAFT,),
        words=ngettext_lazy("%d draft invoice", "%d draft invoices"),
    ),
)
