"""A pooler that shares sessions out is refused; one that keeps each session on one connection is not."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from local_servers.processes import free_port
from tenants.postgresql_backend import pooling
from tenants.postgresql_backend.pooling import is_direct, probe, refuse_shared_sessions
from tests.waiting import until


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
    probe(lambda: psycopg.connect(**parameters, autocommit=True))


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


PGBOUNCER = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer")
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed here")


@contextmanager
def pgbouncer(folder: Path, mode: str) -> Iterator[dict[str, Any]]:
    """A real PgBouncer before the database of the tests; gives how to connect through it."""
    found, port = connection.settings_dict, free_port()
    (folder / "users.txt").write_text(f'"{found["USER"]}" "{found["PASSWORD"]}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={found['HOST']} port={found['PORT']}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = plain\nauth_file = {folder}/users.txt\npool_mode = {mode}\n"
        "unix_socket_dir =\ndefault_pool_size = 10\nignore_startup_parameters = extra_float_digits,options\n"
    )
    # It refuses to run as root.
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    for path in (*folder.parents, folder, *folder.iterdir()):
        if path.is_relative_to(tempfile.gettempdir()) and path != Path(tempfile.gettempdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
    with subprocess.Popen([PGBOUNCER, *account, str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_it_listens(port)
            yield {"host": "127.0.0.1", "port": port, "user": found["USER"], "password": found["PASSWORD"],
                   "dbname": found["NAME"]}  # fmt: skip
        finally:
            process.terminate()


def wait_until_it_listens(port: int) -> None:
    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    until(listens, "PgBouncer")


@needs_pgbouncer
@pytest.mark.parametrize("mode", ["transaction", "statement", "session"])
def test_a_real_pgbouncer_is_refused_unless_each_session_has_its_own_connection(db, tmp_path, monkeypatch, mode):
    monkeypatch.setattr(pooling, "_known", {})
    with pgbouncer(tmp_path, mode) as parameters, psycopg.connect(**parameters, autocommit=True) as through:
        assert not is_direct(through)
        if mode == "session":
            refuse_shared_sessions(through, parameters)
            return
        with pytest.raises((ImproperlyConfigured, psycopg.Error)) as refused:
            refuse_shared_sessions(through, parameters)
        assert mode == "statement" or "pool_mode = session" in str(refused.value)
