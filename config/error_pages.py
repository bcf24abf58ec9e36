"""What is answered where no view could: as a problem below `/api/`, else as a page.

The pages that Django renders without a request show who acts on whose behalf all the same.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from settings_sync.api.protocol.problems import problem_page
from tenants.constraints import broken_by

API = "/api/"
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
PIECE = 65_536
READ_AT_MOST = 128 * 1_048_576


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what could not be understood, and for what is more than one page may send."""
    if isinstance(exception, TOO_MUCH):
        return _too_much(request)
    if request.path.startswith(API):
        return problem_page("bad-request", 400, _("This request could not be understood."))
    return HttpResponse(render_to_string("400.html", _banner(request)), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For an address that there is not."""
    if request.path.startswith(API):
        return problem_page("not-found", 404, _("There is nothing at this address; the API begins at /api/v1/."))
    return page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """For what went wrong; asks nothing of the database."""
    if request.path.startswith(API):
        return problem_page("server-error", 500, _("Something went wrong on our side. Nothing more is known here."))
    return HttpResponse(render_to_string("500.html", _banner(request)), status=500)


def _too_much(request: HttpRequest) -> HttpResponse:
    """The page for a post above a limit of Django, which raises outside every view.

    What was posted is read to its end: a server that answers before that and hangs up leaves a browser with a page of
    its own, about a connection that was reset.
    """
    unread = READ_AT_MOST
    while unread > 0 and (piece := request.read(PIECE)):
        unread -= len(piece)
    if request.path.startswith(API):
        return problem_page("bad-request", 400, _("This request is larger than what is taken at once."))
    return HttpResponse(render_to_string("413.html", {"page": request.path, **_banner(request)}), status=413)


class ClashPages:
    """Middleware: what the database refuses of a page that does not say so itself ends in a sentence, not in a 500.

    Views of the API answer by themselves (settings_sync/api/protocol/problems.py).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a clash; anything else goes on as it was."""
        if not isinstance(exception, IntegrityError):
            return None
        sentence = broken_by(exception).sentence
        if request.path.startswith(API):
            return problem_page("clash", 409, sentence)
        return HttpResponse(render_to_string("409.html", {"sentence": sentence, **_banner(request)}), status=409)


def _banner(request: HttpRequest) -> dict[str, Any]:
    acting = getattr(request, "acting", None)
    return {"acting": acting, "csrf_token": get_token(request)} if acting else {}
