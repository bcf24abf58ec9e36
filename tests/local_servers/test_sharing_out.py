"""How the tests are shared out over processes: always by file, as tests of one file or folder share what is dear."""

import pytest

from local_servers import commands


@pytest.mark.parametrize(("processors", "processes"), [(2, "3"), (3, "4"), (8, "4")])
def test_over_the_processors_by_file(monkeypatch: pytest.MonkeyPatch, processors: int, processes: str) -> None:
    monkeypatch.setattr(commands.os, "cpu_count", lambda: processors)
    assert commands.shared_out(["tests/business", "-q"]) == ["-n", processes, "--dist", "loadfile"]


@pytest.mark.parametrize("chosen", [["-n", "2"], ["-n3"], ["--numprocesses=2"], ["-n", "0"]])
def test_by_file_too_when_somebody_says_over_how_many(chosen: list[str]) -> None:
    assert commands.shared_out(chosen) == ["--dist", "loadfile"]


@pytest.mark.parametrize("chosen", [["-n", "2", "--dist", "worksteal"], ["--pdb"], ["-p", "no:xdist"], ["--co"]])
def test_not_when_somebody_chose_otherwise_or_debugs(chosen: list[str]) -> None:
    assert commands.shared_out(chosen) == []


def test_not_on_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands.os, "cpu_count", lambda: 1)
    assert commands.shared_out([]) == []
