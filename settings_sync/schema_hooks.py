"""What syncs need of the schema of an administration: rights, triggers, turns, and what goes with a backup."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from tenants.models import Administration
from tenants.schema_hooks import Carried, SchemaHooks

from .engine import fence
from .engine.applying.connections import refuse_unusable_login
from .engine.reading.remembered import upgrade_schema
from .engine.reading.upgrading import upgrade_shared
from .models import Touched
from .services.administrations.backups import CARRIED
from .services.notices.telling import tell_ready
from .services.runs.starting import start_from_main


class SyncSchemaHooks(SchemaHooks):
    """The fence around settings, kept wherever a schema is made or changed."""

    def prepare_shared(self) -> None:
        refuse_unusable_login()
        fence.install_shared()
        upgrade_shared()

    def prepare(self, schema_name: str) -> None:
        # Before that marks everything as touched.
        upgrade_schema(schema_name)
        fence.install(schema_name)

    def mark(self) -> str:
        return fence.mark()

    def prepare_main(self, schema_name: str) -> None:
        fence.close_to_syncs(schema_name)

    def make_ready(self, administration: Administration) -> None:
        Touched.objects.create(schema_name=administration.schema_name)
        tell_ready(administration)

    def welcome(self, administration: Administration) -> None:
        start_from_main(administration)

    def turn(self, schema_name: str) -> AbstractContextManager[None]:
        return fence.turn(schema_name)

    def hold(self, schema_name: str) -> None:
        fence.hold_syncs(schema_name)

    def carried(self) -> Sequence[Carried]:
        return CARRIED
