"""The stage: a PostgreSQL, a Valkey, workers and a reaper of our own, on loopback, to be killed at will."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local_servers.binaries import find_postgres, find_valkey
from local_servers.data_folder import DataFolder
from local_servers.guard import group_members
from local_servers.postgres import Postgres, recover
from local_servers.processes import Started, Supervisor
from local_servers.servers import environment_for
from local_servers.valkey import Valkey

# The product's own times divided by about eight, so that what waits for a lease does not wait half a minute.
QUICK = {
    "SYNC_LEASE_SECONDS": "3",
    "SYNC_LEASE_RENEWED_SECONDS": "1",
    "SYNC_IDLE_TIMEOUT_MS": "2000",
    "SYNC_LOCK_TIMEOUT_MS": "1000",
    "SYNC_RETRY_SECONDS": "0.3",
    "SYNC_WAKE_AGAIN_SECONDS": "1.5",
    "REAPER_INTERVAL_SECONDS": "0.5",
    "REAPER_WORKS_AFTER_SECONDS": "6",
    "LOG_LEVEL": "WARNING",
}
LEASE_SECONDS = 3.0
WORKER = ["-m", "celery", "-A", "config", "--quiet", "worker", "--pool", "prefork", "--prefetch-multiplier", "1"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
WORKER += ["--concurrency", "1"]
REAPER = ["manage.py", "run_reaper"]


@dataclass
class Stage:
    """Servers and processes in one folder. What dies is started again, as a supervisor would."""

    folder: Path
    supervisor: Supervisor = field(default_factory=Supervisor)
    workers: list[Started] = field(default_factory=list)
    reaper: Started | None = None
    skew: tuple[int, int] = (0, 0)

    def start(self) -> None:
        """Start the servers, and name them in this process's environment."""
        data = DataFolder(self.folder)
        data.prepare()
        self.points = self.folder / "failpoints"
        self.points.mkdir()
        self.logs = data.logs
        programs = Path(sys.prefix)
        binaries = find_postgres(programs)
        self.postgres = Postgres(self.folder / "postgres", binaries, data.secrets(), self.logs / "postgres.log")
        self.database = self.postgres.start(self.supervisor)
        valkey = find_valkey(programs)
        self.valkey = Valkey(self.folder / "valkey", valkey, data.secrets(), self.logs / "valkey.log", durable=False)
        self.broker: Started | None = self.valkey.start(self.supervisor)
        addresses = {
            "SECRET_KEY": data.secrets()["secret_key"],
            "DATABASE_URL": self.postgres.url("eenlijn", "owner_password"),
            "SYNC_DATABASE_URL": self.postgres.url("eenlijn_sync", "sync_password"),
            "SUPERUSER_DATABASE_URL": self.postgres.url("postgres", "superuser_password"),
            "PG_DUMP": str(binaries / "pg_dump"),
            "REDIS_URL": self.valkey.url,
            "EENLIJN_FAILPOINTS": str(self.points),
            **QUICK,
        }
        self.environment = environment_for(addresses, base_url="http://127.0.0.1:8000", demo=True)
        # This process reaches points only where it is told to: those it accepts runs with are others.
        os.environ.update({name: found for name, found in self.environment.items() if name != "EENLIJN_FAILPOINTS"})

    def start_product(self, workers: int = 1, *, skew: tuple[int, int] = (0, 0)) -> None:
        """Start workers, with one process each, and a reaper; `skew` sets their clocks off by so many seconds."""
        self.skew = skew
        while len(self.workers) < workers:
            self.workers.append(self._start("worker", WORKER, skew[0]))
        if self.reaper is None:
            self.reaper = self._start("reaper", REAPER, skew[1])

    def _start(self, name: str, command: list[str], skew: int = 0) -> Started:
        """A child dies with the thread that started it: everything is started by the main thread."""
        off = ["-m", "chaos.skewed", str(skew)] if skew else []
        return self.supervisor.start(
            name, [sys.executable, *off, *command], log=self.logs / f"{name}.log", environment=self.environment
        )

    def stop_product(self) -> None:
        """Stop workers and reaper; the servers stay."""
        for started in [*self.workers, *filter(None, [self.reaper])]:
            _kill_group(started)
            self.supervisor.stop(started, at_most=0.1)
        self.workers = []
        self.reaper = None

    def revive(self) -> None:
        """Start again what has died."""
        for number, worker in enumerate(self.workers):
            if worker.has_ended():
                self.supervisor.stop(worker, at_most=0.1)
                self.workers[number] = self._start("worker", WORKER, self.skew[0])
        if self.reaper is not None and self.reaper.has_ended():
            self.supervisor.stop(self.reaper, at_most=0.1)
            self.reaper = self._start("reaper", REAPER, self.skew[1])

    def stop(self) -> None:
        """Stop everything."""
        self.stop_product()
        self.supervisor.stop_all(at_most=10)

    def kill_database(self) -> None:
        """SIGKILL the database and start it again: it recovers as after a power cut."""
        os.kill(self.database.pid, signal.SIGKILL)
        self.database.process.wait()
        self.supervisor.stop(self.database, at_most=0.1)
        recover(self.postgres.cluster)
        self.database = self.postgres.start(self.supervisor, port=self.postgres.port)

    def checkpoint(self) -> None:
        """Bring everything to disk, so that recovering from a kill reads what came after this."""
        with psycopg.connect(self.environment["SUPERUSER_DATABASE_URL"], autocommit=True) as superuser:
            superuser.execute("CHECKPOINT")

    def kill_broker(self) -> None:
        """SIGKILL the broker; it keeps nothing, so its messages are gone."""
        if self.broker is not None:
            os.kill(self.broker.pid, signal.SIGKILL)
            self.supervisor.stop(self.broker, at_most=0.1)
            self.broker = None

    def start_broker(self) -> None:
        """Start the broker again, empty, where it was."""
        if self.broker is None:
            self.broker = self.valkey.start(self.supervisor, port=self.valkey.port)

    def worker_pids(self) -> list[int]:
        """The processes that do the work: those below the workers that were started."""
        return [pid for worker in self.workers for pid in group_members(worker.pid) if pid != worker.pid]

    @contextmanager
    def set_point(self, name: str, action: str) -> Iterator[Path]:
        """Set a failpoint for the duration of a block; gives the note that a waiting process leaves."""
        note = self.points / f"{name}.reached"
        note.unlink(missing_ok=True)
        new = self.points / f"{name}.new"
        new.write_text(action)
        new.rename(self.points / name)
        try:
            yield note
        finally:
            (self.points / name).unlink(missing_ok=True)
            note.unlink(missing_ok=True)

    def start_python(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a Python program of the project beside us, failpoints included."""
        return self._start("program", list(arguments)).process


def wait_for_note(note: Path, seconds: float = 120.0) -> int | None:
    """The process that reached a point and waits there; None when none did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            return int(note.read_text())
        time.sleep(0.02)
    return None


def send_signal(pid: int, number: int) -> None:
    """Send a signal; a process that is gone is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_group(started: Started) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
