"""The start, the overview of an administration, its settings, and the way between them."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.models import Administration, Role
from tenants.rights import all_rights
from tenants.sections import Group, links_to, sections_of
from tests.conftest import make_member


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_start_asks_a_visitor_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"] == "/account/sign-in/?next=/"


def test_the_start_leads_to_the_main_administration_first(child: Administration, owner: User) -> None:
    make_member(child, user=owner)
    assert client_of(owner).get("/").headers["Location"] == f"/a/{child.parent.slug}/"


def test_the_start_leads_to_the_administration_that_was_open_last(child: Administration, owner: User) -> None:
    make_member(child, user=owner)
    client = client_of(owner)
    client.get(f"/a/{child.slug}/")
    assert client.get("/").headers["Location"] == f"/a/{child.slug}/"


def test_a_lost_membership_is_not_gone_back_to(child: Administration, owner: User) -> None:
    membership = make_member(child, user=owner).memberships.get(administration=child)
    client = client_of(owner)
    client.get(f"/a/{child.slug}/")
    membership.delete()
    assert client.get("/").headers["Location"] == f"/a/{child.parent.slug}/"


def test_a_user_without_administrations_is_told_what_to_do(db: None) -> None:
    nobody = User.objects.create_user("nobody@example.com", "demo", name="Nobody")
    response = client_of(nobody).get("/")
    assert response.status_code == 200
    assert "Ask an administrator" in response.content.decode()


def test_every_page_names_the_administration_and_its_kind(child: Administration, owner: User) -> None:
    make_member(child, user=owner)
    page = client_of(owner).get(f"/a/{child.slug}/").content.decode()
    assert f'<strong title="{child.name}">{child.name}</strong><span>Sub-administration</span>' in page


def test_a_foreign_administration_is_not_there(foreign_main: Administration, owner: User) -> None:
    response = client_of(owner).get(f"/a/{foreign_main.slug}/")
    assert response.status_code == 404
    assert foreign_main.name not in response.content.decode()


def test_switching_stays_in_the_same_section(child: Administration, owner: User) -> None:
    make_member(child, user=owner)
    client = client_of(owner)
    page = client.get(f"/a/{child.parent.slug}/switch/", {"section": "settings/company"}).content.decode()
    link = f"/a/{child.slug}/?section=settings/company"
    assert link in page
    assert client.get(link).headers["Location"] == f"/a/{child.slug}/settings/company/"


@pytest.mark.parametrize("section", ["nowhere", "../../admin", "//evil.example", "settings/company", "%00"])
def test_switching_to_a_section_that_may_not_be_opened_shows_the_overview(
    main: Administration, colleague: User, section: str
) -> None:
    response = client_of(colleague).get(f"/a/{main.slug}/", {"section": section})
    assert response.status_code == 200


def test_settings_are_closed_to_who_may_not_read_any(main: Administration, colleague: User) -> None:
    client = client_of(colleague)
    response = client.get(f"/a/{main.slug}/settings/")
    assert response.status_code == 403
    assert main.name in response.content.decode()
    assert f'href="/a/{main.slug}/settings/"' not in client.get(f"/a/{main.slug}/").content.decode()


def test_settings_list_what_there_is_with_its_address(main: Administration, owner_client: Client) -> None:
    page = owner_client.get(f"/a/{main.slug}/settings/").content.decode()
    for address in ("workflows/", "templates/", "company/"):
        assert f'href="/a/{main.slug}/settings/{address}"' in page


def test_every_section_that_is_named_has_an_address(main: Administration, child: Administration) -> None:
    everything, sections = [right.value for right in all_rights()], sections_of(*Group)
    found = [link.section for link in links_to(sections, main, everything)]
    assert found == [section for section in sections if not section.sub_only]
    found = [link.section for link in links_to(sections, child, everything)]
    assert found == [section for section in sections if not section.main_only]


def test_roles_show_the_members_of_this_administration_alone(child: Administration, owner: User) -> None:
    make_member(child, user=owner)
    elsewhere = make_member(child.parent)
    page = client_of(owner).get(f"/a/{child.slug}/settings/roles/").content.decode()
    assert owner.email in page
    assert elsewhere.email not in page


def test_roles_of_another_customer_are_not_shown(
    main: Administration, foreign_main: Administration, owner_client: Client
) -> None:
    Role.objects.create(administration=main, name="Magazijn")
    Role.objects.create(administration=foreign_main, name="Geheim")
    page = owner_client.get(f"/a/{main.slug}/settings/roles/").content.decode()
    assert "Magazijn" in page
    assert "Geheim" not in page


def test_pages_hold_no_inline_script_or_style(main: Administration, owner_client: Client) -> None:
    for path in (f"/a/{main.slug}/", f"/a/{main.slug}/settings/company/", "/a/nope/", "/account/sign-in/"):
        page = owner_client.get(path, follow=True).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
