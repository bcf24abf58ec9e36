"""The triggers of an administration and the functions that they call, against those that the product makes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from audit import guards
from settings_sync.engine import fence, sql
from settings_sync.engine.standing import Definition, Found, Name, read_triggers
from settings_sync.engine.triggers import functions, make_functions
from tenants.migrating import code_head
from tenants.models import Administration, SchemaTemplate
from tenants.template_schema import TEMPLATE_SCHEMA

from .faults import Fault
from .schemas.declared import declared_models
from .schemas.template import is_of_template

# One that runs with the rights of its maker, or with settings of its own, is another function, whatever its text: so it
# counts as missing.
FUNCTIONS = """
SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql' AND NOT p.prosecdef AND p.proname = ANY(%s)
    AND p.pronargs = 0 AND p.proconfig IS NULL
"""
# Those of an extension came with it; one that is off does nothing.
EVENT_TRIGGERS = """
SELECT e.evtname, e.evtowner::regrole::text, e.evtevent FROM pg_event_trigger e
WHERE e.evtenabled <> 'D' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e'
) ORDER BY e.evtname
"""


@dataclass(frozen=True)
class Wanted:
    """A trigger as it ought to be, and the statements that make it so."""

    definition: Definition
    statements: tuple[str, ...]


def faults_of_triggers(administration: Administration) -> Iterator[Fault]:
    """What is wrong with the triggers of an administration, those behind its foreign keys included."""
    slug = administration.slug
    found = read_triggers(administration.schema_name, internal=True)
    wanted = _wanted(administration.schema_name)
    for name in wanted:
        if name not in found:
            yield _fault("trigger-missing", slug, name)
        elif found[name].definition != wanted[name].definition:
            yield _fault("trigger-differs", slug, name)
        elif not found[name].fires:
            yield _fault("trigger-off", slug, name)
    for name in sorted(found.keys() - wanted.keys()):
        if not found[name].is_internal:
            yield _fault("trigger-unknown", slug, name)
    # PostgreSQL keeps foreign keys by triggers of its own, which DISABLE TRIGGER ALL switches off with the others.
    for table in sorted({table for (table, _name), one in found.items() if one.is_internal and not one.fires}):
        yield Fault("foreign-keys-off", slug, {"name": table})


def _fault(code: str, slug: str, name: Name) -> Fault:
    table, trigger = name
    return Fault(code, slug, {"name": f"{trigger} on {table}"})


def _wanted(schema: str) -> dict[Name, Wanted]:
    """The triggers of the registry, and those that migrations of other apps made: these stand in the template."""
    wanted = {
        (trigger.table, trigger.name): Wanted(trigger.definition, (trigger.statement(schema),))
        for trigger in fence.expected_triggers()
    }
    template = SchemaTemplate.objects.filter(head=code_head()).values_list("ddl", flat=True).first() or ""
    for name, one in read_triggers(TEMPLATE_SCHEMA, internal=True).items():
        # Not one that somebody made there since, which repairing would spread.
        if name not in wanted and not one.is_internal and is_of_template(one.statement, template):
            wanted[name] = Wanted(one.definition, _made_anew(schema, name, one))
    return wanted


def _made_anew(schema: str, name: Name, one: Found) -> tuple[str, str]:
    table, trigger = name
    drop = f"DROP TRIGGER IF EXISTS {sql.name(trigger)} ON {sql.name(schema, table)}"
    return drop, one.statement.replace(f"{TEMPLATE_SCHEMA}.", f"{sql.name(schema)}.")


def repair_triggers(administration: Administration) -> None:
    """Make again the triggers that are missing, off or different; call it while nobody edits or syncs."""
    found = read_triggers(administration.schema_name, internal=True)
    with transaction.atomic(), connection.cursor() as cursor:
        for name, wanted in _wanted(administration.schema_name).items():
            one = found.get(name)
            if one is None or not one.fires or one.definition != wanted.definition:
                # One that was off is on again once it is made anew.
                for statement in wanted.statements:
                    cursor.execute(statement)


def faults_of_functions() -> Iterator[Fault]:
    """The functions of the product that are missing or were changed, and the triggers of the trail."""
    wanted = {**functions(fence.sync_login()), guards.FUNCTION: guards.BODY}
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS, [list(wanted)])
        found = dict(cursor.fetchall())
    for name, body in wanted.items():
        if found.get(name) != body:
            yield Fault("function-differs", facts={"name": name})
    standing = read_triggers("public")
    for name, definition in guards.DEFINITIONS.items():
        one = standing.get((guards.TABLE, name))
        if one is None or not one.fires or one.definition != definition:
            yield Fault("trail-unguarded", facts={"name": name})
    tables = {model._meta.db_table for model in declared_models(settings.SHARED_APPS)}
    for table, name in standing:
        if table in tables and (table != guards.TABLE or name not in guards.TRIGGERS):
            yield _fault("trigger-unknown", "", (table, name))


def faults_of_event_triggers() -> Iterator[Fault]:
    """Event triggers, of which the product has none.

    Only a superuser makes one, but it runs as whoever migrates, or enters: it could give back any right that was taken,
    or switch off a trigger that was made. Taking it away is a superuser's to do as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(EVENT_TRIGGERS)
        for name, owner, event in cursor.fetchall():
            yield Fault("event-trigger", facts={"name": name, "who": owner, "event": event})


def repair_functions() -> None:
    """Make the functions again, and the triggers that guard the trail."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(make_functions(fence.sync_login()))
        for statement in guards.statements():
            cursor.execute(statement)
