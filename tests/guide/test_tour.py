"""The tour of a first sync: shown until it is closed or a second sync begins, and brought back from help."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guide.models import Tour
from reference_data.models import WorkType
from settings_sync.models import Plan, SyncRun
from tenants.schemas import inside
from tests.access.conftest import acting_for
from tests.contracts.world import Company


@pytest.fixture
def company(main, owner):
    return Company(main, owner)


@pytest.fixture
def page(owner, company):
    company.child("Noord")
    client = Client()
    client.force_login(owner)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def step(page, address):
    found = re.search(r"Tour, step (\d) of 5", page.get(address).content.decode())
    return int(found[1]) if found else None


def home(company):
    return reverse("administration-home", args=[company.main.slug])


def past_run(company):
    plan = Plan.objects.create(
        kind="sync", administration=company.main, requested_by=company.owner, expires_at=timezone.now()
    )
    SyncRun.objects.create(plan=plan, administration=company.main, requested_by=company.owner, state="succeeded")


def test_five_steps_lead_through_a_first_sync(page, company):
    main = company.main
    with inside(main):
        WorkType.objects.create(name="Storing")
    assert step(page, home(company)) == 1
    assert step(page, reverse("sync:choose", args=[main.slug])) == 2
    plan = company.plan(*main.children.all(), categories=["reference_data"])
    assert step(page, reverse("sync:plan", args=[main.slug, plan.pk])) == 3
    run = company.run(plan)
    assert step(page, reverse("sync:run", args=[main.slug, run.pk])) == 5
    SyncRun.objects.filter(pk=run.pk).update(finished_at=None, state="running")
    assert step(page, reverse("sync:run", args=[main.slug, run.pk])) == 4


def test_it_ends_with_a_second_sync(page, company):
    past_run(company)
    assert step(page, home(company)) == 1
    past_run(company)
    assert step(page, home(company)) is None


def test_closed_it_stays_away_until_help_brings_it_back(page, company):
    address = home(company)
    closed = page.post(reverse("guide:tour"), {"do": "close", "next": address})
    assert closed.headers["Location"] == address
    assert step(page, address) is None
    for _ in range(3):
        past_run(company)
    assert "Start the tour" in page.get(reverse("help", args=[company.main.slug])).content.decode()
    page.post(reverse("guide:tour"), {"do": "open", "next": address})
    assert step(page, address) == 1


def test_who_may_not_sync_sees_none(page, company, colleague):
    client = Client()
    client.force_login(colleague)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert step(client, home(company)) is None
    assert "Start the tour" not in client.get(reverse("help", args=[company.main.slug])).content.decode()


def test_support_that_acts_for_somebody_neither_sees_nor_closes_it(page, company):
    client = acting_for(company.owner)
    assert step(client, home(company)) is None
    assert client.post(reverse("guide:tour"), {"do": "close"}).status_code == 403
    assert not Tour.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "nowhere", ""])
def test_it_leads_nowhere_else(page, elsewhere):
    assert page.post(reverse("guide:tour"), {"do": "close", "next": elsewhere}).headers["Location"] == "/"
