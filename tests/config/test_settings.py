"""What the environment makes of the settings, each in a process of its own."""

import json
import os
import sys
from typing import Any

import pytest
from kombu import Connection as BrokerConnection
from psycopg.conninfo import conninfo_to_dict
from redis import ConnectionPool

from local_servers.checks import Check, run_check
from local_servers.processes import PROJECT
from local_servers.product import services

READ = (
    "import json, sys; from config import settings; print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}))"
)
HSTS = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
HTTPS = {"DEBUG": "false", "BASE_URL": "https://eenlijn.example", "ALLOWED_HOSTS": "eenlijn.example"}


def settings_with(environment: dict[str, str], *names: str) -> list[Any]:
    verdict = run_check(Check("settings", (sys.executable, "-c", READ, *names), environment))
    assert verdict.ok, verdict.output
    return list(json.loads(verdict.output.splitlines()[-1]).values())


def test_https_alone_promises_nothing_for_other_hosts() -> None:
    assert settings_with(HTTPS, *HSTS) == [31_536_000, False, False]


def test_who_has_the_domain_may_promise_https_for_all_of_it() -> None:
    chosen = {
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": "true",
        "SECURE_HSTS_PRELOAD": "true",
        "SECURE_HSTS_SECONDS": "63072000",
    }
    assert settings_with({**HTTPS, **chosen}, *HSTS) == [63_072_000, True, True]


ADDRESSES = {
    "DATABASE_URL": "postgres://eenlijn@postgres:5432/eenlijn",
    "SYNC_DATABASE_URL": "postgres://eenlijn_sync@postgres:5432/eenlijn",
    "REDIS_URL": "redis://valkey:6379/0",
}


@pytest.mark.parametrize("password", ["p@ss/w:rd#%", "$HOME", "a+b c&d?e", "100%25", "wachtwoörd"])
def test_a_password_beside_its_address_reaches_the_server_as_it_is(password: str) -> None:
    passwords = dict.fromkeys(("DATABASE_PASSWORD", "SYNC_DATABASE_PASSWORD", "REDIS_PASSWORD"), password)
    databases, sync, queue = settings_with({**ADDRESSES, **passwords}, "DATABASES", "SYNC_DATABASE_URL", "REDIS_URL")
    owner, login = databases["default"], conninfo_to_dict(sync)
    assert (owner["HOST"], owner["PORT"], owner["USER"], owner["PASSWORD"]) == ("postgres", 5432, "eenlijn", password)
    assert (login["host"], login["user"], login["password"]) == ("postgres", "eenlijn_sync", password)
    cache = ConnectionPool.from_url(queue).connection_kwargs
    broker = BrokerConnection(queue)
    assert (cache["host"], cache["password"]) == ("valkey", password)
    assert (broker.hostname, broker.password) == ("valkey", password)


def test_a_password_in_the_address_comes_before_one_beside_it() -> None:
    given = {"SYNC_DATABASE_URL": "postgres://eenlijn_sync:p%40ss@postgres:5432/eenlijn", "SYNC_DATABASE_PASSWORD": "x"}
    assert settings_with(given, "SYNC_DATABASE_URL") == [given["SYNC_DATABASE_URL"]]


def test_a_worker_has_a_process_for_each_core_unless_told_otherwise() -> None:
    assert settings_with({}, "CELERY_WORKER_CONCURRENCY") == [os.cpu_count()]
    assert settings_with({"WORKER_PROCESSES": "7"}, "CELERY_WORKER_CONCURRENCY") == [7]


def test_whatever_starts_the_workers_leaves_their_number_to_the_setting() -> None:
    (worker,) = [one for one in services("python", 8000) if one.name == "worker"]
    files = [(PROJECT / name).read_text() for name in ("docker-compose.yml", "deploy/eenlijn-worker.service")]
    assert "--concurrency" not in " ".join([*worker.command, *files])
