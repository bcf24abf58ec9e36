"""The database and its two logins: whether the rules of the product would hold with them."""

import re
import subprocess
from collections.abc import Iterator

import psycopg
from django.conf import settings
from django.db import connection

from settings_sync.engine.applying.connections import refuse_unusable_login
from tenants.plain_connections import plain_parameters
from tenants.postgresql_backend.requirements import UnfitDatabase, faults_of_database

from .faults import Fault

ANSWERS_WITHIN_SECONDS = 5


def faults_of_logins() -> Iterator[Fault]:
    """What is wrong with version, encoding and locale of the database, and with the owner's and the sync login."""
    with psycopg.connect(**plain_parameters(connect_timeout=ANSWERS_WITHIN_SECONDS), autocommit=True) as owner:
        for sentence in faults_of_database(owner):
            yield Fault("database-unfit", facts={"detail": sentence})
    try:
        refuse_unusable_login()
    except UnfitDatabase as unfit:
        yield Fault("sync-login-unfit", facts={"detail": str(unfit)})
    except psycopg.OperationalError as error:
        yield Fault("sync-login-shut", facts={"detail": first_line(error)})


def faults_of_pg_dump() -> Iterator[Fault]:
    """A pg_dump that is missing, or older than the server, whose schemas it then refuses to read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::integer / 10000")
        (server,) = cursor.fetchone()
    try:
        told = subprocess.run([settings.PG_DUMP, "--version"], capture_output=True, text=True, timeout=60).stdout
    except OSError as error:
        yield Fault("pg-dump-unfit", facts={"detail": str(error)})
        return
    found = re.search(r"\d+", told)
    if found is None or int(found[0]) < server:
        yield Fault("pg-dump-unfit", facts={"detail": f"{told.strip() or settings.PG_DUMP}; PostgreSQL {server}"})


def first_line(error: Exception) -> str:
    """The first line of what an error says."""
    return str(error).strip().partition("\n")[0]
