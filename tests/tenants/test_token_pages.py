"""The pages of API tokens: made once and shown once, one's own, revoked at once."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Scope, User, hash_token
from audit.models import AuditEntry
from tenants import tokens
from tenants.exceptions import NotTheMain, TooManyTokens
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.rights import EMPLOYEE_ROLE
from tenants.tokens import create_own_token, revoke_token_of
from tests.conftest import make_member
from tests.contracts.world import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {"name": "Planbord", "scopes": [Scope.SYNC_RUN], "days": 90}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def shown(client: Client, main: Administration) -> str:
    return client.get(reverse("token-list", args=[main.slug])).content.decode()


def test_a_token_is_made_shown_once_and_works(owner, main):
    client = browser(owner)
    assert "No tokens yet" in shown(client, main)
    answer = client.post(reverse("token-new", args=[main.slug]), ASKED)
    assert answer.status_code == 302
    page = shown(client, main)
    secret = re.search(r"eenlijn_[\w-]{43}", page)[0]
    token = ApiToken.objects.get()
    assert (token.secret_hash, token.name, token.user) == (hash_token(secret), "Planbord", owner)
    assert 89 <= (token.expires_at - token.created_at).days <= 90
    entry = AuditEntry.objects.get(action="token.created")
    assert (entry.actor, entry.on_behalf_of) == (owner, "")
    again = shown(client, main)
    assert secret not in again
    assert token.prefix in again
    called = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/runs/")
    assert called.status_code == 200


def test_a_revoked_token_stops_working_and_says_so(owner, main):
    token, secret = create_own_token(acting_user=owner, main=main, scopes=[Scope.SYNC_RUN], name="Planbord")
    client = browser(owner)
    answer = client.post(reverse("token-revoke", args=[main.slug, token.pk]), follow=True)
    page = answer.content.decode()
    assert "does not work any more" in page
    assert "revoked" in page
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/runs/").status_code == 401
    assert AuditEntry.objects.get(action="token.revoked").actor == owner


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": 9999}])
def test_what_is_filled_in_wrongly_makes_no_token(owner, main, wrong):
    answer = browser(owner).post(reverse("token-new", args=[main.slug]), ASKED | wrong)
    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_colleagues_see_their_own_and_who_manages_roles_sees_all(owner, main):
    token, _secret = create_own_token(acting_user=owner, main=main, scopes=[Scope.SYNC_RUN], name="Van de eigenaar")
    colleague = make_member(main)
    role = colleague.memberships.get().role
    role.pk, role.administration, role.name = None, main, "Kijker"
    role.rights = ["administrations.see"]
    role.save()
    colleague.memberships.update(role=role)
    assert "Van de eigenaar" not in shown(browser(colleague), main)
    address = reverse("token-revoke", args=[main.slug, token.pk])
    assert browser(colleague).post(address).status_code == 404
    with pytest.raises(NotAllowed):
        revoke_token_of(acting_user=colleague, token=token)
    role.rights.append("roles.manage")
    role.save()
    assert "Van de eigenaar" in shown(browser(colleague), main)
    assert browser(colleague).post(address).status_code == 302
    assert not ApiToken.objects.usable().exists()


def test_strangers_and_employees_have_no_such_page(stranger, main, child, owner):
    address = reverse("token-list", args=[main.slug])
    assert browser(stranger).get(address).status_code == 404
    assert browser(make_member(main, EMPLOYEE_ROLE)).get(address).status_code == 403
    assert "eenlijn_" not in browser(make_member(child)).get(reverse("token-list", args=[child.slug])).content.decode()
    with pytest.raises(NotTheMain):
        create_own_token(acting_user=owner, main=child, scopes=[Scope.SYNC_RUN])


def test_the_number_of_working_tokens_has_a_limit_that_no_race_passes(owner, main, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_TOKENS", 3)

    def make() -> object:
        return create_own_token(acting_user=owner, main=main, scopes=[Scope.SYNC_RUN])

    found = in_threads(*[make] * 8)
    assert sum(isinstance(one, TooManyTokens) for one in found) == 5
    assert ApiToken.objects.count() == 3
    assert "3 tokens" in browser(owner).post(reverse("token-new", args=[main.slug]), ASKED).content.decode()
