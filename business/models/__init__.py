"""The daily data of one administration. It points at settings by local key, and never travels."""

from .customers import Contact, Customer, Project, ServiceObject
from .numbering import NumberSequence
from .sales import Invoice, InvoiceLine, Quotation, QuotationLine
from .work_orders import (
    FilledForm,
    FormPhoto,
    FreeFieldValue,
    WorkOrder,
    WorkOrderHour,
    WorkOrderMaterial,
    WorkOrderStep,
)

__all__ = [
    "Contact",
    "Customer",
    "FilledForm",
    "FormPhoto",
    "FreeFieldValue",
    "Invoice",
    "InvoiceLine",
    "NumberSequence",
    "Project",
    "Quotation",
    "QuotationLine",
    "ServiceObject",
    "WorkOrder",
    "WorkOrderHour",
    "WorkOrderMaterial",
    "WorkOrderStep",
]
