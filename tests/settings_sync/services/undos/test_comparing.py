"""Administrations that are alike share the plan of an undo; whatever differs gets the plan that it would get alone."""

from typing import Any

import pytest
from django.utils import timezone

from business.models import Customer, WorkOrder
from forms_catalog.models import Form
from reference_data.models import WorkStatus, WorkType
from settings_sync.models import Change, SyncRun
from settings_sync.services.undos import comparing
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data", "forms"]
NAMES = ["Noord", "Oost", "Zuid", "West"]
IGNORED = ("id", "plan_target_id")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, list[Administration]]:
    company = make_company()
    return company, [company.child(name) for name in NAMES]


@pytest.fixture
def children(standing_company: Any) -> list[Administration]:
    return list(standing_company[1])


@pytest.fixture
def company(standing_company: Any, children: list[Administration]) -> Company:
    """All have a work type and a form; the main has another description for the one."""
    company, _children = standing_company
    company.sweep(*children)
    with inside(company.main):
        WorkType.objects.create(name="Storing")
        Form.objects.create(name="Keuring")
    company.sync(*children, categories=CATEGORIES)
    with inside(company.main):
        WorkType.objects.update(description="nieuw")
    return company


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The administrations that are read whole."""
    names: list[str] = []

    def look(administration: Administration) -> Any:
        names.append(administration.name)
        return look_at(administration)

    look_at = comparing.look_at
    monkeypatch.setattr(comparing, "look_at", look)
    return names


def planned(plan: Any) -> dict[str, list[dict[str, Any]]]:
    """Every change of a plan by administration, without the keys of its rows."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for target in plan.targets.select_related("administration"):
        values = [
            {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
            for row in Change.objects.filter(plan_target=target).values()
        ]
        rows[target.administration.name] = [
            {name: value for name, value in row.items() if name not in IGNORED} for row in values
        ] + [target.counts, {"standing": target.standing}]
    return rows


def assert_as_alone(company: Company, run: SyncRun, children: list[Administration]) -> dict[str, Any]:
    together = planned(create_undo_plan(acting_user=company.owner, run=run))
    for child in children:
        alone = planned(create_undo_plan(acting_user=company.owner, run=run, targets=[child.slug]))
        assert together[child.name] == alone[child.name]
    return together


def test_administrations_that_are_alike_are_read_once(company, children, looked_at):
    run = company.sync(*children, categories=CATEGORIES)
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert looked_at == ["Noord"]
    assert all(target.counts["update"] == 1 for target in plan.targets.all())
    company.run(plan)
    for child in children:
        with inside(child):
            assert WorkType.objects.get().description == ""


def test_what_was_edited_pinned_or_named_alike_since_gets_its_own_plan(company, children):
    run = company.sync(*children, categories=CATEGORIES)
    _noord, oost, zuid, west = children
    with inside(oost):
        WorkType.objects.update(description="eigen")
    with inside(zuid):
        kept = WorkType.objects.get()
        Deviation.objects.create(
            kind="reference_data.worktype",
            uid=kept.uid,
            path="description",
            is_pinned=True,
            decided_at=timezone.now(),
        )
    with inside(west):
        WorkType.objects.update(name="Anders")
        WorkType.objects.create(name="Storing")
    together = assert_as_alone(company, run, children)
    assert len({str(rows) for rows in together.values()}) == 4


def test_what_the_run_did_differently_gets_its_own_plan(company, children):
    with inside(children[1]):
        WorkType.objects.update(default_minutes=45)
    run = company.sync(*children, categories=CATEGORIES, policies={"conflict": "overwrite"})
    together = assert_as_alone(company, run, children)
    assert len({str(rows) for rows in together.values()}) == 2


def test_what_a_run_created_is_deleted_where_nothing_uses_it_and_archived_elsewhere(company, children, looked_at):
    with inside(company.main):
        WorkType.objects.create(name="Onderhoud")
    run = company.sync(*children, categories=CATEGORIES)
    with inside(children[2]):
        used = WorkType.objects.get(name="Onderhoud")
        customer = Customer.objects.create(number=1, name="Bakkerij Jansen")
        status = WorkStatus.objects.create(code="P", name="Gepland")
        WorkOrder.objects.create(number=1, customer=customer, work_type=used, status=status)
    together = planned(create_undo_plan(acting_user=company.owner, run=run))
    # Zuid alone is looked into beside the first.
    assert looked_at == ["Noord", "Zuid"]
    actions = {name: sorted(row["action"] for row in rows if "action" in row) for name, rows in together.items()}
    assert actions == {name: ["archive" if name == "Zuid" else "delete", "update"] for name in NAMES}
    assert_as_alone(company, run, children)
