"""The demo, loaded once for all tests of a file: it commits, and cleans up at the end."""

from typing import Any

import pytest

from demo.loading import load_demo
from tenants.models import Administration
from tenants.schemas import inside


@pytest.fixture(scope="module")
def demo(standing: None) -> dict[str, Administration]:
    """Every administration of the demo by its address."""
    assert load_demo()
    return {row.slug: row for row in Administration.objects.select_related("parent")}


@pytest.fixture
def within(demo: dict[str, Administration]) -> Any:
    """Enter an administration by its address."""
    return lambda slug: inside(demo[slug])
