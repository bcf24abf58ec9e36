"""A database that lets nobody in ends a command in one sentence."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from config.database_trouble import sentence_for
from local_servers.data_folder import DataFolder
from local_servers.problems import Problem
from local_servers.processes import PROJECT
from local_servers.product import Product
from tenants.schema_hooks import schema_hooks
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db


def changed(address: str, *, password: str = "", user: str = "") -> str:
    parts = urlsplit(address)
    netloc = f"{user or parts.username}:{password or parts.password}@{parts.hostname}:{parts.port}"
    return urlunsplit(parts._replace(netloc=netloc))


def test_dev_manage_says_in_one_sentence_that_the_password_is_wrong(tmp_path: Path) -> None:
    address = changed(os.environ["DATABASE_URL"], password="Zomer2026")
    done = subprocess.run(
        [sys.executable, "dev", "manage", "migrate_administrations"],
        cwd=PROJECT,
        env={**os.environ, "EENLIJN_DATA": str(tmp_path), "DATABASE_URL": address},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    (told,) = done.stderr.strip().splitlines()
    assert done.returncode == 2
    assert "it refuses the password of “eenlijn”. Correct DATABASE_URL" in told
    assert "Zomer2026" not in told


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "wrong"}, "it refuses the password of “eenlijn_sync”"),
        ({"user": "nobody"}, "“nobody”"),
    ],
)
def test_a_sync_login_that_cannot_enter_is_found_when_migrating(
    change: dict[str, str], sentence: str, settings: Any
) -> None:
    settings.SYNC_DATABASE_URL = changed(settings.SYNC_DATABASE_URL, **change)
    with pytest.raises(psycopg.OperationalError) as refused:
        schema_hooks.prepare_shared()
    assert sentence in str(sentence_for(refused.value))


def test_dev_up_passes_the_sentence_on(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    refusing = tmp_path / "python"
    refusing.write_text("#!/bin/sh\necho Something else.\necho The database refuses.\nexit 2\n")
    refusing.chmod(0o755)
    product = Product(DataFolder(tmp_path), port=0, demo=False, python=refusing)
    with pytest.raises(Problem, match=r"^The database refuses\.$"):
        product.manage("migrate_administrations")
    product.supervisor.stop_all()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            'connection failed: connection to server at "127.0.0.1", port 1 failed: Connection refused',
            "The database at 127.0.0.1, port 1, cannot be used: nothing answers there.",
        ),
        ("connection timeout expired", "The database cannot be used: nothing answers there."),
        (
            'connection failed: connection to server at "::1", port 2 failed: FATAL:  too many connections',
            "it says: too many connections.",
        ),
    ],
)
def test_what_else_keeps_everybody_out_is_told_too(said: str, sentence: str) -> None:
    told = sentence_for(Exception(said))
    assert told is not None
    assert sentence in told


def test_what_goes_wrong_on_a_connection_that_stood_is_no_trouble_of_this_kind() -> None:
    assert sentence_for(Exception("canceling statement due to statement timeout")) is None
