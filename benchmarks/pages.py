"""How many queries each page takes, with few administrations and with many: it must be the same number."""

import logging
import statistics
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import SyncRun
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from tenants.models import Administration

from .settings_data import change_one_form

FEW = 5


def show(main: Administration, owner: User) -> None:
    """Print the number of queries of every page that shows several administrations. AssertionError when it depends."""
    logging.disable(logging.INFO)
    change_one_form(main, seed=99)
    many = list(main.children.order_by("name"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    with_few, with_many = (_count(client, main, _start(main, owner, some)) for some in (many[:FEW], many))
    print(f"\n{'queries of a page':22}{f'{FEW} administrations':>26}{f'{len(many)} administrations':>26}")
    for page, count in with_few.items():
        print(f"{page:22}{count:>26}{with_many[page]:>26}")
    assert with_few == with_many, "A page takes more queries for more administrations."


def _start(main: Administration, owner: User, children: list[Administration]) -> SyncRun:
    categories = [category.key for category in all_kinds().categories]
    slugs = [child.slug for child in children]
    plan = create_plan(acting_user=owner, main=main, targets=slugs, categories=categories)
    return start_run(acting_user=owner, plan=plan, version=plan.version)


def _count(client: Client, main: Administration, run: SyncRun) -> dict[str, int]:
    return {page: _measure(client, address).queries for page, address in addresses(main, run).items()}


@dataclass(frozen=True)
class Page:
    """What one answer takes: the median of its seconds, its size, and its queries."""

    seconds: float
    kb: float
    queries: int


def measure(owner: User, main: Administration, run: SyncRun, rounds: int) -> dict[str, Page]:
    """What every page that shows several administrations takes."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    return {page: _measure(client, address, rounds) for page, address in addresses(main, run).items()}


def addresses(main: Administration, run: SyncRun) -> dict[str, str]:
    """The pages that show several administrations, beside one that shows nothing but the frame and a few sentences."""
    return {
        "empty": reverse("help-topic", args=[main.slug, "overview"]),
        "home": reverse("administration-home", args=[main.slug]),
        "administrations": reverse("sync:administrations", args=[main.slug]),
        "choose": reverse("sync:choose", args=[main.slug]),
        "plan": reverse("sync:plan", args=[main.slug, run.plan_id]),
        "history": reverse("sync:runs", args=[main.slug]),
        "run": reverse("sync:run", args=[main.slug, run.pk]),
        "progress": reverse("sync:run-progress", args=[main.slug, run.pk]),
    }


def _measure(client: Client, address: str, rounds: int = 1) -> Page:
    """Asked once more than it is measured: the first fills the caches of the process."""
    client.get(address)
    seconds = []
    for _round in range(rounds):
        started = time.perf_counter()
        answer = client.get(address)
        seconds.append(time.perf_counter() - started)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
    # Apart, because keeping the queries takes time.
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    queries = sum(not query["sql"].startswith("SET search_path") for query in captured)
    return Page(statistics.median(seconds), round(len(answer.content) / 1024, 1), queries)
