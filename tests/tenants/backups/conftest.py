"""Real commits that stay for a module; its tests are told apart by name."""

import pytest

from tenants.models import Administration
from tests.contracts.world import Company

from .stage import make_child, make_saved_company


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: the database stands for the module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_saved_company()


@pytest.fixture
def child(company: Company) -> Administration:
    return make_child(company)
