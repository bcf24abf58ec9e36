"""Forms, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Right
from tenants.sections import Group, Section

SECTIONS = (
    Section(
        Group.SHARED_SETTINGS,
        20,
        "forms_catalog:list",
        _("Forms"),
        _("What is filled in on a job: sections, fields and when they show."),
        "form",
        Right.FORMS_READ,
    ),
)
