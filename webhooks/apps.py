from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from tenants.schema_hooks import schema_hooks

        from .schema_hooks import WebhookSchemaHooks

        schema_hooks.register(WebhookSchemaHooks())
