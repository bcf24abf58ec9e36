"""Workflows: the steps that an employee goes through on a work order."""

from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _

from settings_sync.models import Item, NameKey, Part

from .step_types import StepType


class Workflow(Item):
    """An ordered list of steps, offered for the work types that it is linked to."""

    name = models.CharField(_("name"), max_length=200)
    name_key = NameKey("name")
    description = models.TextField(_("description"), blank=True, default="")
    work_types = models.ManyToManyField(
        "reference_data.WorkType", blank=True, related_name="workflows", verbose_name=_("work types")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name="workflows_workflow_name"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="workflows_workflow_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Step(Part):
    """One step of a workflow. What it names depends on its type; rules over several steps are in `rules`."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="steps", verbose_name=_("workflow"))
    type = models.CharField(_("type"), max_length=30, choices=StepType)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    is_required = models.BooleanField(_("required"), default=False)
    form = models.ForeignKey(
        "forms_catalog.Form",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="workflow_steps",
        verbose_name=_("form"),
    )
    email_template = models.ForeignKey(
        "templates_catalog.MessageTemplate",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="workflow_steps",
        verbose_name=_("e-mail template"),
    )
    work_status = models.ForeignKey(
        "reference_data.WorkStatus",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="workflow_steps",
        verbose_name=_("work status"),
    )
    free_field = models.ForeignKey(
        "reference_data.FreeField",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="workflow_steps",
        verbose_name=_("free field"),
    )

    class Meta:
        ordering = ["workflow", "position"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "position"], deferrable=Deferrable.IMMEDIATE, name="workflows_step_position"
            ),
            models.CheckConstraint(condition=Q(type__in=StepType.values), name="workflows_step_type"),
            models.CheckConstraint(
                condition=Q(type="predefined_form", form__isnull=False) | (~Q(type="predefined_form") & Q(form=None)),
                name="workflows_step_predefined_form_names_form",
            ),
            models.CheckConstraint(
                condition=Q(type="email", email_template__isnull=False) | (~Q(type="email") & Q(email_template=None)),
                name="workflows_step_email_names_template",
            ),
            models.CheckConstraint(
                condition=Q(type="work_status", work_status__isnull=False)
                | (~Q(type="work_status") & Q(work_status=None)),
                name="workflows_step_work_status_names_status",
            ),
            models.CheckConstraint(
                condition=Q(type="free_fields") | Q(free_field=None), name="workflows_step_only_free_fields_name_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} › {self.title or self.get_type_display()}"
