"""Work orders, with their own copy of the workflow's steps and of the forms that were filled in."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from tenants.entries import written
from tenants.exact_json import ExactJSONField
from workflows.step_types import type_label

from .customers import Contact, Customer, Project, ServiceObject


class WorkOrder(models.Model):
    """One job at a customer. `stage` is the lifecycle, the same everywhere; `status` is the company's own word."""

    class Stage(models.TextChoices):
        PLANNED = "planned", _("Planned")
        READY = "ready", _("Ready to go")
        PICKED_UP = "picked_up", _("Picked up")
        COMPLETE = "complete", _("Complete")
        SETTLED = "settled", _("Settled")

    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    number = models.PositiveBigIntegerField(_("number"), unique=True)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.PLANNED)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="work_orders", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="work_orders",
        verbose_name=_("contact"),
    )
    service_object = models.ForeignKey(
        ServiceObject,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="work_orders",
        verbose_name=_("object"),
    )
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("project"),
    )
    work_type = models.ForeignKey(
        "reference_data.WorkType", on_delete=models.PROTECT, related_name="work_orders", verbose_name=_("work type")
    )
    status = models.ForeignKey(
        "reference_data.WorkStatus",
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("work status"),
    )
    payment_method = models.ForeignKey(
        "reference_data.PaymentMethod",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("payment method"),
    )
    priority = models.ForeignKey(
        "reference_data.Priority",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("priority"),
    )
    workflow = models.ForeignKey(
        "workflows.Workflow",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("workflow"),
    )
    error = models.ForeignKey(
        "reference_data.ErrorCode",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("error"),
    )
    solution = models.ForeignKey(
        "reference_data.Solution",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
        verbose_name=_("solution"),
    )
    description = models.TextField(_("description of the work"))
    internal_memo = models.TextField(_("internal memo"), blank=True, default="")
    reference = models.CharField(_("reference"), max_length=100, blank=True, default="")
    planned_at = models.DateTimeField(_("planned at"), null=True, blank=True)
    # Users live in the shared schema; a key across schemas would tie an administration's dump to it.
    employee_id = models.BigIntegerField(_("employee"), null=True, blank=True, db_index=True)
    employee_name = models.CharField(_("employee"), max_length=200, blank=True, default="")
    picked_up_at = models.DateTimeField(_("picked up at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        indexes = [models.Index(fields=["stage", "-number"], name="business_workorder_by_stage")]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["planned", "ready", "picked_up", "complete", "settled"]),
                name="business_workorder_stage",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["planned", "ready"]) | Q(picked_up_at__isnull=False),
                name="business_workorder_running_was_picked_up",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_open(self) -> bool:
        """Whether the office may still change what the job is."""
        return self.stage in (self.Stage.PLANNED, self.Stage.READY)


class WorkOrderStep(models.Model):
    """A step as the workflow had it when the work order was picked up; later changes do not reach it."""

    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="steps", verbose_name=_("work order")
    )
    position = models.PositiveIntegerField(_("position"))
    type = models.CharField(_("type"), max_length=30)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    is_required = models.BooleanField(_("required"), default=False)
    status = models.ForeignKey(
        "reference_data.WorkStatus",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("work status"),
    )
    message = ExactJSONField(_("message"), default=dict, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by_name = models.CharField(_("done by"), max_length=254, blank=True, default="")

    class Meta:
        ordering = ["work_order", "position"]
        verbose_name = _("step of a work order")
        verbose_name_plural = _("steps of a work order")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "position"], name="business_workorderstep_position"),
        ]

    def __str__(self) -> str:
        return self.title or type_label(self.type)


class FilledForm(models.Model):
    """A form on a work order: its own copy of the questions, and the answers.

    `questions` is a list of sections, each `{"key", "title", "visible_if", "fields": [...]}`; `answers` maps a
    question's key to what was filled in.
    """

    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="filled_forms", verbose_name=_("work order")
    )
    step = models.OneToOneField(
        WorkOrderStep,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="filled_form",
        verbose_name=_("step"),
    )
    form = models.ForeignKey(
        "forms_catalog.Form", on_delete=models.PROTECT, related_name="filled_forms", verbose_name=_("form")
    )
    form_name = models.CharField(_("name of the form"), max_length=200)
    questions = ExactJSONField(_("questions"), default=list)
    answers = ExactJSONField(_("answers"), default=dict, blank=True)
    filled_in_at = models.DateTimeField(_("filled in at"), null=True, blank=True)
    filled_in_by_name = models.CharField(_("filled in by"), max_length=254, blank=True, default="")

    class Meta:
        ordering = ["work_order", "id"]
        verbose_name = _("filled-in form")
        verbose_name_plural = _("filled-in forms")

    def __str__(self) -> str:
        return self.form_name


class FormPhoto(models.Model):
    """A photo or another file that answers a question of a filled-in form; the answer is its `uid`, or a list of them.

    It stands in the database and not in a folder: then it is saved with the answers or not at all, belongs to one
    administration by itself, and is in every backup.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filled_form = models.ForeignKey(
        FilledForm, on_delete=models.CASCADE, related_name="photos", verbose_name=_("filled-in form")
    )
    question = models.CharField(_("question"), max_length=64)
    media_type = models.CharField(_("kind of picture"), max_length=100)
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    content = models.BinaryField(_("picture"))
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        ordering = ["filled_form", "id"]
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return str(self.uid)


class WorkOrderHour(models.Model):
    """Time spent on a work order."""

    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="hours", verbose_name=_("work order")
    )
    hour_type = models.ForeignKey(
        "reference_data.HourType",
        on_delete=models.PROTECT,
        related_name="work_order_hours",
        verbose_name=_("hour type"),
    )
    worked_on = models.DateField(_("date"))
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2)
    employee_name = models.CharField(_("employee"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["work_order", "worked_on", "id"]
        verbose_name = _("hours")
        verbose_name_plural = _("hours")
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="business_workorderhour_positive")]

    def __str__(self) -> str:
        when = date_format(self.worked_on, "SHORT_DATE_FORMAT")
        return f"{self.employee_name} {when}".strip()


class WorkOrderMaterial(models.Model):
    """Material used on a work order."""

    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="materials", verbose_name=_("work order")
    )
    code = models.CharField(_("code"), max_length=40, blank=True, default="")
    name = models.CharField(_("name"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    unit_price = models.DecimalField(_("unit price"), max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["work_order", "id"]
        verbose_name = _("material")
        verbose_name_plural = _("materials")

    def __str__(self) -> str:
        return self.name


class FreeFieldValue(models.Model):
    """What was filled in in a free field of a work order."""

    work_order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="free_field_values", verbose_name=_("work order")
    )
    free_field = models.ForeignKey(
        "reference_data.FreeField",
        on_delete=models.PROTECT,
        related_name="work_order_values",
        verbose_name=_("free field"),
    )
    value = models.TextField(_("value"), blank=True, default="")

    class Meta:
        ordering = ["work_order", "id"]
        verbose_name = _("free field value")
        verbose_name_plural = _("free field values")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "free_field"], name="business_freefieldvalue_once"),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def in_words(self) -> str:
        """The value as people write it in their language."""
        return written(self.free_field.type, self.value)
