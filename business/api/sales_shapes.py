"""Quotations and invoices, as the API answers them. Amounts are texts with two decimals, so that no cent is lost."""

from typing import Any

from rest_framework import serializers

from settings_sync.shapes.base import UtcTime, WholeInAddress

from ..models import Invoice, Quotation
from .references import Reference, SettingReference, numbered, setting, with_example

LINE = {
    "position": 1,
    "description": "Onderhoudsbeurt",
    "quantity": "1.00",
    "unit_price": "125.00",
    "amount": "125.00",
    "vat_rate": setting("Hoog"),
    "vat_percentage": "21.00",
}
TOTALS = {"currency": "EUR", "net_total": "125.00", "vat_total": "26.25", "total": "151.25"}
QUOTATION = {
    "id": "2d1f6c1a-90c4-4f7e-8a61-4b2e1f0c9d33",
    "number": 88,
    "state": "accepted",
    "customer": numbered(1042),
    "scheme": setting("Standaard offerte"),
    "work_order": numbered(20311),
    "subject": "Onderhoud 2026",
    "quoted_on": "2026-11-02",
    "valid_until": "2026-12-02",
    **TOTALS,
}
INVOICE = {
    "id": "9b2d7e0e-5a5e-4d2c-9d3a-1c7b8e5f4a20",
    "number": 2026117,
    "type": "debit",
    "state": "final",
    "customer": numbered(1042),
    "scheme": setting("Standaard factuur"),
    "work_order": numbered(20311),
    "quotation": numbered(88),
    "credits": None,
    "reference": "PO 4411",
    "recipient": "Bakkerij Jansen\nDorpsstraat 12\n7411 AB Deventer",
    "invoiced_on": "2026-11-24",
    "due_on": "2026-12-24",
    "finalised_at": "2026-11-24T10:02:11Z",
    **TOTALS,
}


class Amounts(serializers.Serializer[Any]):
    """The currency and the totals of a document."""

    currency = serializers.CharField(source="scheme.currency")
    net_total = serializers.DecimalField(max_digits=12, decimal_places=2)
    vat_total = serializers.DecimalField(max_digits=12, decimal_places=2)
    total = serializers.DecimalField(max_digits=12, decimal_places=2)


class LineShape(serializers.Serializer[Any]):
    """One line; `amount` is without VAT."""

    position = serializers.IntegerField()
    description = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2)
    unit_price = serializers.DecimalField(max_digits=10, decimal_places=2)
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)
    vat_rate = SettingReference()
    vat_percentage = serializers.DecimalField(max_digits=5, decimal_places=2)


@with_example("A quotation", QUOTATION)
class QuotationShape(Amounts):
    """An offer to a customer of one administration."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Quotation.State.choices)
    customer = Reference()
    scheme = SettingReference()
    work_order = Reference(allow_null=True)
    subject = serializers.CharField()
    quoted_on = serializers.DateField()
    valid_until = serializers.DateField()


@with_example("A quotation", {**QUOTATION, "lines": [LINE]})
class QuotationDetail(QuotationShape):
    """A quotation with its lines."""

    lines = LineShape(many=True)


@with_example("An invoice", INVOICE)
class InvoiceShape(Amounts):
    """A bill or a credit note of one administration. A draft has no number; what is final never changes."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField(allow_null=True)
    type = serializers.ChoiceField(choices=Invoice.Type.choices)
    state = serializers.ChoiceField(choices=Invoice.State.choices)
    customer = Reference()
    scheme = SettingReference()
    work_order = Reference(allow_null=True)
    quotation = Reference(allow_null=True)
    credits = Reference(allow_null=True)
    reference = serializers.CharField()
    recipient = serializers.CharField()
    invoiced_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    finalised_at = UtcTime(allow_null=True)


@with_example("An invoice", {**INVOICE, "lines": [LINE]})
class InvoiceDetail(InvoiceShape):
    """An invoice with its lines."""

    lines = LineShape(many=True)


class QuotationQuery(serializers.Serializer[Any]):
    """Narrows the list of quotations."""

    number = WholeInAddress(min_value=0, max_value=2**63 - 1, required=False)
    state = serializers.ChoiceField(choices=Quotation.State.choices, required=False)


class InvoiceQuery(serializers.Serializer[Any]):
    """Narrows the list of invoices."""

    number = WholeInAddress(min_value=0, max_value=2**63 - 1, required=False)
    state = serializers.ChoiceField(choices=Invoice.State.choices, required=False)
