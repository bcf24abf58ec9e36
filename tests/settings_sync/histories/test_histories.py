"""The engine in PostgreSQL against the model, over long histories: edits on both sides, decisions, crashes, syncs.

`HYPOTHESIS_PROFILE=long ./dev test tests/settings_sync/histories` runs ten times as many.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from forms_catalog.sync import FormSync
from reference_data.sync import WorkTypeSync
from settings_sync.declaring.options import Removed
from templates_catalog.sync import SchemeSync
from tenants import failpoints
from tests.contracts.world import Company
from workflows.sync import WorkflowSync

from .edits import CHILDREN
from .stage import Place, drop_stage, make_stage
from .syncing import ROWS, History, Killed

MANY = 10 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each history empties its administrations first."""


@pytest.fixture
def stage(db: None) -> Iterator[tuple[Company, list[Place]]]:
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


def test_whatever_is_edited_and_decided_a_sync_comes_to_what_the_table_says(stage, crashes):
    company, places = stage
    run_state_machine_as_test(
        lambda: History(company, places, crashes),
        settings=settings(
            max_examples=200 * MANY,
            stateful_step_count=51,  # the beginning is one
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=51,
    )
    assert History.told["steps"] >= 200 * 50 * MANY
    assert all(History.told[row] for row in ROWS), History.told
