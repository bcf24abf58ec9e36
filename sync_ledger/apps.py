from django.apps import AppConfig


class SyncLedgerConfig(AppConfig):
    name = "sync_ledger"
