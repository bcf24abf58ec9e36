"""The project's virtual environment: made, filled from the lock file, repaired when half made."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_servers.binaries import site_packages
from local_servers.problems import Problem
from local_servers.processes import PROJECT

INSTALL_SECONDS = 900


@dataclass
class VirtualEnvironment:
    """A virtual environment and the lock file that says what belongs in it."""

    folder: Path = PROJECT / ".venv"
    lock_file: Path = PROJECT / "requirements" / "dev.lock"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp_file(self) -> Path:
        """Says which lock file was installed completely; the last thing written."""
        return self.folder / "installed-lock"

    def stamp(self) -> str:
        """What the stamp must say to skip installing."""
        return hashlib.sha256(self.lock_file.read_bytes()).hexdigest()

    def is_ready(self) -> bool:
        """Whether everything of the lock file is installed."""
        return self.stamp_file.exists() and self.stamp_file.read_text() == self.stamp() and self.python.exists()

    def make_ready(self) -> None:
        """Make or repair it and install what the lock file says. Raises Problem."""
        if not self.is_ready():
            self._install_all()
        self._name_project()

    def _install_all(self) -> None:
        with only_one_installs():
            if self.is_ready():
                return
            print("Installing the packages (once) ...", flush=True)
            self._make()
            self._install_uv()
            self._sync()
            self.stamp_file.write_text(self.stamp())

    def _make(self) -> None:
        if self._is_usable():
            return
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            raise Problem(
                "This Python has no venv module. On Debian and Ubuntu: "
                f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv, then run the same again."
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        run_or_refuse([sys.executable, "-m", "venv", str(self.folder)], "The virtual environment could not be made")

    def _name_project(self) -> None:
        # So that its programs find the project's modules from any folder: a bare `pytest` loads tests.servers.
        for packages in site_packages(self.folder):
            note = packages / "eenlijn.pth"
            if not note.exists() or note.read_text() != f"{PROJECT}\n":
                note.write_text(f"{PROJECT}\n")

    def _is_usable(self) -> bool:
        if not self.python.exists():
            return False
        try:
            check: list[str | Path] = [self.python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
            return subprocess.run(check, capture_output=True, timeout=60).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def _install_uv(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            wanted = Path(scratch) / "uv.txt"
            wanted.write_text(locked_requirement(self.lock_file.read_text(), "uv"))
            command: list[str | Path] = [
                self.python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--no-deps",
                "-r",
                wanted,
            ]
            run_or_refuse(command, NO_PACKAGES)

    def _sync(self) -> None:
        # Interpreters are named by their path and never fetched; pip is the slow way for where uv finds no index.
        command: list[str | Path] = [
            self.folder / "bin" / "uv",
            "pip",
            "sync",
            "--quiet",
            "--python",
            self.python,
            "--require-hashes",
        ]
        environment = {"UV_PYTHON_DOWNLOADS": "never", **index_of_pip(self.python)}
        try:
            run_or_refuse([*command, self.lock_file], NO_PACKAGES, environment)
        except Problem:
            print("Installing with uv failed; trying with pip, which takes longer ...", flush=True)
            pip: list[str | Path] = [
                self.python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "-r",
                self.lock_file,
            ]
            run_or_refuse(pip, NO_PACKAGES)


NO_PACKAGES = (
    "The packages could not be installed. Is this machine connected to a package index (network, proxy, "
    "pip's index setting)? Then run the same again; it goes on where it stopped"
)


def locked_requirement(lock: str, package: str) -> str:
    """The lines of one package in a lock file, hashes included."""
    found = re.search(rf"^{re.escape(package)}==[^\n]*(?:(?<=\\)\n[^\n]*)*", lock, re.MULTILINE)
    if found is None:
        raise Problem(f"requirements/dev.lock names no {package}. Restore the file from version control.")
    return found.group(0) + "\n"


def index_of_pip(python: Path) -> dict[str, str]:
    """The package index that pip is set to use, for uv, which does not read pip's settings."""
    if any(name in os.environ for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX")):
        return {}
    answer = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    found = re.search(r"^(?:global|site|:env:)\.index-url='(.+)'$", answer, re.MULTILINE)
    return {"UV_DEFAULT_INDEX": found.group(1)} if found else {}


def run_or_refuse(command: Sequence[str | Path], sentence: str, extra: dict[str, str] | None = None) -> None:
    """Run a command; when it fails, raise Problem with the sentence and the end of its output."""
    environment = {**os.environ, **(extra or {})}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Problem(f"{sentence}. It took longer than {INSTALL_SECONDS // 60} minutes.") from None
    if done.returncode != 0:
        lines = "\n".join(f"    {line[:300]}" for line in done.stdout.splitlines()[-8:])
        raise Problem(f"{sentence}. The output ends with:\n{lines}")


@contextmanager
def only_one_installs() -> Iterator[None]:
    """Two commands in one clone do not install at the same time; the lock is on the project folder itself."""
    descriptor = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
