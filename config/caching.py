"""Pages of somebody who has signed in are kept by no browser: after signing out, going back shows nothing of them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class KeepPagesPrivate:
    """Middleware: `no-store` on every page that was made for a signed-in user and says nothing else about caching."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response
