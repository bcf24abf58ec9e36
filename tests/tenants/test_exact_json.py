"""Numbers keep every digit on their way through JSON."""

import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models

from config.settings import SHARED_APPS, TENANT_APPS
from settings_sync.engine.applying.connections import sync_connection
from tenants.exact_json import MARK, ExactDecoder, ExactEncoder, ExactJSONField, dump, load

NUMBERS = ["1234567890123456.7891", "0.10", "21.00", "-0.0000000000000000001", "1E+3", "99999999999999999999999999.5"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_comes_back_to_the_last_digit(number):
    assert load(f'{{"price": [{number}]}}') == {"price": [Decimal(number)]}
    assert dump({"price": [Decimal(number)]}) == f'{{"price": [{Decimal(number)}]}}'
    assert load(dump(load(number))) == Decimal(number)


def test_a_whole_number_stays_one():
    assert load("[12345678901234567890]") == [12345678901234567890]
    assert dump(load("[1, true, null]")) == "[1, true, null]"


def test_a_text_is_never_taken_for_a_number():
    for text in ("1.5", "decimal-1.5", MARK.replace(MARK[-5], "x"), '"', '"decimal-0:1.5"'):
        assert load(dump([text, Decimal("1.5")])) == [text, Decimal("1.5")]


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError):
        dump(Decimal("NaN"))
    with pytest.raises(TypeError):
        dump(object())


def test_it_can_be_had_by_way_of_the_standard_library():
    assert json.dumps({"b": Decimal("1.50")}, cls=ExactEncoder, sort_keys=True, indent=1) == '{\n "b": 1.50\n}'
    assert json.loads("1.50", cls=ExactDecoder) == Decimal("1.50")


WITHOUT_DECIMALS = {"audit.AuditEntry.data"}
"""The trail counts and names: it is below this room, and what settings hold is not written there."""


def inexact_fields() -> set[str]:
    """The JSON columns of the product whose numbers Python would read as floats."""
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]
    ours = [field for field in fields if field.model.__module__.split(".")[0] in {*SHARED_APPS, *TENANT_APPS}]
    return {str(field) for field in ours if isinstance(field, models.JSONField) and field.decoder is not ExactDecoder}


def test_every_json_column_of_the_product_is_read_to_the_last_digit():
    assert inexact_fields() == WITHOUT_DECIMALS


def test_how_a_column_is_read_is_no_part_of_its_migrations():
    field = ExactJSONField(default=list)
    _name, path, _arguments, options = field.deconstruct()
    assert (path, options) == ("django.db.models.JSONField", {"default": list})
    assert (field.clone().encoder, field.clone().decoder) == (ExactEncoder, ExactDecoder)


@pytest.mark.django_db
def test_what_a_sync_reads_of_the_database_is_read_to_the_last_digit():
    with sync_connection() as connected:
        row = connected.execute("SELECT '[1234567890123456.7891]'::jsonb, '[0.10]'::json").fetchone()
    assert row == ([Decimal("1234567890123456.7891")], [Decimal("0.10")])
    assert [str(value) for (value,) in row] == ["1234567890123456.7891", "0.10"]
