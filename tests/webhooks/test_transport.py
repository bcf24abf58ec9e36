"""One attempt at an endpoint, against a real server: what it sends, how long it waits, where it refuses to go."""

import socket
import threading

import pycurl
import pytest

from tests.waiting import PATIENCE_SECONDS, until
from webhooks import addresses, transport
from webhooks.addresses import Place
from webhooks.outcomes import Failure
from webhooks.transport import Sockets, post

from .receiver import CERTIFICATE, hang_up, receiving, say_nothing, trickle

PUBLIC, PRIVATE = "93.184.215.14", "127.0.0.1"


@pytest.fixture
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.4)


@pytest.fixture
def resolve(monkeypatch):
    """Lets names lead where the test says, one answer after the other; returns the names that were asked for."""
    asked, real = [], socket.getaddrinfo

    def install(**answers):
        def look_up(host, port, *args, **kwargs):
            if host not in answers:
                return real(host, port, *args, **kwargs)
            asked.append(host)
            found = answers[host]
            address = found.pop(0) if len(found) > 1 else found[0]
            return real(address, port, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return install


@pytest.fixture
def connected_to(monkeypatch):
    """Where connections were made to; they come to nothing."""
    tried = []

    def open_none(address):
        tried.append(address.addr)
        return pycurl.SOCKET_BAD

    monkeypatch.setattr(transport, "open_socket", open_none)
    return tried


def send(url, body=b"{}"):
    return post(url, body=body, headers={"webhook-id": "msg_1"})


def test_what_is_sent_arrives_as_it_is(receiver):
    outcome = send(receiver.url, '{"naam": "Ünal"}'.encode())
    assert outcome.has_arrived
    assert (outcome.status, outcome.answer) == (200, "thank you")
    (got,) = receiver.received
    assert (got.path, got.body) == ("/hook?for=eenlijn", '{"naam": "Ünal"}')
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["Host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("status", "failure"),
    [(201, ""), (204, ""), (302, Failure.REDIRECT), (307, Failure.REDIRECT), (400, Failure.STATUS),
     (410, Failure.GONE), (500, Failure.STATUS)],
)  # fmt: skip
def test_only_success_counts_as_arrived_and_redirects_are_not_followed(receiver, status, failure):
    receiver.answer, receiver.body = status, b""
    outcome = send(receiver.url)
    assert (outcome.status, outcome.failure) == (status, failure)
    assert len(receiver.received) == 1


def test_an_answer_is_cut_off_and_can_always_be_stored(receiver):
    receiver.body = b"a\0b\xff" + b"x" * 1_000_000
    answer = send(receiver.url).answer
    assert answer.startswith("a�b�x")
    assert len(answer.encode(errors="replace")) <= transport.LONGEST_ANSWER + 4


def test_a_large_body_is_not_asked_for_first(receiver):
    outcome = send(receiver.url, b"x" * 2_000_000)
    assert outcome.has_arrived
    assert "Expect" not in receiver.received[0].headers
    assert len(receiver.received[0].body) == 2_000_000


def test_the_path_arrives_as_it_was_given(receiver):
    send(f"http://127.0.0.1:{receiver.port}/a/../b/./c?d=%2e%2e")
    assert receiver.received[0].path == "/a/../b/./c?d=%2e%2e"


def test_the_status_after_an_announcement_is_the_one_that_counts(receiver):
    def announce(handler):
        handler.wfile.write(
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
        )

    receiver.answer = announce
    assert (send(receiver.url).status, send(receiver.url).failure) == (503, Failure.STATUS)


def test_a_body_that_breaks_off_after_success_changes_nothing(receiver):
    def break_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"so far")

    receiver.answer = break_off
    outcome = send(receiver.url)
    assert (outcome.status, outcome.failure, outcome.answer) == (200, "", "so far")


def test_a_proxy_of_the_environment_is_passed_by(receiver, monkeypatch):
    """It would look the name up anew, and go where it leads then."""
    with receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(receiver.url).has_arrived
        assert proxy.received == []


def begin_and_never_finish(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Begun: y")
    trickle(handler)


@pytest.mark.parametrize("behaviour", [say_nothing, begin_and_never_finish])
def test_a_server_that_hangs_or_trickles_is_left_in_time(receiver, in_a_hurry, behaviour):
    """The server goes on for as long as anybody listens, so that only who leaves is ever done."""
    receiver.answer = behaviour
    outcome = send(receiver.url)
    assert outcome.failure == Failure.TIMEOUT


def test_a_server_may_take_longer_to_answer_than_to_be_connected_to(receiver, monkeypatch):
    def answer_late(handler):
        threading.Event().wait(1.5)
        handler.send_response(204)
        handler.end_headers()

    monkeypatch.setattr(transport, "CONNECT_SECONDS", 1.0)
    receiver.answer = answer_late
    assert send(receiver.url).status == 204


def test_a_body_that_trickles_after_success_changes_nothing(receiver, monkeypatch):
    """In less of a hurry: the status must have come in time, however busy this machine is."""
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 3.0)
    left = []

    def accept_then_trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        left.append(trickle(handler))

    receiver.answer = accept_then_trickle
    outcome = send(receiver.url)
    assert (outcome.status, outcome.failure) == (200, "")
    assert until(lambda: left, "its leaving") == [True]


