"""The DDL of an empty administration can be played back under any schema's name."""

import pytest

from tenants.migrating import code_head
from tenants.models import SchemaTemplate
from tenants.template_schema import SCHEMA_MARK, TEMPLATE_SCHEMA

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_the_ddl_names_no_schema_but_the_mark() -> None:
    ddl = SchemaTemplate.objects.get(head=code_head()).ddl
    assert SCHEMA_MARK in ddl
    assert TEMPLATE_SCHEMA not in ddl
