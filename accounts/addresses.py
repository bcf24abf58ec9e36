"""Where a request comes from, and where it wants to go after signing in."""

import ipaddress
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def next_address(request: HttpRequest) -> str:
    """The wanted address when it is one of this site, else the start."""
    wanted = wanted_address(request)
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def wanted_address(request: HttpRequest) -> str:
    """What the form or the address of the page says."""
    return request.POST.get("next") or request.GET.get("next") or ""


def with_next(request: HttpRequest, address: str) -> str:
    """An address on the way, which remembers the wanted one."""
    wanted = wanted_address(request)
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address


def network_address(request: HttpRequest) -> str:
    """Where the request comes from; of IPv6 the first half, because one connection has all of the other half."""
    address = _whole_address(request)
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


def _whole_address(request: HttpRequest) -> str:
    """Behind our own proxy it is the last address in its header."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))
