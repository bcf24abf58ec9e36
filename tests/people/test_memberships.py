"""Another role, taking access away, and who stays an administrator."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken, Scope
from audit.models import AuditEntry
from people.exceptions import AccessGone, LastAdministrator, LinkWithdrawn, MoreThanYourOwn
from people.models import Invitation
from people.rights import PeopleRight
from people.services.invitations import invite, refuse_ended
from people.services.memberships import administrators_of, change_role, take_access
from tenants.models import Membership, Role
from tenants.permissions import NotAllowed
from tenants.tokens import accept_token, create_own_token
from tests.conftest import make_administration, make_member

from .conftest import browser

pytestmark = pytest.mark.usefixtures("db")


def in_main(user, main):
    return Membership.objects.get(user=user, administration=main)


def test_another_role_holds_at_once_and_is_in_the_trail(owner, colleague, main, administrator_role):
    client = browser(colleague)
    address = reverse("settings-home", args=[main.slug])
    assert client.get(address).status_code == 403
    edit = reverse("people:edit", args=[main.slug, in_main(colleague, main).pk])
    browser(owner).post(edit, {"role": administrator_role.pk})
    assert client.get(address).status_code == 200
    entry = AuditEntry.objects.get(action="user.role_changed")
    assert (entry.data["former_role"], entry.data["role"]) == ("Medewerker", "Beheerder")


def test_taking_access_away_ends_sessions_and_tokens(owner, main):
    person = make_member(main)
    client = browser(person)
    assert client.get(reverse("administration-home", args=[main.slug])).status_code == 200
    _token, secret = create_own_token(acting_user=person, main=main, scopes=[Scope.SETTINGS_READ])
    remove = reverse("people:remove", args=[main.slug, in_main(person, main).pk])
    said = browser(owner).post(remove, {"reason": "Uit dienst"}, follow=True).content.decode()
    assert "API tokens ended: 1" in said
    assert client.get("/").headers["Location"].startswith("/account/sign-in/")
    assert accept_token(secret) is None
    entry = AuditEntry.objects.get(action="user.access_taken")
    assert (entry.note, entry.data["user"], entry.actor_name) == ("Uit dienst", person.email, str(owner))


def test_tokens_of_the_main_stay_while_another_administration_of_it_is_open(owner, main):
    child = make_administration("Noord", main)
    person = make_member(child)
    make_member(main, user=person)
    make_member(child, user=owner)
    _token, secret = create_own_token(acting_user=person, main=main, scopes=[Scope.SETTINGS_READ])
    take_access(acting_user=owner, membership=in_main(person, child))
    assert accept_token(secret) is not None
    take_access(acting_user=owner, membership=in_main(person, main))
    assert accept_token(secret) is None


def test_tokens_end_with_the_last_administration_below_the_main(main):
    child = make_administration("Noord", main)
    manager, person = make_member(child), make_member(child)
    create_own_token(acting_user=person, main=main, scopes=[Scope.SETTINGS_READ])
    assert take_access(acting_user=manager, membership=in_main(person, child)) == 1
    assert not ApiToken.objects.usable().exists()


def test_the_last_administrator_stays(owner, colleague, main, employee_role):
    membership = in_main(owner, main)
    with pytest.raises(LastAdministrator, match="last one"):
        take_access(acting_user=owner, membership=membership)
    with pytest.raises(LastAdministrator):
        change_role(acting_user=owner, membership=membership, role=employee_role)
    page = browser(owner).post(reverse("people:remove", args=[main.slug, membership.pk]), {"reason": ""})
    assert "is the last one" in page.content.decode()
    make_member(main)
    take_access(acting_user=owner, membership=membership)
    assert not Membership.objects.filter(pk=membership.pk).exists()


def test_a_closed_account_does_not_count_as_an_administrator(owner, main):
    other = make_member(main)
    other.is_active = False
    other.save()
    with pytest.raises(LastAdministrator):
        take_access(acting_user=owner, membership=in_main(owner, main))


def test_nobody_takes_away_what_they_may_not_do(owner, main):
    make_member(main)
    helper = make_member(main)
    helper.memberships.update(role=Role.objects.create(administration=main, name="Balie", rights=[PeopleRight.MANAGE]))
    with pytest.raises(MoreThanYourOwn):
        take_access(acting_user=helper, membership=in_main(owner, main))


def test_access_that_is_gone_already_is_said(owner, main):
    person = make_member(main)
    membership = in_main(person, main)
    take_access(acting_user=owner, membership=membership)
    again = Membership(pk=membership.pk or 0, user=person, administration=main, role=membership.role)
    with pytest.raises(AccessGone):
        take_access(acting_user=owner, membership=again)


def test_who_manages_no_users_cannot(colleague, owner, main):
    with pytest.raises(NotAllowed):
        take_access(acting_user=colleague, membership=in_main(owner, main))


def test_invitations_of_who_was_removed_let_nobody_in(owner, main, employee_role):
    person = make_member(main)
    made = invite(acting_user=person, administration=main, email="n@x.example", role=employee_role, language="nl")
    take_access(acting_user=owner, membership=in_main(person, main))
    with pytest.raises(LinkWithdrawn):
        refuse_ended(Invitation.objects.get(pk=made.pk))


def test_the_list_tells_who_has_a_second_factor_to_who_manages_users_alone(owner, colleague, main, foreign_main):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    outsider = make_member(foreign_main)
    TOTPDevice.objects.create(user=colleague, name="app", confirmed=True)
    text = browser(owner).get(reverse("people:list", args=[main.slug])).content.decode()
    assert text.count("switched on") == 1
    assert text.count("password alone") == 1
    assert outsider.email not in text
    seer = make_member(main)
    role = Role.objects.create(administration=main, name="Kijker", rights=["administrations.see"])
    seer.memberships.update(role=role)
    seen = browser(seer).get(reverse("people:list", args=[main.slug])).content.decode()
    assert "switched on" not in seen
    assert owner.email in seen, "whom to ask"


def test_a_refusal_says_whom_to_ask(owner, colleague, main):
    refused = browser(colleague).get(reverse("people:invite", args=[main.slug]))
    assert (refused.status_code, owner.email in refused.content.decode()) == (403, True)
    assert administrators_of(main) == [owner]


def test_the_list_is_found_by_name_and_asks_as_much_for_many(owner, main, django_assert_max_num_queries):
    for _number in range(55):
        make_member(main)
    address = reverse("people:list", args=[main.slug])
    client = browser(owner)
    client.get(address)
    with django_assert_max_num_queries(16):
        page = client.get(address)
    assert "1–50" in page.content.decode()
    found = client.get(address, {"q": owner.email[:8].upper()}).content.decode()
    assert owner.email in found
    assert client.get(address, {"q": "\0"}).status_code == 200
