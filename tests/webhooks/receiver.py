"""A real server on this machine that receives messages and answers as a test tells it to."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE_SECONDS

CERTIFICATE = Path(__file__).with_name("receiver.example.pem")


@dataclass
class Received:
    """One request."""

    headers: dict[str, str]
    body: str
    path: str
    sni: str | None = None


@dataclass
class Receiver:
    """What came in, and how to answer: a status, or a function that handles the request itself."""

    answer: int | Callable[[BaseHTTPRequestHandler], None] = 200
    body: bytes = b"thank you"
    received: list[Received] = field(default_factory=list)
    url: str = ""
    port: int = 0
    names: list[str | None] = field(default_factory=list)


@contextmanager
def receiving(encrypted: bool = False) -> Iterator[Receiver]:
    """A receiver at a port of its own, until the block ends."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        context.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    receiver.url = f"http{'s' if encrypted else ''}://127.0.0.1:{receiver.port}/hook?for=eenlijn"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def trickle(handler: BaseHTTPRequestHandler) -> bool:
    """Answer a little at a time, for as long as anybody listens; True when nobody does any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            handler.wfile.write(b"X")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return True
    return False


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Keep the connection for as long as somebody is at the other end, and never answer."""
    handler.connection.settimeout(PATIENCE_SECONDS)
    try:
        handler.connection.recv(1)
    except OSError:
        return


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.received.append(Received(dict(self.headers.items()), body.decode(), self.path))
            if callable(receiver.answer):
                receiver.answer(self)
                self.close_connection = True
                return
            self.send_response(receiver.answer)
            if 300 <= receiver.answer < 400:
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            # Who has read enough of an answer, or takes none of this kind, may be gone by now.
            with suppress(ConnectionError):
                self.wfile.write(receiver.body)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
