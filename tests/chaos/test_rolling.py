"""What counts the requests of a rolling restart sees one that nobody answered."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from chaos.scenarios.rolling import Webs
from local_servers.processes import free_port


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers every POST with the status of its server."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@pytest.fixture
def serving() -> Iterator[http.server.HTTPServer]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.status = 202
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("first", "status", "told", "failed"),
    [
        (1, 202, "accepted", 0),
        (0, 202, "accepted at the second attempt", 0),
        (1, 500, "failed (0)", 1),
        (0, 500, "failed (500)", 1),
    ],
)
def test_a_request_is_tried_once_more_at_the_other_server_and_counted(
    serving: http.server.HTTPServer, first: int, status: int, told: str, failed: int
) -> None:
    serving.status = status
    webs = Webs(None, ports=[free_port(), serving.server_port])
    webs.accept("secret", ["a"], first)
    assert (dict(webs.told), webs.failed) == ({told: 1}, failed)


def test_when_both_are_away_it_failed() -> None:
    webs = Webs(None, ports=[free_port(), free_port()])
    webs.accept("secret", ["a"], 0)
    assert webs.failed == 1
