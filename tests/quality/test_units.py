"""Units of systemd are read as systemd reads them, and services are started and stopped as they say."""

import getpass
import json
import subprocess
import sys
from pathlib import Path

import pytest

from quality import units
from quality.units import Services, environment_of, is_running, main, read_settings, read_unit
from tests.waiting import until

UNIT = """\
# a remark
[Unit]
Description=Something: that runs

[Service]
User={user}
Group={group}
WorkingDirectory={folder}
EnvironmentFile={folder}/settings
Environment=ONE=1
ExecStart={python} -c \\
    "{code}"
"""
WAITS = "import json, os, time; print(json.dumps([os.getcwd(), list(os.environ)]), flush=True); time.sleep(600)"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Units in a folder of this test, and no services of Debian."""
    monkeypatch.setattr(units, "UNITS", tmp_path)
    monkeypatch.setattr(units, "INIT_SCRIPTS", tmp_path / "none")
    (tmp_path / "settings").write_text("SECRET='a b'\n# remark\n\nEMPTY=\n")
    return Services(tmp_path)


def write_unit(folder: Path, name: str, code: str, more: str = "") -> str:
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    text = UNIT.format(user=getpass.getuser(), group=group, folder=folder, python=sys.executable, code=code)
    (folder / f"{name}.service").write_text(text + more)
    return text


def test_a_unit_is_read_with_its_continued_lines_and_names_that_come_twice() -> None:
    unit = read_unit("[Service]\nExecStart=one \\\n  'two words'\nExecStart=other\n; remark\nType=oneshot\n")
    assert unit.commands == [["one", "two words"], ["other"]]
    assert (unit.value("Type"), unit.value("User", "root")) == ("oneshot", "root")


@pytest.mark.parametrize(
    "planted", ["User=nobody\n", "[Service]\nUser\n", "[Service]\nUser name=nobody\n", "[Service\n"]
)
def test_what_is_no_unit_is_refused(planted: str) -> None:
    with pytest.raises(ValueError, match="no line of a unit"):
        read_unit(planted)


def test_settings_are_read_without_their_quotes() -> None:
    assert read_settings("A='b $c'\n#D=1\nE=f=g\nH=\n") == {"A": "b $c", "E": "f=g", "H": ""}


def test_a_service_is_started_as_its_unit_says_and_stopped(services: Services) -> None:
    write_unit(services.folder, "waits", WAITS)
    folder = str(services.folder)
    assert main([folder, "enable", "--now", "waits"]) == 0
    assert list(services.started()) == ["waits"]
    pid = int((services.folder / "waits.pid").read_text())
    log = services.folder / "waits.log"
    until(lambda: log.read_text().endswith("\n"))
    there, names = json.loads(log.read_text())
    assert there == folder
    assert set(names) - {"LC_CTYPE"} == {"PATH", "LANG", "ONE", "SECRET", "EMPTY"}
    assert main([folder, "stop", "waits"]) == 0
    assert not is_running(pid)
    assert list(services.started()) == []


def test_the_environment_of_who_calls_is_not_handed_on(services: Services) -> None:
    unit = read_unit(write_unit(services.folder, "waits", WAITS))
    assert environment_of(unit)["SECRET"] == "a b"
    assert environment_of(unit).keys() == {"PATH", "LANG", "ONE", "SECRET", "EMPTY"}


def test_one_that_ends_by_itself_is_waited_for_and_its_failure_told(services: Services) -> None:
    write_unit(services.folder, "fails", "import sys; sys.exit(3)", "Type=oneshot\n")
    with pytest.raises(subprocess.CalledProcessError, match="exit status 3"):
        main([str(services.folder), "start", "fails.timer"])
    assert list(services.started()) == []


def test_what_only_counts_from_the_next_start_of_the_machine_does_nothing(services: Services) -> None:
    assert main([str(services.folder), "enable", "nothing"]) == 0
    assert main([str(services.folder), "daemon-reload"]) == 0


def test_a_verb_that_it_does_not_know_is_refused(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(services.folder), "mask", "waits"]) == 2
    assert "systemctl mask" in capsys.readouterr().err
