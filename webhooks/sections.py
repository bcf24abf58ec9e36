"""Messages about syncs, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Right
from tenants.sections import Group, Section

SECTIONS = (
    Section(
        Group.OWN_SETTINGS,
        60,
        "webhooks:list",
        _("Webhooks"),
        _("Which other systems are told when a sync has finished, and whether the messages arrive."),
        "webhook",
        Right.WEBHOOKS_MANAGE,
        main_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        80,
        "webhooks:mail",
        _("E-mail about syncs"),
        _("Whether you get an e-mail when a sync has ended. Everybody chooses for themselves."),
        "bell",
        Right.ADMINISTRATIONS_SEE,
        main_only=True,
    ),
)
