"""`./dev up`: servers, migrations, demo data, web, worker and reaper, watched until it is time to stop."""

import contextlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local_servers.data_folder import DataFolder
from local_servers.postgres import Postgres
from local_servers.problems import Problem, last_lines
from local_servers.processes import PROJECT, Started, Supervisor, refuse_busy_port
from local_servers.servers import PRINTED, Servers, environment_for
from local_servers.translations import compile_catalogs

READY_SECONDS = 60.0
MOST_RESTARTS = 5
RESTART_WINDOW_SECONDS = 60.0
QUEUE = "Valkey"
DATABASE = "PostgreSQL"
REFUSED = 2
"""The exit code of a command that says in one sentence why it did nothing."""


@dataclass
class Service:
    """A process of the product that is started again when it dies."""

    name: str
    command: list[str]
    deaths: list[float] = field(default_factory=list)
    started: Started | None = None

    def dies_too_often(self) -> bool:
        """Note a death; whether there were too many in a short time."""
        now = time.monotonic()
        self.deaths = [moment for moment in self.deaths if now - moment < RESTART_WINDOW_SECONDS] + [now]
        return len(self.deaths) > MOST_RESTARTS


@dataclass
class Product:
    """The whole product in one data folder."""

    data: DataFolder
    port: int
    demo: bool
    python: Path
    supervisor: Supervisor = field(default_factory=Supervisor)

    def __post_init__(self) -> None:
        self.servers: list[Started] = []
        self.deaths = {name: Service(name, []) for name in (QUEUE, DATABASE)}
        self.postgres: Postgres | None = None
        self.services = services(str(self.python), self.port)
        self.environment: dict[str, str] = {}
        self.embedded_ports: dict[str, int] = {}

    @property
    def base_url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything and wait until it answers. Raises Problem."""
        refuse_busy_port(self.port)
        former_ports = self._former_ports()
        say("Starting the databases ...")
        servers = Servers(self.data, self.supervisor, programs=self.python.parent.parent)
        self.servers = servers.start(former_ports=former_ports)
        self.postgres = servers.postgres
        self.embedded_ports = servers.ports
        self.environment = environment_for(servers.addresses, base_url=self.base_url, demo=self.demo)
        if self.demo:
            self.environment |= mail_to_look_at(self.data)
        compile_catalogs(PROJECT)
        say("Migrating ...")
        self.manage("migrate_administrations")
        # Before the first of them answers: who sees that, and gives a command, must find what runs here.
        self._write_state(servers)
        say(
            "Starting web, worker and reaper ..." if not self.demo else "Starting web, worker and reaper; demo data ..."
        )
        for service in self.services:
            self._start_service(service)
        # They need no data to start, so they do while the demo data is made.
        accounts = self._load_demo_once() if self.demo else ""
        self._wait_until_ready()
        self._write_state(servers)
        say(f"\nEenlijn runs at {self.environment['BASE_URL']}\n{accounts}".rstrip())

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; its output. Raises Problem with the end of its output."""
        log = self.data.logs / "manage.log"
        start = log.stat().st_size if log.exists() else 0
        command = [str(self.python), "manage.py", *arguments]
        running = self.supervisor.start(arguments[0], command, log=log, environment=self.environment)
        while not running.has_ended():
            self._check_servers()
            time.sleep(0.02)
        self.supervisor.stop(running)
        with log.open("rb") as stream:
            stream.seek(start)
            said = stream.read().decode(errors="replace")
        if running.process.returncode == REFUSED:
            raise Problem(said.strip().rpartition("\n")[2])
        if running.process.returncode != 0:
            raise Problem(f"manage.py {arguments[0]} failed. Its log, {log}, ends with:\n{last_lines(log, 15)}")
        return said

    def _load_demo_once(self) -> str:
        # Beside the embedded database, so that it is forgotten together with it.
        note = self.data.path / "postgres" / "demo-accounts"
        embedded = "postgres" in self.embedded_ports
        if note.exists() and embedded:
            return note.read_text()
        accounts = self.manage("load_demo")
        if embedded:
            note.write_text(accounts)
        return accounts

    def watch(self) -> None:
        """Stay until stopped; start again what dies. Raises Problem when something keeps dying."""
        while True:
            self._check_servers()
            for service in self.services:
                if service.started is not None and service.started.has_ended():
                    self._restart(service)
            time.sleep(0.2)

    def stop(self, *, now: bool = False) -> None:
        """Stop everything: the product first, then the servers."""
        if now:
            self.supervisor.kill_all()
        else:
            self.supervisor.stop(*[service.started for service in self.services if service.started])
            self.supervisor.stop_all()
        self.data.clear_state()

    def _former_ports(self) -> dict[str, int]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.data.path / "ports.json").read_text()))
        return {}

    def _write_state(self, servers: Servers) -> None:
        (self.data.path / "ports.json").write_text(json.dumps(servers.ports))
        processes = {service.name: service.started.pid for service in self.services if service.started}
        environment = {name: self.environment[name] for name in (*PRINTED, *servers.addresses, "EENLIJN_DEMO")}
        self.data.write_state({"supervisor": os.getpid(), "processes": processes, "environment": environment})

    def _start_service(self, service: Service) -> None:
        service.started = self.supervisor.start(
            service.name,
            service.command,
            log=self.data.logs / f"{service.name}.log",
            environment=self.environment,
        )

    def _restart(self, service: Service) -> None:
        assert service.started is not None
        if service.dies_too_often():
            raise service.started.died()
        say(f"{service.name} stopped by itself; starting it again (see {service.started.log}).")
        self.supervisor.stop(service.started)
        self._start_service(service)

    def _check_servers(self) -> None:
        for server in list(self.servers):
            if server.has_ended():
                self._start_again(server)

    def _start_again(self, server: Started) -> None:
        """The others go on meanwhile: without the queue, which only wakes, or until the database is back."""
        if self.deaths[server.name].dies_too_often():
            raise server.died()
        say(f"{server.name} stopped by itself; starting it again (see {server.log}).")
        self.servers.remove(server)
        self.supervisor.stop(server)
        self.servers.append(self._again(server))

    def _again(self, server: Started) -> Started:
        if server.name == DATABASE and self.postgres is not None:
            return self.postgres.start_again(self.supervisor)
        command = [str(part) for part in server.process.args]  # type: ignore[union-attr]
        return self.supervisor.start(server.name, command, log=server.log)

    def _wait_until_ready(self) -> None:
        wait_for("The web server", lambda: answers(f"{self.base_url}/readyz"), self._check_services)

    def _check_services(self) -> None:
        self._check_servers()
        for service in self.services:
            if service.started is not None and service.started.has_ended():
                raise service.started.died()


