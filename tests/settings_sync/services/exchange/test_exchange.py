"""Settings as files: kept in git, brought to another administration, and rolled out from there."""

import io
import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from forms_catalog.models import Field, Form
from reference_data.models import WorkStatus, WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Document
from settings_sync.services.exchange.exchange import Given, Outcome, export_settings, import_settings
from settings_sync.services.exchange.folders import FolderRefused, read_folder, write_folder
from settings_sync.services.exchange.written import Unusable, WrittenSetting, name_of, read_setting, text_of
from sync_ledger.models import Edit, Version
from templates_catalog.models import Scheme
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import Company, documents, make_company
from workflows.models import Workflow

pytestmark = pytest.mark.usefixtures("db")
KINDS = [kind.key for kind in all_kinds()]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    """A main administration with settings of every kind."""
    made = make_company()
    with inside(made.main), transaction.atomic():
        Filler("stuk").everything(count=2)
        for workflow in Workflow.objects.all():
            # Those that employees get must be finished, which what the filler makes is not.
            workflow.work_types.clear()
        # An e-mail is no SMS, which the filler does not know either.
        Scheme.objects.update(email_template=None, reminder_template=None)
        # Numbers in the one form in which the editor keeps them.
        Field.objects.filter(default_value="3.50").update(default_value="3.5")
    return made


@pytest.fixture(scope="module")
def empty(standing: None) -> Company:
    """Another customer, as another installation would be: without settings."""
    return make_company("De Boer")


def run(command: str, slug: str, **options: Any) -> str:
    out = io.StringIO()
    try:
        call_command(command, slug, stdout=out, **options)
    except CommandError as stopped:
        stopped.add_note(out.getvalue())
        raise
    return out.getvalue()


