"""The privilege audit of one schema: every right of the sync login and of everybody."""

from django.db import connection

from settings_sync.engine.fence import sync_login
from settings_sync.engine.granting import Right


def granted_in(schema: str) -> set[Right]:
    """Every right on a table, sequence or column of a schema; a right that may be passed on counts as another one."""
    whom = "a.grantee IN (0, %(login)s::regrole)"
    passes_on = "a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.relname, '', {passes_on} FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a"
            f" WHERE c.relnamespace = %(schema)s::regnamespace AND {whom} UNION ALL"
            f" SELECT c.relname, t.attname, {passes_on} FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid"
            f" CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE c.relnamespace = %(schema)s::regnamespace AND {whom}",
            {"login": sync_login(), "schema": schema},
        )
        return set(cursor.fetchall())
