"""Making and revoking API tokens: one user's key for one main administration."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken, Scope, User, hash_token
from audit.models import record

from .exceptions import AdministrationError
from .models import Administration

LIFETIME_DAYS = 365
LONGEST_LIFETIME_DAYS = 3650
SHOWN_CHARACTERS = 16
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownUser(AdministrationError):
    """There is no user with the e-mail address {email}, or the account is closed."""

    code = "unknown-user"
    status = 400


class UnknownMain(AdministrationError):
    """There is no main administration with the address {slug}."""

    code = "unknown-main"
    status = 400


class UnknownScope(AdministrationError):
    """{scope} is not a scope of a token. Choose from: {known}."""

    code = "unknown-scope"
    status = 400


class NoScopes(AdministrationError):
    """Give the token at least one scope. Choose from: {known}."""

    code = "no-scopes"
    status = 400


class NothingToReach(AdministrationError):
    """{email} may not enter {name} or any of its sub-administrations."""

    code = "nothing-to-reach"
    status = 400


class WrongLifetime(AdministrationError):
    """A token lives for at least 1 and at most {most} days."""

    code = "wrong-lifetime"
    status = 400


def create_api_token(
    *, email: str, administration: str, scopes: Collection[str], name: str = "", days: int = LIFETIME_DAYS
) -> tuple[ApiToken, str]:
    """Make a token for a user and a main administration (its slug). Returns its row and, this once, the token itself.

    Raises UnknownUser, UnknownMain, NothingToReach, NoScopes, UnknownScope or WrongLifetime.
    """
    user, main = _find_user(email), _find_main(administration)
    reachable = Administration.objects.existing().reachable_by(user)
    if not (reachable.filter(pk=main.pk).exists() or reachable.filter(parent=main).exists()):
        raise NothingToReach(email=user.email, name=main.name)
    chosen = _check_scopes(scopes)
    if not 1 <= days <= LONGEST_LIFETIME_DAYS:
        raise WrongLifetime(most=LONGEST_LIFETIME_DAYS)
    secret = ApiToken.new_secret()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            administration=main,
            name=name,
            prefix=secret[:SHOWN_CHARACTERS],
            secret_hash=hash_token(secret),
            scopes=chosen,
            expires_at=timezone.now() + timedelta(days=days),
        )
        record("token.created", administration=main, on_behalf_of=user.email, token=str(token.pk), scopes=chosen)
    return token, secret


def revoke_api_token(token: ApiToken, *, acting_user: Any = None) -> None:
    """End a token now; a token that has ended already stays as it is."""
    with transaction.atomic():
        ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        if ended:
            record("token.revoked", actor=acting_user, administration=token.administration, token=str(token.pk))


def accept_token(secret: str) -> ApiToken | None:
    """The usable token with this secret, with its user and administration; notes its use at most once a minute."""
    found = ApiToken.objects.usable().filter(administration__state=Administration.State.ACTIVE)
    token = found.select_related("user", "administration").filter(secret_hash=hash_token(secret)).first()
    if token is not None:
        now = timezone.now()
        long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    return token


def _find_user(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first() if _is_text(email) else None
    if user is None:
        raise UnknownUser(email=email)
    return user


def _find_main(slug: str) -> Administration:
    mains = Administration.objects.active().mains()
    main = mains.filter(slug=slug).first() if _is_text(slug) else None
    if main is None:
        raise UnknownMain(slug=slug)
    return main


def _check_scopes(scopes: Collection[str]) -> list[str]:
    known = ", ".join(Scope.values)
    for scope in scopes:
        if scope not in Scope.values:
            raise UnknownScope(scope=scope, known=known)
    if not scopes:
        raise NoScopes(known=known)
    return sorted(set(scopes))


def _is_text(value: str) -> bool:
    """Whether the database can compare with it at all."""
    return "\0" not in value
