"""Figures for Prometheus: how much is done, by which pages and how often it fails. They are not for everybody."""

import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from .product_figures import product_figures

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for who has the token; without a token in the settings for this machine alone."""
    if settings.METRICS_TOKEN:
        if not has_token(request):
            return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    elif not is_from_here(request):
        raise Http404
    response: HttpResponse = ExportToDjangoView(request)
    response.content += product_figures()
    return response


def has_token(request: HttpRequest) -> bool:
    """Whether the request brings the token of the settings."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the request was made on this machine, and not by a proxy on it for somebody else."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
