"""Fixtures that every test may use: two customers' administrations and the people in them."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from xdist.scheduler import LoadFileScheduling

from accounts.models import User
from settings_sync.engine.applying.connections import close_sync_connection
from tenants.migrating import migrate_everything
from tenants.models import Administration, Membership, Role, SchemaTemplate
from tenants.provisioning import create_schema
from tenants.rights import ADMINISTRATOR_ROLE, BUILT_IN_ROLES, EMPLOYEE_ROLE
from tenants.template_schema import drop_schema


def pytest_configure() -> None:
    """Passwords in tests keep nobody out: a real hash takes a third of a second each. Nor is an attempt waited for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SYNC_RETRY_SECONDS = 0
    CaptureQueriesContext.captured_queries = property(queries_of_ours)  # type: ignore[assignment]


def queries_of_ours(captured: CaptureQueriesContext) -> list[dict[str, str]]:
    """The captured queries without the selection of a schema, which is left out where it stands already."""
    found = captured.connection.queries[captured.initial_queries : captured.final_queries]
    return [query for query in found if not query["sql"].startswith("SET search_path")]


BROWSER_TESTS = "tests/e2e/"
LONG_TESTS = ("tests/settings_sync/histories/", "tests/chaos/")
"""Few tests of minutes each: begun first, so that nobody waits for them alone at the end."""

templates: list[SchemaTemplate] = []
"""The template's DDL, put back after each emptying of the shared tables, so that it is dumped once per session."""


# The same examples every time, so that a change is judged by what it changed; HYPOTHESIS_PROFILE=long looks for others.
hypothesis.settings.register_profile("same", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("long", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database with its template schema, triggers and rights."""
    assert connection.settings_dict["NAME"].startswith("test_"), "No test asked for a database, so none was made."
    with django_db_blocker.unblock():
        migrate_everything()
        templates[:] = SchemaTemplate.objects.all()
        _let_the_trail_be_emptied()
    yield
    close_sync_connection()


def _let_the_trail_be_emptied() -> None:
    """Between tests with real commits the shared tables are emptied, which the product's database refuses."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_never_emptied")


@pytest.fixture
def committed(transactional_db: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits: what another connection (the sync login, a worker) must see. Cleans up behind itself."""
    SchemaTemplate.objects.bulk_create(templates, ignore_conflicts=True)
    yield
    for schema in Administration.objects.values_list("schema_name", flat=True):
        drop_schema(schema)


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits that stay until the module is done; its tests clean up after themselves, or are told apart by name.

    A module that uses it overrides the fixture `db` with one that asks for `standing` only, and has its tests use that:
    pytest-django then makes a test database, and puts no transaction around each test.
    """
    with django_db_blocker.unblock():
        SchemaTemplate.objects.bulk_create(templates, ignore_conflicts=True)
        filled = _shared_tables_with_rows()
        yield
        for schema in Administration.objects.values_list("schema_name", flat=True):
            drop_schema(schema)
        empty = _shared_tables_with_rows() - filled
        if empty:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(f'public.{name}' for name in sorted(empty))} CASCADE")


def _shared_tables_with_rows() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM public.{name})" for name in tables)
        )
        return {name for (name,) in cursor.fetchall()}


def make_administration(name: str, parent: Administration | None = None, **fields: Any) -> Administration:
    """An active administration with a schema of its own, whose identity columns start at a number of their own."""
    slug = f"{name.lower().replace(' ', '-')}-{uuid.uuid4().hex[:6]}"
    made = Administration.objects.create(name=name, slug=slug, parent=parent, **fields)
    # A test with real commits may have emptied the shared tables before this one.
    SchemaTemplate.objects.bulk_create(templates, ignore_conflicts=True)
    create_schema(made)
    shift_sequences(made, by=1000 * (Administration.objects.count() + 1))
    made.state = Administration.State.ACTIVE
    made.save(update_fields=["state"])
    return made


def shift_sequences(administration: Administration, by: int) -> None:
    """Start every identity column of a schema at another number, so that a copied key can never be right by luck."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = %s AND sequencename NOT LIKE 'django%%'",
            [administration.schema_name],
        )
        for number, (sequence,) in enumerate(cursor.fetchall()):
            cursor.execute(
                f'ALTER SEQUENCE "{administration.schema_name}"."{sequence}" RESTART WITH {by + 37 * number + 1}'
            )


def make_member(administration: Administration, role: str = ADMINISTRATOR_ROLE, user: User | None = None) -> User:
    """A user with a built-in role in an administration; the same user again when one is given."""
    built_in, _ = Role.objects.get_or_create(administration=None, name=role, defaults={"rights": BUILT_IN_ROLES[role]})
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


class OneProduct(LoadFileScheduling):
    """Shares the tests out by file, those of the browser to one process, because they share one running product."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER_TESTS if nodeid.startswith(BROWSER_TESTS) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        for scope in [scope for scope in self.workqueue if scope.startswith(LONG_TESTS)]:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Share the tests out our way when they go by file."""
    return OneProduct(config, log) if config.getvalue("dist") == "loadfile" else None
