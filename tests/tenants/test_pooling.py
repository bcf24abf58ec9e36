"""A pooler that shares sessions out is refused; one that keeps each session on one connection is not."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tenants.postgresql_backend import pooling
from tenants.postgresql_backend.pooling import is_direct, probe, refuse_shared_sessions


class Backend:
    """A connection of the database: one at a time, with settings of its own."""

    def __init__(self, pid: int) -> None:
        self.pid, self.search_path, self.busy_with = pid, '"$user", public', None


class Pooler:
    """Gives each transaction to a backend that is free, as PgBouncer does; `tracks` carries search_path along."""

    def __init__(self, *, mode: str, tracks: bool = False) -> None:
        self.mode, self.tracks, self.backends = mode, tracks, []

    def connect(self) -> "Session":
        return Session(self)

    def take(self) -> Backend:
        free = [backend for backend in reversed(self.backends) if backend.busy_with is None]
        if not free:
            self.backends.append(Backend(1000 + len(self.backends)))
            free = self.backends[-1:]
        return free[0]


class Session:
    """What a client of the pooler holds."""

    def __init__(self, pooler: Pooler) -> None:
        self.pooler, self.backend, self.told, self.open = pooler, None, None, False

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_error: object) -> None:
        self._release()

    def execute(self, statement: str) -> "Session":
        if self.backend is None:
            self.backend = self.pooler.take()
            self.backend.busy_with = self
            if self.pooler.tracks and self.told:
                self.backend.search_path = self.told
            elif self.pooler.tracks:
                self.backend.search_path = '"$user", public'
        self.open = self.open or statement == "BEGIN"
        self.answer = self._answer(statement)
        if self.pooler.mode == "transaction" and not self.open:
            self._release()
        return self

    def _answer(self, statement: str) -> Any:
        if statement.startswith("SET search_path = "):
            self.told = self.backend.search_path = statement.rpartition(" ")[2]
        return self.backend.search_path if statement == "SHOW search_path" else self.backend.pid

    def _release(self) -> None:
        if self.backend is not None:
            self.backend.busy_with = self.backend = None

    def fetchone(self) -> tuple[Any]:
        return (self.answer,)


def test_a_pooler_in_transaction_mode_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"does not track search_path.*pool_mode = session"):
        probe(Pooler(mode="transaction").connect)


def test_one_that_tracks_the_schema_is_refused_too_because_of_locks():
    with pytest.raises(ImproperlyConfigured) as refused:
        probe(Pooler(mode="transaction", tracks=True).connect)
    assert "does not track" not in str(refused.value)


def test_a_pooler_in_session_mode_is_fine():
    probe(Pooler(mode="session").connect)


def test_so_is_the_database_itself(db):
    connection.ensure_connection()
    assert is_direct(connection.connection)
    parameters = {**connection.get_connection_params()}
    for own in ("cursor_factory", "context"):
        parameters.pop(own)
    probe(lambda: __import__("psycopg").connect(**parameters, autocommit=True))


def test_every_new_connection_asks_and_an_address_is_probed_once(db, monkeypatch):
    probed: list[Any] = []
    monkeypatch.setattr(pooling, "_known", {})
    monkeypatch.setattr(pooling, "is_direct", lambda found: False)
    monkeypatch.setattr(pooling, "probe", probed.append)
    connection.ensure_connection()
    for _time in range(3):
        refuse_shared_sessions(connection.connection, connection.get_connection_params())
    assert len(probed) == 1


def test_the_backend_asks_before_anything_else_is_run(monkeypatch, django_db_blocker, django_db_setup):
    def refuse(*_args: Any) -> None:
        raise ImproperlyConfigured("a pooler")

    with django_db_blocker.unblock():
        other = connection.copy()
        monkeypatch.setattr(pooling, "refuse_shared_sessions", refuse)
        with pytest.raises(ImproperlyConfigured):
            other.cursor()
        other.close()
