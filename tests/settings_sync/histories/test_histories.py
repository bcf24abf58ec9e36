"""The engine in PostgreSQL against the model, over long histories: edits on both sides, decisions, crashes, syncs, runs
that fail and are tried again, runs that are taken back, and that taken back as well.

`EENLIJN_HISTORIES` says how many: `short` (20, those of the gate that meet every row), `gate` (40), `many` (400),
`long` (5,000), or a number. A seed and a number make a history: `EENLIJN_HISTORIES_SEED` gives the seed, which is
always the same for `short` and `gate` and another one each time for more, and `EENLIJN_HISTORIES_FROM` the number to
begin with. So what differs is played again alone, and many are divided over processes. A history that differs is told
step by step, and the others go on.
`EENLIJN_HISTORIES=many ./dev test tests/settings_sync/histories -n 0 -s`
"""

import logging
import os
import random
import time
import traceback
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forms_catalog.sync import FormSync
from reference_data.sync import WorkTypeSync
from settings_sync.declaring.options import Removed
from settings_sync.planning.judging import judge
from settings_sync.planning.problems import added
from templates_catalog.sync import SchemeSync
from tenants import failpoints
from workflows.sync import WorkflowSync

from .drawing import Draws
from .edits import CHILDREN, EDITS, steps_of
from .meetings import MEETINGS
from .running import Killed
from .stage import Stage, drop_stage, make_stage
from .syncing import CONTRARY, DECIDE_ALL, ROWS, SYNC_ALL, WHATEVER, Focus, History

