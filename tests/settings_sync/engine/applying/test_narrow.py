"""The narrow way: where some values of a setting changed only their rows are written, and nothing less is checked."""

from typing import Any

import pytest
from django.db import connection

from forms_catalog.models import Field, Form, Section
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying import narrow, statements
from settings_sync.engine.row_differences import RowDifference
from settings_sync.models import Document, Finding, FormerDocument, SyncRun
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import IndexEntry
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, digests, documents, fingerprint, make_company, places
from tests.settings_sync.engine.applying.test_applying_statements import executed  # noqa: F401 # a fixture
from workflows.models import Step, Workflow

pytestmark = pytest.mark.usefixtures("db")

FORM = all_kinds()["forms_catalog.form"]
CHOICE = {"categories": ["forms", "workflows"]}


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


@pytest.fixture
def form(company: Company, child: Administration) -> Form:
    """A form with two sections of three fields, and a workflow with two steps, in line everywhere."""
    with inside(company.main):
        form = Form.objects.create(name="Onderhoud")
        for number in (1, 2):
            section = Section.objects.create(form=form, title=f"Deel {number}", position=number)
            for place in (1, 2, 3):
                label = f"Vraag {number}.{place}"
                Field.objects.create(section=section, label=label, reference=f"v{number}{place}", position=place)
        workflow = Workflow.objects.create(name="Storing")
        for place in (1, 2):
            Step.objects.create(workflow=workflow, type="comment", title=f"Stap {place}", position=place)
    company.sync(child, **CHOICE)
    return form


@pytest.fixture
def written_narrowly(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, set[str]]]:
    """The tables, and the columns of them, that were written the narrow way."""
    rows: list[tuple[str, set[str]]] = []
    real = statements.row_update

    def noting(table: Any, names: Any) -> Any:
        rows.append((table.name, set(names)))
        return real(table, names)

    monkeypatch.setattr(statements, "row_update", noting)
    return rows


def edit(administration: Administration, which: str, **values: Any) -> None:
    with inside(administration):
        assert Field.objects.filter(label=which).update(**values) == 1


def test_only_the_rows_that_differ_are_written(company, child, form, written_narrowly):
    edit(company.main, "Vraag 1.2", help_text="Meet warm", is_required=True)
    with inside(company.main):
        Step.objects.filter(title="Stap 2").update(title="Stap twee")
    tables = [table.table for kind in all_kinds() for table in kind.tables]
    before = {table: places(child, table) for table in tables}
    company.sync(child, **CHOICE)
    moved = {
        (table, uid) for table in tables for uid, place in places(child, table).items() if before[table][uid] != place
    }
    assert sorted(table for table, _uid in moved) == ["forms_catalog_field", "workflows_step"]
    assert written_narrowly == [("field", {"help_text", "is_required"}), ("step", {"title"})]
    assert documents(child, FORM) == documents(company.main, FORM)


def test_no_other_row_is_read_or_sent(company, child, form, executed):  # noqa: F811
    edit(company.main, "Vraag 1.2", help_text="Meet warm")
    plan = company.plan(child, **CHOICE)
    executed.clear()
    company.run(plan)
    assert not [query for query in executed if "Vraag 2.1" in query]
    # No document is put together, and no link is looked at.
    assert not [query for query in executed if "string_agg" in query or f'"{FORM.links[0].table}"' in query]


def test_the_index_knows_what_stands_there_then(company, child, form):
    edit(company.main, "Vraag 2.3", label="Druk")
    with inside(company.main):
        Form.objects.update(name="Beurt")
    company.sync(child, **CHOICE)
    with inside(child):
        entry = IndexEntry.objects.get(kind=FORM.key)
        assert (entry.label, entry.keys["name_key"]) == ("Beurt", "beurt")
        assert {entry.uid: bytes(entry.digest)} == digests(child, FORM) == digests(company.main, FORM)


def test_it_is_taken_back_to_the_letter(company, child, form, written_narrowly):
    before = documents(child, FORM)
    edit(company.main, "Vraag 1.1", help_text='Meet „warm” {"uid": "', unit="°C")
    run = company.sync(child, **CHOICE)
    assert bytes(FormerDocument.objects.get().digest) != digests(child, FORM)[form.uid]
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert documents(child, FORM) == before
    assert len(written_narrowly) == 2


