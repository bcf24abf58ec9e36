"""Two previews of one thing, both confirmed: the second is told that it was done already, and by which sync."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from reference_data.models import WorkType
from settings_sync.exceptions import NothingToUndo
from settings_sync.models import Plan, SyncRun
from settings_sync.services.plans.source_moves import find_source_moves
from settings_sync.services.runs.run_overview import show_run
from settings_sync.services.undos.undoing import create_undo_plan
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
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    with inside(company.main):
        for name in ("A", "B"):
            WorkType.objects.create(name=name)
    company.sync(child, categories=CATEGORIES)
    write(company, "new", "A", "B")
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def _mark(plan: Plan) -> str:
    return find_source_moves(plan).mark


def write(company: Company, text: str, *names: str) -> None:
    with inside(company.main):
        WorkType.objects.filter(name__in=names).update(description=text)


def uid_of(company: Company, name: str) -> uuid.UUID:
    with inside(company.main):
        return WorkType.objects.get(name=name).uid


def codes(run: SyncRun) -> dict[str, str]:
    return dict(run.targets.get().findings.values_list("label", "code"))


def test_what_was_edited_after_the_first_is_held_and_the_rest_is_done_already(company, child):
    one, other = (company.plan(child, categories=CATEGORIES) for _ in range(2))
    company.run(one)
    with inside(child):
        WorkType.objects.filter(name="A").update(description="by Noord")
    run = company.run(other)
    assert codes(run) == {"A": "stale", "B": "done-before"}
    assert run.state == SyncRun.State.PARTLY_HELD
    with inside(child):
        assert WorkType.objects.get(name="A").description == "by Noord"


def test_what_the_first_did_not_do_goes_on(company, child):
    only_b = uid_of(company, "B")
    one = company.plan(child, items=[only_b])
    both = company.plan(child, categories=CATEGORIES)
    company.run(one)
    run = company.run(both)
    assert codes(run) == {"B": "done-before"}
    assert run.state == SyncRun.State.SUCCEEDED
    with inside(child):
        assert set(WorkType.objects.values_list("description", flat=True)) == {"new"}


def test_what_the_first_brought_otherwise_is_held(company, child):
    old = company.plan(child, categories=CATEGORIES)
    write(company, "newer", "A")
    company.run(company.plan(child, categories=CATEGORIES))
    run = company.run(old, seen=_mark(old))
    assert codes(run) == {"A": "stale", "B": "done-before"}


def test_what_was_taken_back_in_between_is_brought_again(company, child):
    one, other = (company.plan(child, categories=CATEGORIES) for _ in range(2))
    first = company.run(one)
    company.run(create_undo_plan(acting_user=company.owner, run=first))
    run = company.run(other)
    assert codes(run) == {}
    with inside(child):
        assert set(WorkType.objects.values_list("description", flat=True)) == {"new"}


def test_stopping_when_something_moved_does_not_stop_for_what_is_done_already(company, child):
    choice = {"categories": CATEGORIES, "policies": {"stale": "stop"}}
    one, other = (company.plan(child, **choice) for _ in range(2))
    company.run(one)
    assert company.run(other).state == SyncRun.State.SUCCEEDED


def test_the_second_cannot_be_taken_back_for_it_has_done_nothing(company, child):
    one, other = (company.plan(child, categories=CATEGORIES) for _ in range(2))
    company.run(one)
    run = company.run(other)
    with pytest.raises(NothingToUndo):
        create_undo_plan(acting_user=company.owner, run=run)


def test_the_page_of_the_second_says_so_and_leads_to_the_first(company, child):
    one, other = (company.plan(child, categories=CATEGORIES) for _ in range(2))
    first = company.run(one)
    run = company.run(other)
    overview = show_run(acting_user=company.owner, run=run)
    assert overview.done_before is not None and overview.done_before.id == first.pk
    client = Client()
    client.force_login(company.owner)
    page = client.get(reverse("sync:run", args=[company.main.slug, run.pk])).content.decode()
    assert "Dit was al gedaan." in page
    assert reverse("sync:run", args=[company.main.slug, first.pk]) in page
    assert "vastgehouden" not in page


def test_a_second_tab_with_the_same_preview_comes_to_the_sync_that_was_started(company, child):
    plan = company.plan(child, categories=CATEGORIES)
    run = company.run(plan)
    client = Client()
    client.force_login(company.owner)
    answer = client.post(reverse("sync:plan", args=[company.main.slug, plan.pk]), {"version": plan.version})
    assert answer.headers["Location"] == reverse("sync:run", args=[company.main.slug, run.pk])
