"""A session of support whose requests are a user's, and what such a request may not touch."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh
from django_otp import DEVICE_ID_SESSION_KEY

from .acting import Acting, acting_as, end_acting, find_acting, refuse_while_acting
from .models import ActingSession
from .second_factor import is_verified_enough

IN_SESSION = "acting"
OF_THE_SESSION = {SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, DEVICE_ID_SESSION_KEY}
API = "/api/"

View = Callable[..., HttpResponseBase]


class ActOnBehalfMiddleware:
    """Make `request.user` the user on whose behalf support acts, and tell pages and trail who is behind it.

    Once the time is over, or the right is gone, that is told in the trail, and everything is refused until the member
    of support goes back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = acting_id(request)
        staff = request.user
        if number is None:
            return self.get_response(request)
        if not staff.is_authenticated:
            end_acting(number, how="not_allowed")
            del request.session[IN_SESSION]
            return self.get_response(request)
        acting = find_acting(number, staff) if is_verified_enough(staff) else None
        if acting is None:
            end_acting(number, how="not_allowed")
        if request.path.startswith(API):  # there a token says who it is, never a session
            request.acting = acting  # type: ignore[attr-defined]
            return self.get_response(request)
        if acting is None:
            return self.get_response(request) if request.path in _ways_out() else _say_it_is_over(request)
        with acting_as(acting):
            _be(request, acting)
            return self.get_response(request)


def acting_id(request: HttpRequest) -> uuid.UUID | None:
    """What the session says is going on, whether it still may or not."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    known = request.session.get(IN_SESSION)
    return uuid.UUID(known) if known else None


def begin_in_session(request: HttpRequest, row: ActingSession) -> None:
    """From the next request on this session is the user's; nothing of the member of support is left in it to see."""
    _forget_what_was_seen(request)
    request.session[IN_SESSION] = str(row.pk)
    _renew(request)


def end_in_session(request: HttpRequest) -> None:
    """From the next request on this session is the member of support's own again."""
    _forget_what_was_seen(request)
    _renew(request)


def own_account_only(view: View) -> View:
    """Decorate a view of what is somebody's own: on behalf of them it is refused."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_while_acting()
        return view(request, *args, **kwargs)

    return guarded


def _be(request: HttpRequest, acting: Acting) -> None:
    user: Any = acting.user
    user.otp_device = None
    user.is_verified = lambda: False
    request.user = user
    request.acting = acting  # type: ignore[attr-defined]


def _ways_out() -> set[str]:
    return {reverse("accounts:end-acting"), reverse("accounts:logout"), reverse("admin:logout")}


def _say_it_is_over(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    return render(request, "accounts/acting_over.html", status=403)


def _forget_what_was_seen(request: HttpRequest) -> None:
    for key in set(request.session.keys()) - OF_THE_SESSION:
        del request.session[key]


def _renew(request: HttpRequest) -> None:
    request.session.cycle_key()
    rotate_token(request)
