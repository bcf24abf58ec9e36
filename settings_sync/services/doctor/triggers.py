"""The triggers of an administration and the functions that they call, against those that the product makes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from audit import guards
from settings_sync.engine import fence, sql
from settings_sync.engine.triggers import functions, make_functions
from tenants.models import Administration
from tenants.template_schema import TEMPLATE_SCHEMA

from .faults import Fault

FIRES = ("O", "A")
"""In a session as usual, or always."""

FOUND = """
SELECT c.relname, t.tgname, t.tgenabled, t.tgisinternal, t.tgtype, p.proname, t.tgargs,
    coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, ''), pg_get_triggerdef(t.oid)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = to_regnamespace(%s) ORDER BY c.relname, t.tgname
"""
FUNCTIONS = """
SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql' AND NOT p.prosecdef AND p.proname = ANY(%s)
"""

Name = tuple[str, str]
"""(table, trigger)"""
Definition = tuple[int, str, tuple[str, ...], str, str]
"""As `Trigger.definition`."""


@dataclass(frozen=True)
class Found:
    """A trigger as it stands; an internal one is behind a foreign key or another constraint."""

    fires: bool
    is_internal: bool
    definition: Definition
    statement: str


@dataclass(frozen=True)
class Wanted:
    """A trigger as it ought to be, and the statements that make it so."""

    definition: Definition
    statements: tuple[str, ...]


def faults_of_triggers(administration: Administration) -> Iterator[Fault]:
    """What is wrong with the triggers of an administration, those behind its foreign keys included."""
    slug, found = administration.slug, read_triggers(administration.schema_name)
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
    for name, one in read_triggers(TEMPLATE_SCHEMA).items():
        if name not in wanted and not one.is_internal:
            wanted[name] = Wanted(one.definition, _made_anew(schema, name, one))
    return wanted


def _made_anew(schema: str, name: Name, one: Found) -> tuple[str, str]:
    table, trigger = name
    drop = f"DROP TRIGGER IF EXISTS {sql.name(trigger)} ON {sql.name(schema, table)}"
    return drop, one.statement.replace(f"{TEMPLATE_SCHEMA}.", f"{sql.name(schema)}.")


def read_triggers(schema: str) -> dict[Name, Found]:
    """Every trigger of a schema, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [sql.name(schema)])
        return {
            (table, name): Found(
                enabled in FIRES, internal, (kind, function, _texts(arguments), old_rows, new_rows), statement
            )
            for (
                table, name, enabled, internal, kind, function, arguments, old_rows, new_rows, statement
            ) in cursor.fetchall()
        }  # fmt: skip


def _texts(arguments: bytes) -> tuple[str, ...]:
    return tuple(bytes(arguments).decode().split("\0")[:-1])


def repair_triggers(administration: Administration) -> None:
    """Make again the triggers that are missing, off or different; call it while nobody edits or syncs."""
    found = read_triggers(administration.schema_name)
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
    for name in guards.TRIGGERS:
        one = standing.get((guards.TABLE, name))
        if one is None or not one.fires:
            yield Fault("trail-unguarded", facts={"name": name})


def repair_functions() -> None:
    """Make the functions again, and the triggers that guard the trail."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(make_functions(fence.sync_login()))
        for statement in guards.statements():
            cursor.execute(statement)
