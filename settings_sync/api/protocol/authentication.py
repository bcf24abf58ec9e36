"""Who calls: `Authorization: Bearer <token>`, and what that token may be used for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.acting_requests import acting_id
from accounts.models import ApiToken, Scope, User
from tenants.tokens import accept_token

ScopesByMethod = dict[str, tuple[Scope, ...]]


class TokenNotAccepted(AuthenticationFailed):
    """This token is not known, has expired or was revoked."""

    default_code = "token-not-accepted"
    default_detail = _("This token is not known, has expired or was revoked.")


class ScopeMissing(PermissionDenied):
    """The token lacks the scope that this takes."""

    default_code = "scope-missing"
    default_detail = _("This takes a token with the scope {scopes}.")

    def __init__(self, scopes: tuple[Scope, ...]) -> None:
        super().__init__(str(self.default_detail).format(scopes=" / ".join(scopes)))


class SessionActsForSomebody(PermissionDenied):
    """The API is not for a browser in which support acts on behalf of a user."""

    default_code = "not-allowed"
    default_detail = _("The API is not for a browser in which support acts on behalf of a user.")


class BearerAuthentication(BaseAuthentication):
    """Sets `request.user` to the token's user and `request.auth` to the token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if acting_id(request._request) is not None:
            raise SessionActsForSomebody
        token = accept_token(secret.strip())
        if token is None:
            raise TokenNotAccepted
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="eenlijn"'


def token_of(request: Request) -> ApiToken:
    """The token of a request that was let in."""
    assert isinstance(request.auth, ApiToken)
    return request.auth


def token_in_words(request: Request) -> str:
    """How people know the token of a request: by its name, and its beginning where it has none."""
    token = token_of(request)
    return f"{token.name} ({token.prefix}…)" if token.name else f"{token.prefix}…"


def user_of(request: Request) -> User:
    """Whose token it is: with their rights the call is answered."""
    return token_of(request).user


class HasScope(BasePermission):
    """The token has one of the scopes that the view names for this method; a method that it does not name is open."""

    def has_permission(self, request: Request, view: Any) -> bool:
        wanted = view.scopes.get("GET" if request.method == "HEAD" else request.method, ())
        if not wanted:
            return True
        if request.auth is None:
            return False
        if not set(wanted) & set(token_of(request).scopes):
            raise ScopeMissing(wanted)
        return True