def test_an_edit_of_another_row_since_the_preview_holds_it(company, child, form, written_narrowly):
    edit(company.main, "Vraag 1.1", unit="kW")
    plan = company.plan(child, **CHOICE)
    edit(child, "Vraag 2.2", unit="bar")
    run = company.run(plan)
    assert run.targets.get().state == "held"
    assert list(Finding.objects.values_list("label", "code")) == [("Onderhoud", "stale")]
    assert not written_narrowly and not FormerDocument.objects.exists()


def test_an_edit_that_was_taken_back_is_written_whole(company, child, form, written_narrowly):
    edit(company.main, "Vraag 1.1", unit="kW")
    plan = company.plan(child, **CHOICE)
    for unit in ("bar", ""):
        edit(child, "Vraag 2.2", unit=unit)
    assert company.run(plan).state == SyncRun.State.SUCCEEDED
    assert not written_narrowly
    assert documents(child, FORM) == documents(company.main, FORM)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {}.forms_catalog_field SET unit = 'bar' WHERE label = 'Vraag 1.1'",
        "UPDATE {}.forms_catalog_field SET help_text = 'x' WHERE label = 'Vraag 1.1'",
        "DELETE FROM {}.forms_catalog_field WHERE label = 'Vraag 1.1'",
    ],
)
def test_a_row_that_stands_otherwise_than_every_trigger_tells_holds_it(
    company, child, form, written_narrowly, statement
):
    edit(company.main, "Vraag 1.1", unit="kW")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {child.schema_name}.forms_catalog_field DISABLE TRIGGER USER")
        cursor.execute(statement.format(child.schema_name))
        cursor.execute(f"ALTER TABLE {child.schema_name}.forms_catalog_field ENABLE TRIGGER USER")
    before = fingerprint(child, [table.table for table in FORM.tables])
    assert company.run(company.plan(child, **CHOICE)).targets.get().state == "held"
    assert not written_narrowly
    assert fingerprint(child, [table.table for table in FORM.tables]) == before


def test_what_comes_out_otherwise_than_planned_is_refused(company, child, form, monkeypatch):
    edit(company.main, "Vraag 1.1", unit="kW")
    plan = company.plan(child, **CHOICE)
    monkeypatch.setattr(RowDifference, "values", lambda row, uid, names: f'{{"uid": "{uid}", "unit": "bar"}}')
    before = fingerprint(child)
    target = company.run(plan).targets.get()
    assert (target.error_code, "Onderhoud" in target.error_detail) == ("result-differs", True)
    assert fingerprint(child) == before


@pytest.mark.parametrize("side", ["local_digest", "result_digest"])
def test_documents_that_are_not_what_they_say_are_not_gone_by(
    company, child, form, written_narrowly, monkeypatch, side
):
    edit(company.main, "Vraag 1.1", unit="kW")
    plan = company.plan(child, **CHOICE)
    monkeypatch.setattr(narrow, "_known", {})
    document = Document.objects.get(digest=getattr(plan.targets.get().changes.get(), side))
    document.body["parts"]["field"][3]["label"] = "Bedacht"
    document.save()
    run = company.run(plan)
    assert not written_narrowly
    assert run.state == (SyncRun.State.SUCCEEDED if side == "local_digest" else SyncRun.State.FAILED)


def test_names_change_places(company, child, form, written_narrowly):
    with inside(company.main):
        other = Form.objects.create(name="Keuring")
    company.sync(child, **CHOICE)
    with inside(company.main):
        Form.objects.filter(pk=other.pk).update(name="…")
        Form.objects.filter(pk=form.pk).update(name="Keuring")
        Form.objects.filter(pk=other.pk).update(name="Onderhoud")
    company.sync(child, **CHOICE)
    assert written_narrowly == [("form", {"name"})]
    assert documents(child, FORM) == documents(company.main, FORM)


def test_what_is_remembered_of_documents_is_limited(company, child, form, monkeypatch):
    known: dict[Any, Any] = {}
    monkeypatch.setattr(narrow, "_known", known)
    monkeypatch.setattr(narrow, "KNOWN_AT_MOST", 500)
    for number in range(4):
        edit(company.main, "Vraag 1.1", help_text=f"{number}" * 300)
        company.sync(child, **CHOICE)
        assert documents(child, FORM) == documents(company.main, FORM)
    assert 0 < len(known) < 4
