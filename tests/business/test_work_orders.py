"""Making and editing work orders."""

import datetime

import pytest

from audit.models import AuditEntry
from business.models import Contact, Customer, WorkOrderHour
from business.services import advance_work_order, create_customer, create_work_order, update_work_order
from catalog_kit.editing import EditRefused
from reference_data.models import WorkType
from tenants.permissions import NotAllowed
from tests.conftest import make_member


def values_of(catalog, **changed):
    return {"work_type": catalog.work_type, "status": catalog.planned, "description": "Lekkage", **changed}


def test_a_work_order_gets_the_next_number_and_a_line_in_the_trail(owner, within, catalog, customer):
    made = [
        create_work_order(acting_user=owner, administration=within, customer=customer, values=values_of(catalog))
        for _again in range(2)
    ]
    assert made[1].number == made[0].number + 1
    assert AuditEntry.objects.filter(action="work_order.created", administration_id=within.pk).count() == 2


def test_customers_are_numbered_from_one(owner, within):
    numbers = [
        create_customer(acting_user=owner, administration=within, values={"name": name}).number for name in "abc"
    ]
    assert numbers == [1, 2, 3]


def test_a_customer_without_a_name_is_refused(owner, within):
    with pytest.raises(EditRefused) as refused:
        create_customer(acting_user=owner, administration=within, values={"name": "  "})
    assert "name" in refused.value.problems
    assert not Customer.objects.exists()


def test_an_archived_setting_cannot_be_chosen_for_new_work(owner, within, catalog, customer):
    catalog.work_type.is_archived = True
    catalog.work_type.save()
    with pytest.raises(EditRefused) as refused:
        create_work_order(acting_user=owner, administration=within, customer=customer, values=values_of(catalog))
    assert "Onderhoud" in refused.value.problems["work_type"][0]


def test_a_work_type_that_is_not_active_cannot_be_chosen(owner, within, catalog, customer):
    idle = WorkType.objects.create(name="Oud", is_active=False)
    with pytest.raises(EditRefused):
        create_work_order(
            acting_user=owner, administration=within, customer=customer, values=values_of(catalog, work_type=idle)
        )


def test_an_archived_setting_stays_where_it_is_used(owner, within, catalog, work_order):
    WorkType.objects.filter(pk=catalog.work_type.pk).update(is_archived=True)
    changed = update_work_order(
        acting_user=owner, administration=within, work_order=work_order, values={"description": "Anders"}
    )
    assert (changed.description, changed.work_type.name) == ("Anders", "Onderhoud")


def test_a_contact_of_another_customer_is_refused(owner, within, catalog, customer):
    other = create_customer(acting_user=owner, administration=within, values={"name": "Ander"})
    stranger = Contact.objects.create(customer=other, name="Piet")
    with pytest.raises(EditRefused) as refused:
        create_work_order(
            acting_user=owner, administration=within, customer=customer, values=values_of(catalog, contact=stranger)
        )
    assert "contact" in refused.value.problems


def test_only_who_works_here_can_be_given_work(owner, within, catalog, customer):
    with pytest.raises(EditRefused) as refused:
        create_work_order(
            acting_user=owner, administration=within, customer=customer, values=values_of(catalog, employee_id=987654)
        )
    assert "employee_id" in refused.value.problems


def test_free_fields_are_kept_and_replaced(owner, within, catalog, customer):
    common = {"acting_user": owner, "administration": within}
    made = create_work_order(
        **common, customer=customer, values=values_of(catalog), free_values={catalog.free_field: "12"}
    )
    update_work_order(**common, work_order=made, values={}, free_values={catalog.free_field: "15"})
    assert [held.value for held in made.free_field_values.all()] == ["15"]


def test_the_workflow_of_work_that_was_picked_up_stays(owner, within, work_order):
    common = {"acting_user": owner, "administration": within}
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(**common, work_order=work_order, to=stage)
    with pytest.raises(EditRefused) as refused:
        update_work_order(**common, work_order=work_order, values={"workflow": None})
    assert "workflow" in refused.value.problems


def test_who_may_not_make_work_orders_is_refused(employee, within, catalog, customer):
    with pytest.raises(NotAllowed):
        create_work_order(acting_user=employee, administration=within, customer=customer, values=values_of(catalog))


def test_an_employee_changes_their_own_work_and_not_that_of_others(employee, within, work_order):
    update_work_order(acting_user=employee, administration=within, work_order=work_order, values={"reference": "A1"})
    other = make_member(within, "Medewerker")
    with pytest.raises(NotAllowed):
        update_work_order(acting_user=other, administration=within, work_order=work_order, values={"reference": "A2"})


def test_hours_are_named_by_who_worked_them_and_when(settings):
    settings.LANGUAGE_CODE = "nl"
    worked = WorkOrderHour(employee_name="J. Jansen", worked_on=datetime.date(2026, 11, 3), hours=1, hour_type_id=5859)
    assert str(worked) == "J. Jansen 3-11-2026"
