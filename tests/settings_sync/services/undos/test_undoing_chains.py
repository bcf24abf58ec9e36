"""Taking back, and taking that back: whatever was synced and decided, what stood there comes back to the letter.

`HYPOTHESIS_PROFILE=long ./dev test tests/settings_sync/services/undos/test_undoing_chains.py` begins with 500 seeds.
"""

import os
from random import Random

import pytest

from settings_sync.models import SyncRun
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration
from tests.contracts.world import CATEGORIES, Company, make_company

from .chains import Settings, Standing, forget_work, plan_at_random, standing_in

pytestmark = pytest.mark.usefixtures("db")
CHAINS = 500 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 24
DEPTH = 5
"""How often a run is taken back, and that again; an odd number ends with what stood there before."""


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; every chain starts with empty settings."""


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    return make_company()


@pytest.fixture(scope="module")
def child(company: Company) -> Administration:
    return company.child("Noord")


def previewed(company: Company, child: Administration) -> set[tuple[str, str, str, str]]:
    """What a preview of everything says now."""
    plan = company.plan(child, categories=CATEGORIES)
    rows = plan.targets.get().changes.values_list("kind", "uid", "action", "verdict")
    return {(kind, str(uid), action, verdict) for kind, uid, action, verdict in rows}


def carried_out(company: Company, plan: object) -> SyncRun:
    """Confirm a plan, whatever it asks to be typed, and carry it out exactly."""
    run = company.run(plan, confirmation=company.main.slug)
    target = run.targets.get()
    findings = list(target.findings.values_list("label", "code"))
    assert (run.state, target.error_detail, findings) == (SyncRun.State.SUCCEEDED, "", [])
    return run


@pytest.mark.parametrize("seed", range(CHAINS))
def test_a_chain_of_undo_goes_back_and_forth_to_the_letter(company, child, seed):
    random = Random(seed)
    forget_work(company.main, child)
    company.sweep(child)
    main, sub = Settings(company.main, random), Settings(child, random)
    main.edit(30)
    sub.edit(12)
    carried_out(company, company.plan(child, categories=CATEGORIES))
    sub.edit(15)
    done: list[tuple[SyncRun, Standing]] = []
    runs = random.choice([1, 1, 2])
    for _run in range(runs):
        main.edit(15)
        before, preview = standing_in(child), previewed(company, child)
        run = carried_out(company, plan_at_random(company, child, random))
        if standing_in(child) != before:
            done.append((run, before))
    for run, before in reversed(done):
        after = standing_in(child)
        for number in range(DEPTH):
            run = carried_out(company, create_undo_plan(acting_user=company.owner, run=run))
            ends = (before, after) if number % 2 == 0 else (after, before)
            standing_in(child).agrees_with(*ends)
    assert runs > 1 or previewed(company, child) == preview
