"""`inside()`: the one door into a schema opens the right one, or none."""

import pytest
from django.db import connection

from tenants.models import Administration
from tenants.schemas import WrongSchema, inside

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_a_schema_that_does_not_exist_is_not_entered() -> None:
    ran = False
    with pytest.raises(WrongSchema), inside(Administration(schema_name="a_nowhere")):
        ran = True
    assert not ran
    assert connection.schema_name == "public"
