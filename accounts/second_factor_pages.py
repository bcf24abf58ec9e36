"""The pages of the second factor: asked after the password, and switched on and off by its owner."""

import time
from base64 import b32encode
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as mark_verified

from .acting_requests import own_account_only
from .addresses import next_address, wanted_address, with_next
from .forms import CodeForm, EnrolForm
from .languages import in_language_of
from .models import User
from .second_factor import (
    WrongCode,
    backup_codes_left,
    begin_enrolment,
    check_code,
    confirm_enrolment,
    has_second_factor,
    make_backup_codes,
    needs_second_factor,
    remove_second_factor,
)
from .services import SignInRefused, check_password_again

WAITING = "waits_for_code"
WAITS_SECONDS = 600
SHOWN_ONCE = "backup_codes"


def ask_for_code(request: HttpRequest, user: User) -> HttpResponse:
    """Remember who gave the right password, and ask for the code; nobody is signed in yet."""
    request.session[WAITING] = {"user": user.pk, "until": time.time() + WAITS_SECONDS}
    return HttpResponseRedirect(with_next(request, reverse("accounts:code")))


@never_cache
@sensitive_post_parameters("code")
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app, or a backup code; who did not give a password just now is sent to do so."""
    user = _waiting_user(request)
    if user is None:
        return redirect("accounts:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = check_code(user, form.cleaned_data["code"])
        except WrongCode as refused:
            form.add_error("code", str(refused))
        else:
            del request.session[WAITING]
            login(request, user)
            mark_verified(request, device)
            return in_language_of(user, HttpResponseRedirect(next_address(request)))
    return render(request, "accounts/code.html", {"form": form, "next": wanted_address(request)})


@never_cache
@login_required
@own_account_only
def show_security(request: Any) -> HttpResponse:
    """Whether there is a second factor; backup codes that were just made, this once."""
    codes = request.session.pop(SHOWN_ONCE, []) if SHOWN_ONCE in request.session else []
    context = {
        "is_on": has_second_factor(request.user),
        "is_needed": needs_second_factor(request.user),
        "left": backup_codes_left(request.user),
        "codes": codes,
        "next": wanted_address(request),
    }
    return render(request, "accounts/security.html", context)


@never_cache
@login_required
@own_account_only
@sensitive_post_parameters("password", "code")
def enable(request: Any) -> HttpResponse:
    """A picture for the app, the password once more, and the first code."""
    if has_second_factor(request.user):
        return redirect("accounts:security")
    device = begin_enrolment(request.user)
    form = EnrolForm(request.POST or None)
    if form.is_valid() and _enrol(request, form):
        messages.success(request, _("From now on signing in takes your password and a code of your app."))
        return HttpResponseRedirect(with_next(request, reverse("accounts:security")))
    picture = segno.make(device.config_url, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")
    context = {"form": form, "picture": mark_safe(picture), "key": _readable(device), "next": wanted_address(request)}  # nosec B308, B703 # drawn by segno
    return render(request, "accounts/enable.html", context)


@never_cache
@login_required
@own_account_only
@sensitive_post_parameters("code")
def renew_codes(request: Any) -> HttpResponse:
    """New backup codes, for a code."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            request.session[SHOWN_ONCE] = make_backup_codes(acting_user=request.user, code=form.cleaned_data["code"])
            return redirect("accounts:security")
        except WrongCode as refused:
            form.add_error("code", str(refused))
    return render(request, "accounts/renew_codes.html", {"form": form})


@never_cache
@login_required
@own_account_only
@sensitive_post_parameters("code")
def disable(request: Any) -> HttpResponse:
    """Switch it off, for a code."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            remove_second_factor(acting_user=request.user, code=form.cleaned_data["code"])
            messages.success(request, _("From now on signing in takes your password alone."))
            return redirect("accounts:security")
        except WrongCode as refused:
            form.add_error("code", str(refused))
    return render(request, "accounts/disable.html", {"form": form, "is_needed": needs_second_factor(request.user)})


def _enrol(request: Any, form: EnrolForm) -> bool:
    try:
        check_password_again(request=request, password=form.cleaned_data["password"])
        device, request.session[SHOWN_ONCE] = confirm_enrolment(
            acting_user=request.user, code=form.cleaned_data["code"]
        )
    except SignInRefused as refused:
        form.add_error("password", str(refused))
        return False
    except WrongCode as refused:
        form.add_error("code", str(refused))
        return False
    mark_verified(request, device)
    return True


def _waiting_user(request: HttpRequest) -> User | None:
    waiting = request.session.get(WAITING)
    if waiting is None or waiting["until"] < time.time():
        return None
    return User.objects.filter(pk=waiting["user"], is_active=True).first()


def _readable(device: Any) -> str:
    """The key in groups of four, for an app that takes no picture."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
