"""A kept cluster is used again by the same code, and by no other."""

import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from local_servers.data_folder import DataFolder
from tests import kept_cluster
from tests.template_database import FOLDER, NAME


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with one model and one page."""
    for name in (
        "local_servers/postgres.py",
        "requirements/app.lock",
        "forms/models.py",
        "forms/views.py",
        "tests/a.py",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as it was")
    monkeypatch.setattr(kept_cluster, "PROJECT", tmp_path)
    return tmp_path


def kept_of(project: Path, note: Path) -> Path:
    made_of = kept_cluster.description([*kept_cluster.ALWAYS, "forms/models.py"])
    note.write_text(json.dumps(made_of))
    return note


@pytest.mark.parametrize(
    ("file", "is_used"),
    [
        ("forms/views.py", True),
        ("tests/a.py", True),
        ("tests/new.py", True),
        ("forms/models.py", False),
        ("local_servers/postgres.py", False),
        ("requirements/app.lock", False),
        ("forms/migrations/0001_initial.py", False),
        ("forms/sync.py", False),
    ],
)
def test_it_is_used_again_unless_something_it_was_made_of_changed(project: Path, file: str, is_used: bool) -> None:
    note = kept_of(project, project / "note.json")
    assert kept_cluster.is_of_today(note)
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text("changed")
    assert kept_cluster.is_of_today(note) == is_used


def test_a_note_that_was_cut_off_or_is_gone_is_of_no_day(tmp_path: Path) -> None:
    assert not kept_cluster.is_of_today(tmp_path / "note.json")
    (tmp_path / "note.json").write_text('{"python')
    assert not kept_cluster.is_of_today(tmp_path / "note.json")


def test_what_migrates_has_imported_models_declarations_and_migrations() -> None:
    # The process that migrates imports at least what this one has; pages are not needed for it.
    names = kept_cluster.imported_files()
    assert {"forms_catalog/models.py", "forms_catalog/sync.py", "settings_sync/engine/triggers.py"} <= names
    assert not [name for name in names if name.startswith((".venv", "/"))]


@pytest.mark.skipif(FOLDER not in os.environ, reason="The environment names a server, whose files are not ours.")
def test_a_copy_of_the_running_server_holds_the_database_that_tests_copy(tmp_path: Path) -> None:
    data = Path(os.environ[FOLDER])
    with psycopg.connect(os.environ["SUPERUSER_DATABASE_URL"], autocommit=True) as server:
        (oid,) = server.execute("SELECT oid::text FROM pg_database WHERE datname = %s", [NAME]).fetchone() or ("",)
    to = tmp_path / "postgres" / "cluster"
    kept_cluster.copy_running_cluster(data / kept_cluster.CLUSTER, to)
    assert {"PG_VERSION", "backup_label", "pg_wal", "global", "base"} <= set(os.listdir(to))
    assert "postmaster.pid" not in os.listdir(to)
    assert len(os.listdir(to / "base" / oid)) > 100
    assert to.stat().st_uid == (data / kept_cluster.CLUSTER).stat().st_uid


def test_where_nothing_is_kept_nothing_is_put_back(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "run")
    folder.prepare()
    assert not kept_cluster.put_back(folder)
    assert not (folder.path / kept_cluster.CLUSTER).exists()


def test_what_a_server_takes_away_meanwhile_is_left_out_and_any_other_fault_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a" / "cluster"
    folder.mkdir(parents=True)
    (folder / "kept").write_text("x")
    kept_cluster.copy(folder, tmp_path / "b" / "cluster", "kept", "gone")
    assert os.listdir(tmp_path / "b" / "cluster") == ["kept"]
    monkeypatch.setattr(kept_cluster, "VANISHED", "no such message")
    with pytest.raises(subprocess.CalledProcessError):
        kept_cluster.copy(folder, tmp_path / "c" / "cluster", "kept", "gone")
