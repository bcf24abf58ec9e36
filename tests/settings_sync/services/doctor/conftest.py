"""Logins of the database that tests plant faults in."""

import os
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tenants.plain_connections import plain_parameters


@pytest.fixture
def superuser() -> Iterator["psycopg.Connection[Any]"]:
    """A connection of who may make roles, in the database of the tests."""
    parts = urlsplit(os.environ["SUPERUSER_DATABASE_URL"])
    where = plain_parameters(user=parts.username, password=parts.password)
    with psycopg.connect(**where, autocommit=True) as made:
        yield made


@pytest.fixture
def login(superuser: "psycopg.Connection[Any]", settings: Any) -> Iterator[str]:
    """A role of this test alone, as the login of SYNC_DATABASE_URL; those of the tests beside it stay as they are."""
    name = f"planted_{uuid.uuid4().hex[:8]}"
    superuser.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT PASSWORD 'planted'").format(sql.Identifier(name)))
    parts = urlsplit(settings.SYNC_DATABASE_URL)
    settings.SYNC_DATABASE_URL = f"postgres://{name}:planted@{parts.hostname}:{parts.port}{parts.path}"
    yield name
    superuser.execute(f"REASSIGN OWNED BY {name} TO eenlijn; DROP OWNED BY {name}; DROP ROLE {name}")
