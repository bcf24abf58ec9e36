"""What docs/operations.md names is there, and what there is to set and to watch is in it."""

import re
import sys

import pytest

from local_servers.checks import Check, compose_check, run_check
from local_servers.processes import PROJECT

PAGE = (PROJECT / "docs" / "operations.md").read_text()
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
FOR_DEVELOPMENT = {"EENLIJN_DEMO", "EENLIJN_FAILPOINTS"}
"""Never where people work, so the compose file does not pass them."""
SET_IN = ("config/settings.py", "config/logs.py", "config/web_server.py")
SETTING = re.compile(r"(?:env\.\w+\(|os\.environ\.get\(|with_password\(.*,)\s*[\"']([A-Z_]+)")
METRIC = re.compile(r"\beenlijn_[a-z_]+")


def settings() -> set[str]:
    """What the environment may set."""
    return {found for name in SET_IN for found in SETTING.findall((PROJECT / name).read_text())}


def missing_from(page: str) -> set[str]:
    return {name for name in settings() if not re.search(rf"`{name}`", page)}


def test_every_setting_is_on_the_page() -> None:
    assert len(settings()) > 30
    assert missing_from(PAGE) == set()


def test_a_setting_that_the_page_forgets_is_seen() -> None:
    assert missing_from(PAGE.replace("`LOG_LEVEL`", "")) == {"LOG_LEVEL"}


def passed_by(compose: str) -> set[str]:
    """What every process of the product is given by the compose file."""
    shared = re.search(r"^  environment: &environment\n((?:    .*\n)*)", compose, re.MULTILINE)
    assert shared is not None
    return set(re.findall(r"^    ([A-Z_]+):", shared[1], re.MULTILINE))


def on_the_page() -> set[str]:
    """The variables in the first column of the table of settings."""
    table = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    return {name for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_the_compose_file_passes_every_setting_of_the_page() -> None:
    assert len(on_the_page()) > 30
    assert on_the_page() - FOR_DEVELOPMENT == passed_by(COMPOSE)


def test_a_setting_that_the_compose_file_forgets_is_seen() -> None:
    assert passed_by(COMPOSE) - passed_by(COMPOSE.replace("    LOG_LEVEL:\n", "")) == {"LOG_LEVEL"}


def test_the_compose_file_makes_no_address_of_a_password() -> None:
    assert not re.search(r"://[^\s@]*\$\{", COMPOSE)


def test_an_export_in_a_container_lands_in_a_volume_that_its_user_may_write() -> None:
    written = re.findall(r"docker compose run .*export_administration \S+ --to (/\w+)/", PAGE)
    assert written == ["/backups"]
    product = COMPOSE.partition("\nx-eenlijn:")[2].partition("\nservices:")[0]
    assert re.findall(r"^    - (\w+):/backups$", product, re.MULTILINE) == ["backups"]
    assert "  backups:\n" in COMPOSE.partition("\nvolumes:\n")[2]
    as_root = (PROJECT / "Dockerfile").read_text().partition("\nUSER ")[0]
    assert re.search(r"install --directory --owner eenlijn .* /backups\n", as_root)


def metrics() -> set[str]:
    return set(METRIC.findall((PROJECT / "config" / "product_figures.py").read_text()))


def test_every_metric_that_it_names_exists_and_every_metric_is_named() -> None:
    named = {found for found in METRIC.findall(PAGE) if not found.startswith("eenlijn_sync")}
    assert named == metrics()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_compose_file_scales(name: str) -> None:
    """A name or a port of its own would allow one container only; a process must have the time that it is promised."""
    text = (PROJECT / "docker-compose.yml").read_text()
    service = re.search(rf"^  {name}:\n((?:    .*\n|\n)*)", text, re.MULTILINE)
    assert service is not None
    assert "container_name" not in text
    assert not re.search(r"^    ports:", service[1], re.MULTILINE)
    grace = re.search(r"stop_grace_period: (\d+)s", service[1])
    assert grace is not None
    assert int(grace[1]) > 30, "gunicorn's graceful_timeout, and EENLIJN_SHUTDOWN_SECONDS"


def test_the_compose_file_is_one() -> None:
    verdict = run_check(Check("compose", compose_check((sys.executable, "-m"))))
    assert verdict.ok, verdict.output
