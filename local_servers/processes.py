"""Starting processes so that none of them outlives its supervisor, and stopping them in order."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_servers.accounts import OWN, Account, preparation
from local_servers.guard import end_groups, group_members, signal_group
from local_servers.problems import Problem, last_lines

PROJECT = Path(__file__).resolve().parent.parent


@dataclass
class Started:
    """A running process: its name for people, its log, and the signal that asks it to stop."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    stop_signal: signal.Signals
    patience: float = 6.0

    @property
    def pid(self) -> int:
        """The process id, also the id of its process group."""
        return self.process.pid

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def died(self) -> Problem:
        """The sentence for a process that ended by itself."""
        code = self.process.poll()
        return Problem(f"{self.name} stopped by itself (code {code}). Its log, {self.log}, ends with:\n" + self.tail())

    def tail(self) -> str:
        """The end of its log."""
        return last_lines(self.log)


@dataclass
class Supervisor:
    """Starts processes, each in a group of its own, watched by a guard that ends them when this process dies."""

    started: list[Started] = field(default_factory=list)
    guard: "subprocess.Popen[str] | None" = None

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        account: Account = OWN,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
        patience: float = 6.0,
        folder: Path = PROJECT,
    ) -> Started:
        """Start a process with its output in `log`; it dies with us, by `death_signal`."""
        self._start_guard()
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                start_new_session=True,
                preexec_fn=preparation(account, death_signal),
            )
        self._tell(f"add {process.pid} {int(death_signal)}")
        started = Started(name, process, log, stop_signal, patience)
        self.started.append(started)
        return started

    def stop(self, *which: Started, at_most: float = 60.0) -> None:
        """Ask these processes to stop, all at once, and end who is still there when its patience is used up."""
        for started in which:
            with contextlib.suppress(ProcessLookupError):
                started.process.send_signal(started.stop_signal)
        asked_at = time.monotonic()
        for started in which:
            left = asked_at + min(started.patience, at_most) - time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.process.wait(max(0.0, left))
        for started in which:
            self._finish(started)

    def stop_all(self, *, at_most: float = 60.0) -> None:
        """Stop everything, last started first."""
        for started in reversed(list(self.started)):
            self.stop(started, at_most=at_most)
        if self.guard is not None and self.guard.stdin is not None:
            with contextlib.suppress(OSError):
                self.guard.stdin.close()
            self.guard.wait()
            self.guard = None

    def kill_all(self) -> None:
        """End everything now."""
        end_groups({started.pid: int(signal.SIGKILL) for started in self.started}, grace=1.0)
        self.stop_all(at_most=0.5)

    def _finish(self, started: Started) -> None:
        if group_members(started.pid):
            signal_group(started.pid, signal.SIGKILL)
        started.process.wait()
        self._tell(f"forget {started.pid}")
        if started in self.started:
            self.started.remove(started)

    def _start_guard(self) -> None:
        if self.guard is not None:
            return
        self.guard = subprocess.Popen(
            [sys.executable, "-S", "-m", "local_servers.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )

    def _tell(self, command: str) -> None:
        if self.guard is None or self.guard.stdin is None:
            return
        with contextlib.suppress(OSError):
            self.guard.stdin.write(command + "\n")
            self.guard.stdin.flush()


def free_port(preferred: int | None = None) -> int:
    """A port on loopback that nobody listens on; the preferred one when it is free."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def refuse_busy_port(port: int) -> None:
    """Raise Problem when the port for the pages is taken or may not be used."""
    if not 1 <= port <= 65535:
        raise Problem(f"{port} is no port number. Choose one between 1024 and 65535 with --port.")
    if port < 1024 and os.geteuid() != 0 and not is_free(port):
        raise Problem(f"Port {port} is reserved for root. Choose another one: ./dev up --port 8001.")
    if not is_free(port):
        raise Problem(f"Port {port} is in use by another program. Choose another one: ./dev up --port {port + 1}.")
