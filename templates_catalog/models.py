"""What customers get to see: e-mails and SMS messages, layouts of documents, and schemes that put them together."""

from django.db import models
from django.db.models import Case, Deferrable, F, GeneratedField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from settings_sync.models import File, Item, NameKey, Part

DEFAULT_CURRENCY = "EUR"
VARIABLE_NAME = r"^[a-z][a-z0-9_]*$"


class Block(Item):
    """A piece that e-mails and layouts share, such as a footer: `{{ blok.Voettekst }}` stands for it in their texts.

    `blocks` are those that its own text names, and `former_names` what it was called before, one a line: a text that
    says it in that way still gets it.
    """

    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    body = models.TextField(_("text"), blank=True, default="")
    former_names = models.TextField(_("former names"), blank=True, default="")
    blocks = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="within", verbose_name=_("shared blocks in it")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("shared block")
        verbose_name_plural = _("shared blocks")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="templates_catalog_block_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="templates_catalog_block_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MessageTemplate(Item):
    """An e-mail or SMS message with placeholders. Names are unique over both kinds; the kind never changes."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    subject = models.CharField(_("subject"), max_length=250, blank=True, default="")
    body = models.TextField(_("text"), blank=True, default="")
    blocks = models.ManyToManyField(Block, blank=True, related_name="messages", verbose_name=_("shared blocks in it"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="templates_catalog_message_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="templates_catalog_message_has_name"),
            models.CheckConstraint(
                condition=Q(kind="email", subject__regex=r"\S") | Q(kind="sms", subject=""),
                name="templates_catalog_message_subject_is_for_email",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attachment(Part):
    """A file that goes along with every e-mail that is made of a template."""

    template = models.ForeignKey(
        MessageTemplate, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("message template")
    )
    name = models.CharField(_("file name"), max_length=120)
    content = File(_("content"))

    class Meta:
        ordering = ["template", "position"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(
                fields=["template", "position"],
                deferrable=Deferrable.IMMEDIATE,
                name="templates_catalog_attachment_position",
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="templates_catalog_attachment_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Layout(Item):
    """How an invoice, quotation or work order looks on paper. Names are unique over all kinds; a kind is fixed."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        QUOTATION = "quotation", _("quotation")
        WORK_ORDER = "work_order", _("work order")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    header = models.TextField(_("header"), blank=True, default="")
    body = models.TextField(_("body"), blank=True, default="")
    footer = models.TextField(_("footer"), blank=True, default="")
    show_code = models.BooleanField(_("column: code"), default=False)
    show_quantity = models.BooleanField(_("column: quantity"), default=True)
    show_unit = models.BooleanField(_("column: unit"), default=False)
    show_unit_price = models.BooleanField(_("column: unit price"), default=True)
    show_discount = models.BooleanField(_("column: discount"), default=False)
    show_vat = models.BooleanField(_("column: VAT"), default=True)
    show_amount = models.BooleanField(_("column: amount"), default=True)
    attach_pdf = models.BooleanField(_("attachments in the PDF"), default=False)
    blocks = models.ManyToManyField(Block, blank=True, related_name="layouts", verbose_name=_("shared blocks in it"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="templates_catalog_layout_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="templates_catalog_layout_has_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["invoice", "quotation", "work_order"]), name="templates_catalog_layout_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Scheme(Item):
    """Everything an invoice or quotation needs in one choice. Of each kind one is the default; a kind is fixed."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        QUOTATION = "quotation", _("quotation")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    layout = models.ForeignKey(Layout, on_delete=models.PROTECT, related_name="schemes", verbose_name=_("layout"))
    email_template = models.ForeignKey(
        MessageTemplate,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="schemes",
        verbose_name=_("e-mail template"),
    )
    reminder_template = models.ForeignKey(
        MessageTemplate,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reminder_schemes",
        verbose_name=_("e-mail template for a reminder"),
    )
    vat_rate = models.ForeignKey(
        "reference_data.VatRate", on_delete=models.PROTECT, related_name="schemes", verbose_name=_("VAT rate")
    )
    currency = models.CharField(_("currency"), max_length=3, default=DEFAULT_CURRENCY)
    attach_work_order = models.BooleanField(_("attach the work order"), default=False)
    attach_forms = models.BooleanField(_("attach the filled-in forms"), default=False)
    is_default = models.BooleanField(_("default"), default=False)
    default_key = GeneratedField(
        expression=Case(When(is_default=True, is_archived=False, then=F("kind")), default=Value(None)),
        output_field=models.CharField(max_length=20, null=True),
        db_persist=True,
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="templates_catalog_scheme_name"
            ),
            models.UniqueConstraint(
                fields=["default_key"], deferrable=Deferrable.IMMEDIATE, name="templates_catalog_scheme_one_default"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="templates_catalog_scheme_has_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["invoice", "quotation"]), name="templates_catalog_scheme_kind"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="templates_catalog_scheme_currency_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Variable(models.Model):
    """A text of one administration alone, which shared templates take up as `{{ eigen.<name> }}`. It never travels."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    value = models.TextField(_("value"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("variable")
        verbose_name_plural = _("variables")
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=VARIABLE_NAME), name="templates_catalog_variable_name"),
        ]

    def __str__(self) -> str:
        return self.name
