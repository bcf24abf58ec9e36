"""A browser without JavaScript that opens pages, fills in their forms and sends them as a person would, and a client
of the REST API. MechanicalSoup and requests do the work; what a page lacks is told in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import mechanicalsoup
import requests

WAIT_SECONDS = 60

Page = requests.Response


class PageNotAsExpected(Exception):
    """A page did not hold what a person would need there."""


def path_of(page: Page) -> str:
    """The path of a page's address, after redirects."""
    return str(urlsplit(page.url).path)


class Form:
    """A form of the page that a browser shows."""

    def __init__(self, form: mechanicalsoup.Form) -> None:
        self._form = form

    def has(self, name: str) -> bool:
        """Return whether it has a field or button with this name."""
        return self._form.form.find(attrs={"name": name}) is not None

    def fill(self, name: str, value: str) -> None:
        """Fill in a text. Raises PageNotAsExpected when there is no such field."""
        with _told_in_words(f"there is no field “{name}”"):
            self._form.set(name, value)

    def tick(self, name: str, value: str) -> None:
        """Tick one box. Raises PageNotAsExpected when there is no such box."""
        with _told_in_words(f"“{value}” cannot be ticked under “{name}”"):
            self._form.set_checkbox({name: [value]}, uncheck_other_boxes=False)

    def untick_all(self) -> None:
        """Clear every box."""
        for box in self._form.form.find_all("input", type="checkbox"):
            box.attrs.pop("checked", None)


class Browser:
    """Keeps cookies and follows redirects, on one site."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self._browser = mechanicalsoup.StatefulBrowser(soup_config={"features": "html.parser"})

    def close(self) -> None:
        """Hang up; the server keeps a thread and a session of the database for who stays on the line."""
        self._browser.close()

    def open(self, path: str) -> Page:
        """Go to an address of the site."""
        page: Page = self._browser.open(urljoin(self.base_url, path), timeout=WAIT_SECONDS)
        return page

    def form_with(self, name: str) -> Form:
        """Select the form of the current page that has this field. Raises PageNotAsExpected."""
        page = self._browser.page
        field = page.find(attrs={"name": name}) if page is not None else None
        form = field.find_parent("form") if field is not None else None
        if form is None:
            raise PageNotAsExpected(f"{urlsplit(self._browser.url).path} has no form with “{name}”")
        return Form(self._browser.select_form(form))

    def submit(self, button: tuple[str, str] | None = None) -> Page:
        """Send the selected form, with the button of this name and value if one is given, and go where that leads."""
        # MechanicalSoup presses the first button of a form by itself; False presses none.
        pressed: Any = False
        if button is not None:
            name, value = button
            pressed = self._browser.form.form.find("button", attrs={"name": name, "value": value})
        page: Page = self._browser.submit_selected(btnName=pressed, timeout=WAIT_SECONDS)
        return page


class ApiClient:
    """Calls the REST API with a token."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = urljoin(base_url.rstrip("/") + "/", "api/v1/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def get(self, path: str) -> Any:
        """Return what an address answers. Raises PageNotAsExpected when that is an error."""
        return _answer_of(self._session.get(urljoin(self.base_url, path), timeout=WAIT_SECONDS))

    def post(self, path: str, body: Any, key: str) -> Any:
        """Return what an address answers to a body. Raises PageNotAsExpected when that is an error."""
        headers = {"Idempotency-Key": key}
        sent = self._session.post(urljoin(self.base_url, path), json=body, headers=headers, timeout=WAIT_SECONDS)
        return _answer_of(sent)


def _answer_of(response: requests.Response) -> Any:
    if not response.ok:
        raise PageNotAsExpected(f"{response.url}: {response.status_code} {response.text[:300]}")
    return response.json()


@contextmanager
def _told_in_words(what: str) -> Iterator[None]:
    """Turn MechanicalSoup's errors into one that names what a person would miss."""
    try:
        yield
    except mechanicalsoup.LinkNotFoundError as error:
        raise PageNotAsExpected(what) from error
