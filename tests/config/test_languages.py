"""In which language answers are: pages by the reader's choice, the API by what is asked for."""

from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from config.languages import LanguageMiddleware

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
NOWHERE = "/api/v1/nothing-here/"
ENGLISH_BROWSER = {"Accept-Language": "en-GB,en;q=0.9"}


def language(answer: Any) -> str:
    return str(answer.headers["Content-Language"])


@pytest.mark.parametrize("header", ["", "en-GB,en;q=0.9", "de", "en;q=nonsense"])
def test_pages_are_dutch_whatever_the_browser_speaks(client: Client, header: str) -> None:
    answer = client.get(SIGN_IN, headers={"Accept-Language": header})
    assert language(answer) == "nl"
    assert '<html lang="nl"' in answer.content.decode()


def test_pages_are_english_once_that_was_chosen_in_the_menu(client: Client) -> None:
    client.post("/language/setlang/", {"language": "en", "next": SIGN_IN})
    page = client.get(SIGN_IN, headers={"Accept-Language": "nl"})
    assert language(page) == "en"
    assert "Sign in" in page.content.decode()
    client.post("/language/setlang/", {"language": "nl", "next": SIGN_IN})
    assert "Inloggen" in client.get(SIGN_IN).content.decode()


@pytest.mark.parametrize("cookie", ["", "fr", "../../etc", "x" * 5000])
def test_a_strange_choice_is_dutch(client: Client, cookie: str) -> None:
    client.cookies["django_language"] = cookie
    assert language(client.get(SIGN_IN)) == "nl"


@pytest.mark.parametrize(
    ("header", "expected"), [("", "en"), ("*", "en"), ("nl-BE,nl;q=0.8", "nl"), ("fr,nl;q=0.5", "nl"), ("fr", "en")]
)
def test_the_api_is_english_unless_asked_otherwise(client: Client, header: str, expected: str) -> None:
    client.cookies["django_language"] = "nl"
    answer = client.get(NOWHERE, headers={"Accept-Language": header})
    assert language(answer) == expected
    assert answer.json()["title"] == {"en": "Not found", "nl": "Niet gevonden"}[expected]
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_page_that_describes_the_api_is_a_page(client: Client) -> None:
    assert language(client.get("/api/v1/docs/", headers=ENGLISH_BROWSER)) == "nl"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("nl", ["11-12-2026 14:05", "11 december 2026 14:05"]), ("en", ["11/12/2026 14:05", "11 December 2026 14:05"])],
)
def test_a_day_comes_before_its_month_in_both_languages(language: str, shown: list[str]) -> None:
    moment = datetime(2026, 12, 11, 14, 5)
    with translation.override(language):
        assert [date_format(moment, form) for form in ("SHORT_DATETIME_FORMAT", "DATETIME_FORMAT")] == shown


def test_the_language_of_one_request_is_not_that_of_what_runs_after_it(rf: Any) -> None:
    seen: list[str | None] = []
    request = rf.get("/")
    request.COOKIES["django_language"] = "en"
    with translation.override("nl"):
        LanguageMiddleware(lambda request: seen.append(translation.get_language()) or HttpResponse())(request)
        seen.append(translation.get_language())
    assert seen == ["en", "nl"]
