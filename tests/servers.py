"""A pytest plugin that starts a PostgreSQL and a Valkey for this test run alone, unless the environment names others.

It is named in pyproject.toml (`-p tests.servers`), because pytest-django reads the settings, and with them the
addresses, before any conftest.py is loaded. With xdist the controller starts them and the workers inherit them;
pytest-django gives each worker a database of its own.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_servers.data_folder import DataFolder, FolderLock
from local_servers.problems import Problem
from local_servers.processes import PROJECT, Supervisor
from local_servers.servers import Servers, environment_for
from local_servers.translations import compile_catalogs
from tests import kept_cluster, template_database

PREFIX = "eenlijn-tests-"


@dataclass
class PrivateServers:
    """The servers of this test run and the folder that goes with them."""

    data: DataFolder
    lock: FolderLock
    supervisor: Supervisor
    template: "subprocess.Popen[bytes] | None" = None

    def stop(self) -> None:
        """Stop them and remove their folder."""
        if self.template is not None:
            self.template.kill()
            self.template.wait()
        self.supervisor.stop_all()
        self.lock.release()
        shutil.rmtree(self.data.path, ignore_errors=True)


running: list[PrivateServers] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Set the environment that the settings read; a wrapper, so that it comes before pytest-django."""
    if not ("DATABASE_URL" in os.environ and "REDIS_URL" in os.environ):
        try:
            running.append(start_private_servers())
        except Problem as problem:
            pytest.exit(f"The servers for the tests did not start: {problem}", returncode=2)
    compile_catalogs(PROJECT)
    yield


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    while running:
        running.pop().stop()


def start_private_servers() -> PrivateServers:
    """Start servers in a new folder and put their addresses in the environment. Raises Problem."""
    parent = Path(os.environ.get("EENLIJN_DATA") or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(parent)
    data = DataFolder(Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))
    data.path.chmod(0o711)
    data.prepare()
    private = PrivateServers(data, data.lock(purpose="a test run"), Supervisor())
    servers = Servers(data, private.supervisor, durable=False)
    try:
        is_there = kept_cluster.put_back(data)
        servers.start()
    except BaseException:
        private.stop()
        raise
    os.environ.update(environment_for(servers.addresses, base_url="http://127.0.0.1:8000", demo=True))
    private.template = template_database.begin(data, is_there=is_there)
    return private


def remove_leftovers(parent: Path) -> None:
    """Remove the folders of test runs that were killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = FolderLock(os.open(folder / "lock", os.O_RDWR))
        except OSError:
            continue
        if lock.acquire():
            shutil.rmtree(folder, ignore_errors=True)
        lock.release()
