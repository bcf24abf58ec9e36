"""What stands in the way is told in a sentence that says what to do."""

import errno
import os
import shutil
import socket
from pathlib import Path

import pytest

from local_servers import binaries
from local_servers.command_line import main
from local_servers.data_folder import UP, DataFolder
from local_servers.postgres import recover
from local_servers.problems import NothingRuns, Problem, problem_from
from local_servers.processes import Supervisor, free_port, is_free, refuse_busy_port
from local_servers.servers import NAMED, Servers, refuse_silent_server, use_named_database
from local_servers.translations import is_fresh


@pytest.fixture(autouse=True)
def leave_signals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_servers.command_line.install_stop_signals", lambda: None)


def test_a_port_in_use_is_refused_with_another_one_named() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(Problem, match=rf"Port {port} is in use.*--port {port + 1}"):
            refuse_busy_port(port)
        assert not is_free(port)
        assert free_port(port) != port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(Problem, match=r"no port number"):
        refuse_busy_port(port)


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10 * 2**20)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    with pytest.raises(Problem, match=r"nearly full: 10 MB is free.*--data"):
        DataFolder(tmp_path / "data").prepare()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Problem, match=r"is not a folder.*--data"):
            DataFolder(path).prepare()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENAMETOOLONG, errno.EDQUOT])
def test_errors_of_the_machine_have_a_sentence(number: int) -> None:
    problem = problem_from(OSError(number, os.strerror(number), "/some/place"))
    assert problem is not None
    assert "/some/place" in str(problem)
    assert "--data" in str(problem)


def test_an_error_of_our_own_has_none() -> None:
    assert problem_from(OSError(errno.ENOENT, "no such file", "/some/place")) is None


def test_nothing_runs_is_exit_code_1(tmp_path: Path) -> None:
    with pytest.raises(NothingRuns, match=r"Nothing runs in .*\./dev up"):
        DataFolder(tmp_path).require_running()
    assert main(["env", "--data", str(tmp_path)]) == 1


def test_a_stale_state_file_does_not_count_as_running(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    lock = folder.lock(purpose="a test")
    folder.write_state({"environment": {}})
    assert folder.running() is not None
    lock.release()
    assert folder.running() is None


def test_what_a_killed_owner_left_is_not_taken_for_what_runs_now(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    folder.write_state({"environment": {}})
    lock = folder.lock(purpose=UP)
    assert folder.running() is None
    lock.release()


def test_a_command_waits_for_what_is_starting_and_for_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    waited: list[float] = []

    def pass_time(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            folder.write_state({"environment": {"BASE_URL": "here"}})

    monkeypatch.setattr("local_servers.data_folder.time.sleep", pass_time)
    assert folder.running_soon() is None
    lock = folder.lock(purpose="./dev manage")
    assert folder.running_soon() is None
    assert waited == []
    lock.release()
    lock = folder.lock(purpose=UP)
    assert folder.running_soon() == {"environment": {"BASE_URL": "here"}}
    assert len(waited) == 3
    lock.release()


def test_wrong_arguments_end_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["up", "--prot", "1"], ["fly"], [], ["up", "--port", "abc"]):
        assert main(arguments) == 2
        assert "./dev --help" in capsys.readouterr().err


def test_one_database_address_without_the_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/eenlijn")
    monkeypatch.delenv("SYNC_DATABASE_URL", raising=False)
    with pytest.raises(Problem, match=r"both DATABASE_URL .* and SYNC_DATABASE_URL"):
        use_named_database({})


def test_named_databases_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/eenlijn")
    monkeypatch.setenv("SYNC_DATABASE_URL", "postgres://sync@somewhere/eenlijn")
    addresses: dict[str, str] = {}
    assert use_named_database(addresses)
    assert addresses["DATABASE_URL"] == "postgres://somewhere/eenlijn"


@pytest.mark.parametrize("name", NAMED)
def test_a_named_server_that_does_not_answer_is_told_before_anything_starts(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for other in NAMED:
        monkeypatch.setenv(other, "unix:///run/server")
    monkeypatch.setenv(name, f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(
        Problem, match=rf"{name} names 127\.0\.0\.1, port \d+, where nothing answers.*leave the variable"
    ):
        Servers(DataFolder(tmp_path), Supervisor()).start()


@pytest.mark.parametrize("address", ["nonsense", "localhost:5432", "postgres://host:port/name", "postgres://[/name"])
def test_what_is_no_address_is_told_with_an_example(address: str) -> None:
    with pytest.raises(Problem, match=r"DATABASE_URL is no address\. Write it as postgres://"):
        refuse_silent_server("DATABASE_URL", address)


def test_a_server_that_answers_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        refuse_silent_server("REDIS_URL", f"redis://127.0.0.1:{server.getsockname()[1]}/0")


def test_missing_servers_are_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(Problem, match=r"apt-get install redis-server.*REDIS_URL"):
        binaries.find_valkey(tmp_path)
    monkeypatch.setattr(binaries, "major_version", lambda _folder: 13)
    with pytest.raises(Problem, match=r"No PostgreSQL 15 or newer.*DATABASE_URL"):
        binaries.newest_system_postgres()


def test_a_pid_file_of_a_process_that_is_no_server_is_removed(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    recover(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_compiled_catalog_older_than_its_source_is_not_fresh(tmp_path: Path) -> None:
    source, target = tmp_path / "django.po", tmp_path / "django.mo"
    source.write_text("")
    assert not is_fresh(target, source)
    target.write_text("")
    os.utime(target, ns=(1, 1))
    assert not is_fresh(target, source)