def mtimes(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*.json"))}


class TestOutAndIn:
    def test_every_kind_comes_out_and_into_another_customer(self, company, empty, tmp_path):
        said = run("export_settings", company.main.slug, to=str(tmp_path))
        files = mtimes(tmp_path)
        assert said == f"{len(files)} written, 0 unchanged, 0 removed.\n"
        plan = run("import_settings", empty.main.slug, folder=str(tmp_path))
        assert f"{len(files)} create, 0 update, 0 unchanged, 0 refused." in plan
        assert not any(documents(empty.main, kind) for kind in all_kinds()), "a plan does nothing"
        run("import_settings", empty.main.slug, folder=str(tmp_path), apply=True)
        for kind in all_kinds():
            ours, theirs = documents(company.main, kind), documents(empty.main, kind)
            # Which scheme is the default is settled where it comes in.
            for found in (*ours.values(), *theirs.values()):
                found.pop("is_default", None)
            assert ours == theirs, kind.key

    def test_twice_writes_nothing(self, company, tmp_path):
        run("export_settings", company.main.slug, to=str(tmp_path))
        before = mtimes(tmp_path)
        assert "0 written" in run("export_settings", company.main.slug, to=str(tmp_path))
        assert mtimes(tmp_path) == before
        with inside(company.main):
            counted = Edit.objects.count(), Version.objects.count(), Document.objects.count()
        assert "0 create, 0 update" in run("import_settings", company.main.slug, folder=str(tmp_path), apply=True)
        with inside(company.main):
            assert (Edit.objects.count(), Version.objects.count(), Document.objects.count()) == counted

    def test_one_with_all_that_it_needs(self, company, tmp_path):
        with inside(company.main):
            form = Form.objects.first()
            needed = {work_type.uid for work_type in form.work_types.all()}
        found = export_settings(acting_user=company.owner, administration=company.main, items=[form.uid])
        assert {row.uid for row in found} == {form.uid, *needed}
        assert found[-1].uid == form.uid, "what is needed comes first"


def test_settings_are_kept_in_git_and_a_change_is_rolled_out(tmp_path):
    """As a team does it: export, commit, change the file, look at the plan, apply, sync."""
    company = make_company("Git")
    child = company.child("Noord")
    with inside(company.main):
        uid = WorkType.objects.create(name="Storing", description="Komt snel").uid

    def git(*words: str) -> str:
        as_somebody = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        return subprocess.run(
            ["git", *as_somebody, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q")
    run("export_settings", company.main.slug, to=str(tmp_path))
    git("add", ".")
    git("commit", "-qm", "Settings of today")
    run("export_settings", company.main.slug, to=str(tmp_path))
    assert git("status", "--porcelain") == ""

    file = next(tmp_path.rglob(f"*{uid}.json"))
    file.write_text(file.read_text().replace("Komt snel", "Binnen vier uur"))
    assert "update" in run("import_settings", company.main.slug, folder=str(tmp_path))
    run("import_settings", company.main.slug, folder=str(tmp_path), apply=True)
    run("export_settings", company.main.slug, to=str(tmp_path))
    assert git("diff", "--stat").count("|") == 1, "the file that was changed, and no other"
    git("commit", "-qam", "Faults within four hours")

    company.sync(child, items=[uid])
    with inside(child):
        assert WorkType.objects.get().description == "Binnen vier uur"
    git("revert", "--no-edit", "HEAD")
    run("import_settings", company.main.slug, folder=str(tmp_path), apply=True)
    with inside(company.main):
        assert WorkType.objects.get().description == "Komt snel"

    with inside(company.main):
        WorkType.objects.all().delete()
    assert run("export_settings", company.main.slug, to=str(tmp_path)) == "0 written, 0 unchanged, 1 removed.\n"
    assert not file.exists()


class TestNames:
    @pytest.mark.parametrize(
        "label",
        ["../../etc/passwd", "CON", "con", "a/b\\c", ".git", "\u202egpj", "x" * 300, "漢字", " ", "-rf", "NUL.json"],
    )
    def test_no_name_leaves_the_folder(self, label):
        name = name_of(WrittenSetting("forms_catalog.form", uuid.uuid4(), {"name": label}))
        assert name.startswith("forms/form/")
        last = name.removeprefix("forms/form/")
        assert last.isascii()
        assert last == last.lower()
        assert "/" not in last
        assert not last.startswith(("-", "."))
        assert len(last) < 120

    def test_names_that_differ_in_capitals_alone_do_not_collide(self):
        pair = [WrittenSetting("forms_catalog.form", uuid.uuid4(), {"name": name}) for name in ("Ketel", "KETEL")]
        assert len({name_of(setting).casefold() for setting in pair}) == 2

    @pytest.mark.parametrize("key", KINDS)
    def test_the_text_is_read_back_as_it_was(self, company, key):
        kind = all_kinds()[key]
        for uid, document in documents(company.main, kind).items():
            setting = WrittenSetting(key, uid, document)
            assert text_of(read_setting(text_of(setting).encode())) == text_of(setting)


class TestFilesThatAreNotRight:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"[]", b"3", b"\xff", b'{"format": 1}', b'{"a": 1, "a": 2}', b"[" * 100_000,
            b'{"format": 1, "kind": "x", "uid": "x", "document": {}}',
            b'{"format": 2, "kind": "workflows.step", "uid": "00000000-0000-4000-8000-00000000000a", "document": {}}',
            b'{"format": 1, "kind": "forms_catalog.form", "uid": 7, "document": {}}',
            b'{"format": 1, "kind": "forms_catalog.form", "uid": "x", "document": {}}',
            b'{"format": 1, "kind": "business.invoice", "uid": "00000000-0000-4000-8000-000000000000", "document": {}}',
            b" " * 8_000_001,
        ],
    )  # fmt: skip
    def test_it_says_why(self, body):
        with pytest.raises(Unusable) as unusable:
            read_setting(body)
        assert str(unusable.value)

    def test_each_is_told_by_name_and_nothing_is_imported(self, empty, tmp_path):
        secret = tmp_path.parent / "secret.json"
        good = WrittenSetting("reference_data.workstatus", uuid.uuid4(), {"code": "77", "name": "Uit een bestand"})
        secret.write_text(text_of(good))
        (tmp_path / "good.json").write_text(text_of(good))
        (tmp_path / "broken.json").write_text("{")
        (tmp_path / "link.json").symlink_to(secret)
        (tmp_path / "folder").symlink_to(tmp_path.parent)
        (tmp_path / "twice.json").write_text(text_of(good))
        (tmp_path / "README.md").write_text("lees mij")
        os.mkfifo(tmp_path / "pipe.json")
        out = io.StringIO()
        with pytest.raises(CommandError) as stopped:
            call_command("import_settings", empty.main.slug, folder=str(tmp_path), apply=True, stdout=out)
        assert stopped.value.returncode == 1
        lines = {line.split()[-1 if "left alone" in line else 1]: line for line in out.getvalue().splitlines()[1:-1]}
        refused = [line.split()[1] for line in out.getvalue().splitlines() if line.startswith("refused")]
        assert sorted(refused) == ["broken.json", "folder", "link.json", "pipe.json", "twice.json"], lines
        assert "left alone" in out.getvalue()
        with inside(empty.main):
            assert not WorkStatus.objects.filter(code="77").exists()
        for name in ("broken.json", "link.json", "folder", "twice.json", "pipe.json"):
            (tmp_path / name).unlink()
        run("import_settings", empty.main.slug, folder=str(tmp_path), apply=True)
        with inside(empty.main):
            assert WorkStatus.objects.filter(code="77").exists()

    def test_what_the_catalog_refuses_is_told_with_its_place(self, empty):
        wrong = WrittenSetting("forms_catalog.form", uuid.uuid4(), {"name": ""})
        right = WrittenSetting("reference_data.priority", uuid.uuid4(), {"code": "p", "name": "P"})
        given = [Given("a", wrong), Given("b", right)]
        done = import_settings(acting_user=empty.owner, administration=empty.main, given=given, apply=True)
        assert [(row.outcome, bool(row.reasons)) for row in done.rows] == [
            (Outcome.REFUSED, True),
            (Outcome.CREATE, False),
        ]
        assert not done.is_applied
        assert done.rows[0].reasons[0].startswith("name: ")

    def test_nothing_is_written_through_a_link(self, company, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        folder = tmp_path / "settings"
        folder.mkdir()
        (folder / "forms").symlink_to(outside)
        settings = export_settings(acting_user=company.owner, administration=company.main)
        with pytest.raises(FolderRefused):
            write_folder(folder, settings)
        assert list(outside.iterdir()) == []

    def test_what_somebody_else_put_there_stays(self, company, tmp_path):
        (tmp_path / "notes.json").write_text(json.dumps({"mine": True}))
        run("export_settings", company.main.slug, to=str(tmp_path))
        run("export_settings", company.main.slug, to=str(tmp_path))
        assert (tmp_path / "notes.json").exists()
        assert [found.name for found in read_folder(tmp_path) if found.reason] == ["notes.json"]

    def test_a_folder_that_is_not_there(self, company, tmp_path):
        with pytest.raises(CommandError) as stopped:
            run("import_settings", company.main.slug, folder=str(tmp_path / "nowhere"))
        assert stopped.value.returncode == 2


def test_who_may_only_read_imports_nothing(company, empty):
    from tests.settings_sync.api.test_writing_settings import make_reader

    reader = make_reader(empty.main, "reference_data.read")
    new = WrittenSetting("reference_data.priority", uuid.uuid4(), {"code": "lezer", "name": "Lezer"})
    done = import_settings(acting_user=reader, administration=empty.main, given=[Given("x", new)], apply=True)
    assert (done.rows[0].outcome, done.is_applied) == (Outcome.REFUSED, False)
    assert export_settings(acting_user=reader, administration=company.main) == []