SIZES = {"short": 20, "gate": 40, "many": 400, "long": 5000}
GATE_SEED = 1
SHORT_FROM = 20
"""Of the histories of the gate these, in a row, are the fewest that together meet every row."""
STEPS = 50
FEW = 5
"""After so many histories that differ nobody plays the rest."""
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each history empties its administrations first."""


@pytest.fixture(scope="module")
def stage(standing: None) -> Iterator[Stage]:
    made = make_stage(children=CHILDREN)
    yield made
    drop_stage(made.places)


def die(_note: Path, name: str) -> None:
    raise Killed(name)


@pytest.fixture
def crashes(tmp_path: Path, monkeypatch: Any) -> Iterator[Path]:
    """A folder in which a point can be told to fail: in this process dying is an error that nothing catches."""
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    monkeypatch.setitem(failpoints.ACTIONS, "kill", die)
    for step in ("runs.runs.announce_run", "runs.runs.wake_targets"):
        monkeypatch.setattr(f"settings_sync.services.{step}", lambda *given: None)  # nobody listens here
    for step in ("fold_children", "wake_targets"):
        monkeypatch.setattr(f"settings_sync.services.targets.targets.{step}", lambda *given: None)
    for declaration in (FormSync, WorkTypeSync, WorkflowSync, SchemeSync):
        monkeypatch.setattr(declaration, "removed", Removed.DELETE)
    logging.disable(logging.ERROR)  # thousands of runs, many of which fail on purpose
    yield tmp_path
    logging.disable(logging.NOTSET)


@dataclass(frozen=True)
class Asked:
    """Which histories are to be played."""

    seed: int
    numbers: range

    @classmethod
    def read(cls) -> "Asked":
        """As the environment says."""
        size = os.environ.get("EENLIJN_HISTORIES", "short")
        many = SIZES[size] if size in SIZES else int(size)
        seed = GATE_SEED if size in ("short", "gate") else random.SystemRandom().randrange(10**6)
        first = int(os.environ.get("EENLIJN_HISTORIES_FROM", SHORT_FROM if size == "short" else 1))
        return cls(int(os.environ.get("EENLIJN_HISTORIES_SEED", seed)), range(first, first + many))

    def __str__(self) -> str:
        seed, numbers = f"EENLIJN_HISTORIES_SEED={self.seed}", self.numbers
        return f"{seed} EENLIJN_HISTORIES_FROM={numbers.start} EENLIJN_HISTORIES={len(numbers)}"


def test_whatever_is_edited_and_decided_a_sync_comes_to_what_the_table_says(stage, crashes):
    asked, differing, stories, begun = Asked.read(), [], 0, time.monotonic()
    print(f"\n{asked}")
    History.told.clear()
    for number in asked.numbers:
        history = History(stage, crashes, Draws(asked.seed, number), WHATEVER)
        try:
            history.play(STEPS)
        except Exception as error:
            error.add_note(f"Again, alone: {Asked(asked.seed, range(number, number + 1))}")
            print("".join(traceback.format_exception(error)), flush=True)
            differing.append(error)
            if len(differing) == FEW:
                break
        stories = zlib.crc32("\n".join(history.story).encode(), stories)
        if number % 100 == 0:
            print(f"{number}: {len(differing)} differ, after {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{dict(History.told)}, stories {stories:08x}")
    if differing:
        raise ExceptionGroup(f"{len(differing)} histories differ from the model", differing)
    print(f"{History.told['histories']} histories: no difference")
    assert History.told["steps"] == len(asked.numbers) * STEPS
    assert len(asked.numbers) < SIZES["short"] or all(History.told[row] for row in ROWS), History.told


@dataclass(frozen=True)
class Fault:
    """A mend that is taken out, what a history must be about to miss it, how it tells, and the first that missed it."""

    name: str
    place: str
    without: Any
    steps: tuple[str, ...]
    told: str
    first: int
    """Only a saving of time: when other histories are drawn, one of the next that are played misses it as well."""
    syncs: Any = SYNC_ALL


def used_as_it_stands(made: Any, uses: Any) -> set[Any]:
    """Judge uses by what points at an item now, not by what the plan makes of that."""
    going = {key for key, change in made.changes.items() if change.action == "delete"}
    return going & (uses.in_daily_data | {key for key, by in uses.pointing if by not in going})


def steps_alone(places: Any, path: str) -> list[str]:
    """A path and what it begins with, not the section around its field."""
    steps = path.split("/")
    return ["/".join(steps[:length]) for length in range(len(steps), 0, -1)]


def refused_whoever_has_it(
    result: Any, source: Any, local: Any, validate: Callable[[Any], Iterable[str]], *, was_here: bool
) -> list[str]:
    """Hold what rules for people refuse, also where the main administration has it like that."""
    return added(validate(result), validate(local) if local else ())


FAULTS = [
    Fault(
        "what only the run itself uses",
        "planning.using._used_after",
        used_as_it_stands,
        ("make_and_use",),
        "where there should be None",
        2,
    ),
    Fault(
        "a companion hides the uncoupling",
        "engine.applying.lateness._by_what_was_seen",
        lambda changes: {change.stands_as: change for change in changes},
        ("cross_names",),
        "where there should be|name-taken|needs-held|succeeded",
        6,
        DECIDE_ALL,
    ),
    Fault(
        "the run's own pin is heeded",
        "planning.undoing._as_kept_since",
        lambda steps, local: local,
        ("describe", "rename"),
        "where there should be",
        3,
        DECIDE_ALL,
    ),
    Fault(
        "a kept section is an empty shell",
        "planning.sides.Places.outwards",
        steps_alone,
        ("edit_in_what_goes",),
        "section",
        2,
        CONTRARY,
    ),
    Fault(
        "a name blocks who has it",
        "planning.holding._newly_wanted",
        lambda change, entry, local: entry.unique_keys,
        ("take_a_name_that_comes",),
        "name_taken",
        2,
    ),
    Fault(
        "what a policy kept is not agreed",
        "planning.settling.kept_by_policy",
        lambda merged, sides: [],
        ("edit_the_same",),
        "remembers",
        3,
        CONTRARY,
    ),
    Fault(
        "a list is one value",
        "planning.merging.unite",
        lambda *given: None,
        ("add_options_on_both_sides",),
        "options",
        3,
    ),
    Fault(
        "rules keep out what the main has",
        "planning.composing.refused",
        refused_whoever_has_it,
        ("add_option",),
        "invalid",
        8,
    ),
    Fault(
        "what was made here goes with what is replaced",
        "planning.settling._is_own_part",
        lambda item, path, source, local: False,
        ("make_anew_what_was_added_to",),
        "where there should be|section",
        3,
        DECIDE_ALL,
    ),
    Fault(
        "what was edited since the run goes back with it",
        "planning.undoing.judge",
        lambda left, before, here: judge(left, before, left),
        ("describe", "edit_part"),
        "edited since|where there should be",
        6,
    ),
    Fault(
        "a retry goes back in time",
        "services.targets.targets.find_overtaken",
        lambda target: {},
        ("describe", "rename"),
        "back in time",
        1,
    ),
]


def play_some(stage: Stage, crashes: Path, focus: Focus, first: int) -> None:
    for number in range(first, first + 40):
        History(stage, crashes, Draws(1, number), focus).play(20)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_mend_that_is_taken_out_is_missed(fault, stage, crashes, monkeypatch):
    monkeypatch.setattr(f"settings_sync.{fault.place}", fault.without)
    focus = Focus(steps_of({**EDITS, **MEETINGS}, *fault.steps), fault.syncs)
    with pytest.raises(AssertionError, match=fault.told):
        play_some(stage, crashes, focus, fault.first)


def test_a_seed_and_a_number_bring_a_history_back(stage, crashes):
    first, again = (History(stage, crashes, Draws(3, 1), WHATEVER) for _time in range(2))
    first.play(STEPS)
    again.play(STEPS)
    assert first.story == again.story
