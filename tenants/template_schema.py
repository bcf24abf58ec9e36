"""The template schema: an empty administration whose DDL is replayed when one is created."""

import os
import re
import subprocess

from django.conf import settings
from django.db import connection
from psycopg import sql

TEMPLATE_SCHEMA = "template_administration"
SCHEMA_MARK = "@@schema@@"
LONGEST_SECONDS = 120
CLIENT_PROGRAMS = "PostgreSQL's client programs of the server's version, or name its pg_dump in PG_DUMP."


class SchemaNotDumped(Exception):
    """pg_dump is needed once after each upgrade, and must not be older than the server."""


def create_empty_schema(schema_name: str, exist_ok: bool = False) -> None:
    """Create a schema without tables."""
    maybe = sql.SQL("IF NOT EXISTS " if exist_ok else "")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}{}").format(maybe, sql.Identifier(schema_name)))


def has_tables(schema_name: str) -> bool:
    """Whether a schema exists, with tables in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = %s)", [schema_name])
        return bool(cursor.fetchone()[0])


def drop_schema(schema_name: str) -> None:
    """Drop a schema with everything in it; nothing happens when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_name)))


def rename_schema(schema_name: str, new_name: str) -> None:
    """Give a schema another name."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema_name), sql.Identifier(new_name))
        )


def dump_schema(schema_name: str) -> str:
    """The DDL of a schema, its rights and its list of migrations included, with the schema's name replaced by a
    mark."""
    ddl = _pg_dump(schema_name, "--schema-only") + _pg_dump(
        schema_name, "--data-only", "--inserts", f"--table={schema_name}.django_migrations"
    )
    if SCHEMA_MARK in ddl:
        raise SchemaNotDumped(f"The DDL contains {SCHEMA_MARK} already.")
    return re.sub(rf"\b{re.escape(schema_name)}\b", SCHEMA_MARK, ddl)


def replay_schema(ddl: str, schema_name: str) -> None:
    """Create a schema from what `dump_schema` returned; call it inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = false")
        # The DDL holds % signs and many statements: it is sent as it is, without parameters.
        cursor.execute(sql.SQL(ddl.replace(SCHEMA_MARK, schema_name)))


def _pg_dump(schema_name: str, *options: str) -> str:
    database = connection.settings_dict
    command = [settings.PG_DUMP, "--no-owner", f"--schema={schema_name}", *options, "--dbname", str(database["NAME"])]
    environment = {
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
    }
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=LONGEST_SECONDS,
        )
    except FileNotFoundError:
        raise SchemaNotDumped(f"pg_dump was not found; install {CLIENT_PROGRAMS}") from None
    except OSError as error:
        raise SchemaNotDumped(
            f"{settings.PG_DUMP} cannot be run ({error.strerror}); install {CLIENT_PROGRAMS}"
        ) from None
    except subprocess.TimeoutExpired:
        raise SchemaNotDumped(f"pg_dump was not done within {LONGEST_SECONDS} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise SchemaNotDumped(_reason(error.stderr.strip())) from None
    return "".join(line for line in done.stdout.splitlines(keepends=True) if _belongs(line))


def _reason(told: str) -> str:
    """Why pg_dump did nothing, in one line; of a version that is too old also what to do."""
    if "server version mismatch" not in told:
        return told.partition("\n")[0]
    versions = told.partition("detail: ")[2].partition("\n")[0]
    return f"pg_dump is older than the server ({versions}); install {CLIENT_PROGRAMS}"


def _belongs(line: str) -> bool:
    """Whether a line of pg_dump's output is kept: its session settings and psql commands are not."""
    return not line.startswith(("\\", "SET ", "SELECT pg_catalog.set_config", "--"))
