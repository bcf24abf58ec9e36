"""Workflows, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.sections import Group, Section, register

from .rights import WorkflowRight

register(
    Section(
        Group.SHARED_SETTINGS,
        30,
        "workflows:list",
        _("Workflows"),
        _("The steps of a job, from customer to signature."),
        "workflow",
        WorkflowRight.READ,
    ),
)
