"""Forms, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.sections import Group, Section, register

from .rights import FormRight

register(
    Section(
        Group.SHARED_SETTINGS,
        20,
        "forms_catalog:list",
        _("Forms"),
        _("What is filled in on a job: sections, fields and when they show."),
        "form",
        FormRight.READ,
    ),
)
