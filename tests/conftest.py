"""Fixtures that every test may use: two customers' administrations and the people in them."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from config import celery_app
from tenants.migrating import migrate_everything
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE, EMPLOYEE_ROLE, rights_of_built_in
from tests.clean_database import CleanDatabase
from tests.template_database import wait_for_template


def pytest_configure() -> None:
    """Passwords in tests keep nobody out: a real hash takes a third of a second each. Nor is an attempt waited for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SYNC_RETRY_SECONDS = 0
    # Nobody collects static files for the tests; they are found where they are kept.
    settings.STATIC_ROOT = None
    WhiteNoiseMiddleware.add_files_from_finders = add_files_once_found  # type: ignore[method-assign]
    CaptureQueriesContext.captured_queries = property(queries_of_ours)  # type: ignore[assignment]
    TransactionTestCase._fixture_teardown = _empty_shared_tables  # type: ignore[method-assign]


def add_files_once_found(middleware: WhiteNoiseMiddleware) -> None:
    """Look for the static files once per process, and not for each of the clients that tests make."""
    if not static_files:
        find_static_files(middleware)
        static_files.update(middleware.files)
    middleware.files.update(static_files)


def queries_of_ours(captured: CaptureQueriesContext) -> list[dict[str, str]]:
    """The captured queries without the selection of a schema, which is left out where it stands already."""
    found = captured.connection.queries[captured.initial_queries : captured.final_queries]
    return [query for query in found if not query["sql"].startswith("SET search_path")]


clean: list[CleanDatabase] = []
"""The database of this process, once it was made."""


find_static_files = WhiteNoiseMiddleware.add_files_from_finders
static_files: dict[str, Any] = {}
"""Where each address of a static file leads, once it is known."""

flush = TransactionTestCase._fixture_teardown

# The same examples every time, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=long looks for others.
hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("long", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have pytest-django copy the database that was migrated for this run."""
    connection.settings_dict["TEST"]["TEMPLATE"] = wait_for_template() or None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database with its template schema, triggers and rights."""
    assert connection.settings_dict["NAME"].startswith("test_"), "No test asked for a database, so none was made."
    with django_db_blocker.unblock():
        migrate_everything()
        _let_the_trail_be_emptied()
        clean.append(CleanDatabase.begin(django_db_blocker))
    yield
    # The last module ends with the database, and nobody looks after it any more.
    clean[0].wait_until_alone()
    clean.pop().cleaner.close()


def _let_the_trail_be_emptied() -> None:
    """Between tests with real commits the shared tables are emptied, which the product's database refuses."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_never_emptied")


def _empty_shared_tables(test_case: TransactionTestCase) -> None:
    """Instead of Django's flush: delete what tests wrote, and flush only when what has to stay was changed."""
    if not clean[0].shared.empty():
        flush(test_case)
        clean[0].shared.made_again()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After each test: hand its schemas on; after each module: find what it left for the others."""
    yield
    ends_module = nextitem is None or nextitem.path != item.path
    if clean:
        clean[0].after_test(ends_module=ends_module)
    if ends_module:
        refuse_another_application()


def refuse_another_application() -> None:
    """AssertionError when a test made another Celery application, with which later tests would send their messages."""
    made = current_app._get_current_object()
    celery_app.set_current()
    assert made is celery_app, f"A test of this module made {made} the current Celery application."


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Real commits: what another connection (the sync login, a worker) must see. Cleans up behind itself."""
    clean[0].shared.put_template_back()
    yield
    clean[0].drop_schemas()


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits that stay until the module is done; its tests clean up after themselves, or are told apart by name.

    A module that uses it overrides the fixture `db` with one that asks for `standing` only, and has its tests use that:
    pytest-django then makes a test database, and puts no transaction around each test.
    """
    with django_db_blocker.unblock():
        clean[0].shared.put_template_back()
        yield
        clean[0].drop_schemas()
        _empty_shared_tables(TransactionTestCase())


def make_administration(name: str, parent: Administration | None = None, **fields: Any) -> Administration:
    """An active administration with a schema of its own, whose identity columns start at a number of their own."""
    slug = f"{name.lower().replace(' ', '-')}-{uuid.uuid4().hex[:6]}"
    made = Administration.objects.create(name=name, slug=slug, parent=parent, **fields)
    clean[0].schemas.fill(made)
    shift_sequences(made, by=1000 * (Administration.objects.count() + 1))
    made.state = Administration.State.ACTIVE
    made.save(update_fields=["state"])
    return made


def shift_sequences(administration: Administration, by: int) -> None:
    """Start every identity column of a schema at another number, so that a copied key can never be right by luck."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s + 37 * row_number() OVER (),"
            " false) FROM pg_sequences WHERE schemaname = %s AND sequencename NOT LIKE 'django%%'",
            [by, administration.schema_name],
        )


def make_member(administration: Administration, role: str = ADMINISTRATOR_ROLE, user: User | None = None) -> User:
    """A user with a built-in role in an administration; the same user again when one is given."""
    built_in, _ = Role.objects.get_or_create(
        administration=None, name=role, defaults={"rights": rights_of_built_in(role)}
    )
    if user is None:
        user = User.objects.create_user(f"{uuid.uuid4().hex[:8]}@example.com", "demo", name="Someone")
    Membership.objects.create(user=user, administration=administration, role=built_in)
    return user


@pytest.fixture
def main(committed: None) -> Administration:
    """The main administration of the first customer."""
    return make_administration("Van Dijk")


@pytest.fixture
def child(main: Administration) -> Administration:
    """A sub-administration of the first customer."""
    return make_administration("Van Dijk Noord", main)


@pytest.fixture
def other_child(main: Administration) -> Administration:
    """Another sub-administration of the first customer."""
    return make_administration("Van Dijk Oost", main)


@pytest.fixture
def foreign_main(committed: None) -> Administration:
    """The main administration of an unrelated customer."""
    return make_administration("De Boer")


@pytest.fixture
def owner(main: Administration) -> User:
    """Beheerder of the first customer's main administration (and of the children that a test makes them member of)."""
    return make_member(main)


@pytest.fixture
def colleague(main: Administration) -> User:
    """Medewerker of the first customer's main administration: no rights over settings."""
    return make_member(main, EMPLOYEE_ROLE)


@pytest.fixture
def stranger(foreign_main: Administration) -> User:
    """Beheerder of the unrelated customer."""
    return make_member(foreign_main)


@pytest.fixture
def owner_client(owner: User) -> Client:
    """A browser in which the owner has signed in."""
    client = Client()
    client.force_login(owner)
    return client
