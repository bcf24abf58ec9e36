"""Who is pointed at by the log of edits."""

from collections.abc import Sequence

from tenants.schema_hooks import SchemaHooks


class LedgerSchemaHooks(SchemaHooks):
    """Who made an edit."""

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [("sync_ledger_edit", "by_id")]
