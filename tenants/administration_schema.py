"""Making and dropping an administration's schema. Each step may be repeated: a killed worker leaves nothing
half-made."""

from django.db import transaction

from .migrating import code_head, refresh_template
from .models import Administration, SchemaTemplate
from .schema_hooks import schema_hooks
from .template_schema import drop_schema, replay_schema


def create_schema(administration: Administration) -> None:
    """Create the administration's schema at the migration head by replaying the template's DDL, all or nothing.

    What an earlier attempt left is dropped first: the administration is not active yet, so nobody worked in it.
    """
    assert administration.state != Administration.State.ACTIVE
    refresh_template()
    with transaction.atomic():
        drop_schema(administration.schema_name)
        replay_template(administration)


def replay_template(administration: Administration) -> None:
    """Make the administration's schema, without rows, at the migration head; the template must be there."""
    template = SchemaTemplate.objects.get(head=code_head())
    replay_schema(template.ddl, administration.schema_name)
    if administration.is_main:
        schema_hooks.prepare_main(administration.schema_name)
    administration.migration_head = template.head
    administration.save(update_fields=["migration_head"])


def remove_schema(administration: Administration) -> None:
    """Drop the administration's schema with everything in it."""
    assert administration.state == Administration.State.DELETING
    drop_schema(administration.schema_name)
