"""An administration's schema is made whole or not at all."""

import pytest

from tenants.migrating import code_head
from tenants.models import Administration
from tenants.provisioning import create_schema
from tenants.schemas import inside

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_a_new_schema_stands_at_the_head_and_can_be_entered() -> None:
    made = Administration.objects.create(name="Nieuw", slug="nieuw")
    create_schema(made)
    made.refresh_from_db()
    assert made.migration_head == code_head()
    with inside(made):
        pass
