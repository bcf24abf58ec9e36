"""The settings of an administration that one of the main can be coupled with: those called alike come first."""

import pytest

from forms_catalog.models import Form
from settings_sync.models import Change
from settings_sync.services.deciding.candidates import list_candidates
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


def test_those_called_alike_come_first_and_the_others_by_name(
    standing_company: tuple[Company, Administration],
) -> None:
    company, child = standing_company
    with inside(company.main):
        form = Form.objects.create(name="Onderhoud CV-ketel")
    with inside(child):
        for name in ("Zeer anders", "Cv ketel: onderhoud", "onderhoud cv ketels", "Eigen blad"):
            Form.objects.create(name=name)
    plan = company.plan(child, categories=["forms"])
    candidates = list_candidates(plan, Change.objects.get(plan_target__plan=plan, uid=form.uid))
    assert [(candidate.label, candidate.is_alike) for candidate in candidates] == [
        ("Cv ketel: onderhoud", True),
        ("onderhoud cv ketels", True),
        ("Eigen blad", False),
        ("Zeer anders", False),
    ]
