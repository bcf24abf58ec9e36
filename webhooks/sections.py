"""Messages about syncs, where people look for them."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import AdministrationRight
from tenants.sections import Group, Section, register

from .rights import WebhookRight

register(
    Section(
        Group.OWN_SETTINGS,
        60,
        "webhooks:list",
        _("Webhooks"),
        _("Which other systems are told when a sync has finished, and whether the messages arrive."),
        "webhook",
        WebhookRight.MANAGE,
        main_only=True,
    ),
    Section(
        Group.OWN_SETTINGS,
        80,
        "webhooks:mail",
        _("E-mail about syncs"),
        _("Whether you get an e-mail when a sync has ended. Everybody chooses for themselves."),
        "bell",
        AdministrationRight.SEE,
        main_only=True,
    ),
)
