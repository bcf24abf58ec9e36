"""A number in a document is compared, merged, stored, shown and answered to its last digit."""

import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from psycopg import sql

from catalog_kit.editing import fingerprint
from reference_data.models import FreeField
from reference_data.services import update_item, values_for_log
from settings_sync.models import Document, FormerDocument
from sync_ledger.models import Edit
from tenants.schemas import inside

from .conftest import work

EXACT = "1234567890123456.7891"
OTHER = "1234567890123456.7892"
"""As a float both are 1234567890123456.8."""


def set_number(administration, number):
    with connection.cursor() as cursor:
        table = sql.Identifier(administration.schema_name, "reference_data_freefield")
        cursor.execute(sql.SQL("UPDATE {} SET values = %s::jsonb").format(table), [f"[{number}]"])


def number_in(administration):
    with connection.cursor() as cursor:
        table = sql.Identifier(administration.schema_name, "reference_data_freefield")
        cursor.execute(sql.SQL("SELECT values::text FROM {}").format(table))
        return cursor.fetchone()[0]


def edit(administration, **fields):
    with inside(administration):
        row = FreeField.objects.get()
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))


@pytest.fixture
def synced(main, child, reached, api):
    """A free field with such a number, as it arrived in the sub-administration."""
    with inside(main):
        FreeField.objects.create(entity="customer", name="Prijs", reference_name="prijs", type="dropdown", values=["x"])
    set_number(main, EXACT)
    run = api.post("runs/", {"targets": [child.slug], "categories": ["reference_data"]}).json()
    work(run["id"])
    assert number_in(child) == f"[{EXACT}]"
    return child


def plan_of(api, child):
    plan = api.post("plans/", {"targets": [child.slug], "categories": ["reference_data"]}).json()
    answer = api.get(f"plans/{plan['id']}/changes/")
    (change,) = json.loads(answer.content, parse_float=Decimal)["results"]
    return plan, change, answer.content.decode()


def test_it_is_the_same_after_a_merge(api, main, synced):
    edit(main, is_required=True)
    edit(synced, order=7)
    plan, change, _text = plan_of(api, synced)
    assert change["action"] == "update", change["reason"]
    run = api.post("runs/", {"plan": plan["id"], "version": plan["version"]}).json()
    work(run["id"])
    assert api.get(f"runs/{run['id']}/").json()["state"] == "succeeded"
    assert number_in(synced) == f"[{EXACT}]"
    former = FormerDocument.objects.get(target__run=run["id"])
    assert former.body["values"] == [Decimal(EXACT)]


def test_a_difference_in_the_last_digit_is_a_difference_and_is_answered_as_it_is(api, main, synced):
    set_number(main, OTHER)
    _plan, change, text = plan_of(api, synced)
    (field,) = [row for row in change["fields"] if row["path"] == "values"]
    assert (field["local"], field["source"], field["result"]) == ([Decimal(EXACT)], [Decimal(OTHER)], [Decimal(OTHER)])
    assert re.search(rf'"source":\s*\[{re.escape(OTHER)}\]', text)


def test_a_stored_document_is_read_and_written_to_the_last_digit(synced):
    document = next(row for row in Document.objects.all() if "values" in row.body)
    assert document.body["values"] == [Decimal(EXACT)]
    document.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body->'values' #>> '{}' FROM public.settings_sync_document WHERE digest = %s", [document.digest]
        )
        assert cursor.fetchone()[0] == f"[{EXACT}]"


def test_a_setting_and_the_log_of_its_edits_are_read_to_the_last_digit(main, owner, owner_client):
    with inside(main):
        values = {"entity": "customer", "name": "Prijs", "reference_name": "prijs", "type": "dropdown"}
        field = FreeField.objects.create(**values, values=["x"])
        set_number(main, EXACT)
        field = FreeField.objects.get()
        assert field.values == [Decimal(EXACT)]
        before = fingerprint(values_for_log(field))
        set_number(main, OTHER)
        field.refresh_from_db()
        assert fingerprint(values_for_log(field)) != before
        update_item(acting_user=owner, administration=main, item=field, values={"values": ["y"]})
        assert Edit.objects.get(path="values").before == [Decimal(OTHER)]
        set_number(main, EXACT)
        field.refresh_from_db()
        field.save()
    assert number_in(main) == f"[{EXACT}]"
    page = owner_client.get(f"/a/{main.slug}/settings/reference/free-fields/{field.uid}/")
    assert EXACT in page.content.decode()
