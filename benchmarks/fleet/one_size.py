"""The figures of one main administration with so many sub-administrations, in one empty database."""

import logging
import os
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying.targets import apply_target
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.services.plans.orders import work_of
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.runs.waking import turn_length
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.turns import take_turn
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.migrating import migrate_everything
from tenants.models import Administration

from .. import pages, ways
from ..measuring import tell
from ..migrating import migrate, newer_release
from ..product import run_to_its_end, workers
from ..settings_data import USUAL, change_one_form, fill, make_administration, make_owner

SAMPLE = 20
"""How many administrations are carried out one by one, in this process."""
REAPER_ROUNDS = 9
FLOOR_ROUNDS = 5
LOOK_AGAIN_SECONDS = 0.02
CORES = os.cpu_count() or 1


class Fleet:
    """A main administration with its sub-administrations, and what was measured of them so far."""

    def __init__(self, main: Administration, owner: User) -> None:
        self.main = main
        self.owner = owner
        self.slugs = list(main.children.order_by("name").values_list("slug", flat=True))
        self.taken: dict[str, list[float]] = {}
        self.changes = 0

    def change(self) -> None:
        """Edit one field of one form of the main administration."""
        self.changes += 1
        change_one_form(self.main, seed=self.changes)

    def plan(self, slugs: Sequence[str] = ()) -> Plan:
        """A preview of everything for these administrations, or for all."""
        categories = [category.key for category in all_kinds().categories]
        return create_plan(
            acting_user=self.owner, main=self.main, targets=list(slugs or self.slugs), categories=categories
        )

    def start(self, plan: Plan) -> SyncRun:
        """Confirm a preview."""
        return start_run(acting_user=self.owner, plan=plan, version=plan.version)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note the seconds that a block takes."""
        started = time.perf_counter()
        yield
        self.taken.setdefault(name, []).append(time.perf_counter() - started)

    def median(self, name: str) -> float:
        """The median of what was noted, in seconds."""
        return statistics.median(self.taken[name])


def measure(size: int, rounds: int) -> dict[str, Any]:
    """Make the fleet, measure, print the figures with what they were measured beside, and return them."""
    logging.disable(logging.INFO)
    migrate_everything()
    fleet = _make(size)
    with workers(CORES):
        run_to_its_end(fleet.owner, fleet.plan())
        tell(f"{size} sub-administrations are in line")
        for number in range(rounds):
            _measure_round(fleet)
            tell(f"round {number + 1} of {rounds} is done")
    _measure_reaper(fleet)
    found_pages = _measure_pages(fleet, rounds)
    _measure_floor(fleet)
    _measure_migrating(fleet, size)
    figures = _figures(fleet, size, found_pages)
    _show(figures, fleet)
    return figures


def _make(size: int) -> Fleet:
    main = make_administration("Bench groep")
    fill(main, USUAL)
    for number in range(size):
        make_administration(f"Bench sub {number:04}", main)
        if (number + 1) % 50 == 0:
            tell(f"{number + 1} of {size} sub-administrations are made")
    return Fleet(main, make_owner(main))


def _measure_round(fleet: Fleet) -> None:
    fleet.change()
    middle = min(SAMPLE, len(fleet.slugs) // 2)
    # In one process and one by one: first the engine alone, then all that a worker does for a target.
    _apply_each(fleet, fleet.slugs[:middle])
    _execute_each(fleet, fleet.slugs[middle : 2 * middle])
    run_to_its_end(fleet.owner, fleet.plan())
    fleet.change()
    with fleet.timed("plan"):
        plan = fleet.plan()
    with fleet.timed("apply"):
        run = run_to_its_end(fleet.owner, plan)
    with fleet.timed("undo_plan"):
        _wait_until_made(create_undo_plan(acting_user=fleet.owner, run=run))
    with fleet.timed("plan_unchanged"):
        plan = fleet.plan()
    with fleet.timed("unchanged"):
        run_to_its_end(fleet.owner, plan)


def _wait_until_made(plan: Plan) -> None:
    """A worker makes it, as when somebody asks for it on a page."""
    while plan.state == Plan.State.COMPUTING:
        time.sleep(LOOK_AGAIN_SECONDS)
        plan.refresh_from_db(fields=["state"])
    assert plan.state == Plan.State.READY, plan.state_detail


def _apply_each(fleet: Fleet, slugs: Sequence[str]) -> None:
    plan = fleet.plan(slugs)
    run = SyncRun.objects.create(plan=plan, administration=fleet.main)
    for found in plan.targets.select_related("administration"):
        token = uuid.uuid4()
        target = SyncTarget.objects.create(
            run=run, administration=found.administration, plan_target=found, state="running", lease_token=token
        )
        work = work_of(target, token)
        with fleet.timed("engine"):
            apply_target(work)
    # Never announced: it would be the only run that nobody asked for.
    SyncRun.objects.filter(pk=run.pk).update(state=SyncRun.State.SUCCEEDED, finished_at=run.created_at)


def _execute_each(fleet: Fleet, slugs: Sequence[str]) -> None:
    """As a worker does: in turns, as long as those of a run of the whole fleet, each of which its targets share."""
    length = turn_length(len(fleet.slugs))
    with _nobody_is_woken(), mock.patch("settings_sync.services.targets.turns.turn_length", return_value=length):
        run = fleet.start(fleet.plan(slugs))
        while (first := _first_that_waits(run)) is not None:
            started = time.perf_counter()
            applied = take_turn(first)
            assert applied, "somebody else took the target"
            fleet.taken.setdefault("target", []).append((time.perf_counter() - started) / applied)


def _first_that_waits(run: SyncRun) -> uuid.UUID | None:
    waiting = run.targets.filter(state=SyncTarget.State.QUEUED).order_by("plan_target")
    return waiting.values_list("pk", flat=True).first()


@contextmanager
def _nobody_is_woken() -> Iterator[None]:
    """Send no message to the workers that run beside this process."""
    with mock.patch("settings_sync.services.runs.waking.send_messages", return_value=0):
        yield


def _measure_reaper(fleet: Fleet) -> None:
    """Rounds in which nothing is to be done; the first ones do what was left."""
    for _round in range(3):
        reap()
    for _round in range(REAPER_ROUNDS):
        with fleet.timed("reaper"):
            reap()


def _measure_pages(fleet: Fleet, rounds: int) -> dict[str, pages.Page]:
    """The pages with a run that was accepted and that no worker takes up."""
    fleet.change()
    with _nobody_is_woken():
        run = fleet.start(fleet.plan())
    return pages.measure(fleet.owner, fleet.main, run, max(rounds, 3))


def _measure_floor(fleet: Fleet) -> None:
    """The same change by a plain `INSERT … SELECT`: no plan, no check, no undo."""
    alone = make_administration("Bench floor")
    ways.floor(fleet.main, alone)
    for _round in range(FLOOR_ROUNDS):
        fleet.change()
        with fleet.timed("floor"):
            ways.floor(fleet.main, alone)


def _measure_migrating(fleet: Fleet, size: int) -> None:
    """First what is at the head already, then one column more for every administration, as a release brings it."""
    for _round in range(3):
        with fleet.timed("migrate_noop"):
            migrate_everything()
    with newer_release() as release:
        release.add_column(0)
        fleet.taken["migrate"] = [migrate(release) / size]


def _figures(fleet: Fleet, size: int, found_pages: dict[str, pages.Page]) -> dict[str, Any]:
    return {
        "administrations": size,
        "engine_ms": _ms(fleet.median("engine")),
        "target_ms": _ms(fleet.median("target")),
        "plan_s": round(fleet.median("plan"), 4),
        "apply_s": round(fleet.median("apply"), 4),
        "unchanged_s": round(fleet.median("unchanged"), 4),
        "undo_plan_s": round(fleet.median("undo_plan"), 4),
        "migrate_ms": _ms(fleet.median("migrate")),
        "migrate_noop_s": round(fleet.median("migrate_noop"), 4),
        "reaper_ms": _ms(fleet.median("reaper")),
        "pages": {
            name: {"ms": _ms(page.seconds), "kb": page.kb, "queries": page.queries}
            for name, page in found_pages.items()
        },
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _show(figures: dict[str, Any], fleet: Fleet) -> None:
    size = figures["administrations"]
    engine = figures["engine_ms"]
    floor = _ms(fleet.median("floor"))
    print(f"\n{size} administrations of 1,325 rows of settings; one field of one form changed. Medians.\n")
    lines: list[tuple[str, str, str]] = [
        ("floor", f"{floor:.1f} ms", "a plain INSERT … SELECT of everything, for one administration"),
        ("engine_ms", f"{engine:.1f} ms", f"{engine / floor:.2f}× the floor"),
        ("target_ms", f"{figures['target_ms']:.1f} ms", f"{figures['target_ms'] / engine:.2f}× the engine alone"),
        ("plan_s", f"{figures['plan_s']:.3f} s", _per(figures["plan_s"], size)),
        ("apply_s", f"{figures['apply_s']:.3f} s", _apply_beside(figures, size)),
        ("unchanged_s", f"{figures['unchanged_s']:.3f} s", f"its plan {fleet.median('plan_unchanged'):.3f} s"),
        ("undo_plan_s", f"{figures['undo_plan_s']:.3f} s", _per(figures["undo_plan_s"], size)),
        ("migrate_ms", f"{figures['migrate_ms']:.1f} ms", "per administration, one migration"),
        ("migrate_noop_s", f"{figures['migrate_noop_s']:.3f} s", _per(figures["migrate_noop_s"], size)),
        ("reaper_ms", f"{figures['reaper_ms']:.1f} ms", "a round in which nothing is to be done"),
    ]
    for name, figure, beside in lines:
        print(f"{name:18}{figure:>12}   {beside}")
    print()
    for name, page in figures["pages"].items():
        beside = f"{page['ms'] / figures['pages']['empty']['ms']:6.1f}× an empty page"
        print(f"{name:18}{page['ms']:9.1f} ms{page['kb']:9.1f} kB{page['queries']:5} queries {beside}")


def _per(seconds: float, size: int) -> str:
    return f"{seconds * 1000 / size:.1f} ms for each administration"


def _apply_beside(figures: dict[str, Any], size: int) -> str:
    ideal = figures["engine_ms"] * size / 1000 / CORES
    return f"{figures['apply_s'] / ideal:.2f}× the engine alone on {CORES} cores"
