"""What the database itself refuses, and what it allows within one statement."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import RestrictedError

from forms_catalog.models import Field, Form, Section


def test_a_whole_form_is_deleted_although_its_parts_point_at_each_other(maintenance):
    maintenance.form.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Form.objects.exists()
    assert not Section.objects.exists()
    assert not Field.objects.exists()


def test_a_field_that_decides_over_a_section_is_not_deleted(maintenance):
    with pytest.raises(RestrictedError):
        maintenance.is_done.delete()


def test_positions_swap_in_one_statement(maintenance):
    maintenance.co_level.position, maintenance.pressure.position = 1, 0
    Field.objects.bulk_update([maintenance.co_level, maintenance.pressure], ["position"])
    assert [field.label for field in maintenance.readings.fields.all()] == ["Druk", "CO-gehalte"]


@pytest.mark.parametrize(
    "values",
    [
        {"label": " "},
        {"reference": ""},
        {"reference": "co"},
        {"position": 0},
        {"type": "moon"},
        {"type": "radio"},
        {"options": ["a"]},
        {"options": "a"},
        {"option_labels": ["a"]},
        {"type": "information", "is_required": True},
    ],
)
def test_the_database_refuses(maintenance, values):
    sound = {"section": maintenance.readings, "label": "NOx", "reference": "nox", "position": 2}
    with transaction.atomic():
        Field.objects.create(**sound).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Field.objects.create(**sound | values)


def test_a_field_cannot_wait_for_itself(maintenance):
    with pytest.raises(IntegrityError), transaction.atomic():
        Field.objects.filter(pk=maintenance.pressure.pk).update(visible_if_field=maintenance.pressure)
