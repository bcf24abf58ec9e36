"""Databases beside the one of this test run."""

import psycopg
from psycopg import sql

END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user
"""


def make_database(server: psycopg.Connection, name: str, template: str) -> None:
    """Copy a database, instead of whatever has this name; nobody may be in the one that is copied."""
    drop_database(server, name)
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def drop_database(server: psycopg.Connection, name: str) -> None:
    """Drop a database that may exist, and end the sessions in it.

    WITH (FORCE) is refused to whoever is no superuser while autovacuum happens to be in the database; without it
    PostgreSQL ends autovacuum by itself and waits five seconds for sessions that are ending.
    """
    server.execute(END_SESSIONS, [name])
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
