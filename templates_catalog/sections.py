"""Templates and variables, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight
from tenants.sections import Group, Section, register

from .rights import TemplateRight

register(
    Section(
        Group.SHARED_SETTINGS,
        40,
        "templates:list",
        _("Templates"),
        _("E-mail and SMS templates, layouts, and the schemes of quotations and invoices."),
        "template",
        TemplateRight.READ,
    ),
    Section(
        Group.OWN_SETTINGS,
        20,
        "templates:variables",
        _("Variables"),
        _("Texts of this administration that shared templates take up, such as opening hours."),
        "template",
        AdministrationRight.UPDATE,
    ),
)
