"""A part of a page that is asked for after the session has ended."""

import pytest
from django.test import Client

PART = "/a/van-dijk/settings/administrations/"
PAGE = "http://testserver/a/van-dijk/settings/administrations/sync/?to=noord"


@pytest.mark.django_db
def test_the_whole_page_signs_in_and_comes_back() -> None:
    answer = Client().get(PART, headers={"HX-Request": "true", "HX-Current-URL": PAGE})
    expected = "/account/sign-in/?next=/a/van-dijk/settings/administrations/sync/%3Fto%3Dnoord"
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, expected)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["", "http://elsewhere.example/a/"])
def test_another_site_is_no_page_to_come_back_to(page: str) -> None:
    answer = Client().get(PART, headers={"HX-Request": "true", "HX-Current-URL": page})
    assert answer.headers["HX-Redirect"] == "/account/sign-in/?next=/"


@pytest.mark.django_db
def test_a_whole_page_is_redirected_as_ever() -> None:
    answer = Client().get(PART)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/sign-in/?next={PART}")
