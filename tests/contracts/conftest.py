"""Filling an administration costs more than looking at it, so a database stands for a whole module here."""

import pytest


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""
