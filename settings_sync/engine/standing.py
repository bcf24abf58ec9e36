"""What stands in one schema, looked up by the indexes of PostgreSQL's catalogs, however many schemas there are.

No index of pg_class begins with the schema and none of pg_constraint with the table that a foreign key points at: asked
for by those, a catalog is read from end to end, 300,000 relations of a thousand administrations. What depends on what
is indexed both ways.
"""

from dataclasses import dataclass

from django.db import connection

from . import sql

RELATIONS = (
    "SELECT objid FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass"
    " AND refobjid = to_regnamespace(%(schema)s) AND classid = 'pg_class'::regclass"
)
"""The keys of the tables, views and sequences of the schema `schema`, which is given quoted."""

FIRES = ("O", "A")
"""In a session as usual, or always."""

TRIGGERS = f"""
SELECT c.relname, t.tgname, t.tgenabled, t.tgisinternal, t.tgtype, p.proname, t.tgargs,
    coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, ''), t.tgqual IS NOT NULL OR t.tgattr::text <> '',
    CASE WHEN %(internal)s THEN pg_get_triggerdef(t.oid) ELSE '' END
FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.oid IN ({RELATIONS}) AND (%(internal)s OR NOT t.tgisinternal) ORDER BY c.relname, t.tgname
"""

Name = tuple[str, str]
"""(table, trigger)"""
Definition = tuple[int, str, tuple[str, ...], str, str, bool]
"""As `Trigger.definition`."""


@dataclass(frozen=True)
class Found:
    """A trigger as it stands; an internal one is behind a foreign key or another constraint."""

    fires: bool
    is_internal: bool
    definition: Definition
    statement: str


def read_triggers(schema: str, *, internal: bool = False) -> dict[Name, Found]:
    """The triggers of a schema, by table and name; with `internal` all of them, with the statements that make them."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS, {"schema": sql.name(schema), "internal": internal})
        return {
            (table, name): Found(
                enabled in FIRES, is_internal, (kind, function, _texts(arguments), old_rows, new_rows, limited), made_by
            )
            for (
                table, name, enabled, is_internal, kind, function, arguments, old_rows, new_rows, limited, made_by
            ) in cursor.fetchall()
        }  # fmt: skip


def _texts(arguments: bytes) -> tuple[str, ...]:
    return tuple(bytes(arguments).decode().split("\0")[:-1])
