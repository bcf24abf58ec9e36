"""One attempt at an endpoint: to a checked address that is then held on to, within a time limit, following nothing."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError

from .addresses import NameNotFound, Place, check_address, find_addresses
from .exceptions import AddressNotUsable
from .outcomes import Failure, Outcome

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
SHORTEST_SECONDS = 0.01
LONGEST_ANSWER = 10_000
USER_AGENT = "Eenlijn-Webhooks/1"


@dataclass
class Deadline:
    """Ends a connection at a fixed moment, however busy it looks: a server that trickles holds nobody up."""

    seconds: float
    has_passed: bool = False
    _started: float = field(default_factory=time.monotonic)
    _sockets: list[socket.socket] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["Deadline"]:
        timer = threading.Timer(self.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield self
        finally:
            timer.cancel()
            for held in self._sockets:
                held.close()

    def left(self) -> float:
        """Seconds that are left; none when it has passed."""
        return max(self._started + self.seconds - time.monotonic(), 0.0)

    def hold(self, connected: socket.socket) -> None:
        """Keep a second handle: the first moves when TLS begins."""
        self._sockets.append(connected.dup())
        if self.has_passed:
            self._end()

    def _end(self) -> None:
        self.has_passed = True
        for held in self._sockets:
            try:
                held.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class PinnedHttp(HTTPConnection):
    """A connection to addresses that were checked; the host's name stays what the server is asked for."""

    addresses: list[str]
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        return _connect(self)


class PinnedHttps(HTTPSConnection):
    """The same, encrypted: the certificate must be of the host's name."""

    addresses: list[str]
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        return _connect(self)


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Try once to deliver a body. Whatever happens is an outcome; nothing is raised."""
    started = time.monotonic()
    with Deadline(TOTAL_SECONDS).running() as deadline:
        said = _post(url, body, headers, deadline)
    return Outcome(said.failure, said.status, said.answer, time.monotonic() - started)


def _post(url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Outcome:
    try:
        place = check_address(url)
        connection = _connection(place, find_addresses(place), deadline)
    except AddressNotUsable:
        return Outcome(Failure.ADDRESS_REFUSED)
    except NameNotFound:
        return Outcome(Failure.NAME_NOT_FOUND)
    try:
        return _exchange(connection, place, body, headers)
    except (HTTPError, OSError, ValueError) as error:
        return Outcome(_failure_of(error, deadline))
    except Exception as error:  # http.client's own, which share no base with urllib3's
        return Outcome(_failure_of(error, deadline), answer=type(error).__name__)
    finally:
        connection.close()


def _connection(place: Place, addresses: list[str], deadline: Deadline) -> PinnedHttp | PinnedHttps:
    connection: PinnedHttp | PinnedHttps
    if place.is_encrypted:
        context = ssl.create_default_context()
        connection = PinnedHttps(place.host, place.port, timeout=CONNECT_SECONDS, ssl_context=context)
    else:
        connection = PinnedHttp(place.host, place.port, timeout=CONNECT_SECONDS)
    connection.addresses, connection.deadline = addresses, deadline
    return connection


def _connect(connection: PinnedHttp | PinnedHttps) -> socket.socket:
    """Connect to the first checked address that answers; no name is looked up here."""
    last: OSError | None = None
    for address in connection.addresses:
        seconds = min(CONNECT_SECONDS, connection.deadline.left())
        if not seconds:
            break
        try:
            connected = socket.create_connection((address, connection.port), seconds)
        except OSError as error:
            last = error
            continue
        connection.deadline.hold(connected)
        return connected
    raise last or TimeoutError()


def _exchange(connection: PinnedHttp | PinnedHttps, place: Place, body: bytes, headers: Mapping[str, str]) -> Outcome:
    connection.connect()
    # urllib3 sets this on the socket again before it sends and before it reads: left at the time for connecting, a
    # receiver would have no longer than that. The deadline ends it in any case, also when the answer trickles.
    connection.timeout = max(connection.deadline.left(), SHORTEST_SECONDS)
    sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
    connection.request("POST", place.path, body=body, headers=sent, preload_content=False, decode_content=False)
    response = connection.getresponse()
    if connection.deadline.has_passed:  # the end of the connection looked like the end of the headers
        raise TimeoutError
    return Outcome(_failure_of_status(response.status), response.status, _read(response))


def _read(response: Any) -> str:
    """The beginning of the answer; the status has been said by then, so a body that breaks off changes nothing."""
    try:
        said = response.read(LONGEST_ANSWER, decode_content=False)
    except (HTTPError, OSError):
        said = b""
    return str(said.decode(errors="replace")).replace("\0", "�")


def _failure_of_status(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return Failure.REDIRECT
    return Failure.GONE if status == 410 else Failure.STATUS


def _failure_of(error: Exception, deadline: Deadline) -> Failure:
    if deadline.has_passed or isinstance(error, TimeoutError):
        return Failure.TIMEOUT
    if isinstance(error, (SSLError, ssl.SSLError)):
        return Failure.NOT_TRUSTED
    return Failure.NO_CONNECTION
