"""What `./dev up` does when a server dies under it: it is started again, unless it keeps dying."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_servers.data_folder import UP, DataFolder
from local_servers.problems import Problem
from local_servers.processes import Started
from local_servers.product import MOST_RESTARTS, Product
from local_servers.servers import PRINTED, Servers


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    made = Product(DataFolder(tmp_path), port=0, demo=False, python=Path(sys.executable))
    yield made
    made.supervisor.stop_all()


def serve(product: Product, name: str) -> Started:
    """A process in the place of a server."""
    started = product.supervisor.start(name, ["sleep", "600"], log=product.data.path / "server.log")
    product.servers.append(started)
    return started


def kill(started: Started) -> None:
    started.process.kill()
    while not started.has_ended():
        time.sleep(0.01)


@pytest.mark.parametrize("name", ["Valkey", "PostgreSQL"])
def test_a_dead_server_is_started_again(product: Product, name: str) -> None:
    killed = serve(product, name)
    kill(killed)
    product._check_servers()
    [again] = product.servers
    assert not again.has_ended()
    assert (again.name, again.process.args) == (killed.name, killed.process.args)


@pytest.mark.parametrize("name", ["Valkey", "PostgreSQL"])
def test_a_server_that_keeps_dying_ends_it(product: Product, name: str) -> None:
    serve(product, name)
    for _death in range(MOST_RESTARTS):
        kill(product.servers[0])
        product._check_servers()
    kill(product.servers[0])
    with pytest.raises(Problem):
        product._check_servers()


def test_what_runs_can_be_found_before_the_web_server_answers(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for `/readyz` and then gives a command finds the servers that run, demo data or not."""
    found: list[bool] = []
    product.data.prepare()
    lock = product.data.lock(purpose=UP)
    monkeypatch.setattr(Servers, "start", lambda self, **_ports: [])
    monkeypatch.setattr("local_servers.product.refuse_busy_port", lambda port: None)
    monkeypatch.setattr("local_servers.product.compile_catalogs", lambda project: None)
    monkeypatch.setattr(product, "manage", lambda *arguments: "")
    monkeypatch.setattr(product, "_wait_until_ready", lambda: None)
    monkeypatch.setattr(product, "_start_service", lambda service: found.append(product.data.running() is not None))
    monkeypatch.setattr(product, "servers", [])
    for name in PRINTED:
        monkeypatch.setenv(name, "somewhere")
    product.start()
    assert found == [True] * len(product.services)
    lock.release()
