"""What a shared setting must satisfy, without a database."""

import pytest

from reference_data.rules import problems_of_device_policy, problems_of_free_field
from reference_data.sync import (
    DevicePolicySync,
    ErrorCodeSync,
    FreeFieldSync,
    HourTypeSync,
    VatRateSync,
    WorkTypeSync,
)


@pytest.mark.parametrize(
    "document",
    [
        {"name": "Meterstand"},
        {"name": "Merk", "type": "dropdown", "values": ["Remeha", "Nefit"]},
    ],
)
def test_a_free_field_that_fits_its_type_is_fine(document):
    assert problems_of_free_field(document) == {}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"type": "dropdown"}, "needs values"),
        ({"type": "text", "values": ["a"]}, "Only a dropdown"),
        ({"type": "dropdown", "values": ["a", " "]}, "is empty"),
        ({"type": "dropdown", "values": ["a", "b", "a "]}, "more than once: a."),
    ],
)
def test_values_must_fit_the_type_of_a_free_field(document, words):
    assert words in problems_of_free_field(document)["values"][0]


def test_a_policy_has_a_text_or_one_default():
    assert problems_of_device_policy({"key": "foto.kwaliteit", "value": "hoog"}) == {}
    assert problems_of_device_policy({"key": "werktype", "work_type": "some uid"}) == {}
    assert "value" in problems_of_device_policy({"value": "hoog", "work_type": "some uid"})
    assert "work_status" in problems_of_device_policy({"work_type": "some uid", "work_status": "other uid"})


def test_a_sync_asks_the_same_rules():
    assert FreeFieldSync.validate({"type": "dropdown"}) != []
    assert DevicePolicySync.validate({"value": "hoog", "payment_method": "some uid"}) != []
    assert FreeFieldSync.validate({"name": "Meterstand"}) == DevicePolicySync.validate({"value": "hoog"}) == []


@pytest.mark.parametrize("percentage", [21, 21.0, "21", "21,00", "6,5", 6.5, 0, 100])
def test_a_number_of_a_document_is_read_as_people_write_it(percentage):
    assert VatRateSync.validate({"code": "H", "name": "Hoog", "percentage": percentage}) == []


@pytest.mark.parametrize("odd", ["1_0", "1e1", "٢١", "NaN", "101", -1, "21,005", True, "", [], "1e999999", "＋5"])
def test_an_odd_number_of_a_document_is_told_by_its_row(odd):
    (message,) = VatRateSync.validate({"code": "H", "name": "Hoog", "percentage": odd})
    assert message.startswith(("Row “H Hoog”, percentage: ", "Regel “H Hoog”, percentage: "))


@pytest.mark.parametrize("odd", ["1,5", 0, "0", "1_0", 2.5, 100_001])
def test_minutes_and_places_are_whole(odd):
    assert len(WorkTypeSync.validate({"name": "Onderhoud", "default_minutes": odd})) == 1
    assert WorkTypeSync.validate({"name": "Onderhoud", "default_minutes": "45"}) == []


def test_a_price_and_a_place_in_the_order_are_asked_about_where_they_are_there():
    assert HourTypeSync.validate({"code": "A", "name": "Arbeid"}) == []
    assert len(HourTypeSync.validate({"code": "A", "name": "Arbeid", "price": "1_0"})) == 1
    assert len(FreeFieldSync.validate({"name": "Meterstand", "order": "1e1"})) == 1


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"code": "", "name": "Lekkage"}, 1),
        ({"code": "E1", "name": "Lek kage"}, 1),
        ({"code": " ", "name": ""}, 2),
        ({"code": "E1", "name": "Lekkage"}, 0),
    ],
)
def test_each_row_of_a_code_list_is_told_by_itself(row, count):
    assert len(ErrorCodeSync.validate(row)) == count
