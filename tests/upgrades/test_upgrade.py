"""An upgrade for real: a former version syncs, today's migrates what it left, and goes on with it.

Both have the catalog of the guide, and today's follows what the guide says of renaming a field: a field is renamed, one
is added, and a rule is stricter. The former version is one from git where EENLIJN_HISTORIES asks for more than `short`,
as in `.ci/run`; else it is today's as well.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_servers.processes import PROJECT
from tests.contracts.guide import copy_of, follow, rename_a_field
from tests.databases import drop_database
from tests.template_database import with_path

HERE = Path(__file__).parent
NAME = "eenlijn_tests_upgrade"
FORMER = "bd89603"
"""The last commit that knew no upgrades of documents."""


def run(project: Path, command: list[str], given: str = "") -> str:
    """What a command in a copy of the product printed, in a database of its own; it has to succeed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "EENLIJN_TESTS"))}
    database = {name: with_path(os.environ[name], NAME) for name in ("DATABASE_URL", "SYNC_DATABASE_URL")}
    environment = {
        **inherited,
        **database,
        "SECRET_KEY": "of-the-copy",
        "PYTHONPATH": str(project),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True, input=given
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    return done.stdout


def former_version(folder: Path) -> Path:
    """The product as it was, with the catalog of its guide."""
    folder.mkdir()
    if os.environ.get("EENLIJN_HISTORIES", "short") == "short":
        copy_of(PROJECT, folder)
    else:
        archive = subprocess.run(["git", "archive", FORMER], cwd=PROJECT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        (folder / ".venv").symlink_to(sys.prefix)
    follow(folder)
    run(folder, ["manage.py", "makemigrations", "briefings"])
    return folder


def version_of_today(folder: Path, former: Path) -> Path:
    """The product with the same catalog, in which a field is renamed as the guide says."""
    copy_of(PROJECT, folder)
    follow(folder)
    first = "briefings/migrations/0001_initial.py"
    (folder / first).write_text((former / first).read_text())
    rename_a_field(folder)
    run(folder, ["manage.py", "makemigrations", "--check", "--dry-run"])
    return folder


@pytest.fixture
def database() -> Iterator[None]:
    """An empty database beside the one of this test run."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        drop_database(server, NAME)
        server.execute(f"CREATE DATABASE {NAME}")
        yield
        drop_database(server, NAME)


def upgraded(tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the former version left, and what today's made of it."""
    former = former_version(tmp_path / "former")
    run(former, ["manage.py", "migrate_administrations"])
    left = run(former, [str(HERE / "before.py")])
    today = version_of_today(tmp_path / "today", former)
    run(today, ["manage.py", "migrate_administrations"])
    return json.loads(left), json.loads(run(today, [str(HERE / "after.py")], left))


def test_a_run_of_a_former_version_is_reported_taken_back_and_tried_again(tmp_path: Path, database: None) -> None:
    left, found = upgraded(tmp_path)
    assert found["stands"] == left["after"]
    assert found["pinned"] == ["instruction"]
    # Of Oost that it has something of its own and keeps it, and of Noord nothing.
    assert found["preview"] == left["preview"]
    assert {row[4] for row in found["report"]} >= {"Ketel", "Dak en goot", "Kelder"}
    assert found["shown"][0] == ["Sluit gas en stroom af.", "Meet CO en CO2."]
    assert not {told[2] for changes in found["undo"].values() for told in changes} & {"hold", "keep"}
    assert found["undone"] == ["succeeded", left["before"]]
    assert found["redone"] == ["succeeded", left["after"]]
    assert found["retried"] == ["succeeded", ["Dak en goot", "Kelder", "Ketel", "Leeg"]]
