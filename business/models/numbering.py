"""The number sequences of one administration."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NumberSequence(models.Model):
    """The next number of one kind of document. Its row is locked by whoever takes a number, until that one commits."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("customers")
        WORK_ORDER = "work_order", _("work orders")
        PROJECT = "project", _("projects")
        QUOTATION = "quotation", _("quotations")
        INVOICE = "invoice", _("invoices")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, unique=True)
    next_value = models.PositiveBigIntegerField(_("next number"), default=1)

    class Meta:
        verbose_name = _("number sequence")
        verbose_name_plural = _("number sequences")
        constraints = [
            models.CheckConstraint(condition=Q(next_value__gte=1), name="business_numbersequence_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.next_value}"
