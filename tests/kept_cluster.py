"""The cluster of a former test run, with the migrated database that tests copy, as long as the same code would make it.

Migrating takes some twenty seconds of a processor, and most runs of a few tests take less. What is kept says of which
files it was made: those of the project that were imported while it was made, with their contents, and the names of all
others, because a new one may be found by its name. On a new machine, such as where `.ci/run` runs, nothing is kept.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

import psycopg

from local_servers.data_folder import DataFolder
from local_servers.processes import PROJECT

FOLDER = "eenlijn-kept-clusters"
MOST_KEPT = 6
UNFINISHED_SECONDS = 600.0
MADE_OF = "made-of.json"
CLUSTER = Path("postgres") / "cluster"
SECRETS = "secrets.json"
# Imported by whoever starts the server, and not by what migrates.
ALWAYS = ("local_servers/postgres.py", "requirements/app.lock", "requirements/dev.lock")
NOT_PRODUCT = {".venv", "tests", "quality", "benchmarks", "chaos", "smoke"}
VANISHED = ": No such file or directory"
OF_A_RUNNING_SERVER = {"pg_wal", "postmaster.pid", "postmaster.opts"}


def keep(data: Path) -> None:
    """Keep a copy of the cluster in this data folder, whose server runs and does nothing else."""
    parent = data.parent / FOLDER
    parent.mkdir(mode=0o711, exist_ok=True)
    new = parent / f"new-{uuid.uuid4().hex}"
    new.mkdir(mode=0o711)
    copy_running_cluster(data / CLUSTER, new / CLUSTER)
    shutil.copy2(data / SECRETS, new / SECRETS)
    made_of = description(imported_files())
    (new / MADE_OF).write_text(json.dumps(made_of))
    new.rename(parent / uuid.uuid4().hex)
    for old in [*by_age(parent)[MOST_KEPT:], *unfinished(parent)]:
        shutil.rmtree(old, ignore_errors=True)


def unfinished(parent: Path) -> list[Path]:
    """What a run that was killed had begun to keep."""
    return [folder for folder in parent.glob("new-*") if time.time() - folder.stat().st_mtime > UNFINISHED_SECONDS]


def put_back(data: DataFolder) -> bool:
    """Put a cluster that the code of today would make as well into a new data folder; False when none is kept."""
    for kept in by_age(data.path.parent / FOLDER):
        if is_of_today(kept / MADE_OF):
            # Whoever makes room leaves what was used last.
            os.utime(kept / MADE_OF)
            shutil.copy2(kept / SECRETS, data.path / SECRETS)
            copy(kept / CLUSTER, data.path / CLUSTER)
            return True
    return False


def by_age(parent: Path) -> list[Path]:
    """What is kept, the newest first; others may be adding and removing meanwhile."""
    found = [(file.stat().st_mtime, file.parent) for file in parent.glob(f"[!n]*/{MADE_OF}") if file.exists()]
    return [folder for _age, folder in sorted(found, reverse=True)]


def is_of_today(note: Path) -> bool:
    """Whether the files that something was made of are as they were then."""
    try:
        made_of = json.loads(note.read_text())
    except (OSError, ValueError):
        return False
    return bool(made_of == description(made_of["files"]))


def description(files: Iterable[str]) -> dict[str, object]:
    """What decides how a cluster comes out: the interpreter, these files of the project, and the names of all."""
    return {
        "python": sys.version,
        "files": {name: digest_of(PROJECT / name) for name in sorted(files)},
        "names": sorted(name for name in names_of_product()),
    }


def digest_of(file: Path) -> str:
    """A digest of a file's content; empty when it is gone."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def names_of_product() -> Iterable[str]:
    """The Python files of the product."""
    for folder in PROJECT.iterdir():
        if folder.is_dir() and folder.name not in NOT_PRODUCT:
            yield from (str(file.relative_to(PROJECT)) for file in folder.rglob("*.py"))


def imported_files() -> set[str]:
    """The files of the project that this process has imported, and those that it would not import."""
    modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    files = [Path(file) for file in modules if file]
    own = [file.relative_to(PROJECT) for file in files if file.is_relative_to(PROJECT)]
    return {*ALWAYS, *(str(file) for file in own if file.parts[0] != ".venv")}


def copy_running_cluster(cluster: Path, to: Path) -> None:
    """Copy a cluster whose server runs, in the way of PostgreSQL's documentation of a low-level base backup."""
    with psycopg.connect(os.environ["SUPERUSER_DATABASE_URL"], autocommit=True) as server:
        begun = server.execute("SELECT pg_walfile_name(pg_backup_start('kept', fast => true))").fetchone()
        assert begun is not None
        copy(cluster, to, *(entry for entry in os.listdir(cluster) if entry not in OF_A_RUNNING_SERVER))
        label = server.execute("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)").fetchone()
        assert label is not None
    (to / "backup_label").write_text(label[0])
    own_like(to / "backup_label", cluster)
    log = cluster / "pg_wal"
    # What was written before the copy began is in the files already.
    copy(log, to / "pg_wal", *(name for name in os.listdir(log) if len(name) == 24 and name >= begun[0]))


def copy(folder: Path, to: Path, *entries: str) -> None:
    """Copy a folder, or these entries of it, with their owners; the new folder belongs to who owned the former one."""
    to.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    to.mkdir(mode=0o700)
    names = entries or tuple(os.listdir(folder))
    command = ["cp", "-a", *(str(folder / name) for name in names), str(to)]
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C"}, stderr=subprocess.PIPE, text=True)
    # What a server that runs takes away meanwhile belongs to no copy.
    if [line for line in done.stderr.splitlines() if not line.endswith(VANISHED)]:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr)
    own_like(to, folder)
    own_like(to.parent, folder.parent)


def own_like(file: Path, other: Path) -> None:
    """Give a file the owner of another one."""
    owner = other.stat()
    if (owner.st_uid, owner.st_gid) != (file.stat().st_uid, file.stat().st_gid):
        os.chown(file, owner.st_uid, owner.st_gid)
