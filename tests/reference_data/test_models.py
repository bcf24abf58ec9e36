"""What the database itself refuses."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from reference_data.lists import LISTS
from reference_data.models import DevicePolicy, FreeField, HourType, VatRate, WorkStatus, WorkType


def test_codes_are_compared_without_case_and_spaces(within):
    WorkStatus.objects.create(code="Klaar", name="Klaar")
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkStatus.objects.create(code=" KLAAR ", name="Ook klaar")


def test_an_archived_item_gives_its_name_free(within):
    WorkType.objects.create(name="Onderhoud", is_archived=True)
    WorkType.objects.create(name="Onderhoud")
    assert WorkType.objects.count() == 2


def test_two_codes_swap_in_one_statement(within):
    first = WorkStatus.objects.create(code="A", name="Eerste")
    second = WorkStatus.objects.create(code="B", name="Tweede")
    first.code, second.code = "B", "A"
    WorkStatus.objects.bulk_update([first, second], ["code"])
    assert list(WorkStatus.objects.values_list("code", "name")) == [("A", "Tweede"), ("B", "Eerste")]


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (WorkType, {"name": " "}),
        (WorkType, {"name": "Storing", "default_minutes": 0}),
        (WorkStatus, {"code": "", "name": "Klaar"}),
        (HourType, {"code": "A", "name": "Arbeid", "price": Decimal("-1")}),
        (VatRate, {"code": "H", "name": "Hoog", "percentage": Decimal("101")}),
        (FreeField, {"name": "Merk", "reference_name": "merk", "type": "dropdown"}),
        (FreeField, {"name": "Merk", "reference_name": "merk", "values": ["a"]}),
        (FreeField, {"name": "Merk", "reference_name": "merk", "values": {"a": 1}}),
        (FreeField, {"name": "Merk", "reference_name": "merk", "entity": "moon"}),
    ],
)
def test_the_database_refuses(within, model, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


def test_a_policy_cannot_have_a_text_and_a_default(within):
    work_type = WorkType.objects.create(name="Onderhoud")
    with pytest.raises(IntegrityError), transaction.atomic():
        DevicePolicy.objects.create(key="werktype", value="x", work_type=work_type)


def test_every_list_has_its_own_place_and_shows_existing_columns():
    assert len({found.model for found in LISTS.values()}) == len(LISTS) == 10
    for found in LISTS.values():
        assert len(found.headings) == len(found.columns)
