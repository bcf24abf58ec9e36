"""`./dev bench product`: what a sync takes from confirming to the last receipt, beside what the engine alone takes."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import User
from config.celery import app
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying.targets import apply_target
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.services.plans.orders import work_of
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from tenants.migrating import migrate_everything
from tenants.models import Administration

from . import ways
from .measuring import Medians, Times, tell
from .settings_data import USUAL, change_one_percent_of_items, fill, make_administration, make_owner

PATIENCE = 600
POLL_SECONDS = 0.02


def run(rounds: int = 3, children: int = 100) -> Medians:
    """Measure, print a table, and return the medians in seconds per target, per scenario and way."""
    migrate_everything()
    main = make_administration("Bench groep")
    fill(main, USUAL)
    for number in range(children):
        ways.eenlijn(main, make_administration(f"Bench sub {number:04}", main))
        if (number + 1) % 50 == 0:
            tell(f"{number + 1} of {children} sub-administrations are there")
    owner = make_owner(main)
    times = Times()
    for processes in (1, 2):
        with workers(processes):
            for number in range(rounds):
                _measure(times, main, owner, processes, seed=10 * processes + number)
    print(f"\nSeconds per target, {children} targets, 1,325 rows each, one field of 2 forms and 2 templates changed.")
    print("engine: applying alone, in one process. product: from confirming to the last receipt, by real workers.\n")
    times.show(("engine", "product"), "engine")
    return times.medians()


def _measure(times: Times, main: Administration, owner: User, processes: int, seed: int) -> None:
    scenario = f"{processes}_worker{'s' if processes > 1 else ''}"
    change_one_percent_of_items(main, seed=2 * seed)
    times.add(scenario, "engine", _apply_all(main, owner) / main.children.count())
    change_one_percent_of_items(main, seed=2 * seed + 1)
    plan = _plan(main, owner)
    times.take(scenario, "product", lambda: run_to_its_end(owner, plan), per=main.children.count())


def _plan(main: Administration, owner: User) -> Plan:
    categories = [category.key for category in all_kinds().categories]
    slugs = list(main.children.values_list("slug", flat=True))
    return create_plan(acting_user=owner, main=main, targets=slugs, categories=categories)


def _apply_all(main: Administration, owner: User) -> float:
    """The engine alone: seconds for applying a plan in every target, one after another."""
    plan = _plan(main, owner)
    run = SyncRun.objects.create(plan=plan, administration=main)
    seconds = 0.0
    for found in plan.targets.select_related("administration"):
        token = uuid.uuid4()
        target = SyncTarget.objects.create(
            run=run, administration=found.administration, plan_target=found, state="running", lease_token=token
        )
        work = work_of(target, token)
        started = time.perf_counter()
        apply_target(work)
        seconds += time.perf_counter() - started
    return seconds


def run_to_its_end(owner: User, plan: Plan) -> SyncRun:
    """Confirm a plan and wait until workers have ended its run, which must succeed."""
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    deadline = time.monotonic() + PATIENCE
    while SyncRun.objects.filter(pk=run.pk, finished_at=None).exists():
        assert time.monotonic() < deadline, "The run does not end."
        time.sleep(POLL_SECONDS)
    run.refresh_from_db()
    assert run.state == SyncRun.State.SUCCEEDED, run.state
    return run


@contextmanager
def workers(number: int) -> Iterator[None]:
    """A real worker with so many processes, stopped afterwards."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "prefork"]
    command += ["--concurrency", str(number), "--prefetch-multiplier", "1", "--loglevel", "ERROR"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not app.control.ping(timeout=0.5):
            assert started.poll() is None and time.monotonic() < deadline, "The worker does not start."
        yield
    finally:
        started.terminate()
        started.wait(30)
