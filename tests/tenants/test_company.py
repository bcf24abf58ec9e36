"""Company details: who may change them, what is accepted, and the trail they leave."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry
from tenants.company import is_iban, update_company_details
from tenants.models import Administration
from tenants.permissions import NotAllowed


@pytest.mark.parametrize("number", ["NL91ABNA0417164300", "BE68539007547034", "DE89370400440532013000"])
def test_a_real_iban_is_accepted(number: str) -> None:
    assert is_iban(number)


@pytest.mark.parametrize(
    "number", ["NL91ABNA0417164301", "NL91ABNA041716430", "91NLABNA0417164300", "", "NL٩١ABNA0417164300"]
)
def test_anything_else_is_no_iban(number: str) -> None:
    assert not is_iban(number)


def test_details_are_stored_as_they_belong_and_leave_a_trail(main: Administration, owner_client: Client) -> None:
    fields = {
        "company_name": "Van Dijk BV",
        "company_iban": "nl91 abna 0417 1643 00",
        "company_vat_number": "nl123456789b01",
    }
    response = owner_client.post(f"/a/{main.slug}/settings/company/", fields)
    assert response.status_code == 302
    main.refresh_from_db()
    assert (main.company_iban, main.company_vat_number) == ("NL91ABNA0417164300", "NL123456789B01")
    entry = AuditEntry.objects.get(action="company_details.changed")
    assert entry.data["changes"]["company_name"] == ["", "Van Dijk BV"]
    assert entry.administration_id == main.pk


def test_a_wrong_number_is_refused_and_nothing_is_stored(
    main: Administration, owner_client: Client, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en"
    fields = {"company_name": "Van Dijk BV", "company_iban": "NL00", "company_vat_number": "12"}
    page = owner_client.post(f"/a/{main.slug}/settings/company/", fields).content.decode()
    assert "This is not an IBAN" in page
    assert "This is not a VAT number" in page
    main.refresh_from_db()
    assert main.company_name == ""


def test_saving_the_same_again_writes_nothing(main: Administration, owner: User) -> None:
    details = {"company_city": "Utrecht"}
    assert update_company_details(acting_user=owner, administration=main, details=details) == ["company_city"]
    assert update_company_details(acting_user=owner, administration=main, details=details) == []
    assert AuditEntry.objects.filter(action="company_details.changed").count() == 1


def test_details_are_closed_to_an_employee(main: Administration, colleague: User, client: Client) -> None:
    client.force_login(colleague)
    assert client.post(f"/a/{main.slug}/settings/company/", {"company_name": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        update_company_details(acting_user=colleague, administration=main, details={"company_name": "x"})


def test_details_of_one_administration_leave_the_others_alone(child: Administration, owner_client: Client) -> None:
    owner_client.post(f"/a/{child.parent.slug}/settings/company/", {"company_name": "Van Dijk BV"})
    child.refresh_from_db()
    assert child.company_name == ""


def test_a_second_tab_does_not_undo_what_the_first_one_saved(main: Administration, owner_client: Client) -> None:
    address = f"/a/{main.slug}/settings/company/"
    first, second = (owner_client.get(address).context["seen"] for _ in range(2))
    owner_client.post(address, {"company_city": "Utrecht", "seen": first})
    answer = owner_client.post(address, {"company_phone": "030 1234567", "seen": second})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    main.refresh_from_db()
    assert (main.company_city, main.company_phone) == ("Utrecht", "")
