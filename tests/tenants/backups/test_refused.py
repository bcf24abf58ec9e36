"""A backup that is not right, and a command that is killed, change nothing."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from settings_sync.models import Document
from tenants import failpoints
from tenants.models import Administration
from tests.conftest import make_administration
from tests.contracts.world import Company

from .stage import contents, export, make_child, refusal, restore, schemas

pytestmark = pytest.mark.usefixtures("db")


Change = Callable[[dict[str, bytes], dict[str, Any]], object]


def changed(path: Path, change: Change) -> Path:
    """A copy of a backup, changed by somebody who knows how it is made: the hashes of the files are right."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}
        manifest = json.loads(archive.read("manifest.json"))
    change(files, manifest)
    for name, content in files.items():
        of, _slash, part = name.partition("/")
        if part in manifest[of]:
            manifest[of][part]["sha256"] = hashlib.sha256(content).hexdigest()
    made = path.with_name(f"{uuid.uuid4().hex}.zip")
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)
    return made


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes], _manifest: dict[str, Any]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


DRIFT = {
    "a table": ('CREATE TABLE "{0}".notes (id int)', "notes"),
    "a column more": ('ALTER TABLE "{0}".business_customer ADD COLUMN fax text', "business_customer.fax"),
    "a column less": ('ALTER TABLE "{0}".business_customer DROP COLUMN email', "business_customer.email"),
    "another type": ('ALTER TABLE "{0}".business_customer ALTER city TYPE text', "business_customer.city"),
    "what may be empty": ('ALTER TABLE "{0}".business_customer ALTER name DROP NOT NULL', "business_customer.name"),
    "a constraint": (
        'ALTER TABLE "{0}".reference_data_worktype DROP CONSTRAINT reference_data_worktype_uid_key',
        "reference_data_worktype_uid_key of reference_data_worktype",
    ),
    "everything gone": ('DROP SCHEMA "{0}" CASCADE', "its tables are not of this version"),
}
"""What somebody did to the tables by hand, and what is named."""


@pytest.mark.parametrize(("statement", "named"), DRIFT.values(), ids=DRIFT)
def test_what_could_not_be_put_back_is_not_exported(
    company: Company, tmp_path: Path, statement: str, named: str
) -> None:
    drifted = make_administration("Scheef", company.main)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(drifted.schema_name))
    with pytest.raises(CommandError) as refused:
        export(drifted, tmp_path)
    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert f"doctor {drifted.slug}" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_an_index_more_is_no_reason_to_refuse(company: Company, tmp_path: Path) -> None:
    indexed = make_administration("Snel", company.main)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE INDEX by_city ON "{indexed.schema_name}".business_customer (city)')
    restore(export(indexed, tmp_path), slug=f"{indexed.slug}-terug")
    assert Administration.objects.active().filter(slug=f"{indexed.slug}-terug").exists()


CHANGES: dict[str, tuple[Change, str]] = {
    "a value": (replaced("tables/business_customer", b"Bakkerij", b"Slagerij"), "tables/business_customer is not"),
    "no value": (replaced("tables/business_invoice", b"\t7\t", b"\tx\t"), "tables/business_invoice is not"),
    "a row less": (lambda files, _: files.update({"tables/business_invoiceline": b""}), "business_invoiceline is not"),
    "a row that something points at": (
        lambda files, manifest: (
            files.update({"tables/business_customer": b""}),
            manifest["tables"]["business_customer"].update(rows=0, content=""),
        ),
        "is not what was saved",
    ),
    "a document": (replaced("shared/documents", b"Storing", b"Staking"), "shared/documents is not"),
    "another table": (lambda files, manifest: files.update({"tables/x": b""}), "manifest.json is not"),
    "a column": (lambda _, manifest: manifest["tables"]["business_customer"]["columns"].pop(), "manifest.json is not"),
    "another version": (lambda _, manifest: manifest.update(head="0123456789abcdef"), "Another version"),
    "no city": (lambda _, manifest: manifest["administration"].pop("company_city"), "manifest.json is not"),
    "another form": (lambda _, manifest: manifest.update(format=2), "is not a backup"),
    "a counter": (
        lambda _, manifest: manifest["tables"]["business_customer"].update(counters={"id": 10**20}),
        "manifest.json is not",
    ),
    "no counter": (
        lambda _, manifest: manifest["tables"]["business_customer"].update(counters={"id": "veel"}),
        "is not a backup",
    ),
    "no people": (lambda _, manifest: manifest.pop("people"), "is not a backup"),
}


@pytest.fixture(scope="module")
def saved(company: Company, tmp_path_factory: pytest.TempPathFactory) -> tuple[Administration, Path]:
    """One administration with its backup, for what is refused."""
    child = make_child(company)
    return child, export(child, tmp_path_factory.mktemp("saved"))


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_backup_is_refused_and_nothing_is_changed(saved: tuple[Administration, Path], name: str) -> None:
    child, path = saved
    change, sentence = CHANGES[name]
    bad, before = changed(path, change), contents(child)
    documents = Document.objects.count()
    assert sentence in refusal(bad, slug="nooit")
    assert sentence in refusal(bad, replace=True, confirm=child.slug)
    assert (contents(child), Document.objects.count()) == (before, documents)


def test_a_broken_file_is_refused(saved: tuple[Administration, Path], tmp_path: Path) -> None:
    whole = saved[1].read_bytes()
    start = whole.index(b"tables/business_customer") + 60
    for content, sentence in (
        (b"", "is not a backup"),
        (b"PK" + whole[:500], "is not a backup"),
        (whole[:-200], "is not a backup"),
        (whole[:start] + bytes([whole[start] ^ 0xFF]) + whole[start + 1 :], "is not what was saved"),
    ):
        path = tmp_path / "broken"
        path.write_bytes(content)
        assert sentence in refusal(path, slug="nooit")
    assert "cannot be used: No such file" in refusal(tmp_path / "absent")
    assert "cannot be an address" in refusal(saved[1], slug="geen adres")


def test_what_cannot_be_saved_is_refused(saved: tuple[Administration, Path], tmp_path: Path) -> None:
    child, path = saved
    for slug, to, sentence in (
        ("nergens", tmp_path / "a", "no active administration"),
        (child.slug, path, "There is a file"),
        (child.slug, tmp_path / "absent" / "a", "No such file"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("export_administration", slug, to=to)
    assert list(tmp_path.iterdir()) == []
    assert path.stat().st_mode & 0o077 == 0


def test_killed_between_nothing_half_made_stays(
    company: Company, child: Administration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before, here = export(child, tmp_path), contents(child), schemas()
    points = tmp_path / "points"
    points.mkdir()
    for point in ("restore.before-commit", "export.before-manifest"):
        (points / point).write_text("kill")
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": database, failpoints.VARIABLE: str(points)}
    commands = (
        ["restore_administration", str(path), "--replace", "--confirm", child.slug],
        ["export_administration", child.slug, "--to", str(tmp_path / "killed")],
    )
    started = [subprocess.Popen([sys.executable, "manage.py", *words], env=environment) for words in commands]
    assert [process.wait(60) for process in started] == [-signal.SIGKILL, -signal.SIGKILL]
    assert (contents(child), schemas()) == (before, here)
    assert not (tmp_path / "killed").exists()
    assert "is not a backup" in refusal(tmp_path / "killed.unfinished", slug="nooit")
    restore(path, replace=True, confirm=child.slug)
