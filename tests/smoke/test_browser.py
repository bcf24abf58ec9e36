"""The browser sends what a person would send, and names what a page lacks."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import pytest

from smoke.browser import ApiClient, Browser, PageNotAsExpected, path_of

PAGE = """<html><body><form method="get" action="/search"><input name="q"></form>
<form method="post" action="/sent">
<input type="hidden" name="token" value="t"><input name="note" value="old"><input name="off" value="x" disabled>
<input type="checkbox" name="to" value="noord" checked><input type="checkbox" name="to" value="oost">
<textarea name="text">a &lt; b</textarea>
<button name="do" value="preview">Preview</button><button name="do" value="save">Save</button>
</form></body></html>"""


class Answers(BaseHTTPRequestHandler):
    """Shows the page, and notes what is sent."""

    def do_GET(self) -> None:
        self._answer(404 if self.path.startswith("/api/") else 200, PAGE)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.sent = parse_qsl(body)  # type: ignore[attr-defined]
        self._answer(200, "<html></html>")

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def site() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser(site: HTTPServer) -> Browser:
    browser = Browser(f"http://127.0.0.1:{site.server_port}")
    browser.open("page/")
    return browser


def test_sends_what_is_filled_in_and_ticked_with_the_button_that_is_pressed(site: HTTPServer, browser: Browser) -> None:
    form = browser.form_with("note")
    form.untick_all()
    form.fill("note", "new")
    form.tick("to", "oost")
    page = browser.submit(("do", "preview"))
    assert path_of(page) == "/sent"
    sent = [("token", "t"), ("note", "new"), ("to", "oost"), ("text", "a < b"), ("do", "preview")]
    assert sorted(site.sent) == sorted(sent)  # type: ignore[attr-defined]


def test_presses_no_button_unless_told_to(site: HTTPServer, browser: Browser) -> None:
    browser.form_with("note")
    browser.submit()
    assert "do" not in dict(site.sent)  # type: ignore[attr-defined]


def test_names_what_a_page_lacks(browser: Browser) -> None:
    form = browser.form_with("note")
    assert form.has("to") and not form.has("missing")
    with pytest.raises(PageNotAsExpected, match="no field “missing”"):
        form.fill("missing", "x")
    with pytest.raises(PageNotAsExpected, match="“zuid” cannot be ticked under “to”"):
        form.tick("to", "zuid")
    with pytest.raises(PageNotAsExpected, match="has no form with “missing”"):
        browser.form_with("missing")


def test_an_error_of_the_api_is_told_with_its_status(site: HTTPServer) -> None:
    with pytest.raises(PageNotAsExpected, match="api/v1/runs/: 404"):
        ApiClient(f"http://127.0.0.1:{site.server_port}", "token").get("runs/")
