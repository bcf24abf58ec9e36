"""Migrating many administrations does what is left to do, and says how much that was."""

import pytest

from tenants.migrating import migrate_everything
from tests.conftest import make_administration

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_an_administration_at_the_head_is_skipped_and_counted() -> None:
    make_administration("Bij de tijd")
    found = migrate_everything()
    assert (found.migrated, found.skipped) == (0, 1)
