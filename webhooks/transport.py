"""One attempt at an endpoint: to an address that was checked, within a time limit, following nothing."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pycurl

from .addresses import NameNotFound, Place, check_address, find_addresses
from .exceptions import AddressNotUsable
from .outcomes import Failure, Outcome

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
SHORTEST_SECONDS = 0.01
LONGEST_ANSWER = 10_000
USER_AGENT = "Eenlijn-Webhooks/1"
NOT_TRUSTED = frozenset((pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CONNECT_ERROR, pycurl.E_SSL_CACERT_BADFILE))


@dataclass
class Sockets:
    """The only way to a server: curl asks here for each socket that it would connect."""

    addresses: list[str]
    has_refused: bool = False

    def open(self, _purpose: int, address: Any) -> socket.socket | int:
        """A socket for a checked address; none for another, whatever led there."""
        if address.addr[0] not in self.addresses:
            self.has_refused = True
            return int(pycurl.SOCKET_BAD)
        return open_socket(address)


def open_socket(address: Any) -> socket.socket | int:
    """A socket that curl then connects to this address."""
    return socket.socket(address.family, address.socktype, address.protocol)


@dataclass
class Answer:
    """What came back so far."""

    has_begun: bool = False
    """Whether the headers were complete; a body that breaks off or trickles after them changes nothing."""
    body: bytearray = field(default_factory=bytearray)

    def take_header(self, line: bytes) -> None:
        """One line of the headers. They may come twice, as a server may say first that it will answer (100)."""
        self.has_begun = not line.strip()

    def take_body(self, part: bytes) -> int:
        """A part of the body, of which the beginning is kept. Told that less was taken than came, curl stops."""
        self.has_begun = True
        self.body += part[: LONGEST_ANSWER - len(self.body)]
        return len(part) if len(self.body) < LONGEST_ANSWER else 0

    def text(self) -> str:
        """The body as it can be stored."""
        return self.body.decode(errors="replace").replace("\0", "�")


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Try once to deliver a body. Whatever happens is an outcome; nothing is raised."""
    started = time.monotonic()
    outcome = _post(url, body, headers, started + TOTAL_SECONDS)
    return Outcome(outcome.failure, outcome.status, outcome.answer, time.monotonic() - started)


def _post(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> Outcome:
    try:
        place = check_address(url)
        addresses = find_addresses(place)
    except AddressNotUsable:
        return Outcome(Failure.ADDRESS_REFUSED)
    except NameNotFound:
        return Outcome(Failure.NAME_NOT_FOUND)
    curl = pycurl.Curl()
    try:
        _aim(curl, place, addresses)
        _load(curl, body, headers)
        # Curl counts from here; looking up the name has taken its part.
        curl.setopt(pycurl.TIMEOUT_MS, int(max(deadline - time.monotonic(), SHORTEST_SECONDS) * 1000))
        return _exchange(curl, Sockets(addresses))
    finally:
        curl.close()


def _aim(curl: pycurl.Curl, place: Place, addresses: list[str]) -> None:
    """Say where to go: to the addresses that were checked, under the name that the certificate must be of."""
    # A name may end in a dot, which no certificate has.
    host = _in_url(place.host.removesuffix("."))
    curl.setopt(pycurl.URL, f"http{'s' if place.is_encrypted else ''}://{host}:{place.port}{place.path}")
    curl.setopt(pycurl.RESOLVE, [f"{host}:{place.port}:{','.join(_in_url(address) for address in addresses)}"])
    curl.setopt(pycurl.PATH_AS_IS, 1)
    curl.setopt(pycurl.FOLLOWLOCATION, 0)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTPS if place.is_encrypted else pycurl.PROTO_HTTP)
    # The environment may name a proxy, which would look the name up anew and go where it leads then.
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(CONNECT_SECONDS * 1000))
    curl.setopt(pycurl.NOSIGNAL, 1)
    # The certificates that this machine trusts, as for everything else, and not those that the library was built with.
    trusted = ssl.get_default_verify_paths()
    for option, path in ((pycurl.CAINFO, trusted.cafile), (pycurl.CAPATH, trusted.capath)):
        if path:
            curl.setopt(option, path)
        else:
            curl.unsetopt(option)


def _load(curl: pycurl.Curl, body: bytes, headers: Mapping[str, str]) -> None:
    """Say what to send; curl asks before it sends a large body (Expect) unless told not to."""
    sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
    curl.setopt(pycurl.POST, 1)
    curl.setopt(pycurl.POSTFIELDS, body)
    curl.setopt(pycurl.HTTPHEADER, [*(f"{name}: {value}" for name, value in sent.items()), "Expect:"])
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)


def _exchange(curl: pycurl.Curl, sockets: Sockets) -> Outcome:
    answer = Answer()
    error = 0
    curl.setopt(pycurl.OPENSOCKETFUNCTION, sockets.open)
    curl.setopt(pycurl.HEADERFUNCTION, answer.take_header)
    curl.setopt(pycurl.WRITEFUNCTION, answer.take_body)
    try:
        curl.perform()
    except pycurl.error as raised:
        error = raised.args[0]
    status = int(curl.getinfo(pycurl.RESPONSE_CODE))
    if answer.has_begun and status >= 200:
        return Outcome(_failure_of_status(status), status, answer.text())
    return Outcome(Failure.ADDRESS_REFUSED if sockets.has_refused else _failure_of(error))


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _failure_of_status(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return Failure.REDIRECT
    return Failure.GONE if status == 410 else Failure.STATUS


def _failure_of(error: int) -> Failure:
    if error == pycurl.E_OPERATION_TIMEDOUT:
        return Failure.TIMEOUT
    return Failure.NOT_TRUSTED if error in NOT_TRUSTED else Failure.NO_CONNECTION
