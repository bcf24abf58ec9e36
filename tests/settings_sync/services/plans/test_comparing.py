"""Administrations that stand the same are compared once, and get the very plan that each would have got alone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reference_data.models import WorkType
from settings_sync.models import Change
from settings_sync.services.plans import comparing
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]
NAMES = ("Noord", "Oost", "Zuid", "West")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, list[Administration]]:
    company = make_company()
    return company, [company.child(name) for name in NAMES]


@pytest.fixture
def company(standing_company: tuple[Company, list[Administration]]) -> Company:
    company, children = standing_company
    company.sweep(*children)
    with inside(company.main):
        WorkType.objects.bulk_create(WorkType(name=name) for name in ("Onderhoud", "Storing", "Keuring"))
    company.sync(*children, categories=CATEGORIES)
    with inside(company.main):
        WorkType.objects.filter(name="Storing").update(description="nieuw")
        WorkType.objects.create(name="Montage")
    return company


@pytest.fixture
def children(standing_company: tuple[Company, list[Administration]]) -> list[Administration]:
    return standing_company[1]


@pytest.fixture
def made(monkeypatch: Any) -> list[Any]:
    """The administrations for which a plan was really made."""
    found, plan_target = [], comparing.plan_target

    def note(source: Any, local: Any, *rest: Any) -> Any:
        found.append(local)
        return plan_target(source, local, *rest)

    monkeypatch.setattr(comparing, "plan_target", note)
    return found


def told(plan: Any, child: Administration) -> list[tuple[str, str, str]]:
    changes = Change.objects.filter(plan_target__plan=plan, plan_target__administration=child)
    return sorted(changes.values_list("label", "action", "verdict"))


UPDATED, CREATED = ("Storing", "update", "behind"), ("Montage", "create", "new")


def test_those_that_stand_the_same_are_compared_once(company, children, made):
    plan = company.plan(*children, categories=CATEGORIES)
    assert len(made) == 1
    assert [told(plan, child) for child in children] == [[CREATED, UPDATED]] * len(children)


def test_only_the_first_of_those_that_stand_the_same_is_read(company, children, monkeypatch):
    read, look_at = [], comparing.look_at
    monkeypatch.setattr(
        comparing, "look_at", lambda administration: read.append(administration) or look_at(administration)
    )
    company.plan(*children, categories=CATEGORIES)
    assert read == children[:1]


def test_what_is_anothers_own_does_not_matter_and_is_counted(company, children, made):
    with inside(children[1]):
        WorkType.objects.bulk_create(WorkType(name=f"Eigen {number}") for number in range(5))
    plan = company.plan(*children, categories=CATEGORIES)
    assert len(made) == 1
    owned = plan.targets.order_by("position").values_list("administration__slug", "counts__own")
    assert dict(owned) == {child.slug: 5 if child == children[1] else 0 for child in children}
    standing = dict(plan.targets.values_list("administration__slug", "standing"))
    assert standing[children[1].slug] == standing[children[0].slug] + 5


@pytest.mark.parametrize("is_archived", [False, True])
def test_an_own_item_with_a_name_of_the_main_does_matter(company, children, is_archived):
    with inside(children[2]):
        WorkType.objects.create(name="montage", is_archived=is_archived)
    plan = company.plan(*children, categories=CATEGORIES)
    assert told(plan, children[2]) == [("Montage", "hold", "name_taken"), UPDATED]
    assert told(plan, children[3]) == [CREATED, UPDATED]


def test_an_edit_here_is_told_here_alone(company, children):
    with inside(children[0]):
        WorkType.objects.filter(name="Keuring").update(description="hier")
    plan = company.plan(*children, categories=CATEGORIES)
    assert told(plan, children[0]) == [("Keuring", "keep", "changed_locally"), CREATED, UPDATED]
    assert told(plan, children[1]) == [CREATED, UPDATED]


def test_what_the_main_removed_is_looked_up_in_each(company, children, made):
    """Whether something uses it is each administration's own."""
    with inside(company.main):
        WorkType.objects.filter(name="Keuring").delete()
    company.plan(*children, categories=CATEGORIES)
    assert len(made) == len(children)


def test_the_run_brings_each_what_was_told(company, children):
    company.sync(*children, categories=CATEGORIES)
    for child in children:
        with inside(child):
            assert WorkType.objects.get(name="Storing").description == "nieuw"
            assert WorkType.objects.filter(name="Montage").exists()


def test_another_administration_takes_a_few_queries_more_however_many_there_are(company, children):
    company.plan(children[0], categories=CATEGORIES)  # takes the snapshot
    counts = []
    for some in (children[:1], children[:2], children[:4]):
        with CaptureQueriesContext(connection) as captured:
            company.plan(*some, categories=CATEGORIES)
        counts.append(len(captured))
    one, two, four = counts
    assert four - two == 2 * (two - one)
    assert two - one <= 8
