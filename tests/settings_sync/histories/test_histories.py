"""The engine in PostgreSQL against the model, over long histories: edits on both sides, decisions, crashes, syncs, runs
that fail and are tried again, runs that are taken back, and that taken back as well.

`EENLIJN_HISTORIES` says how many: `gate` (40), `many` (400), `long` (5,000), or a number; `EENLIJN_HISTORIES_SEED=7`
draws others. A history that fails is told step by step.
`EENLIJN_HISTORIES=many ./dev test tests/settings_sync/histories -n 0 -s`
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from forms_catalog.sync import FormSync
from reference_data.sync import WorkTypeSync
from settings_sync.declaring.options import Removed
from templates_catalog.sync import SchemeSync
from tenants import failpoints
from tests.contracts.world import Company
from workflows.sync import WorkflowSync

from .edits import CHILDREN, EDITS, steps_of
from .meetings import MEETINGS
from .running import Killed
from .stage import Place, drop_stage, make_stage
from .syncing import CONTRARY, DECIDE_ALL, ROWS, SYNC_ALL, Focus, History

SIZES = {"gate": 40, "many": 400, "long": 5000}
STEPS = 51
"""The beginning is one."""
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each history empties its administrations first."""


@pytest.fixture(scope="module")
def stage(standing: None) -> Iterator[tuple[Company, list[Place]]]:
    company, places = make_stage(children=CHILDREN)
    yield company, places
    drop_stage(places)


def die(_note: Path, name: str) -> None:
    raise Killed(name)


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: Any) -> Path:
    """A folder in which a point can be told to fail: in this process dying is an error that nothing catches."""
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    monkeypatch.setitem(failpoints.ACTIONS, "kill", die)
    for step in ("runs.announce_run", "targets.fold_children", "runs.wake_targets", "targets.wake_targets"):
        monkeypatch.setattr(f"settings_sync.services.runs.{step}", lambda *given: None)  # nobody listens here
    for declaration in (FormSync, WorkTypeSync, WorkflowSync, SchemeSync):
        monkeypatch.setattr(declaration, "removed", Removed.DELETE)
    return tmp_path


def how_many() -> int:
    """How many histories were asked for."""
    default = "long" if os.environ.get("HYPOTHESIS_PROFILE") == "long" else "gate"
    asked = os.environ.get("EENLIJN_HISTORIES", default)
    return SIZES[asked] if asked in SIZES else int(asked)


def play(begin: Callable[[], History], *, histories: int, drawn: int | None = None, steps: int = STEPS) -> None:
    """Let so many histories agree with the model. What fails is not made shorter: that takes longer than reading it."""
    run_state_machine_as_test(
        begin if drawn is None else seed(drawn)(begin),
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=steps,
    )


def test_whatever_is_edited_and_decided_a_sync_comes_to_what_the_table_says(stage, crashes):
    many, drawn = how_many(), os.environ.get("EENLIJN_HISTORIES_SEED")
    History.told.clear()
    play(lambda: History(*stage, crashes), histories=many, drawn=int(drawn) if drawn else None)
    print(f"\n{dict(History.told)}: no difference")
    assert History.told["steps"] >= many * (STEPS - 1)
    # The few histories of the gate meet most rows of the table and not surely every one; many histories do.
    assert many < SIZES["many"] or all(History.told[row] for row in ROWS), History.told


@dataclass(frozen=True)
class Fault:
    """A mend that is taken out, what a history must be about to miss it, and how it tells."""

    name: str
    place: str
    without: Any
    steps: tuple[str, ...]
    told: str
    syncs: Any = SYNC_ALL


def used_as_it_stands(made: Any, uses: Any) -> set[Any]:
    """Judge uses by what points at an item now, not by what the plan makes of that."""
    going = {key for key, change in made.changes.items() if change.action == "delete"}
    return going & (uses.in_daily_data | {key for key, by in uses.pointing if by not in going})


def steps_alone(places: Any, path: str) -> list[str]:
    """A path and what it begins with, not the section around its field."""
    steps = path.split("/")
    return ["/".join(steps[:length]) for length in range(len(steps), 0, -1)]


FAULTS = [
    Fault(
        "what only the run itself uses",
        "planning.using._used_after",
        used_as_it_stands,
        ("make_and_use",),
        "where there should be None",
    ),
    Fault(
        "a companion hides the uncoupling",
        "planning.values.PlannedChange.writes",
        True,
        ("cross_names",),
        "where there should be|name-taken|needs-held|succeeded",
        DECIDE_ALL,
    ),
    Fault(
        "the run's own pin is heeded",
        "planning.undoing._as_kept_since",
        lambda steps, local: local,
        ("describe", "rename"),
        "where there should be",
        DECIDE_ALL,
    ),
    Fault(
        "a kept section is an empty shell",
        "planning.sides.Places.outwards",
        steps_alone,
        ("edit_in_what_goes",),
        "section",
        CONTRARY,
    ),
    Fault(
        "a name blocks who has it",
        "planning.holding._newly_wanted",
        lambda change, entry, local: entry.unique_keys,
        ("take_a_name_that_comes",),
        "name_taken",
    ),
    Fault(
        "what a policy kept is not agreed",
        "planning.settling._kept_by_policy",
        lambda merged, sides: [],
        ("edit_the_same",),
        "remembers",
        CONTRARY,
    ),
    Fault(
        "a retry goes back in time",
        "services.runs.targets.find_overtaken",
        lambda target: {},
        ("describe", "rename"),
        "back in time",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_mend_that_is_taken_out_is_missed(fault, stage, crashes, monkeypatch):
    monkeypatch.setattr(f"settings_sync.{fault.place}", fault.without)
    focus = Focus(steps_of({**EDITS, **MEETINGS}, *fault.steps), fault.syncs)
    with pytest.raises(AssertionError, match=fault.told):
        play(lambda: History(*stage, crashes, focus), histories=12, drawn=1, steps=21)
