"""Searching from any page: what may be seen is found, what may not is not, at the same cost for much and little."""

import pytest
from django.urls import reverse

from business.models import Customer
from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.declaring.kinds import all_kinds
from settings_sync.services.settings.finding import page_of
from tenants.models import Membership, Role
from tenants.schemas import inside
from tests.conftest import make_administration
from tests.people.conftest import browser

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def main(db):
    return make_administration("Van Dijk")


def seen(user, administration, words):
    return browser(user).get(reverse("search", args=[administration.slug]), {"q": words}).content.decode()


@pytest.fixture
def filled(main):
    with inside(main):
        form = Form.objects.create(name="Zeldzame keuring")
        WorkType.objects.create(name="Zeldzaam werk")
        Form.objects.create(name="Zeldzaam oud", is_archived=True)
        Customer.objects.create(number=7, name="Bakkerij Zeldzaam")
    return form


def test_settings_customers_and_administrations_are_found_by_any_case(owner, main, filled):
    text = seen(owner, main, "zeldza")
    assert f'href="{reverse("forms_catalog:edit", args=[main.slug, filled.uid])}"' in text
    assert all(name in text for name in ("Zeldzaam werk", "Bakkerij Zeldzaam"))
    assert "Zeldzaam oud" not in text
    assert reverse("administration-home", args=[main.slug]) + '">Van Dijk</a>' in seen(owner, main, "van dijk")


def test_what_one_may_not_see_is_not_found(main, filled, colleague):
    role = Role.objects.create(administration=main, name="Balie", rights=["forms.read"])
    Membership.objects.filter(user=colleague).update(role=role)
    text = seen(colleague, main, "zeldza")
    assert "Zeldzame keuring" in text
    assert not any(name in text for name in ("Zeldzaam werk", "Bakkerij"))
    role.rights = []
    role.save()
    assert "Zeldzame" not in seen(colleague, main, "zeldza")


def test_administrations_of_others_and_their_settings_are_not_found(owner, main, filled, stranger, foreign_main):
    assert "Zeldzame keuring" not in seen(stranger, foreign_main, "zeldza")
    assert "De Boer" not in seen(owner, main, "de boer").partition("<main")[2]
    assert browser(stranger).get(reverse("search", args=[main.slug])).status_code == 404


@pytest.mark.parametrize("words", ["", "z", "\0", "%%", "zeldza\0", "' OR 1=1", "z" * 5000])
def test_whatever_is_typed_is_answered(owner, main, filled, words):
    assert browser(owner).get(reverse("search", args=[main.slug]), {"q": words}).status_code == 200


def test_it_asks_as_much_for_many_as_for_few(owner, main, django_assert_max_num_queries):
    client, address = browser(owner), reverse("search", args=[main.slug])
    client.get(address, {"q": "zeldza"})
    with inside(main):
        Form.objects.bulk_create(Form(name=f"Zeldzaam {number}") for number in range(30))
    with django_assert_max_num_queries(16):
        text = client.get(address, {"q": "zeldza"}).content.decode()
    assert "There is more" in text
    assert text.count("Zeldzaam ") == 8


def test_every_kind_of_setting_has_a_page(main):
    uid = "00000000-0000-0000-0000-000000000007"
    assert [kind.key for kind in all_kinds() if not page_of(kind.key, main.slug, uid)] == []
