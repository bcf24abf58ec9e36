"""The template of new administrations against its DDL, which was kept when it was made: nobody works in it."""

from collections.abc import Iterator

from django.db import DatabaseError, OperationalError, transaction

from settings_sync.engine.standing import read_triggers
from settings_sync.services.doctor.faults import Fault, named
from tenants.migrating import code_head
from tenants.models import SchemaTemplate
from tenants.structure import read_structure
from tenants.template_schema import SCHEMA_MARK, TEMPLATE_SCHEMA, replay_schema

MADE_ANEW = "template_made_anew"


def faults_of_template() -> Iterator[Fault]:
    """What of the template differs from what its DDL makes: with either of them changed, new administrations differ."""
    standing = _everything_in(TEMPLATE_SCHEMA)
    try:
        kept = _made_from_ddl()
    except OperationalError:
        raise
    except DatabaseError as error:
        yield Fault("template-differs", facts={"number": 1, "names": str(error).strip().partition("\n")[0]})
        return
    wrong = [name for name in {*standing, *kept} if standing.get(name) != kept.get(name)]
    if wrong:
        yield Fault("template-differs", facts=named(wrong))


def _made_from_ddl() -> dict[str, object]:
    """What the DDL makes, in a schema that is gone again when this returns."""
    with transaction.atomic():
        replay_schema(SchemaTemplate.objects.get(head=code_head()).ddl, MADE_ANEW)
        made = _everything_in(MADE_ANEW)
        transaction.set_rollback(True)
    return made


def _everything_in(schema: str) -> dict[str, object]:
    triggers = {
        f"{name} on {table}": (one.fires, one.definition) for (table, name), one in read_triggers(schema).items()
    }
    return {**read_structure(schema), **triggers}


def is_of_template(statement: str, ddl: str) -> bool:
    """Whether a trigger of the template, by the statement that makes it, was there when the template was made."""
    return statement.replace(f"{TEMPLATE_SCHEMA}.", f"{SCHEMA_MARK}.") in ddl
