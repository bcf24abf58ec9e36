"""Who is pointed at by daily data."""

from collections.abc import Sequence

from tenants.schema_hooks import SchemaHooks


class BusinessSchemaHooks(SchemaHooks):
    """The employee of a work order."""

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [("business_workorder", "employee_id")]
