"""Somebody's own account: profile, e-mail address, and a password that was forgotten or is changed."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.acting_requests import own_account_only
from accounts.addresses import network_address
from accounts.languages import in_language_of
from accounts.services import SignInRefused, TooManyAttempts, check_password_again
from accounts.signed_in import signed_in_user

from ..exceptions import AddressTaken, LinkUnusable, NoMailServer, PeopleError
from ..forms import ChangePasswordForm, ForgotForm, NewAddressForm, NewPasswordForm, ProfileForm
from ..services import profile
from .invitations import show_refusal


@never_cache
@login_required
@own_account_only
def edit_profile(request: HttpRequest) -> HttpResponse:
    """Name and language; where the e-mail address and the password are changed."""
    user = signed_in_user(request)
    initial = {"name": user.name, "language": user.language or get_language()}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        profile.save_profile(acting_user=user, **form.cleaned_data)
        with override(user.language):
            messages.success(request, _("Your profile is saved."))
        return in_language_of(user, redirect("account:profile"))
    return render(request, "people/profile.html", {"form": form})


@never_cache
@login_required
@own_account_only
@sensitive_post_parameters("password")
def ask_new_address(request: HttpRequest) -> HttpResponse:
    """Another e-mail address, which begins to count once the link in a mail to it is opened."""
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            profile.ask_new_address(request=request, acting_user=signed_in_user(request), **form.cleaned_data)
        except SignInRefused as refused:
            form.add_error("password", str(refused))
        except NoMailServer as refused:
            form.add_error(None, refused.detail)
        else:
            said = _("A link is on its way to %(email)s. Open it within a day; until then nothing changes.")
            messages.success(request, said % {"email": form.cleaned_data["email"]})
            return redirect("account:profile")
    return render(request, "people/new_address.html", {"form": form, "sends_mail": settings.SENDS_MAIL})


@never_cache
@login_required
@own_account_only
def confirm_new_address(request: HttpRequest, key: str) -> HttpResponse:
    """The page behind the link in that mail: a button, because programs that check mails open links as well."""
    try:
        user, email = profile.confirm_new_address(key)
        if user.pk != request.user.pk:
            return render(request, "people/link_of_another.html", {"email": user.email}, status=403)
        if request.method == "POST":
            profile.change_address(acting_user=signed_in_user(request), key=key)
            messages.success(request, _("From now on you sign in with %(email)s.") % {"email": email})
            return redirect("account:profile")
    except (LinkUnusable, AddressTaken) as refused:
        return show_refusal(request, refused)
    return render(request, "people/confirm_address.html", {"email": email})


@never_cache
@login_required
@own_account_only
@sensitive_post_parameters("current", "password", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """The password of now and another one; this browser stays signed in, all others are signed out."""
    user = signed_in_user(request)
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            check_password_again(request=request, password=form.cleaned_data["current"])
        except SignInRefused as refused:
            form.add_error("current", str(refused))
        else:
            profile.set_password(user=user, password=form.cleaned_data["password"], how="changed")
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Other browsers are signed out."))
            return redirect("account:profile")
    return render(request, "people/change_password.html", {"form": form})


@never_cache
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link by e-mail; the answer tells nobody who has an account."""
    form = ForgotForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        try:
            profile.forgot_password(email=form.cleaned_data["email"], address=network_address(request))
            sent = True
        except TooManyAttempts as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "sent": sent, "sends_mail": settings.SENDS_MAIL}
    return render(request, "people/forgot.html", context)


@never_cache
@own_account_only
@sensitive_post_parameters("password", "again")
def choose_new_password(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The page behind that link; afterwards one signs in, with the second factor where there is one."""
    try:
        user = profile.find_by_password_link(number, token)
    except PeopleError:
        return render(request, "people/password_link_refused.html", status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        profile.set_password(user=user, password=form.cleaned_data["password"], how="reset")
        messages.success(request, _("Your new password is saved. Sign in with it."))
        return redirect("accounts:login")
    return render(request, "people/new_password.html", {"form": form, "email": user.email})