def test_a_tls_handshake_that_never_ends_is_left_in_time(in_a_hurry):
    with socket.create_server(("127.0.0.1", 0)) as server:
        outcome = send(f"https://127.0.0.1:{server.getsockname()[1]}/")
    assert outcome.failure == Failure.TIMEOUT


def test_a_connection_that_breaks_off_or_is_refused_is_a_failure(receiver):
    receiver.answer = hang_up
    assert send(receiver.url).failure == Failure.NO_CONNECTION
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/").failure == Failure.NO_CONNECTION


def speak_of_something_else(handler):
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize("behaviour", [speak_of_something_else, trickle])
def test_what_is_no_http_is_left_at_once(receiver, behaviour):
    receiver.answer = behaviour
    assert send(receiver.url).failure == Failure.NO_CONNECTION


def test_a_name_that_leads_nowhere(resolve, monkeypatch):
    def nowhere(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert send("https://nowhere.example/").failure == Failure.NAME_NOT_FOUND


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(addresses, "LOOK_UP_SECONDS", 0.1)
    answering, answered = threading.Event(), []

    def look_up(*args, **kwargs):
        answering.wait(PATIENCE_SECONDS)
        answered.append(args)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert send("https://slow.example/").failure == Failure.NAME_NOT_FOUND
    assert answered == []
    answering.set()


def test_a_certificate_that_is_not_trusted_is_refused():
    with receiving(encrypted=True) as receiver:
        assert send(receiver.url).failure == Failure.NOT_TRUSTED
        assert receiver.received == []


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def test_the_name_is_asked_for_at_the_address_that_was_checked(resolve, trusted):
    asked = resolve(**{"receiver.example": [PRIVATE]})
    with receiving(encrypted=True) as receiver:
        outcome = send(f"https://receiver.example:{receiver.port}/hook")
        assert outcome.has_arrived, outcome
        assert receiver.received[0].headers["Host"] == f"receiver.example:{receiver.port}"
        assert receiver.names == ["receiver.example"]
    assert asked == ["receiver.example"]


def test_the_certificate_must_be_of_that_name(resolve, trusted):
    resolve(**{"other.example": [PRIVATE]})
    with receiving(encrypted=True) as receiver:
        assert send(f"https://other.example:{receiver.port}/").failure == Failure.NOT_TRUSTED
        assert receiver.received == []


class TestWherePrivateIsNotAllowed:
    @pytest.fixture(autouse=True)
    def not_allowed(self, private_is_allowed, settings):
        settings.WEBHOOKS_ALLOW_PRIVATE = False

    def test_a_name_that_leads_into_the_network_is_refused_before_connecting(self, resolve, connected_to):
        for address in (PRIVATE, "10.0.0.7", "169.254.169.254", "::1", "::ffff:10.0.0.7", "fd00:ec2::254"):
            resolve(**{"inside.example": [address]})
            assert send("https://inside.example/").failure == Failure.ADDRESS_REFUSED, address
        assert connected_to == []

    def test_a_name_that_leads_both_ways_is_refused(self, monkeypatch, connected_to):
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in (PUBLIC, PRIVATE)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)
        assert send("https://both.example/").failure == Failure.ADDRESS_REFUSED
        assert connected_to == []

    def test_a_name_that_changes_its_mind_is_asked_once(self, resolve, connected_to):
        asked = resolve(**{"rebinding.example": [PUBLIC, PRIVATE]})
        send("https://rebinding.example/")
        assert asked == ["rebinding.example"]
        assert connected_to == [(PUBLIC, 443)]

    def test_no_socket_is_opened_to_an_address_that_was_not_checked(self, receiver):
        """Whatever it is that leads there: here curl is told so itself."""
        curl = pycurl.Curl()
        transport._aim(curl, Place(False, "rebinding.example", receiver.port, "/"), [PRIVATE])
        transport._load(curl, b"{}", {})
        assert transport._exchange(curl, Sockets([PUBLIC])).failure == Failure.ADDRESS_REFUSED
        assert receiver.received == []

    def test_without_encryption_nothing_is_sent(self, resolve, connected_to):
        resolve(**{"public.example": [PUBLIC]})
        assert send("http://public.example/").failure == Failure.ADDRESS_REFUSED
        assert connected_to == []
