"""What load balancers and `./dev up` ask."""

import socket

import pytest
from psycopg import OperationalError
from redis.exceptions import ConnectionError as NoRedis

from config import health
from settings_sync.services.doctor import answering


def test_the_process_answers(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_without_a_worker_tells_so(client, monkeypatch):
    monkeypatch.setattr(answering.cache, "get", lambda key: None)
    monkeypatch.setattr(answering.current_app.control, "broadcast", lambda *args, **options: [])
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "worker": "degraded"}


@pytest.mark.django_db
def test_a_worker_that_answers_is_ok(client, monkeypatch):
    monkeypatch.setattr(
        answering.current_app.control, "broadcast", lambda *args, **options: [{"worker": {"ok": "pong"}}]
    )
    assert client.get("/readyz").json()["worker"] == "ok"
    answering.cache.delete(answering.WORKER_SEEN)


@pytest.mark.django_db
def test_no_worker_listens_in_a_test_run(client):
    answering.cache.delete(answering.WORKER_SEEN)
    assert client.get("/readyz").json()["worker"] == "degraded"


@pytest.mark.django_db
def test_a_broker_that_is_away_degrades_and_does_not_stop(client, monkeypatch):
    def away(key):
        raise NoRedis

    monkeypatch.setattr(answering.cache, "get", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"], answer.json()["worker"]) == (200, "degraded", "degraded")


@pytest.mark.django_db
def test_without_the_database_not_ready(client, monkeypatch):
    def away(**parameters):
        raise OperationalError

    monkeypatch.setattr(health.psycopg, "connect", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["database"]) == (503, "5", "down")


def test_a_database_that_hangs_is_down_within_seconds(client, monkeypatch):
    monkeypatch.setattr(health, "DATABASE_ANSWERS_WITHIN_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        port = silent.getsockname()[1]
        monkeypatch.setattr(health, "plain_parameters", lambda **more: {"host": "127.0.0.1", "port": port, **more})
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_a_browser_that_asks_for_an_icon_gets_ours(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/static/favicon.svg")


@pytest.fixture
def in_production(settings):
    settings.ALLOWED_HOSTS = ["eenlijn.example"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_probes_of_this_machine_are_answered_in_production(client, in_production, host):
    assert client.get("/healthz", headers={"Host": host}).json() == {"status": "ok"}
    assert client.get("/readyz", headers={"Host": host}).json()["database"] == "ok"


@pytest.mark.parametrize("path", ["/", "/account/sign-in/", "/metrics", "/healthz/", "/api/v1/"])
def test_nothing_else_is_answered_to_a_host_that_is_not_named(client, in_production, path):
    assert client.get(path, headers={"Host": "127.0.0.1"}, secure=True).status_code == 400


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "[", ""])
def test_a_probe_of_another_host_is_not_answered(client, in_production, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 400
