"""The kinds of step that a workflow is made of, in the groups in which people choose them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class StepType(models.TextChoices):
    """What an employee sees or does in one step."""

    CUSTOMER = "customer", _("Customer")
    WORK_DETAILS = "work_details", _("Work details")
    SCHEDULE = "schedule", _("Schedule")
    RESOURCES = "resources", _("Resources")
    OBJECT = "object", _("Object")
    WORK_DESCRIPTION = "work_description", _("Work description")
    INTERNAL_MEMO = "internal_memo", _("Internal memo")
    COMMENT = "comment", _("Comment")
    PICTURE = "picture", _("Picture")
    MATERIAL = "material", _("Material")
    HOUR = "hour", _("Hours")
    FREE_FIELDS = "free_fields", _("Free fields")
    FORMS = "forms", _("Forms (employee picks)")
    PREDEFINED_FORM = "predefined_form", _("Predefined form")
    DOCUMENTS = "documents", _("Documents")
    EMAIL = "email", _("E-mail")
    HISTORY = "history", _("History")
    OVERVIEW = "overview", _("Overview")
    WORK_STATUS = "work_status", _("Work status")
    JOB_COMPLETED = "job_completed", _("Job completed")
    SIGNATURE = "signature", _("Signature")
    SEND = "send", _("Send")
    TIMER_START = "timer_start", _("Start")
    TIMER_STOP = "timer_stop", _("Stop")


STEP_GROUPS: tuple[tuple[Any, tuple[StepType, ...]], ...] = (
    (
        _("Information"),
        (
            StepType.CUSTOMER,
            StepType.WORK_DETAILS,
            StepType.SCHEDULE,
            StepType.RESOURCES,
            StepType.OBJECT,
        ),
    ),
    (
        _("Registration"),
        (
            StepType.WORK_DESCRIPTION,
            StepType.INTERNAL_MEMO,
            StepType.COMMENT,
            StepType.PICTURE,
            StepType.MATERIAL,
            StepType.HOUR,
            StepType.FREE_FIELDS,
        ),
    ),
    (
        _("Form and document"),
        (
            StepType.FORMS,
            StepType.PREDEFINED_FORM,
            StepType.DOCUMENTS,
            StepType.EMAIL,
            StepType.HISTORY,
            StepType.OVERVIEW,
        ),
    ),
    (
        _("Completion"),
        (
            StepType.WORK_STATUS,
            StepType.JOB_COMPLETED,
            StepType.SIGNATURE,
            StepType.SEND,
        ),
    ),
    (_("Timer"), (StepType.TIMER_START, StepType.TIMER_STOP)),
)

# Which field a step of this type names; a step of another type leaves that field empty.
REFERENCE_OF_TYPE: dict[str, str] = {
    StepType.PREDEFINED_FORM: "form",
    StepType.EMAIL: "email_template",
    StepType.WORK_STATUS: "work_status",
    StepType.FREE_FIELDS: "free_field",
}
REQUIRED_REFERENCES = frozenset({"form", "email_template", "work_status"})


def type_label(value: str) -> str:
    """How people read a step type; an unknown value is shown as it is."""
    return str(dict(StepType.choices).get(value, value))


def grouped_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The step types as choices in groups, for a select element."""
    return [(str(group), [(kind.value, str(kind.label)) for kind in kinds]) for group, kinds in STEP_GROUPS]
