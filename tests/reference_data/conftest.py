"""The schema of a main administration, in a transaction that is rolled back."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def main(db: None) -> Administration:
    """The main administration; nothing here looks from another connection."""
    return make_administration("Van Dijk")


@pytest.fixture
def within(main: Administration) -> Iterator[Administration]:
    """Inside the schema of the main administration."""
    with inside(main):
        yield main
