"""Workflows, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Right
from tenants.sections import Group, Section

SECTIONS = (
    Section(
        Group.SHARED_SETTINGS,
        30,
        "workflows:list",
        _("Workflows"),
        _("The steps of a job, from customer to signature."),
        "workflow",
        Right.WORKFLOWS_READ,
    ),
)
