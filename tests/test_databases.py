"""A database beside that of the run goes, whoever is still in it."""

import os

import psycopg
import pytest

from tests.databases import drop_database, make_database
from tests.template_database import with_path

NAME = "test_beside"


def names(server: psycopg.Connection) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def test_it_is_made_anew_and_dropped_with_a_session_in_it() -> None:
    address = with_path(os.environ["DATABASE_URL"], "postgres")
    with psycopg.connect(address, autocommit=True) as server:
        make_database(server, NAME, "template1")
        with psycopg.connect(with_path(address, NAME), autocommit=True) as inside:
            inside.execute("CREATE TABLE left_behind ()")
            make_database(server, NAME, "template1")
        with psycopg.connect(with_path(address, NAME), autocommit=True) as inside:
            assert inside.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
            drop_database(server, NAME)
            assert NAME not in names(server)
            with pytest.raises(psycopg.OperationalError):
                inside.execute("SELECT 1")
        drop_database(server, NAME)
