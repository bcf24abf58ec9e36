"""What becomes of a part of a page that is asked for after the session has ended."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


class SignInForPartsMiddleware:
    """Send the whole page to sign-in and back to itself, instead of putting the sign-in page in its part."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.htmx and leads_to_sign_in(response):  # type: ignore[attr-defined]
            page = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(redirect_to_login(page).url)
        return response


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether this is how a page that needs a session answers without one."""
    return response.status_code == 302 and response["Location"].startswith(resolve_url(settings.LOGIN_URL))
