"""Which addresses a message may go to: public ones, by name and by what the name resolves to."""

import ipaddress
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings

from .exceptions import NamesAPerson, NoAddress, NotEncrypted, PrivateAddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOK_UP_SECONDS = 5.0
LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
IN_A_PATH = "/%?:@!$&'()*+,;=~-._[]"
PORTS = {"https": 443, "http": 80}
LOOPBACK = ipaddress.ip_address("127.0.0.1")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What Python's `is_global` lets through: a cloud's own servers (metadata), tunnels to anywhere, old private space.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96", "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a message goes: the parts of an address that was checked."""

    is_encrypted: bool
    host: str
    port: int
    path: str


class NameNotFound(Exception):
    """The name of the server does not lead to an address, or not in time."""


def check_address(url: str) -> Place:
    """The parts of an endpoint's address. Raises NoAddress, NotEncrypted, NamesAPerson or PrivateAddress.

    A name is not looked up here: that happens at each attempt, because what it leads to can change.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NoAddress from None
    if parts.scheme not in PORTS or not url.isprintable() or " " in url or parts.fragment or port == 0:
        raise NoAddress
    if parts.username is not None or parts.password is not None:
        raise NamesAPerson
    if parts.scheme != "https" and not may_be_private():
        raise NotEncrypted
    host = _ascii_host(parts.hostname or "")
    _refuse_private(host, LOOPBACK if _is_this_machine(host) else _as_ip(host))
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=IN_A_PATH)
    return Place(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def find_addresses(place: Place) -> list[str]:
    """What the name leads to now, checked: connect to one of these and to nothing else.

    Raises NameNotFound, or PrivateAddress when any of them is not public.
    """
    found = list(dict.fromkeys(_look_up(place)))
    if not found:
        raise NameNotFound
    for address in found:
        _refuse_private(place.host, _as_ip(address))
    return found


def is_public(ip: IpAddress) -> bool:
    """Whether an address is one on the internet that is somebody's own: not private, local, shared or a group."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip in NAT64:
            return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    listed = any(ip.version == network.version and ip in network for network in NOT_PUBLIC)
    return ip.is_global and not ip.is_multicast and not listed


def may_be_private() -> bool:
    """Whether this installation allows private networks and unencrypted addresses."""
    return bool(settings.WEBHOOKS_ALLOW_PRIVATE)


def _ascii_host(host: str) -> str:
    try:
        ascii_host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        raise NoAddress from None
    labels = ascii_host.removesuffix(".").split(".")
    is_name = all(LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not (is_name or _as_ip(ascii_host)):
        raise NoAddress
    return ascii_host


def _is_this_machine(host: str) -> bool:
    """Whether a name means this machine by its own meaning (RFC 6761), whatever it leads to."""
    return host.removesuffix(".").lower().rpartition(".")[2] == "localhost"


def _as_ip(host: str) -> IpAddress | None:
    """The address that a host is written as, in any way in which the system would read it; None for a name."""
    host = host.removesuffix(".")
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _refuse_private(host: str, ip: IpAddress | None) -> None:
    if ip is not None and not is_public(ip) and not may_be_private():
        raise PrivateAddress(host=host)


def _look_up(place: Place) -> Sequence[str]:
    """Ask the resolver, and wait for it no longer than a few seconds: it has no time limit of its own."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(row[4][0]) for row in rows)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(LOOK_UP_SECONDS)
    return tuple(found)
