"""The pages of roles, as a browser sees them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from business.rights import InvoiceRight
from forms_catalog.rights import FormRight
from tenants.models import Administration, Membership, Role
from tenants.rights import EMPLOYEE_ROLE, all_rights
from tests.conftest import make_administration, make_member

Url = Callable[..., str]


@pytest.fixture
def main(db: None) -> Administration:
    return make_administration("Van Dijk")


@pytest.fixture
def url(main: Administration) -> Url:
    return lambda name, *args: reverse(name, args=[main.slug, *args])


@pytest.fixture
def owner_client(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def role(main: Administration) -> Role:
    return Role.objects.create(administration=main, name="Magazijn", rights=[FormRight.READ, InvoiceRight.READ])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def give(user: User, administration: Administration, role: Role) -> Membership:
    return Membership.objects.create(user=user, administration=administration, role=role)


def boxes(page: Any) -> dict[str, str]:
    """Per right what its box on the page says: ticked, disabled."""
    found = re.findall(r'<input type="checkbox" name="\w+" value="([\w.]+)"([^>]*)>', page.content.decode())
    return {right: " ".join(re.findall("checked|disabled", rest)) for right, rest in found}


def test_a_role_is_made_edited_and_deleted(owner_client, url, main):
    assert url("role-new") in owner_client.get(url("role-list")).content.decode()
    assert set(boxes(owner_client.get(url("role-new")))) == set(all_rights())
    sent = {"name": "Magazijn", "forms": ["forms.read", "forms.update"], "customers": ["customers.read"]}
    assert owner_client.post(url("role-new"), sent).headers["Location"] == url("role-list")
    role = Role.objects.get(administration=main)
    assert role.rights == ["forms.read", "forms.update", "customers.read"]
    page = owner_client.get(url("role-edit", role.pk))
    assert {right for right, state in boxes(page).items() if state == "checked"} == set(role.rights)
    changed = {"name": "Balie", "forms": ["forms.read"], "seen": page.context["seen"]}
    assert owner_client.post(url("role-edit", role.pk), changed).status_code == 302
    stale = owner_client.post(url("role-edit", role.pk), {**changed, "name": "Anders"})
    assert "Somebody else changed this role" in stale.content.decode()
    assert "Balie" in owner_client.get(url("role-list")).content.decode()
    assert "Nobody has this role." in owner_client.get(url("role-delete", role.pk)).content.decode()
    assert owner_client.post(url("role-delete", role.pk)).status_code == 302
    assert not Role.objects.filter(administration=main).exists()


def test_what_the_user_may_not_do_is_shown_and_stays(url, main, role):
    manager = User.objects.create_user("chef@example.com", "demo")
    give(manager, main, Role.objects.create(administration=main, name="Chef", rights=["roles.manage", "forms.read"]))
    client = browser(manager)
    shown = boxes(client.get(url("role-edit", role.pk)))
    assert (shown["invoices.read"], shown["forms.read"], shown["forms.update"]) == (
        "checked disabled",
        "checked",
        "disabled",
    )
    client.post(url("role-edit", role.pk), {"name": "Magazijn"})
    role.refresh_from_db()
    assert role.rights == ["invoices.read"]
    refused = client.post(url("role-edit", role.pk), {"name": "Magazijn", "customers": ["customers.read"]})
    assert "You can only give, or take away, what you may do yourself." in refused.content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "BEHEERDER"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "X", "forms": ["forms.fly"]}, "forms"),
        ({"name": "X", "forms": ["invoices.read"]}, "forms"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(owner_client, url, sent, field):
    refused = owner_client.post(url("role-new"), sent)
    assert refused.context["form"].errors.keys() == {field}


def test_who_has_a_role_gets_another_before_it_is_deleted(owner_client, url, main, role):
    holder = give(User.objects.create_user("bas@example.com", "demo", name="Bas"), main, role)
    assert "Bas · Van Dijk" in owner_client.get(url("role-delete", role.pk)).content.decode()
    refused = owner_client.post(url("role-delete", role.pk))
    assert refused.context["form"].errors.keys() == {f"holder_{holder.pk}"}
    other = Role.objects.get(administration=None, name="Beheerder")
    assert owner_client.post(url("role-delete", role.pk), {f"holder_{holder.pk}": other.pk}).status_code == 302
    holder.refresh_from_db()
    assert holder.role == other


def test_everybody_with_a_role_can_get_the_same_one(owner_client, url, main, role, owner):
    child = Administration.objects.create(name="Noord", slug="noord", parent=main, state="active")
    make_member(child, user=owner)
    bas = User.objects.create_user("bas@example.com", "demo", name="Bas")
    first, second = give(bas, main, role), give(bas, child, role)
    assert "1 person has this role." in owner_client.get(url("role-edit", role.pk)).content.decode()
    administrator = Role.objects.get(administration=None, name="Beheerder")
    other = Role.objects.create(administration=main, name="Balie", rights=[])
    refused = owner_client.post(url("role-delete", role.pk), {f"holder_{first.pk}": other.pk})
    assert refused.context["form"].errors.keys() == {f"holder_{second.pk}"}
    sent = {"everybody": administrator.pk, f"holder_{first.pk}": other.pk}
    assert owner_client.post(url("role-delete", role.pk), sent).status_code == 302
    assert {give.pk: give.role for give in Membership.objects.filter(user=bas)} == {
        first.pk: other,
        second.pk: administrator,
    }


def test_people_in_administrations_that_the_user_may_not_enter_are_counted_and_not_named(owner_client, url, main, role):
    child = Administration.objects.create(name="Noord", slug="noord", parent=main, state="active")
    give(User.objects.create_user("geheim@example.com", "demo", name="Geheim"), child, role)
    page = owner_client.get(url("role-delete", role.pk)).content.decode()
    assert "1 person has it in an administration that you may not enter." in page
    assert "Geheim" not in page
    assert owner_client.post(url("role-delete", role.pk)).status_code == 200
    assert Role.objects.filter(pk=role.pk).exists()


def test_roles_are_for_who_may_manage_them(url, main, role, owner):
    employee = browser(make_member(main, EMPLOYEE_ROLE))
    for address in (url("role-new"), url("role-edit", role.pk), url("role-delete", role.pk)):
        assert employee.get(address).status_code == 403
        assert employee.post(address).status_code == 403
    reader = User.objects.create_user("lezer@example.com", "demo")
    give(reader, main, Role.objects.create(administration=main, name="Lezer", rights=["administrations.see"]))
    listed = browser(reader).get(url("role-list")).content.decode()
    assert url("role-new") not in listed
    assert url("role-edit", role.pk) not in listed


def test_standard_and_foreign_roles_are_not_there_to_edit(owner_client, url, owner, foreign_main_row, role):
    standard = Role.objects.get(administration=None, name="Beheerder")
    foreign = Role.objects.create(administration=foreign_main_row, name="Geheim")
    for other in (standard, foreign):
        for name in ("role-edit", "role-delete"):
            assert owner_client.get(url(name, other.pk)).status_code == 404
            assert owner_client.post(url(name, other.pk), {"name": "X"}).status_code == 404
    assert owner_client.get(url("role-edit", 10**30)).status_code == 404


def test_in_a_sub_administration_no_roles_are_made(owner, main, role):
    child = make_administration("Van Dijk Noord", main)
    make_member(child, user=owner)
    client = browser(owner)
    assert (
        "Roles are made in the main administration."
        in client.get(reverse("role-list", args=[child.slug])).content.decode()
    )
    for name, args in (("role-new", []), ("role-edit", [role.pk]), ("role-delete", [role.pk])):
        assert client.get(reverse(name, args=[child.slug, *args])).status_code == 404


@pytest.fixture
def foreign_main_row(db: None) -> Administration:
    return Administration.objects.create(name="De Boer", slug="de-boer", state="active")
