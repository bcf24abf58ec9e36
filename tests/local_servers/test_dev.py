"""`./dev up`, and `./dev env` and `./dev manage` beside it: real processes, with servers of their own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from local_servers import command_line, commands
from local_servers.processes import PROJECT, free_port
from local_servers.product import answers
from tests.waiting import PATIENCE_SECONDS, until

OWN = ("DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL", "SUPERUSER_DATABASE_URL", "SECRET_KEY", "BASE_URL", "PG_DUMP")
ENVIRONMENT = {name: found for name, found in os.environ.items() if name not in OWN}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dev")
    made.chmod(0o711)
    return made


@dataclass(frozen=True)
class Running:
    """The product that runs: its address, and what a command came to that was given at its first answer."""

    address: str
    first_command: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Running]:
    """The product, from the moment at which it says that it is ready."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "dev", "up", "--no-demo", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as up:
        try:
            # However long that takes: whoever starts it waits for it, and it ends by itself when it cannot.
            while not answers(f"{address}/readyz"):
                assert up.poll() is None, up.stdout and up.stdout.read()
                time.sleep(0.05)
            yield Running(address, dev(folder, "manage", "check", "--database", "default"))
        finally:
            up.send_signal(signal.SIGTERM)
        assert up.wait(PATIENCE_SECONDS) == 0


def dev(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**ENVIRONMENT, "EENLIJN_DATA": str(folder)}
    command = [sys.executable, "dev", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


def test_a_command_at_its_first_answer_finds_what_runs_here(running: Running) -> None:
    done = running.first_command
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_env_names_what_runs(running: Running, folder: Path) -> None:
    done = dev(folder, "env")
    named = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert named.keys() == {"DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL", "BASE_URL"}
    assert named["BASE_URL"] == running.address


def test_a_customer_that_the_terminal_makes_is_made_by_the_running_worker_and_told_in_the_logs(
    running: Running, folder: Path
) -> None:
    done = dev(folder, "manage", "create_main_administration", "Bakker", "--administrator", "baas@bakker.example")
    assert done.stdout.splitlines()[0] == "bakker: provisioning", done.stderr
    assert "changepassword baas@bakker.example" in done.stdout
    logs = folder / "logs"
    until(lambda: "succeeded" in (logs / "worker.log").read_text(), "the end of its making")
    urllib.request.urlopen(f"{running.address}/account/sign-in/?q=Jansen", timeout=PATIENCE_SECONDS).close()
    told = {name: (logs / f"{name}.log").read_text() for name in ("web", "worker", "reaper")}
    assert [line for text in told.values() for line in text.splitlines() if not is_told(line)] == []
    assert "GET /account/sign-in/" in told["web"]
    assert not [name for name, text in told.items() if "Jansen" in text or "baas@" in text]


def is_told(line: str) -> bool:
    """Whether it is a line as the product writes them."""
    try:
        return {"event", "level", "logger", "timestamp"} <= json.loads(line).keys()
    except ValueError:
        return False


def test_a_customer_that_exists_is_refused_in_a_sentence(running: Running, folder: Path) -> None:
    done = dev(folder, "manage", "create_main_administration", " ", "--administrator", "baas@bakker.example")
    assert (done.returncode, done.stderr) == (2, "CommandError: Give the administration a name.\n")


def test_bench_says_what_it_can_measure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    servers = SimpleNamespace(addresses={name: os.environ[name] for name in OWN if name in os.environ})
    monkeypatch.setenv("EENLIJN_DATA", str(tmp_path))
    monkeypatch.setattr(commands, "own_servers", lambda *_where, **_how: nullcontext(servers))
    monkeypatch.setattr(commands, "run_manage", lambda *_what: 0)
    monkeypatch.setattr(command_line, "install_stop_signals", lambda: None)
    assert command_line.main(["bench", "nothing"]) == 2
    assert "invalid choice: 'nothing'" in capfd.readouterr().err
