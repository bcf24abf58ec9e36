"""The rights over webhooks."""

from django.utils.translation import gettext_lazy as _

from tenants.rights import Module, Right, register


class WebhookRight(Right):
    """What may be done with webhooks."""

    MANAGE = "webhooks.manage", _("manage webhooks")


register(Module(30, _("Webhooks"), WebhookRight))
