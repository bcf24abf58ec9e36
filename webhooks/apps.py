from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from tenants.preparing import preparations

        from .services.outbox import announce_ready

        preparations.ready.append(announce_ready)
