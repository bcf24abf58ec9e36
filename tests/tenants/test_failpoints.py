"""Failpoints: off they cost nothing, on they happen once, and where people work they do not start."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenants import failpoints
from tests.waiting import PATIENCE_SECONDS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    return tmp_path


def test_off_they_do_nothing_and_cost_next_to_nothing():
    assert failpoints._folder is None
    started = time.perf_counter()
    for _ in range(100_000):
        failpoints.reach("apply.before-commit")
    assert time.perf_counter() - started < 1


def test_every_point_is_in_the_code_once_and_the_other_way_round():
    sources = [*PROJECT.glob("settings_sync/**/*.py"), *PROJECT.glob("tenants/**/*.py")]
    reached = [name for path in sources for name in re.findall(r'\breach\("([^"]+)"\)', path.read_text())]
    others = failpoints.POINTS_OF_RINGS + failpoints.POINTS_OF_DOORS + failpoints.POINTS_OF_COMMANDS
    known = failpoints.POINTS + others
    assert sorted(reached) == sorted(known)
    assert len(reached) >= 10


def test_a_point_that_is_set_happens_once(on):
    (on / "claim.before-commit").write_text("raise")
    failpoints.reach("claim.after-commit")
    with pytest.raises(failpoints.PointReached):
        failpoints.reach("claim.before-commit")
    failpoints.reach("claim.before-commit")


def test_a_point_that_kills_kills(tmp_path):
    (tmp_path / "apply.after-locks").write_text("kill")
    code = "from tenants.failpoints import reach; reach('claim.after-commit'); reach('apply.after-locks')"
    environment = {**os.environ, failpoints.VARIABLE: str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, cwd=PROJECT).returncode == -signal.SIGKILL


def test_a_point_that_waits_goes_on_when_its_note_is_taken_away(tmp_path):
    (tmp_path / "apply.after-locks").write_text("wait")
    environment = {**os.environ, failpoints.VARIABLE: str(tmp_path)}
    code = "from tenants.failpoints import reach; reach('apply.after-locks')"
    with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=PROJECT) as process:
        note = tmp_path / "apply.after-locks.reached"
        while not note.exists():
            assert process.poll() is None
            time.sleep(0.01)
        assert process.poll() is None
        note.unlink()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_the_product_does_not_start_with_failpoints_where_people_work(on):
    failpoints.refuse_in_production(debug=True, demo=False)
    failpoints.refuse_in_production(debug=False, demo=True)
    with pytest.raises(ImproperlyConfigured, match="breaks things on purpose"):
        failpoints.refuse_in_production(debug=False, demo=False)
