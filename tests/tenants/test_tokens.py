"""API tokens: made once, stored as a hash, refused with a reason."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiToken, Scope, hash_token
from audit.models import AuditEntry
from tenants.tokens import create_api_token, revoke_api_token


def run(*arguments):
    out = StringIO()
    call_command("create_api_token", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_token_alone_on_a_line(owner, main):
    printed = run(owner.email, "--administration", main.slug, "--scopes", "settings:read, sync:run")
    secret = printed.strip()
    assert printed == secret + "\n"
    token = ApiToken.objects.get()
    assert token.secret_hash == hash_token(secret)
    assert token.scopes == [Scope.SETTINGS_READ, Scope.SYNC_RUN]
    assert (token.user, token.administration) == (owner, main)
    assert secret not in str(token.__dict__), "only its hash and its first characters may be stored"
    entry = AuditEntry.objects.get(action="token.created")
    assert entry.data == {"token": str(token.pk), "scopes": token.scopes}
    assert (entry.actor, entry.on_behalf_of) == (None, owner.email), "an operator made it"


def test_a_user_of_a_sub_gets_a_token_of_the_main(owner, child, main):
    from tests.conftest import make_member

    of_child = make_member(child)
    token, _secret = create_api_token(email=of_child.email, administration=main.slug, scopes=[Scope.SETTINGS_READ])
    assert token.administration == main


@pytest.mark.parametrize(
    ("email", "slug", "scopes", "said"),
    [
        ("nobody@example.com", None, "sync:run", "nobody@example.com"),
        ("a\0b", None, "sync:run", "a\0b"),
        (None, "nowhere", "sync:run", "nowhere"),
        (None, "no\0where", "sync:run", "no\0where"),
        (None, None, "sync:everything", "sync:everything"),
        (None, None, ",", "settings:read"),
    ],
)
def test_what_is_not_known_is_refused_by_name(owner, main, email, slug, scopes, said):
    with pytest.raises(CommandError) as refusal:
        run(email or owner.email, "--administration", slug or main.slug, "--scopes", scopes)
    assert said in str(refusal.value)
    assert refusal.value.returncode == 2
    assert not ApiToken.objects.exists()


def test_a_sub_administration_has_no_tokens(owner, child):
    with pytest.raises(CommandError, match=child.slug):
        run(owner.email, "--administration", child.slug, "--scopes", "sync:run")


def test_a_stranger_gets_no_token(stranger, main):
    with pytest.raises(CommandError, match=stranger.email):
        run(stranger.email, "--administration", main.slug, "--scopes", "sync:run")


def test_days_have_bounds(owner, main):
    for days in ("0", "99999"):
        with pytest.raises(CommandError):
            run(owner.email, "--administration", main.slug, "--scopes", "sync:run", "--days", days)


def test_a_revoked_token_is_not_usable(owner, main):
    token, _secret = create_api_token(email=owner.email, administration=main.slug, scopes=[Scope.SYNC_RUN])
    assert ApiToken.objects.usable().exists()
    revoke_api_token(token)
    revoke_api_token(token)
    assert not ApiToken.objects.usable().exists()
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1
