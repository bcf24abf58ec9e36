"""The log of edits: one row per field that says something else now, with who and when."""

import uuid

import pytest
from django.db import connection, transaction

from forms_catalog.models import Form
from sync_ledger.edits import record_edits
from sync_ledger.models import Edit
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")

UID = uuid.UUID(int=7)


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test is rolled back."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(autouse=True)
def within(company: Company):
    with inside(company.main), transaction.atomic():
        yield
        transaction.set_rollback(True)


def record(before: dict[str, object], after: dict[str, object], **changed: object) -> list[tuple[str, object, object]]:
    stated = {"acting_user": None, "item": Form(uid=UID, name="Onderhoud")} | changed
    record_edits(**stated, before=before, after=after)
    return list(Edit.objects.order_by("id").values_list("path", "before", "after"))


@pytest.mark.parametrize(
    ("before", "after", "logged"),
    [
        ({"name": "a"}, {"name": "b"}, [("name", "a", "b")]),
        ({"name": "a"}, {"name": "a"}, []),
        ({}, {"name": "a"}, [("name", None, "a")]),
        ({"name": "a"}, {}, [("name", "a", None)]),
        ({"name": None}, {"name": ""}, []),
        ({}, {"options": []}, []),
        ({"is_required": False}, {}, [("is_required", False, None)]),
        ({"minutes": 0}, {"minutes": None}, [("minutes", 0, None)]),
        ({"options": ["a"]}, {"options": ["b"]}, [("options", ["a"], ["b"])]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 3}, [("a", 1, 2), ("b", 2, 3)]),
    ],
)
def test_what_differs_is_logged_and_nothing_else(before, after, logged):
    assert record(before, after) == logged


def test_it_says_who_and_what(company):
    record({}, {"name": "a"}, acting_user=company.owner)
    edit = Edit.objects.get()
    assert (edit.by_id, edit.by_name) == (company.owner.pk, str(company.owner))
    assert (edit.kind, edit.uid, edit.label) == ("forms_catalog.form", UID, "Onderhoud")
    assert edit.at


def test_long_names_and_paths_fit():
    record({}, {"p" * 400: "a"}, item=Form(uid=UID, name="l" * 400))
    assert (len(Edit.objects.get().label), len(Edit.objects.get().path)) == (250, 250)


def test_it_stays_in_the_administration(company):
    record({}, {"name": "a"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.sync_ledger_edit')")
        assert cursor.fetchone() == (None,)
