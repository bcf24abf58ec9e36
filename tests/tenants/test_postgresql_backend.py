"""The backend fails closed: when the schema cannot be selected, no statement runs."""

import pytest
from django.db import connection

from tenants.postgresql_backend.base import SearchPathNotSet

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_a_statement_does_not_run_when_the_schema_was_not_selected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_tenants.postgresql_backend.base.quote_schema_name", lambda name: "'not closed")
    connection.set_schema("a_nowhere")
    try:
        with pytest.raises(SearchPathNotSet), connection.cursor():
            pass
    finally:
        monkeypatch.undo()
        connection.set_schema_to_public()
