"""The users of an administration, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight
from tenants.sections import Group, Section, register

register(
    Section(
        Group.OWN_SETTINGS,
        45,
        "people:list",
        _("Users"),
        _("Who may enter this administration and with which role, and inviting somebody."),
        "user",
        AdministrationRight.SEE,
    ),
)
