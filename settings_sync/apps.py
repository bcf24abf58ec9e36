from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SettingsSyncConfig(AppConfig):
    name = "settings_sync"
    verbose_name = _("Syncs")

    def ready(self) -> None:
        from settings_sync.declaring import checks  # noqa: F401

        autodiscover_modules("sync")

        from settings_sync.schema_hooks import SyncSchemaHooks
        from tenants.schema_hooks import schema_hooks

        schema_hooks.register(SyncSchemaHooks())
