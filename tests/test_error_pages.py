"""The pages for when something is wrong, and the page with all components: they need no database."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from config.error_pages import server_error
from config.styleguide import show_styleguide

STATIC = Path(__file__).resolve().parents[1] / "static"


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> Any:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def anonymous_request(rf: RequestFactory) -> HttpRequest:
    return rf.get("/styleguide/")


@pytest.mark.parametrize("name", ["400.html", "409.html", "413.html", "500.html", "403_csrf.html"])
def test_an_error_page_needs_neither_database_nor_request(name: str) -> None:
    assert "To the start" in render_to_string(name)


def test_a_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/account/sign-in/", {"email": "a@b.example", "password": "x"})
    assert response.status_code == 403
    assert "nothing was changed" in response.content.decode()


def test_the_styleguide_shows_every_component(anonymous_request: HttpRequest) -> None:
    page = show_styleguide(anonymous_request).content.decode()
    names = {name for value in re.findall(r'class="([^"]+)"', page) for name in value.split()}
    assert names >= {"page-header", "breadcrumbs", "button", "table", "toolbar", "field", "badge", "bar", "empty"}
    assert names >= {"notice", "steps", "tree", "diff", "progress", "menu", "dialog", "pagination", "tabs"}


def test_every_class_that_the_styleguide_uses_is_drawn(anonymous_request: HttpRequest) -> None:
    page = show_styleguide(anonymous_request).content.decode()
    used = {name for value in re.findall(r'class="([^"]+)"', page) for name in value.split()}
    styles = "\n".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    drawn = set(re.findall(r"\.([a-z][\w-]*)", styles))
    assert used - drawn - {"has-error", "running"} == set()


def test_every_stylesheet_is_part_of_the_whole_or_linked_by_a_page() -> None:
    used = set(re.findall(r'@import url\("([^"]+)"\)', (STATIC / "css/main.css").read_text())) | {"main.css"}
    for template in (STATIC.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r'"css/([^"]+)"', template.read_text()))
    # The admin is told of its stylesheet by a setting.
    used |= set(re.findall(r'"css/([^"]+)"', (STATIC.parent / "config/support_site.py").read_text()))
    assert used == {path.name for path in (STATIC / "css").glob("*.css")}


@pytest.mark.parametrize("path", ["/api/", "/api/v2/runs/"])
def test_below_api_an_unknown_address_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "not-found")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_below_api_what_is_not_understood_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/runs/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (400, "bad-request")
    assert client.get("/", headers={"Host": "evil.example"}).headers["Content-Type"].startswith("text/html")


def test_below_api_a_failure_outside_the_views_is_a_problem(rf: RequestFactory) -> None:
    assert json.loads(server_error(rf.get("/api/v1/runs/")).content)["type"] == "server-error"
    assert "To the start" in server_error(rf.get("/")).content.decode()
