"""`manage.py migrate`, Django's own command, leaves triggers, guards and rights as `migrate_administrations` does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection

from settings_sync.engine.fence import sync_login
from settings_sync.services.doctor.examining import examine, examine_installation
from tenants.migrating import Migrated, code_head, migrate_everything
from tenants.models import Administration
from tests.conftest import make_administration
from tests.contracts.world import in_threads

from .releases import MAKE_LATER, has_later, newer_release

pytestmark = pytest.mark.usefixtures("db")

SETTINGS, DAILY = "reference_data_devicepolicy", "business_formphoto"
"""A table that syncs write, and one that they must never write."""
MAKE_ANEW = "CREATE TABLE anew (LIKE {0} INCLUDING ALL); DROP TABLE {0} CASCADE; ALTER TABLE anew RENAME TO {0};"
FENCE = ("trigger-", "right-", "function-")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture(scope="module")
def main(standing: None) -> Administration:
    return make_administration("Van Dijk")


@pytest.fixture(scope="module")
def child(main: Administration) -> Administration:
    return make_administration("Van Dijk Noord", main)


@pytest.fixture
def newer_code(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A release that makes a table, and makes two others anew: with no trigger on them and no right to them."""
    # The schemas of this module go with it; the template is there for all tests, and would keep those tables.
    monkeypatch.setattr("tenants.migrating.refresh_template", lambda: None)
    anew = [f'RunSQL("{MAKE_ANEW.format(table)}", RunSQL.noop)' for table in (SETTINGS, DAILY)]
    operations = ", ".join([MAKE_LATER, *anew])
    with newer_release(operations, settings, tmp_path, monkeypatch) as head:
        yield head


def faults_of_fence(*administrations: Administration) -> list[str]:
    """What is wrong with triggers, the functions they call, and rights, as `doctor` finds it."""
    found = [fault for one in administrations for fault in examine(one)] + examine_installation()
    return [str(fault) for fault in found if fault.code.startswith(FENCE)]


def head_of(administration: Administration) -> str:
    return Administration.objects.values_list("migration_head", flat=True).get(pk=administration.pk)


def migrate(*arguments: str) -> None:
    call_command("migrate", *arguments, verbosity=0)


def test_a_table_that_a_migration_made_has_its_triggers_its_guard_and_its_rights(
    main: Administration, child: Administration, newer_code: str
) -> None:
    migrate()
    assert has_later(main.schema_name) and has_later(child.schema_name) and not has_later("public")
    assert faults_of_fence(main, child) == []
    assert (head_of(main), head_of(child)) == (newer_code, newer_code)
    assert migrate_everything().migrated == 0


def test_one_schema_alone_is_made_right_as_well(child: Administration, newer_code: str) -> None:
    call_command("migrate_schemas", schema_name=child.schema_name, verbosity=0)
    assert faults_of_fence(child) == []
    assert head_of(child) == newer_code


def test_rights_and_triggers_are_put_back_where_nothing_is_left_to_migrate(child: Administration) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON {child.schema_name}.{DAILY} TO {sync_login()}")
        cursor.execute(f"GRANT DELETE ON public.audit_auditentry TO {sync_login()}")
        cursor.execute(f"ALTER TABLE {child.schema_name}.{SETTINGS} DISABLE TRIGGER USER")
    assert faults_of_fence(child)
    migrate()
    assert faults_of_fence(child) == []


def test_one_that_was_taken_back_to_an_earlier_version_is_behind_until_it_is_migrated_again(
    child: Administration, newer_code: str
) -> None:
    migrate()
    last = max(file.stem for file in Path("reference_data/migrations").glob("0*.py"))
    migrate("reference_data", last)
    assert not has_later(child.schema_name)
    assert head_of(child) not in ("", newer_code)
    migrate("reference_data")
    assert head_of(child) == newer_code
    assert faults_of_fence(child) == []


def test_one_that_fails_is_behind(child: Administration, newer_code: str) -> None:
    Administration.objects.filter(pk=child.pk).update(migration_head=code_head())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {child.schema_name}.later (id bigint)")
    with pytest.raises(ProgrammingError, match="already exists"):
        migrate()
    connection.set_schema_to_public()
    assert head_of(child) not in ("", newer_code)


def test_what_has_no_schema_yet_or_any_more_is_passed_over(child: Administration, newer_code: str) -> None:
    states = Administration.State
    for state in (states.PROVISIONING, states.DELETED):
        Administration.objects.create(name=str(state), slug=f"plain-{state}", state=state)
    migrate()
    assert head_of(child) == newer_code
    Administration.objects.filter(slug__startswith="plain-").update(state=states.DELETED)


def test_only_looking_changes_nothing(child: Administration, newer_code: str) -> None:
    before = head_of(child)
    migrate("--plan")
    with pytest.raises(SystemExit):
        migrate("--check")
    connection.set_schema_to_public()
    assert head_of(child) == before
    assert not has_later(child.schema_name)


def test_it_takes_turns_with_the_other_command(child: Administration, newer_code: str) -> None:
    in_threads(migrate, migrate_everything, migrate)
    assert faults_of_fence(child) == []
    assert head_of(child) == newer_code
    assert migrate_everything() == Migrated(migrated=0, skipped=Administration.objects.active().count())
