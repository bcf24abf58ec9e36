"""Pages for errors that Django renders without a request: they show who acts on whose behalf all the same."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what could not be understood."""
    return HttpResponse(render_to_string("400.html", _banner(request)), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """For what went wrong; asks nothing of the database."""
    return HttpResponse(render_to_string("500.html", _banner(request)), status=500)


def _banner(request: HttpRequest) -> dict[str, Any]:
    acting = getattr(request, "acting", None)
    return {"acting": acting, "csrf_token": get_token(request)} if acting else {}
