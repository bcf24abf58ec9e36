"""What a shared setting must satisfy, without a database."""

import pytest

from reference_data.rules import problems_of_device_policy, problems_of_free_field
from reference_data.sync import DevicePolicySync, FreeFieldSync


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
