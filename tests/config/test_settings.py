"""What the environment makes of the settings, each in a process of its own."""

import json
import sys
from typing import Any

import pytest
from kombu import Connection as BrokerConnection
from psycopg.conninfo import conninfo_to_dict
from redis import ConnectionPool

from local_servers.checks import Check, run_check

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
