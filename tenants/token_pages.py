"""The pages of API tokens: one's own in a main administration, making one and revoking one."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acting_requests import own_account_only
from accounts.models import Scope

from .entering import AdministrationRequest, main_page
from .exceptions import TokenError
from .rights import AdministrationRight
from .token_forms import TokenForm
from .tokens import create_own_token, revoke_token_of, visible_tokens

SHOWN_ONCE = "api_token"


@require_GET
@main_page(AdministrationRight.SEE)
def list_tokens(request: AdministrationRequest) -> HttpResponse:
    """The tokens that the user may see; one that was just made is shown in full, this once."""
    secret = request.session.pop(SHOWN_ONCE, "") if SHOWN_ONCE in request.session else ""
    tokens = [(token, _scopes(token.scopes)) for token in visible_tokens(request.user, request.administration)]
    return render(request, "home/tokens.html", {"tokens": tokens, "secret": secret})


@main_page(AdministrationRight.SEE)
@own_account_only
def create_token(request: AdministrationRequest) -> HttpResponse:
    """What for, what it may do and how long; the token itself stands on the page that follows, once."""
    # The page of the API leads here with what its commands take.
    form = TokenForm(request.POST or None, initial={"scopes": request.GET.getlist("scopes")})
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = create_own_token(
                acting_user=request.user, main=request.administration, **form.cleaned_data
            )
        except TokenError as refused:
            form.add_error(None, refused.detail)
        else:
            request.session[SHOWN_ONCE] = secret
            return redirect("token-list", request.administration.slug)
    return render(request, "home/token_new.html", {"form": form})


@require_POST
@main_page(AdministrationRight.SEE)
def revoke_token(request: AdministrationRequest, token_id: uuid.UUID) -> HttpResponse:
    """End a token now."""
    token = visible_tokens(request.user, request.administration).filter(pk=token_id).first()
    if token is None:
        raise Http404
    revoke_token_of(acting_user=request.user, token=token)
    messages.success(request, _("The token “%(name)s” does not work any more.") % {"name": token.name or token.prefix})
    return redirect("token-list", request.administration.slug)


def _scopes(scopes: list[str]) -> list[str]:
    return [str(scope.label) for scope in Scope if scope.value in scopes]
