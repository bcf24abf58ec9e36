"""Making and revoking API tokens: one user's key for one main administration."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.acting import refuse_while_acting
from accounts.models import TOKEN_PREFIX, ApiToken, Scope, User, hash_token
from audit.models import record

from .exceptions import (
    NoScopes,
    NothingToReach,
    NotTheMain,
    TooManyTokens,
    UnknownMain,
    UnknownScope,
    UnknownToken,
    UnknownUser,
    WrongLifetime,
)
from .models import Administration
from .permissions import NotAllowed, may
from .rights import RoleRight

LIFETIME_DAYS = 365
LONGEST_LIFETIME_DAYS = 3650
SHOWN_CHARACTERS = 16
MOST_TOKENS = 50
"""Of one user in one main administration, those that have ended not counted."""
USE_NOTED_EVERY = timedelta(minutes=1)


def create_api_token(
    *, email: str, administration: str, scopes: Collection[str], name: str = "", days: int = LIFETIME_DAYS
) -> tuple[ApiToken, str]:
    """Make a token for a user (by e-mail address) and a main administration (its slug), as the terminal does.

    Returns its row and, this once, the token itself. Raises UnknownUser, UnknownMain, or as `create_own_token`.
    """
    user = _find_user(email)
    main = _find_main(administration)
    return create_own_token(acting_user=user, main=main, scopes=scopes, name=name, days=days, by_operator=True)


def create_own_token(
    *,
    acting_user: User,
    main: Administration,
    scopes: Collection[str],
    name: str = "",
    days: int = LIFETIME_DAYS,
    by_operator: bool = False,
) -> tuple[ApiToken, str]:
    """Make a token that acts for this user. Returns its row and, this once, the token itself.

    What it may do, besides its scopes, is at any moment what the user may do. Raises NotTheMain, NothingToReach,
    NoScopes, UnknownScope, WrongLifetime or TooManyTokens.
    """
    refuse_while_acting()
    if not main.is_main:
        raise NotTheMain
    _check_reach(acting_user, main)
    chosen = _check_scopes(scopes)
    if not 1 <= days <= LONGEST_LIFETIME_DAYS:
        raise WrongLifetime(most=LONGEST_LIFETIME_DAYS)
    secret = ApiToken.new_secret()
    with transaction.atomic():
        _refuse_too_many(acting_user, main)
        token = ApiToken.objects.create(
            user=acting_user,
            administration=main,
            name=name.strip(),
            prefix=secret[:SHOWN_CHARACTERS],
            secret_hash=hash_token(secret),
            scopes=chosen,
            expires_at=timezone.now() + timedelta(days=days),
        )
        who = {"on_behalf_of": acting_user.email} if by_operator else {"actor": acting_user}
        record("token.created", administration=main, token=str(token.pk), scopes=chosen, **who)
    return token, secret


def revoke_api_token(token: ApiToken, *, acting_user: User | None = None) -> None:
    """End a token now; a token that has ended already stays as it is."""
    with transaction.atomic():
        ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
        if ended:
            record("token.revoked", actor=acting_user, administration=token.administration, token=str(token.pk))


def list_api_tokens(*, administration: str) -> "QuerySet[ApiToken]":
    """Every token of a main administration (its slug), usable ones first, as the terminal does. Raises UnknownMain."""
    return _in_order(ApiToken.objects.filter(administration=_find_main(administration)))


def revoke_by_beginning(*, administration: str, beginning: str) -> ApiToken:
    """End the one token of a main administration (its slug) that begins like this, as the terminal does.

    Raises UnknownMain, or UnknownToken when none or more than one does.
    """
    main = _find_main(administration)
    found = ApiToken.objects.filter(administration=main, prefix__startswith=beginning[:SHOWN_CHARACTERS])
    if not _is_text(beginning) or len(beginning) <= len(TOKEN_PREFIX) or len(chosen := list(found[:2])) != 1:
        raise UnknownToken(name=main.name, beginning=beginning[:SHOWN_CHARACTERS])
    revoke_api_token(chosen[0])
    return chosen[0]


def may_revoke(user: User, token: ApiToken) -> bool:
    """Whether the user may end this token: their own, or anybody's where they manage who may do what."""
    return token.user_id == user.pk or may(user, RoleRight.MANAGE, token.administration)


def revoke_token_of(*, acting_user: User, token: ApiToken) -> None:
    """End a token from a page. Raises NotAllowed."""
    refuse_while_acting()
    if not may_revoke(acting_user, token):
        raise NotAllowed(RoleRight.MANAGE)
    revoke_api_token(token, acting_user=acting_user)


def visible_tokens(user: User, main: Administration) -> "QuerySet[ApiToken]":
    """The tokens of a main administration that the user may see: their own, or all where they manage roles."""
    found = ApiToken.objects.filter(administration=main)
    return _in_order(found if may(user, RoleRight.MANAGE, main) else found.filter(user=user))


def _in_order(tokens: "QuerySet[ApiToken]") -> "QuerySet[ApiToken]":
    shown = tokens.select_related("user", "administration")
    return shown.order_by(F("revoked_at").asc(nulls_first=True), "-created_at")


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


def _check_reach(user: User, main: Administration) -> None:
    reachable = Administration.objects.existing().reachable_by(user)
    if not reachable.filter(Q(pk=main.pk) | Q(parent=main)).exists():
        raise NothingToReach(email=user.email, name=main.name)


def _refuse_too_many(user: User, main: Administration) -> None:
    """Counted with the user locked, so that two tabs do not pass the limit together."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if ApiToken.objects.usable().filter(user=user, administration=main).count() >= MOST_TOKENS:
        raise TooManyTokens(most=MOST_TOKENS)


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
