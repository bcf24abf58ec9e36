"""The page behind the link of an invitation, for who has an account and for who has none."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.acting_requests import own_account_only
from accounts.languages import in_language_of
from accounts.models import User
from tenants.exceptions import Refusal

from ..exceptions import LinkUnusable, PeopleError
from ..forms import AcceptForm
from ..services.invitations import Answering, accept, accept_as_new, find_invitation


@never_cache
@own_account_only
@sensitive_post_parameters("password", "again")
def answer_invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Come in: with the account that the invitation is for, or with a new one. A link that works no more says why."""
    try:
        answering = find_invitation(key)
        if answering.account is None:
            return _make_account(request, answering)
        return _use_account(request, answering)
    except PeopleError as refused:
        return show_refusal(request, refused)


def show_refusal(request: HttpRequest, refused: PeopleError) -> HttpResponse:
    """The page for a link that cannot be used."""
    status = refused.status if isinstance(refused, LinkUnusable) else 409
    return render(request, "people/link_refused.html", {"refused": refused.detail}, status=status)


def _make_account(request: HttpRequest, answering: Answering) -> HttpResponse:
    invitation = answering.invitation
    form = AcceptForm(request.POST or None, user=User(email=invitation.email))
    context = {"form": form, "invitation": invitation, "somebody_else": request.user.is_authenticated}
    if request.method != "POST" or request.user.is_authenticated or not form.is_valid():
        return render(request, "people/invitation.html", context)
    chosen = form.cleaned_data
    try:
        user = accept_as_new(invitation=invitation, name=chosen["name"], password=chosen["password"])
    except Refusal as refused:
        form.add_error(None, refused.detail)
        return render(request, "people/invitation.html", context)
    login(request, user)
    return _welcome(request, user, answering)


def _use_account(request: HttpRequest, answering: Answering) -> HttpResponse:
    invitation = answering.invitation
    account = answering.account
    is_theirs = request.user == account
    if request.method == "POST" and is_theirs:
        assert account is not None
        accept(user=account, invitation=invitation)
        return _welcome(request, account, answering)
    context = {"invitation": invitation, "is_theirs": is_theirs, "somebody_else": request.user.is_authenticated}
    return render(request, "people/invitation_of_account.html", context)


def _welcome(request: HttpRequest, user: User, answering: Answering) -> HttpResponse:
    administration = answering.invitation.administration
    messages.success(request, _("Welcome. You may enter %(name)s from now on.") % {"name": administration})
    return in_language_of(user, redirect("administration-home", administration.slug))
