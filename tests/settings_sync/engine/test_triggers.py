"""TRUNCATE is noticed as every other edit is, though it gives its triggers no rows."""

import pytest
from django.db import connection
from psycopg import sql

from forms_catalog.models import Form
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.sync_rights import settings_tables
from sync_ledger.models import Dirty
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company, rows
from tests.settings_sync.test_journey import make_form

pytestmark = pytest.mark.usefixtures("db")

FORM = "forms_catalog.form"


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture
def main(company: Company) -> Administration:
    company.sweep()
    return company.main


@pytest.fixture
def form(main: Administration) -> Form:
    """A form with fields that was looked at."""
    with inside(main):
        made = make_form("Onderhoud")
    look_at(main)
    return made


def truncate(administration: Administration, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(administration.schema_name, table)))


def test_items_that_went_at_once_leave_the_index(main, form):
    truncate(main, all_kinds()[FORM].root.table)
    assert not [key for key in look_at(main).entries if key[0] == FORM]


def test_an_item_whose_parts_went_at_once_is_read_again(main, form):
    before = look_at(main).entries[FORM, form.uid].digest
    *_items, parts = all_kinds()[FORM].tables
    truncate(main, parts.table)
    assert look_at(main).entries[FORM, form.uid].digest != before


@pytest.mark.parametrize("table", settings_tables())
def test_every_settings_table_notes_it(main, form, table):
    """Of the kind that the table belongs to, whatever the index knows is read again."""
    (kind,) = (kind for kind in all_kinds() if table in _tables_of(kind))
    with inside(main), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_ledger_indexentry (kind, uid, digest, keys, label)"
            " VALUES (%s, %s, '', '{}', '') ON CONFLICT DO NOTHING",
            [kind.key, form.uid],
        )
        truncate(main, table)
        assert Dirty.objects.filter(kind=kind.key, uid=form.uid).exists()
    look_at(main)
    assert rows(main, "sync_ledger_dirty") == []


def _tables_of(kind):
    return [table.table for table in kind.tables] + [link.table for link in kind.links]
