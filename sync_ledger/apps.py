from django.apps import AppConfig


class SyncLedgerConfig(AppConfig):
    name = "sync_ledger"

    def ready(self) -> None:
        from tenants.preparing import preparations

        preparations.accounts.append(("sync_ledger_edit", "by_id"))
