"""The database that each test process copies: migrated once per run, while the tests are still being collected.

`python -m tests.template_database FILE` makes it beside the database that DATABASE_URL names, and writes `ready`, or
what went wrong, into FILE; who needs it waits for that.
"""

import gc
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

from local_servers.data_folder import DataFolder
from tests import kept_cluster

NAME = "eenlijn_tests_template"
FILE = "EENLIJN_TESTS_TEMPLATE"
"""The variable that names the file; without it each process migrates a database of its own."""
FOLDER = "EENLIJN_TESTS_FOLDER"
"""The variable that names the data folder of the run's own servers."""
READY = "ready"
READY_SECONDS = 600.0


def with_path(address: str, path: str) -> str:
    """The same server, another database on it."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{path}"))


def begin(data: DataFolder, *, is_there: bool) -> subprocess.Popen[bytes] | None:
    """Start making the database, in the background, unless it came with the servers."""
    file = data.path / "template"
    os.environ.update({FILE: str(file), FOLDER: str(data.path)})
    if is_there:
        file.write_text(READY)
        return None
    with (data.logs / "template.log").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.template_database", str(file)], stdout=output, stderr=subprocess.STDOUT
        )


def wait_for_template() -> str:
    """Return the name of the database to copy, once it is made; empty when there is none. Raises RuntimeError."""
    if not os.environ.get(FILE):
        return ""
    file, deadline = Path(os.environ[FILE]), time.monotonic() + READY_SECONDS
    while not file.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"The database of the tests was not made in {READY_SECONDS:.0f} seconds.")
        time.sleep(0.05)
    if (said := file.read_text()) != READY:
        raise RuntimeError(f"The database of the tests was not made:\n{said}")
    return NAME


def make() -> None:
    """Make the database and migrate it."""
    # Migrating makes thousands of models; looking for cycles among them takes a tenth of its time.
    gc.set_threshold(100_000, 20, 100)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    for name in ("DATABASE_URL", "SYNC_DATABASE_URL"):
        os.environ[name] = with_path(os.environ[name], NAME)
    django.setup()
    from django.db import connections

    from tenants.migrating import migrate_everything

    migrate_everything()
    # Nobody can copy it while somebody is in it.
    connections.close_all()
    try:
        kept_cluster.keep(Path(os.environ[FOLDER]))
    except (OSError, psycopg.Error, subprocess.CalledProcessError):
        # The next run makes it again; why is in the log of this one.
        traceback.print_exc()


def main(file: Path) -> None:
    """Make the database, and write how it went."""
    said = READY
    try:
        make()
    except Exception:
        said = traceback.format_exc()
    new = file.with_suffix(".new")
    new.write_text(said)
    new.rename(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
