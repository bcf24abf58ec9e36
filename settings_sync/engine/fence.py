"""The fence around business data, and the triggers that note which items were touched.

The sync login may write the registered settings tables and its own books, and nothing else: what it may,
`sync_rights.py` says, and a test compares that with the rights that are held, to the letter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import connection, transaction

from settings_sync.declaring.kinds import all_kinds
from tenants.models import Administration
from tenants.session_locks import session_lock

from . import sql
from .granting import GRANTING_LOCK, set_rights
from .rows import documents_in
from .standing import read_triggers
from .sync_rights import expected_rights, expected_shared_rights, guarded_tables, settings_tables
from .triggers import EDIT_LOCK, Trigger, guards_on, make_functions, triggers_of


def sync_login() -> str:
    """The name of the PostgreSQL role that applies syncs."""
    return unquote(urlsplit(settings.SYNC_DATABASE_URL).username or "")


def install_shared() -> None:
    """Create the trigger functions and grant the sync login its rights in the shared schema."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two migrations at once would replace the same functions, which PostgreSQL refuses to the second one.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext('functions'))", [GRANTING_LOCK])
        cursor.execute(make_functions(sync_login()))
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
    # Before any right is given that a cascade would carry further.
    refuse_cascades(schema)
    if Administration.objects.filter(schema_name=schema, parent=None).exists():
        close_to_syncs(schema)
    else:
        set_rights(schema, sync_login(), expected_rights(), may_enter=True)
    standing = read_triggers(schema)
    with connection.cursor() as cursor:
        for trigger in expected_triggers():
            found = standing.get((trigger.table, trigger.name))
            if found is None or not found.fires or found.definition != trigger.definition:
                # Each by itself: whoever held several tables at once could wait for one that waits for the first.
                cursor.execute(trigger.statement(schema))
        cursor.execute(_mark_all(schema))
        # Of an administration, that is: nobody counts what stands in the template.
        cursor.execute(
            "INSERT INTO public.settings_sync_touched (schema_name)"
            " SELECT schema_name FROM public.tenants_administration WHERE schema_name = %s",
            [schema],
        )


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
            "SELECT DISTINCT own.relname, con.conname FROM pg_class other"
            # By what depends on the table: no index of pg_constraint begins with what a foreign key points at.
            " JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = other.oid"
            " AND d.classid = 'pg_constraint'::regclass"
            " JOIN pg_constraint con ON con.oid = d.objid AND con.confrelid = other.oid"
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
    rights = [*map(str, sorted(expected_rights())), MAINS_ARE_CLOSED]
    made = [trigger.statement("") for trigger in expected_triggers()]
    return "\n".join([*rights, *made, *(documents_in(kind, "") for kind in all_kinds())])


def expected_triggers() -> list[Trigger]:
    """Every trigger of an administration's schema, from the registry."""
    touching = [trigger for kind in all_kinds() for trigger in triggers_of(kind)]
    return [*touching, *guards_on(guarded_tables())]


INDEX_LOCK = 4712


@contextmanager
def turn(schema: str) -> Iterator[None]:
    """Wait until no sync and no editor works in a schema, and keep them out while a block runs.

    Locks of the session, because migrating takes many transactions; in the order in which a sync takes them.
    """
    with session_lock((INDEX_LOCK, schema)), session_lock((EDIT_LOCK, schema)):
        yield


def hold_syncs(schema: str) -> None:
    """Wait until no sync works in a schema, and keep syncs out until the transaction ends; editors go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [INDEX_LOCK, schema])


def _mark_all(schema: str) -> str:
    items = [f"SELECT {sql.literal(kind.key)}, uid FROM {sql.name(schema, kind.root.table)}" for kind in all_kinds()]
    return f"INSERT INTO {sql.name(schema, 'sync_ledger_dirty')} (kind, uid) {' UNION ALL '.join(items)}"
