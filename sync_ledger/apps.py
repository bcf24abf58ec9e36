from django.apps import AppConfig


class SyncLedgerConfig(AppConfig):
    name = "sync_ledger"

    def ready(self) -> None:
        from tenants.schema_hooks import schema_hooks

        from .schema_hooks import LedgerSchemaHooks

        schema_hooks.register(LedgerSchemaHooks())