def mail_to_look_at(data: DataFolder) -> dict[str, str]:
    """The environment in which mail becomes files that a page of the demo shows; none where a mail server is named."""
    if os.environ.get("EMAIL_URL"):
        return {}
    sender = os.environ.get("DEFAULT_FROM_EMAIL") or "Eenlijn <noreply@eenlijn.example>"
    return {"EMAIL_URL": f"filemail:///{(data.path / 'mail').resolve()}", "DEFAULT_FROM_EMAIL": sender}


def services(python: str, port: int) -> list[Service]:
    """The processes of the product."""
    web = [python, "-m", "gunicorn", "config.wsgi:application", "-c", "python:config.web_server"]
    web += ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "3"]
    worker = [python, "-m", "celery", "-A", "config", "--quiet", "worker", "--pool", "prefork"]
    worker += ["--prefetch-multiplier", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker += ["--loglevel", "INFO"]
    return [
        Service("web", web),
        Service("worker", worker),
        Service("reaper", [python, "manage.py", "run_reaper"]),
    ]


def answers(address: str) -> bool:
    """Whether this address answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # nosec B310 # our own address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, http.client.HTTPException):
        return False


def wait_for(what: str, ready: Callable[[], bool], check: Callable[[], None]) -> None:
    """Wait until `ready`; `check` raises when waiting has no use. Raises Problem after a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        check()
        if time.monotonic() > deadline:
            raise Problem(f"{what} did not get ready in {READY_SECONDS:.0f} s; see the logs in the data folder.")
        time.sleep(0.1)


def say(text: str) -> None:
    """Tell the terminal; a terminal that is gone is no reason to stop."""
    with contextlib.suppress(BrokenPipeError):
        print(text, flush=True)
