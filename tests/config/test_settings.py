"""What the environment makes of the settings, each in a process of its own."""

import json
import sys
from typing import Any

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
