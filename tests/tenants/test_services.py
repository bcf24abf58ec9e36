"""Creating and deleting administrations: accepted at once, carried out once, whatever was killed."""

import pytest

from tenants.exceptions import LicenceCapReached
from tenants.services import create_administration
from tests.conftest import make_administration, make_member

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


def test_the_licence_caps_the_number_of_sub_administrations() -> None:
    main = make_administration("Vol", licence_cap=0)
    with pytest.raises(LicenceCapReached):
        create_administration(acting_user=make_member(main), main=main, name="Te veel")
