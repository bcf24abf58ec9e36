"""The fence around business data, and the triggers that note which items were touched.

The sync login may write the registered settings tables and its own books, and nothing else. The rights are written from
the registry; `granted_rights` and `expected_rights` let a test compare them to the letter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import ForeignKey, Model

from settings_sync.declaring.kinds import Kind, Table, all_kinds, tenant_models
from settings_sync.declaring.registry import registry
from tenants.models import Administration

from . import sql
from .granting import GRANTING_LOCK, Right, set_rights

BOOKS_IN_CHILD = {
    "sync_ledger_base": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sync_ledger_indexentry": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sync_ledger_deviation": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "sync_ledger_dirty": ("INSERT",),
    "django_migrations": ("SELECT",),
}
SHARED_RIGHTS = {
    "settings_sync_document": ("SELECT",),
    "settings_sync_synctarget": ("SELECT",),
    "settings_sync_receipt": ("INSERT",),
    "settings_sync_finding": ("INSERT",),
    "settings_sync_formerdocument": ("INSERT",),
    "audit_auditentry": ("INSERT",),
}
TARGET_STATE_COLUMNS = (
    "state",
    "counts",
    "error_code",
    "error_facts",
    "error_detail",
    "finished_at",
    "lease_token",
    "leased_until",
)


def sync_login() -> str:
    """The name of the PostgreSQL role that applies syncs."""
    return unquote(urlsplit(settings.SYNC_DATABASE_URL).username or "")


def install_shared() -> None:
    """Create the trigger functions and grant the sync login its rights in the shared schema."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two migrations at once would replace the same functions, which PostgreSQL refuses to the second one.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext('functions'))", [GRANTING_LOCK])
        cursor.execute(_functions())
        # Everybody may make temporary tables in a new database; the sync login has no use for them.
        cursor.execute(
            "DO $$ BEGIN IF has_database_privilege('public', current_database(), 'TEMPORARY') THEN"
            " EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END IF; END $$"
        )
        set_rights("public", sync_login(), expected_shared_rights(), may_enter=True)


def install(schema: str) -> None:
    """Create the triggers of one administration's schema and grant the sync login exactly its rights there.

    All its items are marked as touched: what travels may have changed with the code, and no trigger tells. Raises
    CascadeFound when writing settings there could write anything else.
    """
    refuse_cascades(schema)
    if Administration.objects.filter(schema_name=schema, parent=None).exists():
        close_to_syncs(schema)
    else:
        set_rights(schema, sync_login(), expected_rights(), may_enter=True)
    with connection.cursor() as cursor:
        for kind in all_kinds():
            for statement in _triggers(kind, schema):
                cursor.execute(statement)
            cursor.execute(_mark_all(kind, schema))
        for table in guarded_tables():
            cursor.execute(_guard(schema, table))


def close_to_syncs(schema: str) -> None:
    """Leave the sync login no right at all in a schema, as in a main administration: nothing is ever synced to it."""
    set_rights(schema, sync_login(), set(), may_enter=False)


class CascadeFound(Exception):
    """A foreign key in the database would change daily data together with a setting."""


