"""A killed supervisor leaves no process, and nothing that blocks the next start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local_servers.data_folder import DataFolder
from local_servers.guard import is_alive
from local_servers.postgres import orphans
from local_servers.problems import Problem
from local_servers.processes import PROJECT, Supervisor
from local_servers.product import Product
from local_servers.servers import Servers

# Stands in for `./dev up`: both servers, and a process with a child of its own, as a web server has.
from tests.waiting import PATIENCE_SECONDS, until

SUPERVISED = """
import json, sys, time
from pathlib import Path
from local_servers.data_folder import DataFolder
from local_servers.processes import Supervisor
from local_servers.servers import Servers
from local_servers.stopping import Stopped, install_stop_signals

install_stop_signals()
data = DataFolder(Path(sys.argv[1]))
data.prepare()
lock = data.lock(purpose="the first")
supervisor = Supervisor()
servers = Servers(data, supervisor)
servers.start()
family = supervisor.start("family", ["sh", "-c", "sleep 600 & echo $!; wait"], log=data.logs / "family.log")
while not (data.logs / "family.log").read_text().strip():
    time.sleep(0.05)
pids = [started.pid for started in supervisor.started] + [int((data.logs / "family.log").read_text().split()[-1])]
data.write_state({"pids": [*pids, supervisor.guard.pid], "environment": servers.addresses})
try:
    time.sleep(600)
except Stopped:
    supervisor.stop_all()
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in ("DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    for parent in (folder, *folder.parents[:3]):
        if parent.owner() == tmp_path.owner() and parent != Path("/tmp"):
            parent.chmod(0o711)
    return DataFolder(folder)


@pytest.fixture
def supervised(data: DataFolder) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", SUPERVISED, str(data.path)], cwd=PROJECT)
    yield process
    process.kill()
    process.wait()


def wait_for_state(data: DataFolder, process: "subprocess.Popen[bytes]") -> dict[str, list[int]]:
    def state() -> dict[str, list[int]] | None:
        assert process.poll() is None, "the supervisor stopped by itself"
        return data.running()

    return until(state, "the servers") or {}


def alive_after(pids: list[int], seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def query(address: str) -> object:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV], ids=lambda number: number.name)
def test_nothing_is_left_and_the_next_start_works(
    data: DataFolder, supervised: "subprocess.Popen[bytes]", number: signal.Signals
) -> None:
    pids = wait_for_state(data, supervised)["pids"]
    assert len(pids) == 5
    os.kill(supervised.pid, number)
    supervised.wait()
    assert alive_after(pids, PATIENCE_SECONDS) == []

    lock = data.lock(purpose="the second")
    supervisor = Supervisor()
    servers = Servers(data, supervisor)
    try:
        servers.start()
        assert query(servers.addresses["DATABASE_URL"]) == ("eenlijn", False)
        assert query(servers.addresses["SYNC_DATABASE_URL"]) == ("eenlijn_sync", False)
    finally:
        supervisor.stop_all()
        lock.release()


def test_a_second_start_in_the_same_folder_is_refused_in_words(
    data: DataFolder, supervised: "subprocess.Popen[bytes]"
) -> None:
    wait_for_state(data, supervised)
    with pytest.raises(Problem, match=r"the first \(process \d+\) already uses .*--data"):
        data.lock(purpose="the second")


def test_an_orphaned_server_is_stopped_before_the_next_start(data: DataFolder) -> None:
    data.prepare()
    first, second = Supervisor(), Supervisor()
    orphan = Servers(data, first).start()[0]
    try:
        assert orphans(data.path / "postgres" / "cluster")
        servers = Servers(data, second)
        servers.start()
        assert orphan.process.wait(PATIENCE_SECONDS) is not None
        assert query(servers.addresses["DATABASE_URL"]) == ("eenlijn", False)
    finally:
        second.stop_all()
        first.stop_all()


def test_a_killed_database_is_started_again_where_it_was_with_what_it_held(data: DataFolder) -> None:
    data.prepare()
    product = Product(data, port=0, demo=False, python=Path(sys.executable))
    try:
        servers = Servers(data, product.supervisor)
        product.servers, product.postgres = servers.start(), servers.postgres
        with psycopg.connect(servers.addresses["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        [database] = [server for server in product.servers if server.name == "PostgreSQL"]
        os.kill(database.pid, signal.SIGKILL)
        until(database.has_ended, "its death")
        product._check_servers()
        with psycopg.connect(servers.addresses["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]
    finally:
        product.supervisor.stop_all()


def test_another_program_at_the_port_of_a_database_that_died_is_told(data: DataFolder) -> None:
    data.prepare()
    supervisor = Supervisor()
    try:
        servers = Servers(data, supervisor)
        database = servers.start()[0]
        assert servers.postgres is not None
        supervisor.stop(database)
        with (
            socket.create_server(("127.0.0.1", servers.postgres.port)),
            pytest.raises(Problem, match="took its port"),
        ):
            servers.postgres.start_again(supervisor)
    finally:
        supervisor.stop_all()


def test_new_secrets_reach_an_existing_cluster(data: DataFolder) -> None:
    data.prepare()
    for _start in range(2):
        supervisor = Supervisor()
        servers = Servers(data, supervisor, durable=False)
        try:
            servers.start()
            assert query(servers.addresses["DATABASE_URL"]) == ("eenlijn", False)
        finally:
            supervisor.stop_all()
        (data.path / "secrets.json").unlink()


def test_the_secrets_are_readable_by_the_owner_only(data: DataFolder) -> None:
    data.prepare()
    first = data.secrets()
    assert data.secrets() == first
    assert len(set(first.values())) == len(first)
    assert (data.path / "secrets.json").stat().st_mode & 0o077 == 0
    assert json.loads((data.path / "secrets.json").read_text()) == first
