"""The installation by hand of docs/operations.md, done as it stands there: `python3 -m quality.installing`.

The commands are the blocks of that page, so that page and script cannot differ. It is for a machine with nothing on it:
a Debian 12, as root, from a checkout. `--print` only writes the script. Where systemd runs, what was installed goes on;
where it does not (a container, a chroot), quality.units starts what the units say, and all of it is stopped at the end.
Exit code: that of the script, so 0 when `check_sync` agrees.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local_servers.processes import PROJECT

from .units import Services

PAGE = PROJECT / "docs" / "operations.md"
HEADING = "## Install by hand"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MADE_BY_IT = (Path("/srv/eenlijn"), Path("/etc/eenlijn.env"))
STAND_IN = """\
#!/bin/sh
cd '{project}' && exec python3 -m quality.units '{folder}' "$@"
"""


@dataclass(frozen=True)
class Block:
    """One block of commands, and the line of the page on which the first of them stands."""

    line: int
    text: str


def blocks(page: str) -> list[Block]:
    """Return the blocks of the installation by hand, in order. Raises ValueError when there are none."""
    start = page.find(f"\n{HEADING}\n") + 1
    end = page.find("\n## ", start)
    found = [
        Block(page.count("\n", 0, block.start(1)) + 1, block[1])
        for block in BLOCK.finditer(page)
        if 0 < start <= block.start() < end
    ]
    if not found:
        raise ValueError(f"no block of commands under “{HEADING}”")
    return found


def script(found: list[Block]) -> str:
    """Return one script of bash that does the blocks and ends with the first command that fails."""
    parts = [f"echo '--- {PAGE.name}, line {block.line}'\n{block.text}" for block in found]
    return "\n".join(["set -euo pipefail", *parts])


def has_systemd() -> bool:
    """Whether systemd is what runs the services of this machine."""
    return Path("/run/systemd/system").is_dir()


def refusal() -> str:
    """Why it cannot be done here; empty when it can."""
    if os.geteuid() != 0:
        return "Installing needs root."
    if present := [str(path) for path in MADE_BY_IT if path.exists()]:
        return f"This machine has been installed on already: {', '.join(present)}. Use one with nothing on it."
    return ""


def install(text: str, folder: Path) -> int:
    """Run the script, with a stand-in for systemctl in `folder` where systemd does not run; its exit code."""
    environment = dict(os.environ)
    if not has_systemd():
        stand_in = folder / "systemctl"
        stand_in.write_text(STAND_IN.format(project=PROJECT, folder=folder))
        stand_in.chmod(0o755)
        environment["PATH"] = f"{folder}:{environment['PATH']}"
    try:
        return subprocess.run(["bash", "-c", text], cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL).returncode
    finally:
        _stop_everything(folder)


def _stop_everything(folder: Path) -> None:
    """Stop what the stand-in started, and show the end of each log; there is nothing of that where systemd runs."""
    services = Services(folder)
    for name in services.started():
        services.stop(name)
    for note in folder.glob("*.debian"):
        subprocess.run(["service", note.stem, "stop"], stdin=subprocess.DEVNULL)
    for log in sorted(folder.glob("*.log")):
        print(f"--- the end of {log.name}", *log.read_text(errors="replace").splitlines()[-5:], sep="\n")


def main(arguments: list[str]) -> int:
    """Install, or print how; the exit code."""
    reader = argparse.ArgumentParser(prog="python3 -m quality.installing", description=__doc__)
    reader.add_argument("--print", action="store_true", dest="only_print", help="only write the script")
    text = script(blocks(PAGE.read_text()))
    if reader.parse_args(arguments).only_print:
        print(text)
        return 0
    if reason := refusal():
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="eenlijn-installing-") as folder:
        return install(text, Path(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
