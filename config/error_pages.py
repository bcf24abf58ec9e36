"""What is answered where no view could: as a problem below `/api/`, else as a page.

The pages that Django renders without a request show who acts on whose behalf all the same.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from settings_sync.api.protocol.problems import problem_page

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what could not be understood."""
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


def _banner(request: HttpRequest) -> dict[str, Any]:
    acting = getattr(request, "acting", None)
    return {"acting": acting, "csrf_token": get_token(request)} if acting else {}
