"""Customers, and what belongs to them."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """Who the work is done for, and who pays. `uid` is what other systems know it by."""

    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    number = models.PositiveBigIntegerField(_("number"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    street = models.CharField(_("street and number"), max_length=200, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=30, blank=True, default="")
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True, default="")
    payment_method = models.ForeignKey(
        "reference_data.PaymentMethod",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
        verbose_name=_("usual payment method"),
    )
    notes = models.TextField(_("notes"), blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["name", "number"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [models.Index(fields=["name", "number"], name="business_customer_by_name")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="business_customer_has_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Name and address as they stand on a letter, one line each."""
        return "\n".join(filter(None, [self.name, self.street, f"{self.postcode} {self.city}".strip()]))


class Contact(models.Model):
    """A person at a customer."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=100, blank=True, default="")
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=30, blank=True, default="")

    class Meta:
        ordering = ["name"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name


class ServiceObject(models.Model):
    """A thing at a customer that work is done on: a boiler, an alarm installation, a lift."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="objects_in_service", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=200)
    brand = models.CharField(_("brand and model"), max_length=200, blank=True, default="")
    serial_number = models.CharField(_("serial number"), max_length=100, blank=True, default="")
    location = models.CharField(_("location"), max_length=200, blank=True, default="")
    installed_on = models.DateField(_("installed on"), null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("object")
        verbose_name_plural = _("objects")

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """Work orders that belong together."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=200)
    is_closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return self.name
