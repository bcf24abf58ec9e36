"""Taking back runs that moved no rows of an item, only what is remembered of it."""

import pytest

from reference_data.models import WorkType
from settings_sync.services.undoing import create_undo_plan
from sync_ledger.models import Base
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


@pytest.fixture
def company(standing_company: tuple[Company, Administration], child: Administration) -> Company:
    """Two work types that both have; the child has removed one of them since."""
    company, _child = standing_company
    company.sweep(child)
    with inside(company.main):
        WorkType.objects.bulk_create([WorkType(name="Storing"), WorkType(name="Keuring")])
    company.sync(child, categories=CATEGORIES)
    with inside(child):
        WorkType.objects.filter(name="Keuring").delete()
    return company


def bases(child: Administration) -> dict[str, bytes]:
    with inside(child):
        return {str(base.uid): bytes(base.digest) for base in Base.objects.all()}


def descriptions(child: Administration) -> dict[str, str]:
    with inside(child):
        return dict(WorkType.objects.values_list("name", "description"))


def test_a_run_that_left_a_removal_as_it_was_is_taken_back(company, child):
    with inside(company.main):
        WorkType.objects.update(description="nieuw")
    before = bases(child)
    run = company.sync(child, categories=CATEGORIES)
    assert bases(child) != before
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert (bases(child), descriptions(child)) == (before, {"Storing": ""})


def test_a_run_that_forgot_what_is_gone_on_both_sides_is_taken_back(company, child):
    with inside(company.main):
        WorkType.objects.filter(name="Keuring").delete()
        WorkType.objects.update(description="nieuw")
    before = bases(child)
    run = company.sync(child, categories=CATEGORIES)
    assert len(bases(child)) == 1
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert (bases(child), descriptions(child)) == (before, {"Storing": ""})
