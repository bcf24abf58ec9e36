"""Refusing a sync login that could write more than the fence lets it, whatever was granted to it."""

from typing import Any

import psycopg
from django.db import connection as default_connection

from tenants.postgresql_backend.requirements import UnfitDatabase, faults_of_role

# Whoever owns something has all rights on it, and nobody can take them away. Members of another role can become that
# role, NOINHERIT or not. Before PostgreSQL 16, CREATEROLE may make itself a member of whatever is no superuser.
FACTS = """
SELECT r.rolname, r.rolsuper, r.rolcreaterole, r.rolreplication,
    ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid ORDER BY 1),
    EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid),
    EXISTS (SELECT 1 FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
        AND s.deptype = 'o' AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())),
    current_setting('session_replication_role')
FROM pg_roles r WHERE r.rolname = session_user
"""


def refuse_powerful_login(connection: "psycopg.Connection[Any]") -> None:
    """Refuse a login of which `faults_of_login` finds something. Raises UnfitDatabase."""
    faults = faults_of_login(connection)
    if faults:
        raise UnfitDatabase(" ".join(faults))


def faults_of_login(connection: "psycopg.Connection[Any]") -> list[str]:
    """Return a sentence for each thing that would let the login of this connection pass the fence."""
    (row,) = connection.execute(FACTS).fetchall()
    login, is_superuser, makes_roles, replicates, roles, owns_database, owns_something, role = row
    if login == default_connection.settings_dict["USER"]:
        return [f"SYNC_DATABASE_URL names {login}, the login of DATABASE_URL: a sync must have a login of its own."]
    powers = {"SUPERUSER": is_superuser, "CREATEROLE": makes_roles, "REPLICATION": replicates}
    faults = [
        f"{login} in SYNC_DATABASE_URL may do what no sync should: ALTER ROLE {login} NO{power}."
        for power, has_it in powers.items()
        if has_it
    ]
    faults += [
        f"{login} in SYNC_DATABASE_URL is a member of {role}, with all that {role} may do: REVOKE {role} FROM {login}."
        for role in roles
    ]
    faults += faults_of_role(login, role)
    if owns_database:
        faults.append(f"{login} in SYNC_DATABASE_URL owns the database: ALTER DATABASE … OWNER TO the other login.")
    if owns_something:
        faults.append(
            f"{login} in SYNC_DATABASE_URL owns tables or schemas of the database:"
            f" REASSIGN OWNED BY {login} TO the login of DATABASE_URL."
        )
    return faults
