"""Signing in: what is let in, what is refused, and where it leads."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisUnreachable

from accounts import services
from accounts.models import User
from accounts.services import ATTEMPTS, TooManyAttempts, check_sign_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
REFUSAL = "do not belong together"


@pytest.fixture(autouse=True)
def fresh_counts(settings: Any) -> None:
    """Counts of this test alone; the cache itself is shared with the queue and with other tests."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("Anneke@van-dijk.example", "a good password", name="Anneke")


def send(client: Client, **fields: str) -> Any:
    return client.post(SIGN_IN, {"email": "anneke@van-dijk.example", "password": "a good password", **fields})


def test_the_right_password_leads_to_the_start(client: Client, person: User) -> None:
    response = send(client)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client: Client, person: User) -> None:
    answers = [send(client, password="wrong"), send(client, email="nobody@van-dijk.example")]
    assert [REFUSAL in answer.content.decode() for answer in answers] == [True, True]
    assert "_auth_user_id" not in client.session


def test_a_closed_account_is_refused_in_the_same_words(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    assert REFUSAL in send(client).content.decode()


def test_next_inside_the_site_is_kept(client: Client, person: User) -> None:
    assert 'value="/a/van-dijk/settings/"' in client.get(SIGN_IN, {"next": "/a/van-dijk/settings/"}).content.decode()
    assert send(client, next="/a/van-dijk/settings/").headers["Location"] == "/a/van-dijk/settings/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_outside_the_site_is_dropped(client: Client, person: User, elsewhere: str) -> None:
    assert send(client, next=elsewhere).headers["Location"] == "/"


@pytest.mark.parametrize("email", ["", "no address", "a\x00b@van-dijk.example", "x" * 300 + "@van-dijk.example"])
def test_nonsense_is_refused_with_the_form(client: Client, person: User, email: str) -> None:
    response = send(client, email=email, password="\x00")
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_after_too_many_attempts_even_the_right_password_waits(client: Client, person: User) -> None:
    for _attempt in range(ATTEMPTS):
        send(client, password="wrong", email="ANNEKE@van-dijk.example")
    assert "too many attempts" in send(client).content.decode()
    assert "_auth_user_id" not in client.session


def test_somebody_else_on_another_address_is_not_stopped(client: Client, person: User) -> None:
    for _attempt in range(ATTEMPTS + 1):
        send(client, password="wrong")
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert send(elsewhere).status_code == 302


def test_success_forgets_earlier_mistakes(client: Client, person: User) -> None:
    for _round in range(2):
        for _attempt in range(ATTEMPTS - 1):
            send(client, password="wrong")
        assert send(client).status_code == 302
        client.logout()


def test_simultaneous_attempts_cannot_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    monkeypatch.setattr(services, "authenticate", lambda *args, **kwargs: looked_at.append(1))

    def attempt(_number: int) -> str:
        request = RequestFactory().post(SIGN_IN)
        with pytest.raises(services.SignInRefused) as refusal:
            check_sign_in(request=request, email="a@van-dijk.example", password="x", address="10.0.0.1")
        return type(refusal.value).__name__

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(40)))
    assert len(looked_at) == ATTEMPTS
    assert outcomes.count(TooManyAttempts.__name__) == 40 - ATTEMPTS


def test_signing_in_works_while_the_cache_does_not_answer(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unreachable:
        def add(self, *args: Any) -> None:
            raise RedisUnreachable

        delete = incr = add

    monkeypatch.setattr(services, "cache", Unreachable())
    assert send(client).status_code == 302


def test_signing_out_takes_a_post(client: Client, person: User) -> None:
    send(client)
    assert client.get("/account/sign-out/").status_code == 405
    assert client.post("/account/sign-out/").headers["Location"] == SIGN_IN
    assert "_auth_user_id" not in client.session


def test_the_demo_shows_its_accounts_and_nothing_else_does(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert "beheerder@van-dijk.example" not in client.get(SIGN_IN).content.decode()
    settings.DEMO = True
    assert "beheerder@van-dijk.example" in client.get(SIGN_IN).content.decode()


def test_behind_the_proxy_attempts_count_per_address_in_its_header(client: Client, person: User, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for _attempt in range(ATTEMPTS + 1):
        client.post(SIGN_IN, {"email": person.email, "password": "x"}, headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})
    fields = {"email": person.email, "password": "a good password"}
    assert client.post(SIGN_IN, fields, headers={"X-Forwarded-For": "9.9.9.9, 2.2.2.2"}).status_code == 200
    assert client.post(SIGN_IN, fields, headers={"X-Forwarded-For": "2.2.2.2, 3.3.3.3"}).status_code == 302


@pytest.mark.parametrize("wanted", ["'", "-1", "{x}", "%s", "\ufffd", "<script>"])
def test_rubbish_as_next_address_is_no_error(client: Client, person: User, wanted: str) -> None:
    assert send(client, next=wanted).status_code == 302
    assert client.get(SIGN_IN, {"next": wanted}).status_code == 302


@pytest.mark.parametrize(
    ("limit", "attempt"),
    [
        ("ATTEMPTS_OF_PLACE", lambda number: {"email": f"person{number}@van-dijk.example", "address": "192.0.2.1"}),
        ("ATTEMPTS_OF_ADDRESS", lambda number: {"email": "anneke@van-dijk.example", "address": f"192.0.2.{number}"}),
    ],
)
def test_a_list_of_passwords_and_a_crowd_of_guessers_are_stopped_too(
    person: User, monkeypatch: pytest.MonkeyPatch, limit: str, attempt: Any
) -> None:
    monkeypatch.setattr(services, limit, 5)
    request = RequestFactory().post(SIGN_IN)
    refusals = []
    for number in range(8):
        with pytest.raises(services.SignInRefused) as told:
            check_sign_in(request=request, password="wrong", **attempt(number))
        refusals.append(type(told.value) is TooManyAttempts)
    assert refusals == [False] * 5 + [True] * 3


def test_an_account_has_one_way_of_writing_it_and_one_count(client: Client, person: User) -> None:
    for _attempt in range(ATTEMPTS):
        send(client, password="wrong")
    send(client, email="anneke@van-d\u0131jk.example")
    assert "_auth_user_id" not in client.session


def test_one_place_cannot_lock_an_account_out_everywhere(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ATTEMPTS_OF_ADDRESS", ATTEMPTS + 1)
    for _attempt in range(ATTEMPTS + 3):
        send(client, password="wrong")
    assert send(Client(REMOTE_ADDR="10.9.8.7")).status_code == 302


def test_the_addresses_of_one_ipv6_network_are_one_place(client: Client, person: User) -> None:
    for number in range(ATTEMPTS):
        send(Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}"), password="wrong")
    assert "too many attempts" in send(Client(REMOTE_ADDR="2001:db8:1:2:ffff::1")).content.decode()
    assert send(Client(REMOTE_ADDR="2001:db8:1:3::1")).status_code == 302


def test_a_cookie_that_is_no_key_of_a_session_is_nobody_s(client: Client) -> None:
    client.cookies["sessionid"] = "abcdefgh\0"
    assert client.get(SIGN_IN).status_code == 200
