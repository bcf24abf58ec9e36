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
IN_THE_MENU = '''
"""The catalog of the guide, where people look for it."""

import pytest
from django.urls import reverse

from tenants.rights import EMPLOYEE_ROLE, rights_of_built_in
from tests.conftest import make_member

SAID = {
    "nl": ("Toolboxen", "Toolbox toevoegen", "Wat een monteur leest voor hij begint."),
    "en": ("Briefings", "Add briefing", "What a technician reads before a job."),
}


@pytest.mark.parametrize("language", SAID)
def test_it_stands_in_the_menu_and_is_opened_from_it_in_both_languages(owner_client, main, language):
    owner_client.cookies["django_language"] = language
    name, adding, about = SAID[language]
    menu = owner_client.get(reverse("settings-home", args=[main.slug])).content.decode()
    address = reverse("briefings:list", args=[main.slug])
    assert f'href="{address}"' in menu
    assert name in menu
    page = owner_client.get(address).content.decode()
    assert all(text in page for text in (name, adding, about))
    assert adding in owner_client.get(reverse("briefings:new", args=[main.slug])).content.decode()


def test_who_may_not_read_it_does_not_find_it(client, main):
    assert "briefings.read" not in rights_of_built_in(EMPLOYEE_ROLE)
    client.force_login(make_member(main, EMPLOYEE_ROLE))
    address = reverse("briefings:list", args=[main.slug])
    assert address not in client.get(reverse("settings-home", args=[main.slug])).content.decode()
    assert client.get(address).status_code == 403
'''
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


def test_its_pages_are_in_the_menu_of_who_has_the_right_in_both_languages(product: Path) -> None:
    room = product / "tests" / "briefings"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "test_menu.py").write_text(IN_THE_MENU, encoding="utf-8")
    told = run(product, ["-m", "pytest", "tests/briefings", "-q", "-n", "0", "-p", "no:cacheprovider"])
    found = PASSED.search(told)
    assert found and int(found[1]) == 3, told[-2000:]
