"""Taking back runs that moved no rows of an item, only what is remembered of it."""

import uuid

import pytest
from django.utils import timezone

from reference_data.models import WorkType
from settings_sync.models import SyncRun
from settings_sync.services.deciding import Asked, decide
from settings_sync.services.undoing import create_undo_plan
from settings_sync.verdicts import Word
from sync_ledger.models import Base, Deviation
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


@pytest.fixture
def coupled(company: Company, child: Administration) -> tuple[SyncRun, uuid.UUID, uuid.UUID]:
    """A run that coupled an own work type, whose name was pinned, with the main's; its uid before and since."""
    with inside(child):
        own = WorkType.objects.create(name="Spoed", description="van hier")
        Deviation.objects.create(
            kind="reference_data.worktype", uid=own.uid, path="name", is_pinned=True, decided_at=timezone.now()
        )
    with inside(company.main):
        uid = WorkType.objects.create(name="SPOED", description="van de groep").uid
    plan = company.plan(child, categories=CATEGORIES)
    couple = Asked(uid, Word.COUPLE, couple_with=own.uid)
    run = company.run(decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[couple]))
    assert descriptions(child)["SPOED"] == "van de groep"
    return run, own.uid, uid


def test_a_coupling_of_what_was_pinned_is_taken_back_to_the_letter(company, child, coupled):
    run, before, _since = coupled
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert not plan.targets.get().changes.filter(action="hold").exists()
    company.run(plan)
    with inside(child):
        found = WorkType.objects.get(uid=before)
    assert (found.name, found.description) == ("Spoed", "van hier")


def test_what_was_edited_after_a_coupling_is_asked_field_by_field(company, child, coupled):
    run, before, since = coupled
    with inside(child):
        WorkType.objects.filter(uid=since).update(description="later geschreven")
    plan = create_undo_plan(acting_user=company.owner, run=run)
    held = plan.targets.get().changes.get(action="hold")
    assert (held.verdict, held.conflicts, held.facts) == ("both_changed", [["description", ""]], {})
    back = Asked(held.uid, Word.OVERWRITE)
    company.run(decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[back]))
    with inside(child):
        assert WorkType.objects.get(uid=before).description == "van hier"
