"""The demo, loaded once for all tests of a file: it commits, and cleans up at the end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from demo.loading import load_demo
from tenants.models import Administration, SchemaTemplate
from tenants.schemas import inside
from tenants.template_schema import drop_schema
from tests.conftest import templates


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Administration]]:
    """Every administration of the demo by its address."""
    with django_db_blocker.unblock():
        SchemaTemplate.objects.bulk_create(templates, ignore_conflicts=True)
        assert load_demo()
        yield {row.slug: row for row in Administration.objects.select_related("parent")}
        for schema in Administration.objects.values_list("schema_name", flat=True):
            drop_schema(schema)
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


@pytest.fixture
def within(demo: dict[str, Administration]) -> Any:
    """Enter an administration by its address."""
    return lambda slug: inside(demo[slug])
