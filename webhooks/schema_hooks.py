"""What other systems are told about new administrations."""

from tenants.models import Administration
from tenants.schema_hooks import SchemaHooks

from .services.outbox import announce_ready


class WebhookSchemaHooks(SchemaHooks):
    """A message is written with what it tells, or not at all."""

    def make_ready(self, administration: Administration) -> None:
        announce_ready(administration)
