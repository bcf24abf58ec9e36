"""A database that stands for a whole module: filling an administration costs more than looking at it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tenants.models import Administration, SchemaTemplate
from tenants.template_schema import drop_schema
from tests.conftest import templates


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits that stay until the module is done."""
    with django_db_blocker.unblock():
        SchemaTemplate.objects.bulk_create(templates, ignore_conflicts=True)
        filled = shared_tables_with_rows()
        yield
        for schema in Administration.objects.values_list("schema_name", flat=True):
            drop_schema(schema)
        empty_tables(shared_tables_with_rows() - filled)


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def shared_tables_with_rows() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM public.{name})" for name in tables)
        )
        return {name for (name,) in cursor.fetchall()}


def empty_tables(tables: set[str]) -> None:
    if not tables:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'public.{name}' for name in sorted(tables))} CASCADE")
