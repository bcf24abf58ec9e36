"""A plan that cannot be made says so in every door, and never stays “computing”."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from reference_data.models import WorkType
from settings_sync.exceptions import PlanFailed
from settings_sync.models import Plan
from settings_sync.services.plans import plans
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets import reaping
from settings_sync.services.undos import undoing
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.schemas import inside
from tenants.tokens import create_api_token
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test has settings of its own."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Any]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Any]) -> Company:
    company, child = standing_company
    company.sweep(child)
    with inside(company.main):
        WorkType.objects.create(name="Onderhoud")
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Any]) -> Any:
    return standing_company[1]


def crash(*_given: Any, **_named: Any) -> Any:
    raise ZeroDivisionError


def latest() -> Plan:
    return Plan.objects.order_by("-created_at")[0]


def test_a_plan_that_crashes_while_it_is_made_has_failed_with_the_reason(company, child, monkeypatch):
    monkeypatch.setattr(plans, "compute_plan", crash)
    with translation.override("en"), pytest.raises(PlanFailed, match="Something unexpected went wrong"):
        create_plan(acting_user=company.owner, main=company.main, targets=[child.slug], categories=CATEGORIES)
    plan = latest()
    assert plan.state == Plan.State.FAILED
    with translation.override("nl"):
        assert plan.went_wrong == "Er ging onverwacht iets mis; er is niets gewijzigd."


def test_an_undo_that_crashes_while_it_is_planned_has_failed_with_the_reason(company, child, monkeypatch):
    run = company.sync(child, categories=CATEGORIES)
    monkeypatch.setattr(undoing, "compute_undos", crash)
    with pytest.raises(PlanFailed):
        create_undo_plan(acting_user=company.owner, run=run)
    assert latest().state == Plan.State.FAILED


def test_a_worker_that_must_stop_leaves_no_plan_computing(company, child, monkeypatch):
    def stop(*_given: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(plans, "compute_plan", stop)
    with pytest.raises(SystemExit):
        create_plan(acting_user=company.owner, main=company.main, targets=[child.slug], categories=CATEGORIES)
    assert (latest().state, latest().state_detail) == (Plan.State.FAILED, "interrupted")


def test_the_reaper_gives_up_a_plan_whose_maker_was_killed(company):
    late, young = (
        Plan.objects.create(administration=company.main, expires_at=timezone.now() + timedelta(days=1))
        for _number in range(2)
    )
    Plan.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(minutes=16))
    reaping.reap()
    states = {plan.pk: plan.state for plan in Plan.objects.filter(pk__in=[late.pk, young.pk])}
    assert states == {late.pk: Plan.State.FAILED, young.pk: Plan.State.COMPUTING}


def test_every_door_says_why_a_plan_failed(company, child, client):
    plan = Plan.objects.create(
        administration=company.main,
        requested_by=company.owner,
        expires_at=timezone.now() + timedelta(days=1),
        state=Plan.State.FAILED,
        state_detail="interrupted",
    )
    plan.targets.create(administration=child)
    with pytest.raises(PlanFailed, match="onderbroken"):
        start_run(acting_user=company.owner, plan=plan, version=plan.version)
    client.force_login(company.owner)
    page = client.get(f"/a/{company.main.slug}/settings/administrations/sync/{plan.pk}/").content.decode()
    assert "Het maken werd onderbroken." in page
    _token, secret = create_api_token(
        email=company.owner.email,
        administration=company.main.slug,
        scopes=["sync:preview", "sync:run"],
        name=uuid.uuid4().hex,
    )
    asked = {"Authorization": f"Bearer {secret}"}
    shown = client.get(f"/api/v1/plans/{plan.pk}/", headers=asked).json()
    assert shown["state"] == "failed"
    assert shown["error"] == {"code": "plan-failed", "detail": "Making it was interrupted."}
    body = {"plan": str(plan.pk), "version": plan.version}
    refused = client.post(
        "/api/v1/runs/", body, content_type="application/json", headers={**asked, "Idempotency-Key": uuid.uuid4().hex}
    )
    assert refused.status_code == 409
    assert "plan-failed" in refused.json()["type"]
