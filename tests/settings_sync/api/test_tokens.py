"""Who may call, and what a token sees."""

import uuid
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Scope
from tenants.models import Administration
from tenants.tokens import create_api_token, revoke_api_token
from tests.conftest import make_member

from .conftest import BASE, Caller, is_problem, make_caller


def test_without_a_usable_token_nothing_is_told(api, owner, main):
    for header in ("", "Bearer", "Bearer nothing", "Basic eDp5", f"Bearer {'x' * 5000}", "Bearer \xe9"):
        client = Client(headers={"Authorization": header} if header else {})
        answer = client.get(BASE + "administrations/")
        code = "token-not-accepted" if header.lower().startswith("bearer") else "not-authenticated"
        assert is_problem(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_is_no_token(owner_client):
    assert is_problem(owner_client.get(BASE + "administrations/"), 401, "not-authenticated")


def test_a_token_ends(owner, main):
    token, secret = create_api_token(email=owner.email, administration=main.slug, scopes=Scope.values)
    caller = Caller(secret)
    assert caller.get("administrations/").status_code == 200
    for change in (
        lambda: ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1)),
        lambda: type(owner).objects.filter(pk=owner.pk).update(is_active=False),
        lambda: Administration.objects.filter(pk=main.pk).update(state="deleting"),
        lambda: revoke_api_token(token),
    ):
        change()
        assert is_problem(caller.get("administrations/"), 401, "token-not-accepted")
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=1))
        type(owner).objects.filter(pk=owner.pk).update(is_active=True)
        Administration.objects.filter(pk=main.pk).update(state="active")


def test_its_use_is_noted_at_most_once_a_minute(api):
    api.get("administrations/")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    api.get("administrations/")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    api.get("administrations/")
    assert ApiToken.objects.get().last_used_at > first


NOTHING = "00000000-0000-4000-8000-000000000000"
NEEDS = [
    ("get", "administrations/", {"settings:read", "sync:preview", "sync:run", "administrations:manage"}),
    ("post", "administrations/", {"administrations:manage"}),
    ("post", "administrations/x/retry/", {"administrations:manage"}),
    ("delete", "administrations/x/", {"administrations:manage"}),
    ("get", "categories/", {"settings:read"}),
    ("get", "categories/forms/items/", {"settings:read"}),
    ("get", f"administrations/x/items/{NOTHING}/", {"settings:read"}),
    ("get", "alignment/", {"settings:read"}),
    ("get", "administrations/x/alignment/", {"settings:read"}),
    ("post", "plans/", {"sync:preview", "sync:run"}),
    ("get", f"plans/{NOTHING}/", {"sync:preview", "sync:run"}),
    ("post", "runs/", {"sync:run"}),
    ("get", "runs/", {"settings:read", "sync:preview", "sync:run"}),
    ("post", f"runs/{NOTHING}/cancel/", {"sync:run"}),
    ("post", f"runs/{NOTHING}/retry/", {"sync:run"}),
    ("post", f"runs/{NOTHING}/pause/", {"sync:run"}),
    ("post", f"runs/{NOTHING}/resume/", {"sync:run"}),
    ("post", f"runs/{NOTHING}/rings/2/approve/", {"sync:run"}),
]


def test_each_address_takes_its_scope(owner, main):
    callers = {scope: make_caller(owner, main, scope) for scope in Scope.values}
    for method, path, scopes in NEEDS:
        for scope, caller in callers.items():
            answer = getattr(caller, method)(path)
            is_let_in = answer.status_code != 403
            assert is_let_in == (scope in scopes), (method, path, scope, answer.content)
            assert is_let_in or is_problem(answer, 403, "scope-missing")


def test_what_belongs_to_somebody_else_is_not_found(api, owner, main, child, other_child, stranger, foreign_main):
    make_member(child, user=owner)
    make_member(foreign_main, user=owner)
    theirs = make_caller(stranger, foreign_main)
    for hidden in (other_child, foreign_main):
        assert is_problem(api.get(f"administrations/{hidden.slug}/"), 404, "not-found")
        assert is_problem(api.delete(f"administrations/{hidden.slug}/?confirm={hidden.slug}"), 404, "not-found")
        assert is_problem(api.post(f"administrations/{hidden.slug}/retry/"), 404, "not-found")
        assert is_problem(api.get(f"administrations/{hidden.slug}/items/{uuid.uuid4()}/"), 404, "not-found")
    shown = [row["slug"] for row in api.get("administrations/").json()["results"]]
    assert shown == sorted([main.slug, child.slug])
    plan = api.post("plans/", {"targets": [child.slug], "categories": ["forms"]}).json()
    run = api.post("runs/", {"plan": plan["id"], "version": 1}).json()
    for path in (
        f"plans/{plan['id']}/",
        f"plans/{plan['id']}/changes/",
        f"runs/{run['id']}/",
        f"runs/{run['id']}/targets/",
    ):
        assert api.get(path).status_code == 200
        assert is_problem(theirs.get(path), 404, "not-found")
    for path in (f"runs/{run['id']}/cancel/", f"runs/{run['id']}/retry/"):
        assert is_problem(theirs.post(path), 404, "not-found")
    assert is_problem(theirs.post("runs/", {"plan": plan["id"], "version": 1}), 404, "not-found")
    assert theirs.get("runs/").json()["results"] == []


def test_rights_of_the_user_count_as_well(colleague, owner, main, child):
    for administration in (child,):
        make_member(administration, user=owner)
    limited = make_caller(colleague, main)
    assert is_problem(limited.post("plans/", {"targets": [child.slug], "categories": ["forms"]}), 403, "not-allowed")
    refused = limited.post("administrations/", {"name": "Nieuw"})
    assert is_problem(refused, 403, "not-allowed")
    assert "create administrations" in refused.json()["detail"]
    assert limited.get("categories/").json()["results"] == []
    assert is_problem(limited.get("categories/forms/items/"), 404, "not-found")
    assert limited.get("runs/").json()["results"] == []


def test_a_member_of_one_child_sees_that_child_alone(main, child, other_child):
    limited = make_caller(make_member(child), main)
    assert [row["slug"] for row in limited.get("administrations/").json()["results"]] == [child.slug]
    assert is_problem(limited.get(f"administrations/{main.slug}/"), 404, "not-found")
    assert is_problem(limited.get("categories/"), 404, "not-found")
    assert is_problem(limited.post("plans/", {"targets": [child.slug], "categories": ["forms"]}), 404, "not-found")


def test_other_addresses_do_not_exist(api):
    for path in ("", "nothing/", "runs", "plans/x/", "webhook/", f"runs/{NOTHING}/redo/", "../../"):
        assert is_problem(api.get(path), 404, "not-found"), path
        assert is_problem(api.post(path), 404, "not-found"), path
