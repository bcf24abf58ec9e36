"""Probes of this machine: a container's health check and an orchestrator know no host name to ask for."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from . import health

PROBES = {"/healthz": health.healthz, "/readyz": health.readyz}
THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class ProbesOfThisMachine:
    """Answers a probe that is asked of 127.0.0.1, whatever ALLOWED_HOSTS names; every other address is as it was.

    The first of all middleware: the answers make no address of the host, and a redirect to TLS would lead nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None or host_of(request) not in THIS_MACHINE:
            return self.get_response(request)
        return probe(request)


def host_of(request: HttpRequest) -> str | None:
    """Return the host that a request names, without its port; None when it names none, or what is no host."""
    try:
        return urlsplit(f"//{request.META.get('HTTP_HOST', '')}").hostname
    except ValueError:
        return None
