"""What a unit of systemd says, and the few verbs of systemctl that an installation needs, where systemd does not run.

`python3 -m quality.units FOLDER VERB UNIT…` is called as `systemctl` by the script of quality.installing. A service of
the product is started as its unit says: account, folder, settings and command, with nothing of the environment of who
calls. Services of Debian are left to `service`. It stands on Python's own library: a bare machine has nothing else.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNITS = Path("/etc/systemd/system")
INIT_SCRIPTS = Path("/etc/init.d")
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
STOP_SECONDS = 45.0
NOTHING_TO_DO = {"daemon-reload", "enable"}
"""Without `--now` these only say what will be when the machine starts again."""


@dataclass(frozen=True)
class Unit:
    """One unit: every line of it, by section and name; a name may stand there more than once."""

    lines: tuple[tuple[str, str, str], ...]

    def values(self, section: str, name: str) -> list[str]:
        """Return what stands under this name, in order."""
        return [value for its_section, its_name, value in self.lines if (its_section, its_name) == (section, name)]

    def value(self, name: str, default: str = "") -> str:
        """Return what a service says last under this name."""
        return ([default, *self.values("Service", name)])[-1]

    @property
    def commands(self) -> list[list[str]]:
        """What it starts, one list of words for each ExecStart."""
        return [shlex.split(command) for command in self.values("Service", "ExecStart")]


def read_unit(text: str) -> Unit:
    """Read a unit. Raises ValueError for a line that is neither a section, a remark, nor `Name=value` in a section."""
    section = ""
    lines = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if heading := re.fullmatch(r"\[(\w+)]", line):
            section = heading[1]
            continue
        name, equals, value = line.partition("=")
        if not equals or not section or not name.isalnum():
            raise ValueError(f"no line of a unit: {line}")
        lines.append((section, name, value.strip()))
    return Unit(tuple(lines))


def read_settings(text: str) -> dict[str, str]:
    """Read an EnvironmentFile: `NAME=value` lines, a value perhaps between quotes."""
    pairs = (line.partition("=") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name: "".join(shlex.split(value)) for name, _equals, value in pairs}


def environment_of(unit: Unit) -> dict[str, str]:
    """Return what its processes find in their environment: what systemd gives everybody, and what the unit adds."""
    settings = {"PATH": SEARCH_PATH, "LANG": "C.UTF-8"}
    for value in unit.values("Service", "Environment"):
        settings.update(read_settings(value))
    for file in unit.values("Service", "EnvironmentFile"):
        settings.update(read_settings(Path(file).read_text()))
    return settings


@dataclass(frozen=True)
class Services:
    """The services that were started here, by a file with their process id in `folder`."""

    folder: Path

    def start(self, name: str) -> None:
        """Start a service; one that ends by itself is waited for. Raises CalledProcessError when that fails."""
        unit = read_unit((UNITS / f"{name}.service").read_text())
        for command in unit.commands:
            with (self.folder / f"{name}.log").open("ab") as log:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment_of(unit),
                    cwd=unit.value("WorkingDirectory", "/"),
                    user=unit.value("User", "root"),
                    group=unit.value("Group", "root"),
                    # Only root may leave groups, and has others to leave.
                    extra_groups=None if os.geteuid() else [],
                    start_new_session=True,
                )
            if unit.value("Type") == "oneshot":
                subprocess.CompletedProcess(command, process.wait()).check_returncode()
            else:
                (self.folder / f"{name}.pid").write_text(str(process.pid))

    def stop(self, name: str) -> None:
        """Ask a service to stop and wait until it is gone; one that does not go is ended."""
        note = self.folder / f"{name}.pid"
        if not note.exists():
            return
        pid = int(note.read_text())
        if is_running(pid):
            # Once, for a worker takes the second one to mean: leave what you have in hand.
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        if is_running(pid):
            os.killpg(pid, signal.SIGKILL)
        note.unlink()

    def started(self) -> Iterator[str]:
        """The names of those that were started and not stopped."""
        yield from sorted(note.stem for note in self.folder.glob("*.pid"))


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended; one whose end nobody has asked for yet has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def main(arguments: list[str]) -> int:
    """Do what `systemctl VERB UNIT…` asks; the exit code."""
    services = Services(Path(arguments[0]))
    words = [word for word in arguments[1:] if word != "--now"]
    verb = words[0]
    names = words[1:]
    if verb == "enable" and "--now" in arguments:
        verb = "start"
    if verb in NOTHING_TO_DO:
        return 0
    if verb not in ("start", "stop", "restart"):
        print(f"There is no systemd here, and nothing that does “systemctl {verb}”.", file=sys.stderr)
        return 2
    for name in names:
        _carry_out(services, verb, name)
    return 0


def _carry_out(services: Services, verb: str, name: str) -> None:
    # Of a timer, what it starts is done at once: it would else be tried by nobody.
    service = re.sub(r"\.(service|timer)$", "", name)
    if (INIT_SCRIPTS / service).exists():
        subprocess.run(["service", service, verb], check=True, stdin=subprocess.DEVNULL)
        (services.folder / f"{service}.debian").touch()
        return
    if verb in ("stop", "restart"):
        services.stop(service)
    if verb in ("start", "restart"):
        services.start(service)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
