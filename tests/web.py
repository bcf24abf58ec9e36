"""The product's own web server over the database of a test, in processes of its own, as `./dev up` starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from local_servers.processes import PROJECT, free_port
from local_servers.product import answers, services
from tests.template_database import with_path

READY_SECONDS = 60


@contextmanager
def serving(log: Path, **environment: str) -> Iterator[str]:
    """Where it answers, until the block ends; what it says is in `log`. The test must have committed its rows."""
    port = free_port()
    web = services(sys.executable, port)[0]
    address = f"http://127.0.0.1:{port}"
    with log.open("ab") as said:
        started = subprocess.Popen(
            web.command, cwd=PROJECT, env=_environment(address, environment), stdout=said, stderr=said
        )
        try:
            _wait(started, address, log)
            yield address
        finally:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(15)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def _environment(address: str, more: dict[str, str]) -> dict[str, str]:
    name = connection.settings_dict["NAME"]
    databases = {key: with_path(os.environ[key], name) for key in ("DATABASE_URL", "SYNC_DATABASE_URL")}
    return {**os.environ, **databases, "BASE_URL": address, "ALLOWED_HOSTS": "127.0.0.1", **more}


def _wait(started: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(f"{address}/readyz"):
        assert started.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < until, log.read_text()[-3000:]
        time.sleep(0.1)
