"""Who may read the figures."""

import pytest

FIGURES = b"django_http_requests"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_they_are_for_this_machine(client, settings, address):
    settings.METRICS_TOKEN = ""
    assert FIGURES in client.get("/metrics", REMOTE_ADDR=address).content


@pytest.mark.parametrize(
    "request_of",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=10.0.0.7"},
        {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
@pytest.mark.django_db
def test_without_a_token_nobody_else_finds_them(client, settings, request_of):
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", **request_of)
    assert answer.status_code == 404
    assert FIGURES not in answer.content


@pytest.mark.django_db
def test_with_a_token_they_are_for_who_brings_it(client, settings):
    settings.METRICS_TOKEN = "geheim"
    for scheme in ("Bearer", "bearer"):
        answer = client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers={"Authorization": f"{scheme} geheim"})
        assert FIGURES in answer.content


@pytest.mark.parametrize("sent", [None, "", "geheim", "Bearer", "Bearer ander", "Basic geheim", "Bearer é"])
def test_with_a_token_they_are_for_nobody_else(client, settings, sent):
    settings.METRICS_TOKEN = "geheim"
    answer = client.get("/metrics", headers={} if sent is None else {"Authorization": sent})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert FIGURES not in answer.content