def refuse_cascades(schema: str) -> None:
    """Refuse a schema when a table that no sync may write, wherever it is, has a cascade from one that it writes there.

    Rights do not stop a cascade, which runs as the owner of the table. Raises CascadeFound.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT own.relname, con.conname FROM pg_class other JOIN pg_constraint con ON con.confrelid = other.oid"
            " JOIN pg_class own ON own.oid = con.conrelid"
            " WHERE other.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND con.contype = 'f'"
            " AND other.relname = ANY(%s)"
            " AND (own.relnamespace <> other.relnamespace OR own.relname <> ALL(%s))"
            " AND (con.confdeltype NOT IN ('a', 'r') OR con.confupdtype NOT IN ('a', 'r'))",
            [schema, settings_tables(), settings_tables()],
        )
        found = [f"{name} on {table}" for table, name in cursor.fetchall()]
    if found:
        raise CascadeFound(f"Make these foreign keys NO ACTION or RESTRICT: {', '.join(found)}.")


MAINS_ARE_CLOSED = "no rights in main administrations"


def mark() -> str:
    """Everything that `install` depends on, and how documents are read: it differs when a release must install anew."""
    rights = [*map(str, sorted(expected_rights())), *(_guard("", table) for table in guarded_tables())]
    rights.append(MAINS_ARE_CLOSED)
    return "\n".join(
        [*rights, *(text for kind in all_kinds() for text in (sql.documents(kind, ""), *_triggers(kind, "")))]
    )


def expected_shared_rights() -> set[Right]:
    """What the sync login may do in the shared schema."""
    whole = {(table, "", privilege) for table, privileges in SHARED_RIGHTS.items() for privilege in privileges}
    return whole | {("settings_sync_synctarget", column, "UPDATE") for column in TARGET_STATE_COLUMNS}


def expected_rights() -> set[Right]:
    """What the sync login may do in an administration's schema, from the registry."""
    rights = {(table, "", privilege) for table, privileges in BOOKS_IN_CHILD.items() for privilege in privileges}
    for table in settings_tables():
        rights |= {(table, "", privilege) for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    return rights | {(table, column, "SELECT") for table, column, _target in business_references()}


def settings_tables() -> list[str]:
    """Every table that a sync may write: items, parts and links."""
    kinds = all_kinds()
    return [table.table for kind in kinds for table in kind.tables] + [
        link.table for kind in kinds for link in kind.links
    ]


def guarded_tables() -> list[str]:
    """Every table of an administration that a sync must never write: daily data, and the log of edits."""
    excluded = [model for model in tenant_models() if model in registry.excluded]
    tables = [model._meta.db_table for model in excluded]
    tables += [field.m2m_db_table() for model in excluded for field in model._meta.local_many_to_many]
    return [table for table in tables if table not in BOOKS_IN_CHILD]


def business_references() -> list[tuple[str, str, type[Model]]]:
    """(table, column, settings model) of every foreign key from an excluded model to a registered one."""
    return [
        (model._meta.db_table, field.column, field.related_model)
        for model in tenant_models()
        if model in registry.excluded
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.related_model in registry.declared
    ]


def _functions() -> str:
    login = sql.literal(sync_login())
    return f"""
CREATE OR REPLACE FUNCTION public.settings_sync_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An edit and a sync of the same administration take turns; edits do not wait for each other.
    IF session_user <> {login} THEN
        PERFORM pg_advisory_xact_lock_shared({EDIT_LOCK}, hashtext(TG_TABLE_SCHEMA));
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION public.settings_sync_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text := format(TG_ARGV[1], TG_TABLE_SCHEMA);
BEGIN
    IF session_user = {login} THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        found := found || ' UNION ' || replace(found, 'FROM new_rows', 'FROM old_rows');
    ELSIF TG_OP = 'DELETE' THEN
        found := replace(found, 'FROM new_rows', 'FROM old_rows');
    END IF;
    EXECUTE format('INSERT INTO %I.sync_ledger_dirty (kind, uid) SELECT DISTINCT %L, q.uid FROM (%s) q',
        TG_TABLE_SCHEMA, TG_ARGV[0], found);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION public.settings_sync_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Rights do not stop a foreign key's cascade, which runs as the table's owner; this does.
    IF session_user = {login} THEN
        RAISE EXCEPTION 'A sync may not write %.', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""


GUARD_SAYS = "A sync may not write"
"""How the guard's refusal begins. Its code is that of any right that is missing; its words tell them apart."""

EDIT_LOCK = 4711
INDEX_LOCK = 4712

EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


@contextmanager
def turn(schema: str) -> Iterator[None]:
    """Wait until no sync and no editor works in a schema, and keep them out while a block runs.

    Locks of the session, because migrating takes many transactions; in the order in which a sync takes them.
    """
    locks = (INDEX_LOCK, EDIT_LOCK)
    with connection.cursor() as cursor:
        for lock in locks:
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [lock, schema])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for lock in reversed(locks):
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [lock, schema])


def hold_syncs(schema: str) -> None:
    """Wait until no sync works in a schema, and keep syncs out until the transaction ends; editors go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [INDEX_LOCK, schema])


def _guard(schema: str, table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER sync_refuse BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE"
        f" ON {sql.name(schema, table)} FOR EACH STATEMENT EXECUTE FUNCTION public.settings_sync_refuse()"
    )


def _triggers(kind: Kind, schema: str) -> list[str]:
    touched = [(table.table, _item_of_part(table)) for table in kind.tables]
    touched += [(link.table, _item_of_link(kind, link.own_column)) for link in kind.links]
    return [statement for table, query in touched for statement in _table_triggers(kind, schema, table, query)]


def _table_triggers(kind: Kind, schema: str, table: str, query: str) -> list[str]:
    on = sql.name(schema, table)
    statements = [
        f"CREATE OR REPLACE TRIGGER sync_enter BEFORE INSERT OR UPDATE OR DELETE ON {on}"
        " FOR EACH STATEMENT EXECUTE FUNCTION public.settings_sync_enter()"
    ]
    for event, rows in EVENTS.items():
        statements.append(
            f"CREATE OR REPLACE TRIGGER sync_touch_{event} AFTER {event} ON {on} {rows} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION public.settings_sync_touch({sql.literal(kind.key)}, {sql.literal(query)})"
        )
    return statements


def _mark_all(kind: Kind, schema: str) -> str:
    dirty, items = sql.name(schema, "sync_ledger_dirty"), sql.name(schema, kind.root.table)
    return f"INSERT INTO {dirty} (kind, uid) SELECT {sql.literal(kind.key)}, uid FROM {items}"


def _item_of_part(table: Table) -> str:
    """The uids of the items that rows of a table belong to; `%1$I` is the schema, for `format` in the trigger."""
    if table.parent is None:
        return "SELECT c.uid FROM new_rows c"
    joins, below, column = "", "c", table.parent_column
    for number, above in enumerate(table.path[1:]):
        joins += f" JOIN %1$I.{above.table} u{number} ON u{number}.id = {below}.{column}"
        below, column = f"u{number}", above.parent_column
    return f"SELECT {below}.uid FROM new_rows c{joins}"


def _item_of_link(kind: Kind, own_column: str) -> str:
    return f"SELECT u.uid FROM new_rows c JOIN %1$I.{kind.root.table} u ON u.id = c.{own_column}"
