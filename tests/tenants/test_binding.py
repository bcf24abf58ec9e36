"""What is kept about one administration means nothing in another, and connections do not grow for ever."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections
from psycopg import sql

from tenants.binding import AdministrationStorage, cache_key, signing_salt
from tenants.postgresql_backend import base
from tenants.schemas import WrongSchema, in_public, inside
from tenants.session_locks import session_lock
from tests.conftest import make_administration

PROJECT = Path(__file__).resolve().parents[2]
PRODUCT = ["accounts", "audit", "business", "forms_catalog", "reference_data", "settings_sync", "templates_catalog"]
PRODUCT += ["tenants", "workflows", "config"]
SHARED_KEYS = ("sign-in-attempts:", "health:")


@pytest.fixture
def two(db: None):
    return make_administration("Een"), make_administration("Twee")


def test_keys_and_salts_differ_between_administrations():
    one, other = uuid.uuid4(), uuid.uuid4()
    assert cache_key(one, "x", 1) != cache_key(other, "x", 1)
    assert str(one) in cache_key(one, "x")
    assert signing_salt(one, "x") != signing_salt(other, "x")
    with pytest.raises(ValueError):
        cache_key("van-dijk", "x")  # an address may be given to another administration later


def test_every_key_of_the_cache_is_bound_or_belongs_to_no_administration():
    """The modules that use the cache are these, and no other: whoever adds one decides to whom its keys belong."""
    using = {
        str(path.relative_to(PROJECT))
        for app in PRODUCT
        for path in (PROJECT / app).rglob("*.py")
        if re.search(r"\bcache\.(get|set|add|incr|get_many|set_many|delete|touch)\(", path.read_text())
    }
    assert using == {
        "accounts/services.py",
        "settings_sync/api/protocol/throttling.py",
        "settings_sync/services/choices/kept_choices.py",
        "settings_sync/services/doctor/answering.py",
        "settings_sync/services/runs/progress.py",
    }
    assert "cache_key(token.administration_id" in (PROJECT / "settings_sync/api/protocol/throttling.py").read_text()
    assert "cache_key(main.pk" in (PROJECT / "settings_sync/services/choices/kept_choices.py").read_text()
    assert "cache_key(target.administration_id" in (PROJECT / "settings_sync/services/runs/progress.py").read_text()


def test_files_of_one_administration_are_not_in_another(two, tmp_path):
    storage = AdministrationStorage(location=str(tmp_path))
    with inside(two[0]):
        name = storage.save("logo.png", ContentFile(b"een"))
        assert storage.open(name).read() == b"een"
    with inside(two[1]):
        assert not storage.exists(name)
        with pytest.raises(FileNotFoundError):
            storage.open(name)
        for tried in (f"../{two[0].pk}/logo.png", "../x", ".."):
            with pytest.raises(SuspiciousFileOperation):
                storage.path(tried)
    with pytest.raises(WrongSchema), in_public():
        storage.open(name)
    with pytest.raises(NotImplementedError):
        storage.url(name)


def test_it_is_the_storage_of_the_product():
    assert isinstance(default_storage._wrapped or default_storage, AdministrationStorage) or isinstance(
        default_storage, AdministrationStorage
    )


def test_no_task_runs_without_the_row_that_it_is_for():
    """A message carries one id; the row that it names says in which administration."""
    current_app.loader.import_default_modules()
    own = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
    assert own
    for name, task in own.items():
        names = task.run.__code__.co_varnames[: task.run.__code__.co_argcount]
        assert len(names) == 1 and names[0].endswith("_id"), name


def test_a_connection_that_touched_many_administrations_is_replaced(two, monkeypatch):
    wrapper = connections["default"]
    monkeypatch.setattr(base, "MOST_SCHEMAS", 2)
    closed: list[bool] = []
    monkeypatch.setattr(type(wrapper), "close", lambda self: closed.append(True))
    wrapper.touched = {"a", "b", "c"}
    wrapper.close_if_worn()
    assert closed == [], "Never in the middle of a transaction."
    wrapper.in_atomic_block = False
    try:
        wrapper.close_if_worn()
        assert closed == [True]
        wrapper.touched = {"a", "b"}
        wrapper.close_if_worn()
        assert closed == [True]
    finally:
        wrapper.in_atomic_block = True


def test_it_counts_the_schemas_that_statements_ran_in(two):
    connection.touched = set()
    for administration in two:
        with inside(administration):
            pass
    assert {administration.schema_name for administration in two} <= connection.touched


def test_it_counts_the_schemas_that_statements_name(two):
    connection.touched = set()
    with connection.cursor() as cursor:
        for administration in two:
            name = sql.Identifier(administration.schema_name, "django_migrations")
            cursor.execute(sql.SQL("SELECT 1 FROM {}").format(name))
    assert {administration.schema_name for administration in two} <= connection.touched


@pytest.fixture
def worn(standing: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A connection that may touch one administration, and was in two by names in statements; gives its process."""
    monkeypatch.setattr(base, "MOST_SCHEMAS", 1)
    connection.close()
    with connection.cursor() as cursor:
        for number in range(2):
            cursor.execute(f"SELECT 'a_{number:016x}'")
    yield connection.connection.info.backend_pid
    connection.close()


def process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_who_only_names_schemas_has_the_connection_replaced_as_well(worn: int) -> None:
    assert process() != worn


def test_a_connection_is_not_replaced_while_a_lock_of_the_session_is_held(standing: None, monkeypatch: Any) -> None:
    """It would go with the connection, and whoever waits for it would come in."""
    monkeypatch.setattr(base, "MOST_SCHEMAS", 1)
    connection.close()
    with session_lock((4799, "a_lock")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 'a_{1:016x} a_{2:016x}'")
        connection.close_if_worn()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'")
            assert cursor.fetchone() == (1,)
        before = connection.connection.info.backend_pid
    assert process() != before


def test_a_connection_is_not_replaced_under_a_cursor_that_somebody_has(worn: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        other = cursor.fetchone()[0]
        with connection.cursor() as inner:
            inner.execute(f"SELECT 'a_{1:016x} a_{2:016x}'")
        assert process() == other
        cursor.execute("SELECT 1")
    assert process() != other
