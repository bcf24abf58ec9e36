"""Releases with one migration more than the code that is tested."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from local_servers.processes import PROJECT
from tenants.migrating import code_head, tenant_migrations
from tenants.models import Administration, SchemaTemplate
from tenants.template_schema import TEMPLATE_SCHEMA
from tests.template_database import with_path

MAKE_LATER = 'RunSQL("CREATE TABLE later (id bigint)", "DROP TABLE later")'
LATER = """
from django.db.migrations import AddField, CreateModel, Migration as Base, RunPython, RunSQL
from django.db.models import BigAutoField, IntegerField


class Migration(Base):
    dependencies = [("reference_data", "{last}")]
    operations = [{operations}]
"""


@contextmanager
def newer_release(operations: str, settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the code have a last migration `reference_data.9999_later` while a block runs; gives its head.

    Whatever that migration made is left in the schemas, except a table `later`: what it does beside that must not reach
    the template, of which the schemas of all other tests are made.
    """
    shown = import_module("reference_data.migrations").__path__[0]
    package = folder / "newer_migrations"
    shutil.copytree(shown, package, ignore=shutil.ignore_patterns("__pycache__"))
    last = max(file.stem for file in package.glob("0*.py"))
    (package / "9999_later.py").write_text(LATER.format(last=last, operations=operations))
    monkeypatch.syspath_prepend(folder)
    settings.MIGRATION_MODULES = {"reference_data": "newer_migrations"}
    older = code_head()
    _forget_head()
    yield code_head()
    for name in [name for name in sys.modules if name.startswith("newer_migrations")]:
        del sys.modules[name]
    settings.MIGRATION_MODULES = {}
    _forget_head()
    assert code_head() == older
    _go_back_to(older)


def environment_of_release(folder: Path) -> dict[str, str]:
    """The environment of a process that runs the release in this folder on the database of the tests."""
    (folder / "newer_settings.py").write_text(
        'from config.settings import *\n\nMIGRATION_MODULES = {"reference_data": "newer_migrations"}\n'
    )
    name = str(connection.settings_dict["NAME"])
    return {
        **os.environ,
        **{key: with_path(os.environ[key], name) for key in ("DATABASE_URL", "SYNC_DATABASE_URL")},
        "DJANGO_SETTINGS_MODULE": "newer_settings",
        "PYTHONPATH": os.pathsep.join([str(folder), str(PROJECT)]),
    }


def _forget_head() -> None:
    code_head.cache_clear()
    tenant_migrations.cache_clear()


def _go_back_to(head: str) -> None:
    connection.set_schema_to_public()
    SchemaTemplate.objects.exclude(head=head).delete()
    ContentType.objects.filter(app_label="reference_data", model="later").delete()
    made = Administration.objects.exclude(migration_head="").values_list("schema_name", flat=True)
    schemas = [TEMPLATE_SCHEMA, *made]
    with connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute(f"DROP TABLE IF EXISTS {schema}.later")
        for schema in ["public", *schemas]:
            listed = f"{schema}.django_migrations"
            cursor.execute(f"DELETE FROM {listed} WHERE name = '9999_later'")
            cursor.execute(f"SELECT setval('{listed}_id_seq', (SELECT max(id) FROM {listed}))")
    Administration.objects.exclude(migration_head="").update(migration_head=head)


def has_later(schema_name: str) -> bool:
    """Whether the table of that migration is in a schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema_name}.later"])
        return bool(cursor.fetchone()[0])
