"""The disk of the database is full: the child is rolled back, and the run goes on when there is space again."""

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from forms_catalog.models import Form
from settings_sync.engine.sync_rights import settings_tables
from settings_sync.models import SyncRun, SyncTarget
from tenants.models import Administration
from tenants.schemas import inside

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row

SIZE = "24m"


def run(stage: Stage, full: bool) -> list[Row]:
    """One child stands on a small disk of its own, which is filled to the brim."""
    row = Row("disk full for the database")
    with _small_disk(stage) as disk:
        if disk is None:
            row.missing = "a small file system cannot be mounted (that needs root, and mounts to be allowed)"
            return [row]
        company = Company()
        child = company.add(2)[0]
        _move(stage, child, disk)
        stage.start_product(workers=1)
        for _time in range(3 if full else 1):
            _try(stage, company, child, disk, row)
        _move_back(stage, child)
    return [row]


def _try(stage: Stage, company: Company, child: Administration, disk: Path, row: Row) -> None:
    company.bump()
    with inside(company.main):
        # Nothing that compresses, so that it needs pages that the tables do not have yet.
        Form.objects.create(name=f"Zwaar {uuid.uuid4()}", print_template=os.urandom(400_000).hex())
    watch = Watch(company, company.children)
    filler = _fill(disk)
    accepted = company.start(company.children)
    told = _wait_for_full(stage, accepted, child)
    filler.unlink()
    took = wait_until_ended([accepted], stage.revive)
    verdict = watch.judge([accepted])
    if not told:
        verdict.other.append("the disk was not full for it")
    row.add(verdict)
    row.note = f"told: {told or 'nothing'}; done {took:.1f} s after there was space again."


def _fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    stream.write(b"x" * size)
            except OSError:
                continue
    return filler


def _wait_for_full(stage: Stage, accepted: SyncRun, child: Administration) -> str:
    """What its target says while it is tried again; nothing when it was done all the same."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        stage.revive()
        target = SyncTarget.objects.get(run=accepted, administration=child)
        facts = str((target.error_facts or {}).get("fact", ""))
        if "No space left" in facts:
            return facts
        if target.state == "succeeded":
            break
        time.sleep(0.1)
    return ""


@contextmanager
def _small_disk(stage: Stage) -> Iterator[Path | None]:
    """A file system of a few megabytes in memory; None where it cannot be mounted."""
    disk = stage.folder / "small-disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(mounting, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], capture_output=True)


def _move(stage: Stage, child: Administration, disk: Path) -> None:
    place = disk / "tablespace"
    place.mkdir(mode=0o700)
    stage.postgres.account.own(place)
    with psycopg.connect(stage.environment["SUPERUSER_DATABASE_URL"], autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(str(place)))
        _set_tablespace(superuser, child, "small")


def _move_back(stage: Stage, child: Administration) -> None:
    with psycopg.connect(stage.environment["SUPERUSER_DATABASE_URL"], autocommit=True) as superuser:
        _set_tablespace(superuser, child, "pg_default")
        superuser.execute("CHECKPOINT")
        superuser.execute("DROP TABLESPACE small")


def _set_tablespace(superuser: "psycopg.Connection[tuple[object, ...]]", child: Administration, name: str) -> None:
    for table in settings_tables():
        where = sql.Identifier(child.schema_name, table)
        superuser.execute(sql.SQL("ALTER TABLE {} SET TABLESPACE {}").format(where, sql.Identifier(name)))
