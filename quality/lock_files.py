"""Whether the lock files are complete, hashed, and name nothing of the machine that made them.

`python -m quality.lock_files` exits 1 and says what is wrong.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
FOREIGN = re.compile(r"://|^-|^\s*--(?!hash=sha256:)|\s@\s|file:|(?:^|\s)/\w", re.MULTILINE)
UNHASHED = re.compile(r"^[A-Za-z0-9][^\n]*[^\\\n]$", re.MULTILINE)


def findings(project: Path) -> Iterator[str]:
    """What is wrong with the lock files, one line each."""
    configuration = tomllib.loads((project / "pyproject.toml").read_text())
    wanted = configuration["project"]["dependencies"]
    for_development = configuration["dependency-groups"]["dev"]
    app, dev = ((project / "requirements" / name).read_text() for name in ("app.lock", "dev.lock"))
    yield from lock_findings("app.lock", app, wanted)
    yield from lock_findings("dev.lock", dev, wanted + for_development)
    for name, version in pins(app).items():
        if pins(dev).get(name) != version:
            yield f"app.lock and dev.lock differ about {name}."


def lock_findings(name: str, lock: str, wanted: list[str]) -> Iterator[str]:
    """What is wrong with one lock file."""
    for found in FOREIGN.finditer(lock):
        line = lock.count("\n", 0, found.start()) + 1
        yield f"{name} line {line} names a host, a path or an option: compile it with --no-emit-index-url."
    for unhashed in UNHASHED.finditer(lock):
        yield f"{name} has no hash for {unhashed.group(0).strip()}."
    pinned = pins(lock)
    for text in wanted:
        yield from requirement_findings(name, Requirement(text), pinned)


def requirement_findings(name: str, requirement: Requirement, pinned: dict[str, str]) -> Iterator[str]:
    """Whether a lock file pins a requirement, to a version that it allows."""
    version = pinned.get(canonicalize_name(requirement.name))
    if version is None:
        yield f"{name} does not pin {requirement.name} of pyproject.toml: compile it again."
    elif not requirement.specifier.contains(version, prereleases=True):
        yield f"{name} pins {requirement.name} {version}, not {requirement.specifier}: compile it again."


def pins(lock: str) -> dict[str, str]:
    """The packages of a lock file and their versions."""
    return {canonicalize_name(name): version for name, version in PINNED.findall(lock)}


def main() -> int:
    """Check both lock files."""
    wrong = list(findings(PROJECT))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
