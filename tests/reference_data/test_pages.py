"""The pages of the other shared settings, through the whole stack."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reference_data.lists import LISTS
from reference_data.models import DevicePolicy, FreeField, VatRate, WorkStatus, WorkType
from tests.conftest import make_member

FILLED_IN = {
    "work-types": {"name": "Onderhoud", "default_minutes": "45", "is_active": "on"},
    "work-statuses": {"code": "K", "name": "Klaar"},
    "hour-types": {"code": "A", "name": "Arbeid", "price": "62.50"},
    "payment-methods": {"code": "PIN", "name": "Pin"},
    "vat-rates": {"code": "H", "name": "Hoog", "percentage": "21"},
    "priorities": {"code": "1", "name": "Spoed"},
    "errors": {"code": "E1", "name": "Lekkage"},
    "solutions": {"code": "S1", "name": "Vervangen"},
    "free-fields": {
        "entity": "object", "name": "Merk ketel", "type": "dropdown", "values": "Remeha\r\n\r\nNefit\r\n", "order": "1",
    },
    "device-policies": {"key": "foto.kwaliteit", "value": "hoog"},
}  # fmt: skip


@pytest.fixture
def address(within):
    def of(name, *args):
        return reverse(f"reference_data:{name}", args=[within.slug, *args])

    return of


def listed(client, url):
    return [row["item"] for row in client.get(url).context["rows"]]


def test_the_overview_counts_each_list(owner_client, address):
    WorkStatus.objects.create(code="A", name="Af", is_archived=True)
    page = owner_client.get(address("overview"), headers={"accept-language": "en"}).content.decode()
    assert all(address("list", key) in page for key in LISTS)
    assert address("list", "work-statuses") + "?archived" in page


def test_a_new_work_type_proposes_an_hour(owner_client, address):
    page = owner_client.get(address("new", "work-types"))
    assert page.context["form"]["default_minutes"].value() == 60


@pytest.mark.parametrize("key", LISTS)
def test_every_list_can_be_filled_read_changed_and_emptied(owner_client, address, key):
    made = owner_client.post(address("new", key), FILLED_IN[key])
    assert made.status_code == 302, made.context["form"].errors
    item = LISTS[key].model.objects.get()
    assert listed(owner_client, address("list", key)) == [item]
    page = owner_client.get(address("edit", key, item.uid))
    changed = {**FILLED_IN[key], "seen": page.context["seen"]}
    assert owner_client.post(address("edit", key, item.uid), changed).status_code == 302
    owner_client.post(address("archive", key, item.uid))
    assert LISTS[key].model.objects.get().is_archived
    assert listed(owner_client, address("list", key)) == []
    assert listed(owner_client, address("list", key) + "?archived=1") == [item]
    owner_client.post(address("unarchive", key, item.uid))
    assert owner_client.get(address("delete", key, item.uid)).status_code == 200
    owner_client.post(address("delete", key, item.uid))
    assert not LISTS[key].model.objects.exists()


@pytest.mark.parametrize("key", LISTS)
def test_no_list_takes_a_name_that_nobody_can_read(owner_client, address, key):
    field = "name" if "name" in FILLED_IN[key] else "key"
    refused = owner_client.post(address("new", key), {**FILLED_IN[key], field: "\u200b\ufeff"})
    assert field in refused.context["form"].errors
    assert not LISTS[key].model.objects.exists()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(owner_client, address):
    item = WorkType.objects.create(name="Onderhoud")
    opened = [owner_client.get(address("edit", "work-types", item.uid)).context["seen"] for _tab in range(2)]
    first, second = ({**FILLED_IN["work-types"], "name": f"Naam {number}", "seen": opened[number]} for number in (0, 1))
    assert owner_client.post(address("edit", "work-types", item.uid), first).status_code == 302
    refused = owner_client.post(address("edit", "work-types", item.uid), second)
    assert "Iemand anders heeft dit" in refused.context["form"].errors["__all__"][0]
    item.refresh_from_db()
    assert item.name == "Naam 0"


def test_values_are_typed_one_per_line_and_shown_so(owner_client, address):
    owner_client.post(address("new", "free-fields"), FILLED_IN["free-fields"])
    field = FreeField.objects.get()
    assert (field.values, field.reference_name) == (["Remeha", "Nefit"], "object_merk_ketel")
    assert "Remeha\nNefit</textarea>" in owner_client.get(address("edit", "free-fields", field.uid)).content.decode()


@pytest.mark.parametrize(
    ("key", "wrong", "field"),
    [
        ("work-types", {"default_minutes": "0"}, "default_minutes"),
        ("work-types", {"default_minutes": "99999999999999999999"}, "default_minutes"),
        ("work-types", {"name": "a\x00b"}, "name"),
        ("work-types", {"name": "   "}, "name"),
        ("vat-rates", {"percentage": "101"}, "percentage"),
        ("vat-rates", {"percentage": "NaN"}, "percentage"),
        ("hour-types", {"price": "-1"}, "price"),
        ("free-fields", {"values": ""}, "values"),
        ("free-fields", {"type": "text"}, "values"),
        ("free-fields", {"entity": "moon"}, "entity"),
        ("device-policies", {"key": "Foto kwaliteit"}, "key"),
    ],
)
def test_wrong_input_is_answered_beside_the_field(owner_client, address, key, wrong, field):
    page = owner_client.post(address("new", key), FILLED_IN[key] | wrong)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert not LISTS[key].model.objects.exists()


def test_a_taken_name_is_answered_beside_the_field(owner_client, address):
    WorkType.objects.create(name="Onderhoud")
    page = owner_client.post(address("new", "work-types"), FILLED_IN["work-types"])
    assert "name" in page.context["form"].errors


def test_a_deletion_says_what_uses_the_item(owner_client, address):
    work_type = WorkType.objects.create(name="Onderhoud")
    DevicePolicy.objects.create(key="werktype", work_type=work_type)
    url = address("delete", "work-types", work_type.uid)
    assert "werktype" in owner_client.get(url).content.decode()
    assert owner_client.post(url).status_code == 200
    assert WorkType.objects.exists()


def test_an_archived_choice_is_offered_only_where_it_stands(owner_client, address):
    gone = WorkType.objects.create(name="Vroeger", is_archived=True)
    policy = DevicePolicy.objects.create(key="werktype", work_type=gone)
    edit = owner_client.get(address("edit", "device-policies", policy.uid))
    new = owner_client.get(address("new", "device-policies"))
    assert (gone in edit.context["form"].fields["work_type"].queryset) is True
    assert (gone in new.context["form"].fields["work_type"].queryset) is False


def test_a_list_is_searched_by_name_and_code(owner_client, address):
    VatRate.objects.create(code="H", name="Hoog")
    VatRate.objects.create(code="L", name="Laag")
    assert [rate.code for rate in listed(owner_client, address("list", "vat-rates") + "?q=hoO")] == ["H"]


def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(owner_client, address, django_assert_max_num_queries):
    def count(url):
        with django_assert_max_num_queries(100) as captured:
            owner_client.get(url)
        return len(captured)

    url = address("list", "work-types")
    WorkType.objects.create(name="Een")
    owner_client.get(url)
    one = count(url)
    WorkType.objects.bulk_create([WorkType(name="Twee"), WorkType(name="Drie")])
    assert count(url) == one


def test_the_log_of_edits_is_shown_in_words(owner_client, address):
    owner_client.post(address("new", "work-types"), FILLED_IN["work-types"])
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = owner_client.get(address("edit", "work-types", WorkType.objects.get().uid))
    log = page.content.decode().split('id="edits"')[1]
    assert "Usual duration in minutes" in log
    assert "is_active" not in log and "True" not in log


def test_an_unknown_list_or_item_is_not_found(owner_client, address):
    assert owner_client.get(address("list", "moons")).status_code == 404
    unknown = "00000000-0000-4000-8000-000000000000"
    assert owner_client.get(address("edit", "work-types", unknown)).status_code == 404


def test_a_reading_user_sees_and_changes_nothing(within, address):
    from reference_data.rights import ReferenceDataRight
    from tenants.models import Membership, Role

    status = WorkStatus.objects.create(code="K", name="Klaar")
    reader = make_member(within)
    role = Role.objects.create(administration=within, name="Lezer", rights=[ReferenceDataRight.READ])
    Membership.objects.filter(user=reader).update(role=role)
    client = Client()
    client.force_login(reader)
    page = client.get(address("edit", "work-statuses", status.uid))
    assert page.context["form"].fields["name"].disabled
    assert client.post(address("edit", "work-statuses", status.uid), {"code": "X", "name": "Y"}).status_code == 403
    for name in ("archive", "unarchive", "delete"):
        assert client.post(address(name, "work-statuses", status.uid)).status_code == 403
    assert client.get(address("new", "work-statuses")).status_code == 403


def test_others_do_not_get_in(address, colleague, stranger):
    for user, expected in ((colleague, 403), (stranger, 404)):
        client = Client()
        client.force_login(user)
        assert client.get(address("overview")).status_code == expected


def test_reading_writes_nothing_and_archiving_takes_a_post(owner_client, address):
    status = WorkStatus.objects.create(code="K", name="Klaar")
    assert owner_client.get(address("archive", "work-statuses", status.uid)).status_code == 405
    owner_client.get(address("delete", "work-statuses", status.uid))
    assert list(WorkStatus.objects.values_list("is_archived", flat=True)) == [False]


@pytest.mark.parametrize(
    ("key", "field", "odd"),
    [
        ("vat-rates", "percentage", "1e1"),
        ("vat-rates", "percentage", "٢١"),
        ("hour-types", "price", "1_000"),
        ("work-types", "default_minutes", "1_0"),
        ("work-types", "default_minutes", "45,5"),
        ("free-fields", "order", "１"),
    ],
)
def test_an_odd_number_stays_in_its_field_with_what_to_write(owner_client, address, key, field, odd):
    page = owner_client.post(address("new", key), {**FILLED_IN[key], field: odd})
    assert "Schrijf het met" in page.context["form"].errors[field][0]
    assert page.context["form"][field].value() == odd
    assert not LISTS[key].model.objects.exists()


@pytest.mark.parametrize("typed", ["6,5", "6.5", "6,50"])
def test_a_comma_and_a_point_give_the_same_rate(owner_client, address, typed):
    owner_client.post(address("new", "vat-rates"), {**FILLED_IN["vat-rates"], "percentage": typed})
    assert str(VatRate.objects.get().percentage) == "6.50"


def test_a_rate_is_shown_with_a_comma_in_its_list_and_in_its_field(owner_client, address):
    owner_client.post(address("new", "vat-rates"), {**FILLED_IN["vat-rates"], "percentage": "6,5"})
    assert '<td data-label="Percentage">6,50</td>' in owner_client.get(address("list", "vat-rates")).text
    assert 'value="6,50"' in owner_client.get(address("edit", "vat-rates", VatRate.objects.get().uid)).text
