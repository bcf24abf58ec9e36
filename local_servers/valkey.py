"""One embedded server that speaks the Redis protocol, on loopback, with a password."""

import contextlib
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_servers.data_folder import write_privately
from local_servers.problems import Problem
from local_servers.processes import Started, Supervisor, free_port

START_SECONDS = 20.0


@dataclass
class Valkey:
    """An embedded Valkey or Redis; `durable` keeps its contents on disk."""

    folder: Path
    program: Path
    passwords: Mapping[str, str]
    log: Path
    durable: bool = True
    port: int = 0

    def start(self, supervisor: Supervisor, *, port: int | None = None) -> Started:
        """Start it and wait until it answers. Raises Problem."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for _attempt in range(3):
            self.port = free_port(port)
            write_privately(self.folder / "valkey.conf", self._configuration())
            command = [self.program, self.folder / "valkey.conf"]
            started = supervisor.start("Valkey", command, log=self.log, folder=self.folder)
            if self._wait(started):
                return started
            supervisor.stop(started)
            port = None
        raise started.died()

    @property
    def url(self) -> str:
        """Its address, password included."""
        return f"redis://:{self.passwords['valkey_password']}@127.0.0.1:{self.port}/0"

    def _configuration(self) -> str:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.passwords['valkey_password']}",
            f'dir "{folder}"',
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
            "daemonize no",
            "maxmemory-policy noeviction",
        ]
        return "\n".join(lines) + "\n"

    def _wait(self, started: Started) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if started.has_ended():
                return False
            if self.answers():
                return True
            time.sleep(0.02)
        raise Problem(f"Valkey did not get ready in {START_SECONDS:.0f} s. Its log ends with:\n{started.tail()}")

    def answers(self) -> bool:
        """Whether it takes commands with our password."""
        command = f"AUTH {self.passwords['valkey_password']}\r\nPING\r\n".encode()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(command)
            answer = b""
            while chunk := connection.recv(100):
                answer += chunk
                if b"+PONG" in answer or b"-" in answer:
                    return b"+PONG" in answer
        return False
