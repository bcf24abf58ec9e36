"""What judges a child after a fault sees each way in which it can be wrong."""

from typing import Any

import pytest
from django.utils import timezone

from audit.models import record
from business.models import Customer
from chaos.company import Company, Watch
from forms_catalog.models import Form
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.targets.targets import execute_target
from tenants.schemas import inside

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    company = Company()
    company.add(1)
    return company


@pytest.fixture
def watch(company: Company) -> Watch:
    company.bump()
    return Watch(company, company.children)


@pytest.fixture
def accepted(company: Company, watch: Watch) -> SyncRun:
    return company.start(company.children)


@pytest.fixture
def done(accepted: SyncRun) -> SyncRun:
    for target in accepted.targets.all():
        assert execute_target(target.pk)
    return accepted


def test_a_run_that_did_what_was_planned_is_fine(watch, done):
    assert watch.judge([done]).ok


def test_a_run_that_was_forgotten_is_lost(watch, accepted):
    assert len(watch.judge([accepted]).lost) == 2


def test_half_a_child_is_seen(watch, done, company):
    with inside(company.children[0]):
        Form.objects.filter(name="Formulier 1").update(description="van gisteren")
    assert watch.judge([done]).half


def test_daily_data_that_was_written_is_seen_be_it_with_the_same_values(watch, done, company):
    with inside(company.children[0]):
        customer = Customer.objects.first()
        Customer.objects.filter(pk=customer.pk).update(name=customer.name)
    assert watch.judge([done]).half


def test_what_was_applied_twice_is_seen(watch, done):
    record("target.applied", target=str(done.targets.get().pk))
    assert watch.judge([done]).doubled


def test_success_without_the_settings_is_a_lie(watch, accepted):
    SyncTarget.objects.filter(run=accepted).update(state="succeeded")
    SyncRun.objects.filter(pk=accepted.pk).update(state="succeeded", finished_at=timezone.now())
    assert any("is not what was planned" in line for line in watch.judge([accepted]).lost)


def test_a_failure_that_changed_nothing_may_be_accepted(watch, accepted, monkeypatch):
    def fail(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("settings_sync.services.targets.targets.apply_target", fail)
    execute_target(accepted.targets.get().pk)
    assert not watch.judge([accepted]).ok
    assert watch.judge([accepted], may_fail=True).ok
