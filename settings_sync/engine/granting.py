"""Bringing the rights that a login has in one schema to exactly those that it should have there.

A sync may be at work meanwhile. So nothing is revoked that stays granted, and everything happens in one transaction:
whoever asks sees the rights of before or those of after, and never the moment between.
"""

from django.db import connection, transaction

from . import sql
from .standing import RELATIONS

Right = tuple[str, str, str]
"""(table, column or "", privilege)"""

GRANTING_LOCK = 4715
"""Two migrations that change rights on the same table at once: PostgreSQL refuses the second one."""

HELD = f"""
WITH login AS (SELECT oid FROM pg_roles WHERE rolname = %(login)s),
tables AS (SELECT oid, relname, relacl FROM pg_class
    WHERE oid IN ({RELATIONS}) AND relkind IN ('r', 'p', 'v', 'm', 'f'))
SELECT t.relname, '', a.privilege_type, a.is_grantable
    FROM tables t CROSS JOIN LATERAL aclexplode(t.relacl) a WHERE a.grantee = (SELECT oid FROM login)
UNION ALL
SELECT t.relname, c.attname, a.privilege_type, a.is_grantable
    FROM tables t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attacl IS NOT NULL
    CROSS JOIN LATERAL aclexplode(c.attacl) a WHERE a.grantee = (SELECT oid FROM login)
"""


def set_rights(schema: str, login: str, wanted: set[Right], *, may_enter: bool) -> None:
    """Give a login exactly the wanted rights on the tables of a schema, and let it enter the schema or not."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [GRANTING_LOCK, schema])
        _set_entry(schema, login, may_enter)
        held = _held(schema, login)
        if too_much := sorted(held - wanted):
            cursor.execute("; ".join(f"REVOKE {_on(schema, right)} FROM {sql.name(login)}" for right in too_much))
            # Read again: what is revoked on a table takes the same right on its columns along.
            held = _held(schema, login)
        missing = sorted(wanted - held)
        if missing:
            cursor.execute("; ".join(f"GRANT {_on(schema, right)} TO {sql.name(login)}" for right in missing))


def _held(schema: str, login: str) -> set[Right]:
    """The rights that a login holds there; that it may pass one on is a right of its own, which nobody wants."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"schema": sql.name(schema), "login": login})
        rows = cursor.fetchall()
    held = {(table, column, privilege) for table, column, privilege, _may_pass_on in rows}
    return held | {
        (table, column, f"GRANT OPTION FOR {privilege}") for table, column, privilege, passes_on in rows if passes_on
    }


def _set_entry(schema: str, login: str, may_enter: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(a.privilege_type), '{}') FROM pg_namespace s"
            " CROSS JOIN LATERAL aclexplode(s.nspacl) a WHERE s.oid = to_regnamespace(%s)"
            " AND a.grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)",
            [sql.name(schema), login],
        )
        (held,) = cursor.fetchone()
        for privilege in set(held) - ({"USAGE"} if may_enter else set()):
            cursor.execute(f"REVOKE {privilege} ON SCHEMA {sql.name(schema)} FROM {sql.name(login)}")
        if may_enter and "USAGE" not in held:
            cursor.execute(f"GRANT USAGE ON SCHEMA {sql.name(schema)} TO {sql.name(login)}")


def _on(schema: str, right: Right) -> str:
    table, column, privilege = right
    what = f"{privilege} ({sql.name(column)})" if column else privilege
    return f"{what} ON {sql.name(schema, table)}"
