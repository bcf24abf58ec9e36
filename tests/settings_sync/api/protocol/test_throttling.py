"""How often a token may call: never more than the limit, counted before anything is done, and always told."""

import re

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisAway

from settings_sync.api.protocol import throttling
from tests.contracts.world import in_threads
from tests.settings_sync.api.conftest import make_caller

pytestmark = pytest.mark.django_db(transaction=True)
PLANS = "administrations/"


@pytest.fixture(autouse=True)
def minute(settings, monkeypatch):
    """Five calls a minute, in a minute that stands still at its tenth second."""
    settings.API_CALLS_PER_MINUTE = 5
    cache.clear()
    now = [1_790_000_010.0 - 1_790_000_010 % 60 + 10]
    monkeypatch.setattr(throttling, "clock", lambda: now[0])
    return now


def test_every_answer_tells_what_is_left(api):
    first, second = api.get(PLANS), api.get(PLANS)
    assert first.headers["RateLimit-Policy"] == '"token";q=5;w=60'
    assert first.headers["RateLimit"] == '"token";r=4;t=50'
    assert second.headers["RateLimit"] == '"token";r=3;t=50'


def test_what_a_token_may_not_do_is_counted_too(owner, main):
    reader = make_caller(owner, main, "settings:read")
    answers = [reader.get("webhooks/") for _call in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert answers[0].headers["RateLimit"] == '"token";r=4;t=50'


def test_a_call_too_many_is_told_when_to_come_back(api, minute):
    for _call in range(5):
        assert api.get(PLANS).status_code == 200
    refused = api.get(PLANS)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "too-many-requests"
    assert 50 <= int(refused.headers["Retry-After"]) <= 51
    assert refused.headers["RateLimit"] == '"token";r=0;t=50'
    minute[0] += 50
    assert api.get(PLANS).status_code == 200


def test_fifty_calls_at_once_exceed_the_limit_by_none(api):
    answers = in_threads(*[lambda: api.get(PLANS).status_code] * 50)
    assert sorted(answers) == [200] * 5 + [429] * 45


def test_another_token_has_calls_of_its_own(api, owner, main):
    for _call in range(6):
        api.get(PLANS)
    assert make_caller(owner, main).get(PLANS).status_code == 200


def test_without_the_cache_server_nothing_is_counted_and_everything_answers(api, monkeypatch):
    def away(*args, **kwargs):
        raise RedisAway

    monkeypatch.setattr(throttling.cache, "add", away)
    for _call in range(7):
        answer = api.get(PLANS)
        assert answer.status_code == 200
        assert not any(re.match("RateLimit", name) for name in answer.headers)
