"""The database and queue that a command works with: started here, or named by the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_servers.binaries import find_postgres, find_valkey
from local_servers.data_folder import DataFolder
from local_servers.interpreters import python_environment
from local_servers.postgres import Postgres
from local_servers.problems import Problem
from local_servers.processes import PROJECT, Started, Supervisor
from local_servers.valkey import Valkey

NAMED = {
    "DATABASE_URL": ("postgres://user:password@host:5432/name", 5432),
    "SYNC_DATABASE_URL": ("postgres://user:password@host:5432/name", 5432),
    "REDIS_URL": ("redis://host:6379/0", 6379),
}
ANSWER_SECONDS = 5.0
PRINTED = ("DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL", "BASE_URL")


@dataclass
class Servers:
    """Starts what the environment does not name, and knows the addresses of both."""

    data: DataFolder
    supervisor: Supervisor
    durable: bool = True
    programs: Path = PROJECT / ".venv"
    addresses: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    postgres: Postgres | None = None
    """The embedded one; None when the environment names another."""

    def start(self, *, former_ports: Mapping[str, Any] | None = None) -> list[Started]:
        """Start PostgreSQL and Valkey unless real ones are named. Raises Problem."""
        former = former_ports or {}
        started = []
        self.addresses["SECRET_KEY"] = os.environ.get("SECRET_KEY") or self.data.secrets()["secret_key"]
        if not use_named_database(self.addresses):
            started.append(self._start_postgres(former.get("postgres")))
        if os.environ.get("REDIS_URL"):
            self.addresses["REDIS_URL"] = os.environ["REDIS_URL"]
        else:
            started.append(self._start_valkey(former.get("valkey")))
        for name in NAMED:
            if os.environ.get(name):
                refuse_silent_server(name, os.environ[name])
        return started

    def _start_postgres(self, port: int | None) -> Started:
        folder = self.data.path / "postgres"
        log = self.data.logs / "postgres.log"
        binaries = find_postgres(self.programs)
        server = Postgres(folder, binaries, self.data.secrets(), log, self.durable)
        started = server.start(self.supervisor, port=port)
        self.postgres = server
        self.ports["postgres"] = server.port
        self.addresses["DATABASE_URL"] = server.url("eenlijn", "owner_password")
        self.addresses["SYNC_DATABASE_URL"] = server.url("eenlijn_sync", "sync_password")
        self.addresses["PG_DUMP"] = str(binaries / "pg_dump")
        self.addresses["SUPERUSER_DATABASE_URL"] = server.url("postgres", "superuser_password")
        return started

    def _start_valkey(self, port: int | None) -> Started:
        folder = self.data.path / "valkey"
        log = self.data.logs / "valkey.log"
        server = Valkey(folder, find_valkey(self.programs), self.data.secrets(), log, self.durable)
        started = server.start(self.supervisor, port=port)
        self.ports["valkey"] = server.port
        self.addresses["REDIS_URL"] = server.url
        return started


def use_named_database(addresses: dict[str, str]) -> bool:
    """Take over the databases that the environment names; False when it names none. Raises Problem."""
    named = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "SYNC_DATABASE_URL")}
    if not any(named.values()):
        return False
    if not all(named.values()):
        raise Problem(
            "Set both DATABASE_URL (the owner of the database) and SYNC_DATABASE_URL (the login that applies syncs, "
            "with no rights of its own), or neither, to use the embedded PostgreSQL."
        )
    addresses.update(named)
    return True


def refuse_silent_server(name: str, address: str) -> None:
    """Raise Problem when what the environment names is no address, or nothing answers there; sockets are believed."""
    example, usual_port = NAMED[name]
    try:
        parts = urlsplit(address)
        host = parts.hostname
        port = parts.port or usual_port
    except ValueError:
        raise Problem(f"{name} is no address. Write it as {example}.") from None
    if not parts.scheme or "://" not in address:
        raise Problem(f"{name} is no address. Write it as {example}.")
    if not host or host.startswith(("%2f", "/")):
        return
    try:
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise Problem(
            f"{name} names {host}, port {port}, where nothing answers ({error}). Start that server, correct the "
            "address, or leave the variable out to use the embedded server."
        ) from None


def environment_for(addresses: Mapping[str, str], *, base_url: str, demo: bool) -> dict[str, str]:
    """The environment in which manage.py, web, worker and reaper run."""
    own = {
        "BASE_URL": os.environ.get("BASE_URL") or base_url,
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or "127.0.0.1,localhost",
        "DEBUG": os.environ.get("DEBUG") or "false",
        "EENLIJN_DEMO": "true" if demo else "false",
        # Ctrl-C must not take long.
        "EENLIJN_SHUTDOWN_SECONDS": os.environ.get("EENLIJN_SHUTDOWN_SECONDS") or "3",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": path_with_postgres(),
    }
    return {**python_environment(), **own, **addresses}


def path_with_postgres(programs: Path = PROJECT / ".venv") -> str:
    """The search path with our PostgreSQL's programs first: pg_dump must not be older than the server."""
    path = os.environ.get("PATH", os.defpath)
    try:
        return f"{find_postgres(programs)}{os.pathsep}{path}"
    except Problem:
        return path
