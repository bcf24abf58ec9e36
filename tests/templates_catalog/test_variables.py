"""The variables of an administration: its services and pages."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import AuditEntry
from catalog_kit.editing import EditRefused
from settings_sync.declaring.registry import registry
from templates_catalog import variables
from templates_catalog.models import Layout, Variable
from tenants.permissions import NotAllowed
from tests.conftest import make_member


@pytest.fixture
def hours(by_owner):
    return by_owner(variables.create_variable, name="openingstijden", value="8–17 uur")


@pytest.fixture
def address(within):
    return lambda name, *args: reverse(f"templates:{name}", args=[within.slug, *args])


def test_a_variable_never_travels_and_says_why():
    assert "values of its own" in registry.excluded[Variable]


def test_a_variable_is_made_edited_and_deleted_with_a_trail(by_owner, hours):
    values = {"name": "uren", "value": "9–17 uur"}
    by_owner(variables.update_variable, variable=hours, values=values)
    assert variables.own_values() == {"eigen.uren": "9–17 uur"}
    by_owner(variables.delete_variable, variable=hours)
    assert variables.own_values() == {}
    actions = list(AuditEntry.objects.order_by("at").values_list("action", flat=True))
    assert actions == ["variable.created", "variable.changed", "variable.deleted"]


def test_a_name_is_there_once(by_owner, hours):
    with pytest.raises(EditRefused, match="this name already"):
        by_owner(variables.create_variable, name="openingstijden", value="x")
    assert Variable.objects.get().value == "8–17 uur"


def test_the_database_refuses_a_name_that_cannot_stand_in_a_template(within):
    with pytest.raises(IntegrityError), transaction.atomic():
        Variable.objects.create(name="Open }} tijden", value="x")


def test_what_is_gone_cannot_be_edited(by_owner, hours):
    Variable.objects.all().delete()
    with pytest.raises(EditRefused, match="deleted by somebody else"):
        by_owner(variables.delete_variable, variable=hours)


def test_only_who_may_edit_company_details_may_change_them(within, hours):
    planner = make_member(within, "Medewerker")
    for service, what in (
        (variables.create_variable, {"name": "x", "value": "y"}),
        (variables.update_variable, {"variable": hours, "values": {"name": "x", "value": "y"}}),
        (variables.delete_variable, {"variable": hours}),
    ):
        with pytest.raises(NotAllowed):
            service(acting_user=planner, administration=within, **what)
    assert Variable.objects.get().name == "openingstijden"


def test_the_pages_make_edit_and_delete(owner_client, address):
    made = owner_client.post(address("variable_new"), {"name": "Opening Tijden", "value": "8–17\r\nzo dicht"})
    assert made["Location"] == address("variables")
    variable = Variable.objects.get()
    assert (variable.name, variable.value) == ("opening_tijden", "8–17\nzo dicht")
    page = owner_client.get(address("variables"))
    assert "{{ eigen.opening_tijden }}" in page.content.decode()
    edit = address("variable_edit", variable.pk)
    assert owner_client.post(edit, {"name": "uren", "value": ""}).context["form"].errors.keys() == {"value"}
    assert owner_client.post(edit, {"name": "uren", "value": "9"}).status_code == 302
    assert "uren" in owner_client.get(address("variable_delete", variable.pk)).content.decode()
    owner_client.post(address("variable_delete", variable.pk))
    assert not Variable.objects.exists()
    assert owner_client.get(edit).status_code == 404


@pytest.mark.parametrize("name", ["1uur", "{{ x }}", "", "uren\0", "ü"])
def test_a_name_that_cannot_stand_in_a_template_is_refused(owner_client, address, name):
    answer = owner_client.post(address("variable_new"), {"name": name, "value": "x"})
    assert answer.context["form"].errors.keys() == {"name"}
    assert not Variable.objects.exists()


def test_a_taken_name_keeps_what_was_typed(owner_client, address, hours):
    answer = owner_client.post(address("variable_new"), {"name": "openingstijden", "value": "getypt"})
    assert "getypt" in answer.content.decode()
    assert answer.context["form"].errors.keys() == {"name"}


def test_what_templates_ask_for_in_vain_is_listed(owner_client, address, hours):
    Layout.objects.create(kind="invoice", name="Blauw", footer="{{ eigen.openingstijden }} {{ eigen.kvk }}")
    overview = owner_client.get(address("variables")).context["overview"]
    assert [(row.name, row.used) for row in overview.rows] == [("openingstijden", 1)]
    assert overview.missing == ("kvk",)
    page = owner_client.get(address("variable_delete", hours.pk)).content.decode()
    assert "Blauw" in page


def test_a_member_without_the_right_is_refused(client, within, address):
    client.force_login(make_member(within, "Medewerker"))
    assert client.get(address("variables")).status_code == 403


@pytest.mark.parametrize("value", ["javascript:alert(1)", "www.x.test", "http://x.test"])
def test_a_value_that_begins_a_link_has_to_be_one(owner_client, address, hours, value):
    Layout.objects.create(kind="invoice", name="Blauw", footer='<a href="{{ eigen.portaal }}">x</a>')
    answer = owner_client.post(address("variable_new"), {"name": "portaal", "value": value})
    assert "“Blauw”" in answer.context["form"].errors["value"][0]
    assert value in answer.text
    owner_client.post(address("variable_new"), {"name": "portaal", "value": "https://x.test/a"})
    assert Variable.objects.get(name="portaal").value == "https://x.test/a"
    edit = address("variable_edit", Variable.objects.get(name="portaal").pk)
    assert owner_client.post(edit, {"name": "portaal", "value": value}).context["form"].errors.keys() == {"value"}


def test_a_value_that_begins_a_link_through_filters_has_to_be_one_where_they_leave_its_beginning(
    owner_client, address, within
):
    texts = ['{{ eigen.a | strip | default: "https://x.test" }}', '{{ eigen.b | prepend: "https://" }}']
    Layout.objects.create(kind="invoice", name="Blauw", footer="".join(f"<a href='{text}'>x</a>" for text in texts))
    refused = owner_client.post(address("variable_new"), {"name": "a", "value": "www.x.test"})
    assert refused.context["form"].errors.keys() == {"value"}
    assert owner_client.post(address("variable_new"), {"name": "b", "value": "www.x.test"}).status_code == 302
