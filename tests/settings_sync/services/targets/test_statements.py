"""What carrying out a target asks of the database, statement by statement, as docs/architecture.md tells it."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from forms_catalog.models import Field, Form, Section
from settings_sync.models import Assignment, Document, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets import turns
from settings_sync.services.targets.turns import take_turn
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("committed")

DOCUMENT = Path("docs/architecture.md")
SECTION = "## What a target does, statement by statement"
ROW = re.compile(r"^\| \d+ \| `([^`]+)` \|", re.MULTILINE)
TABLE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|FROM) (?:\"?\w+\"?\.)?\"?(\w+)\"?")
CLAIM = "UPDATE settings_sync_synctarget"


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Every statement, on either connection, with the login that it was sent by."""
    found: list[tuple[str, str]] = []
    real = psycopg.ClientCursor.execute

    def noting(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        found.append((cursor.connection.info.user, str(query)))
        return real(cursor, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.ClientCursor, "execute", noting)
    return found


def told(query: str) -> str:
    """A statement as the document names it: what it does, and the table that it is about."""
    writing = [(verb, table) for verb, table in TABLE.findall(query) if verb != "FROM"]
    reading = [table for verb, table in TABLE.findall(query) if verb == "FROM" and table != "unnest"]
    if writing:
        return f"{writing[0][0].removesuffix(' INTO').removesuffix(' FROM')} {writing[0][1]}"
    if reading:
        return f"SELECT {reading[0]}"
    return re.split(r"[(=]", query)[0].strip()


def listed(heading: str) -> list[str]:
    """The statements that the document lists below a heading of the section."""
    section = DOCUMENT.read_text().split(SECTION, 1)[1].split("\n## ", 1)[0]
    return ROW.findall(section.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0])


@pytest.fixture
def company(committed: None) -> Company:
    made = make_company()
    with inside(made.main):
        form = Form.objects.create(name="Onderhoud")
        section = Section.objects.create(form=form, title="Metingen", position=1)
        for place in (1, 2):
            Field.objects.create(section=section, label=f"Vraag {place}", reference=f"v{place}", position=place)
    return made


def test_the_document_tells_every_statement_of_a_target(company, executed, monkeypatch):
    monkeypatch.setattr(turns, "turn_length", lambda number: 25)
    children = [company.child(name) for name in ("Noord", "Oost", "Zuid")]
    company.sync(*children, categories=["forms"])
    with inside(company.main):
        Field.objects.filter(label="Vraag 1").update(help_text="Meet warm")
    plan = company.plan(*children, categories=["forms"])
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version)
    first = run.targets.order_by("plan_target").first()
    executed.clear()
    assert take_turn(first.pk) == 3

    statements = [told(query) for _login, query in executed]
    # A target is taken and ended by the same kind of statement.
    one, other, last = [number for number, found in enumerate(statements) if found == CLAIM][::2]
    assert statements[:one] == listed("Once in a turn, before")
    assert statements[other:last] == statements[last : last + (last - other)] == listed("For each target")
    # The first of the run starts it, and reads the documents and what is assigned, that the others know from it.
    shared = [f"SELECT {model._meta.db_table}" for model in (Document, Assignment)]
    only_first = [f"UPDATE {SyncRun._meta.db_table}", *shared]
    assert Counter(statements[one:other]) - Counter(statements[other:last]) == Counter(only_first)
