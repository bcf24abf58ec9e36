"""The guide to a new catalog, followed to the letter in a copy of the product: what it says is enough, and works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local_servers.processes import PROJECT

from .guide import copy_of, follow

OF_THIS_RUN = ("DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL", "EENLIJN_TESTS_TEMPLATE")
PASSED = re.compile(r"(\d+) passed")


def run(project: Path, command: list[str]) -> str:
    """What a command in the copy printed, which has to succeed; with servers of its own where it needs any."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", *OF_THIS_RUN))}
    without_servers = {
        "DATABASE_URL": "postgres://a@b/c",
        "SYNC_DATABASE_URL": "postgres://a@b/c",
        "REDIS_URL": "redis://b",
    }
    environment = inherited if "pytest" in command else {**inherited, **without_servers}
    environment |= {"SECRET_KEY": "of-the-copy", "PYTHONPATH": str(project)}
    done = subprocess.run([sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    return done.stdout


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with the catalog that the guide makes: its files, and the two lines outside its folder."""
    copy = copy_of(PROJECT, tmp_path_factory.mktemp("product") / "eenlijn")
    follow(copy)
    run(copy, ["manage.py", "makemigrations", "briefings"])
    return copy


def test_the_guide_leaves_nothing_to_migrate_and_nothing_that_is_declared_badly(product: Path) -> None:
    run(product, ["manage.py", "makemigrations", "--check", "--dry-run"])
    run(product, ["manage.py", "check"])


def test_what_the_guide_says_in_dutch_is_all_there_is_to_say(product: Path) -> None:
    run(product, ["-m", "quality.translations"])


def test_the_contracts_take_up_the_catalog_by_themselves_and_hold(product: Path) -> None:
    asked = ["tests/contracts/test_every_kind.py", "tests/contracts/test_every_edit.py", "-k", "briefings"]
    told = run(product, ["-m", "pytest", *asked, "-q", "-n", "0", "-p", "no:cacheprovider"])
    found = PASSED.search(told)
    assert found and int(found[1]) >= 10, told[-2000:]
