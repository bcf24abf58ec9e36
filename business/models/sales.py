"""Quotations and invoices. A final invoice never changes again: the database sees to that."""

from decimal import Decimal

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .customers import Customer
from .work_orders import WorkOrder


class Totals(models.Model):
    """The amounts of a document, rounded per VAT percentage."""

    net_total = models.DecimalField(_("total without VAT"), max_digits=12, decimal_places=2, default=Decimal("0.00"))
    vat_total = models.DecimalField(_("VAT"), max_digits=12, decimal_places=2, default=Decimal("0.00"))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=Decimal("0.00"))

    class Meta:
        abstract = True


class Line(models.Model):
    """A line of a quotation or an invoice; the percentage is a copy, so a later change of the rate reaches nobody."""

    position = models.PositiveIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=250)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2, default=Decimal("1.00"))
    unit_price = models.DecimalField(_("unit price"), max_digits=10, decimal_places=2)
    vat_rate = models.ForeignKey(
        "reference_data.VatRate", on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("VAT rate")
    )
    vat_percentage = models.DecimalField(_("VAT percentage"), max_digits=5, decimal_places=2)

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return self.description

    @property
    def amount(self) -> Decimal:
        """Quantity times price, without VAT, in cents."""
        return (self.quantity * self.unit_price).quantize(Decimal("0.01"))


class Quotation(Totals):
    """An offer to a customer."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    number = models.PositiveBigIntegerField(_("number"), unique=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="quotations", verbose_name=_("customer")
    )
    scheme = models.ForeignKey(
        "templates_catalog.Scheme", on_delete=models.PROTECT, related_name="quotations", verbose_name=_("scheme")
    )
    work_order = models.ForeignKey(
        WorkOrder,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="quotations",
        verbose_name=_("became work order"),
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    subject = models.CharField(_("subject"), max_length=200)
    quoted_on = models.DateField(_("date"))
    valid_until = models.DateField(_("valid until"))

    class Meta:
        ordering = ["-number"]
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent", "accepted", "declined"]), name="business_quotation_state"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class QuotationLine(Line):
    """One line of a quotation."""

    quotation = models.ForeignKey(
        Quotation, on_delete=models.CASCADE, related_name="lines", verbose_name=_("quotation")
    )

    class Meta(Line.Meta):
        verbose_name = _("quotation line")
        verbose_name_plural = _("quotation lines")


class Invoice(Totals):
    """A bill, or a credit note. It gets its number, and becomes unchangeable, when it is made final."""

    class Type(models.TextChoices):
        DEBIT = "debit", _("invoice")
        CREDIT = "credit", _("credit note")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        FINAL = "final", _("final")

    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    number = models.PositiveBigIntegerField(_("number"), null=True, blank=True, unique=True)
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.DEBIT)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    scheme = models.ForeignKey(
        "templates_catalog.Scheme", on_delete=models.PROTECT, related_name="invoices", verbose_name=_("scheme")
    )
    work_order = models.ForeignKey(
        WorkOrder,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invoices",
        verbose_name=_("work order"),
    )
    quotation = models.ForeignKey(
        Quotation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invoices",
        verbose_name=_("quotation"),
    )
    credits = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credited_by",
        verbose_name=_("credit note of"),
    )
    reference = models.CharField(_("reference"), max_length=100, blank=True, default="")
    recipient = models.TextField(_("recipient"), blank=True, default="")
    invoiced_on = models.DateField(_("date"), null=True, blank=True)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    finalised_at = models.DateTimeField(_("made final at"), null=True, blank=True)

    class Meta:
        ordering = ["-number", "-id"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(condition=Q(type__in=["debit", "credit"]), name="business_invoice_type"),
            models.CheckConstraint(
                condition=Q(
                    state="final",
                    number__isnull=False,
                    invoiced_on__isnull=False,
                    due_on__isnull=False,
                    finalised_at__isnull=False,
                )
                | Q(state="draft", number=None, finalised_at=None),
                name="business_invoice_final_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(type="credit") | Q(credits=None), name="business_invoice_only_credit_notes_credit"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number) if self.number else str(self.get_state_display())


class InvoiceLine(Line):
    """One line of an invoice."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", verbose_name=_("invoice"))

    class Meta(Line.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
