"""The installation by hand is read from its page, and what that names is there; `quality.installing` itself runs it."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from local_servers.processes import PROJECT
from quality.installing import PAGE, blocks, main, refusal, script
from quality.units import Unit, read_unit

TEXT = PAGE.read_text()
SCRIPT = script(blocks(TEXT))
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
DEPLOY = PROJECT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
ALWAYS_THERE = {
    "apt-get", "cat", "cd", "echo", "export", "grep", "install", "printf", "return", "runuser", "seq", "set", "setsid",
    "sleep", "tar", "useradd", ".",
}  # fmt: skip
"""What bash has, and the packages that every Debian 12 has."""
FROM_PACKAGE = {
    "curl": "curl",
    "git": "git",
    "openssl": "openssl",
    "psql": "postgresql",
    "python3": "python3",
    "/srv/eenlijn/.venv/bin/pip": "python3-venv",
    ".venv/bin/python": "python3-venv",
}
FROM_SYSTEMD = {"systemctl", "systemd-analyze"}
OURS = {"eenlijn-manage", "wait_for"}
HERE_DOCUMENT = re.compile(r"<<'?(SQL|SETTINGS)'?\n.*?^\1$", re.MULTILINE | re.DOTALL)
GRAMMAR = {"(", ")", "{", "}", "do", "done", "fi", "for", "if", "then"}
BEGINS = re.compile(r"\||;|&&|\$\(| -- |--command '|--wait ")
"""What another command comes after."""


def programs(text: str) -> set[str]:
    """Return the first word of each command of a script."""
    found = set()
    for line in HERE_DOCUMENT.sub("", text).splitlines():
        for command in BEGINS.split(line):
            words = [word for word in command.split() if word not in GRAMMAR and not re.match(r"[A-Z_]+=", word)]
            found |= set(words[:1])
    return {word.strip("')") for word in found if not word.endswith(("()", '"', "_")) and word != "'psql"} - {""}


def packages() -> set[str]:
    line = re.search(r"apt-get install --yes --no-install-recommends (.*)", SCRIPT)
    assert line is not None
    return set(line[1].split())


def test_the_blocks_are_found_in_order_and_end_with_a_real_sync() -> None:
    found = blocks(TEXT)
    assert len(found) >= 8
    assert "apt-get install" in found[0].text
    assert found[-1].text.rstrip().splitlines()[-1].startswith("eenlijn-manage check_sync ")
    lines = TEXT.splitlines()
    assert [lines[block.line - 2] for block in found] == ["```sh"] * len(found)


def test_every_block_of_the_section_is_one_that_is_run() -> None:
    section = TEXT.partition("\n## Install by hand\n")[2].partition("\n## ")[0]
    assert len(re.findall(r"^```", section, re.MULTILINE)) == 2 * len(blocks(TEXT))


@pytest.mark.parametrize("planted", ["", "## Install by hand\n\nNothing.\n\n## Other\n\n```sh\nls\n```\n"])
def test_a_page_without_blocks_is_refused(planted: str) -> None:
    with pytest.raises(ValueError, match="no block of commands"):
        blocks(f"# Page\n\n{planted}")


def test_bash_can_read_it_and_it_ends_with_the_first_command_that_fails() -> None:
    assert subprocess.run(["bash", "-n", "-c", SCRIPT], capture_output=True, text=True).stderr == ""
    ends = script(blocks("\n## Install by hand\n\n```sh\nfalse\n```\n\n```sh\necho on\n```\n\n## Other\n"))
    done = subprocess.run(["bash", "-c", ends], capture_output=True, text=True)
    assert (done.returncode, "on\n" in done.stdout.replace("operations", "")) == (1, False)


def test_every_program_that_it_names_comes_with_debian_or_with_its_packages() -> None:
    named = programs(SCRIPT)
    assert len(named) > 20
    assert named - ALWAYS_THERE - FROM_PACKAGE.keys() - FROM_SYSTEMD - OURS == set()
    assert {FROM_PACKAGE[name] for name in named & FROM_PACKAGE.keys()} <= packages()


def test_a_program_that_nothing_brings_is_seen() -> None:
    planted = script(blocks(TEXT.replace("openssl rand -hex 12", "pwgen 12")))
    assert programs(planted) - programs(SCRIPT) == {"pwgen"}


def test_every_file_that_it_copies_is_there() -> None:
    named = re.findall(r"(?<![\w/])(deploy/\S+|requirements/\S+)", SCRIPT.replace("/srv/eenlijn/", ""))
    assert len(named) >= 4
    assert [name for name in named if not list(PROJECT.glob(name))] == []


def unit(path: Path) -> Unit:
    return read_unit(path.read_text())


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_starts_what_is_there_as_the_account_that_the_page_makes(path: Path) -> None:
    found = unit(path)
    assert "useradd --system --user-group" in SCRIPT and " eenlijn\n" in SCRIPT
    assert (found.value("User"), found.value("Group")) == ("eenlijn", "eenlijn")
    assert found.value("WorkingDirectory") == "/srv/eenlijn"
    assert f"cat > {found.value('EnvironmentFile')} <<" in SCRIPT
    for program, *words in found.commands:
        assert program == "/srv/eenlijn/.venv/bin/python"
        assert words[0] in ("-m", "manage.py")
        assert words[1] in {"celery", "gunicorn", *get_commands()}


def of_compose(name: str) -> str:
    """The command of a service in the compose file, words apart by one space."""
    service = re.search(rf"^  {name}:\n((?:    .*\n|\n)*)", COMPOSE, re.MULTILINE)
    assert service is not None
    command = re.search(r"command: (?:>-\n)?((?:.*\n)(?:      .*\n)*)", service[1])
    return " ".join(command[1].split()) if command else ""


@pytest.mark.parametrize("name", ["worker", "reaper"])
def test_a_service_runs_the_command_of_the_compose_file(name: str) -> None:
    (command,) = unit(DEPLOY / f"eenlijn-{name}.service").commands
    assert of_compose(name).removeprefix("python ") == " ".join(command[1:])


@pytest.mark.parametrize("name", ["web", "worker", "reaper"])
def test_a_service_is_given_the_time_to_stop_that_it_is_promised(name: str) -> None:
    found = unit(DEPLOY / f"eenlijn-{name}.service")
    assert int(found.value("TimeoutStopSec")) > 30, "gunicorn's graceful_timeout, and EENLIJN_SHUTDOWN_SECONDS"
    assert found.value("KillMode") == "mixed"
    assert found.value("Restart") == "always"


def test_every_service_and_timer_is_started_by_the_page() -> None:
    enabled = re.search(r"systemctl enable --now (.*)", SCRIPT)
    assert enabled is not None
    timers = {path.stem for path in DEPLOY.glob("*.timer")}
    services = {path.stem for path in SERVICES} - timers
    assert set(enabled[1].split()) == services | {f"{name}.timer" for name in timers}
    assert timers <= {path.stem for path in SERVICES}


def test_the_server_is_set_as_in_the_compose_file() -> None:
    there = dict(re.findall(r"^      - (\w+)=(\w+)$", COMPOSE, re.MULTILINE))
    here = dict(re.findall(r"^ALTER SYSTEM SET (\w+) = '?(\w+)'?;$", SCRIPT, re.MULTILINE))
    assert len(there) == 7
    assert here == there


def test_the_two_logins_are_made_as_in_the_compose_file() -> None:
    roles = re.compile(r"^ *(CREATE ROLE|ALTER ROLE|REVOKE) (.*?)(?: PASSWORD .*)?;$", re.MULTILINE)
    assert len(roles.findall(COMPOSE)) == 7
    assert roles.findall(SCRIPT) == roles.findall(COMPOSE)


def test_it_is_printed_and_done_nowhere_but_on_a_machine_with_nothing_on_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert main(["--print"]) == 0
    assert capsys.readouterr().out.strip() == SCRIPT.strip()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert main([]) == 2
    assert "needs root" in capsys.readouterr().err
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("quality.installing.MADE_BY_IT", (tmp_path,))
    assert str(tmp_path) in refusal()
    assert main([]) == 2
