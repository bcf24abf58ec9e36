"""A browser without JavaScript: it opens pages, fills in their forms and sends them, as a person would."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

WAIT_SECONDS = 60


class PageNotAsExpected(Exception):
    """A page did not hold what a person would need there."""


@dataclass
class Choice:
    """One way to fill in a field: an input, a box to tick, an option of a list, or a button."""

    kind: str
    name: str
    value: str
    is_on: bool = True


@dataclass
class Form:
    """A form of a page; what is ticked and filled in is sent along."""

    action: str
    method: str
    choices: list[Choice] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether it has a field or button with this name."""
        return any(choice.name == name for choice in self.choices)

    def fill(self, name: str, value: str) -> None:
        """Fill in a text. Raises PageNotAsExpected when there is no such field."""
        found = [choice for choice in self.choices if choice.name == name]
        if not found:
            raise PageNotAsExpected(f"there is no field “{name}”")
        found[0].value = value

    def tick(self, name: str, value: str) -> None:
        """Tick one box. Raises PageNotAsExpected when there is no such box."""
        found = [choice for choice in self.choices if (choice.name, choice.value) == (name, value)]
        if not found:
            raise PageNotAsExpected(f"“{value}” cannot be ticked under “{name}”")
        found[0].is_on = True

    def untick_all(self) -> None:
        """Clear every box."""
        for choice in self.choices:
            if choice.kind == "checkbox":
                choice.is_on = False

    def sent(self, button: tuple[str, str] | None) -> list[tuple[str, str]]:
        """What goes to the server, with the button that was pressed."""
        filled = [(choice.name, choice.value) for choice in self.choices if choice.is_on and choice.kind != "button"]
        return [pair for pair in filled if pair[0]] + ([button] if button else [])


@dataclass(frozen=True)
class Page:
    """A page as it came: its address after redirects, and its forms."""

    url: str
    status: int
    text: str
    forms: list[Form]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form_with(self, name: str) -> Form:
        """The form that has this field. Raises PageNotAsExpected."""
        for form in self.forms:
            if form.has(name):
                return form
        raise PageNotAsExpected(f"{self.path} has no form with “{name}” (status {self.status})")


class Browser:
    """Keeps cookies and follows redirects, on one site."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str) -> Page:
        """Go to an address."""
        return self._send(urllib.request.Request(urljoin(self.base_url, path)))

    def submit(self, page: Page, form: Form, button: tuple[str, str] | None = None) -> Page:
        """Send a form of a page, and go where that leads."""
        data, target = urlencode(form.sent(button)), urljoin(page.url, form.action or page.path)
        if form.method != "post":
            return self.open(f"{target}?{data}")
        request = urllib.request.Request(target, data=data.encode(), headers={"Referer": page.url})
        return self._send(request)

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=WAIT_SECONDS) as answer:
                return _page(answer.geturl(), answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return _page(error.geturl() or request.full_url, error.code, error.read().decode(errors="replace"))


class ApiClient:
    """Calls the REST API with a token."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = urljoin(base_url.rstrip("/") + "/", "api/v1/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        """What an address answers. Raises PageNotAsExpected when that is an error."""
        return self._send(urllib.request.Request(urljoin(self.base_url, path), headers=self._headers))

    def post(self, path: str, body: Any, key: str) -> Any:
        """What an address answers to a body. Raises PageNotAsExpected when that is an error."""
        headers = {**self._headers, "Idempotency-Key": key}
        data = json.dumps(body).encode()
        return self._send(urllib.request.Request(urljoin(self.base_url, path), data=data, headers=headers))

    def _send(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:  # nosec B310 # our own address
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise PageNotAsExpected(f"{request.full_url}: {error.code} {error.read().decode()[:300]}") from None


def _page(url: str, status: int, text: str) -> Page:
    reader = _FormReader()
    reader.feed(text)
    return Page(url, status, text, reader.forms)


class _FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._list: str = ""
        self._text: Choice | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None or "disabled" in found:
            return
        read = getattr(self, f"_read_{tag}", None)
        if read is not None:
            read(self._open, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data

    def _read_input(self, form: Form, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        if kind in ("checkbox", "radio"):
            choice = Choice("checkbox", found.get("name", ""), found.get("value", "on"), "checked" in found)
            form.choices.append(choice)
        elif kind not in ("submit", "image", "reset", "file"):
            form.choices.append(Choice("input", found.get("name", ""), found.get("value", "")))

    def _read_button(self, form: Form, found: dict[str, str]) -> None:
        form.choices.append(Choice("button", found.get("name", ""), found.get("value", "")))

    def _read_select(self, form: Form, found: dict[str, str]) -> None:
        self._list = found.get("name", "")

    def _read_option(self, form: Form, found: dict[str, str]) -> None:
        form.choices.append(Choice("option", self._list, found.get("value", ""), "selected" in found))

    def _read_textarea(self, form: Form, found: dict[str, str]) -> None:
        self._text = Choice("input", found.get("name", ""), "")
        form.choices.append(self._text)
