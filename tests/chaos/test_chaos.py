"""`./dev chaos` itself, on servers and workers of its own, with a few of the faults."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OWN = ("DATABASE_URL", "SYNC_DATABASE_URL", "REDIS_URL", "SUPERUSER_DATABASE_URL", "SECRET_KEY")


def run_chaos(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: found for name, found in os.environ.items() if name not in OWN}
    return subprocess.run(
        [sys.executable, "dev", "chaos", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_killed_workers_and_databases_lose_double_and_halve_nothing(tmp_path):
    figures = tmp_path / "chaos.json"
    done = run_chaos("points", "undo", "audit", "--short", "--json", str(figures))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["fault"]: row for row in json.loads(figures.read_text())}
    assert rows["failpoint × killed"]["survived"] == rows["failpoint × killed"]["tried"] >= 4
    assert rows["failpoint × database killed"]["survived"] == 1
    assert rows["undo of generated runs"]["survived"] == rows["undo of generated runs"]["tried"] >= 5
    assert rows["undo after later edits"]["control"] != "0 asked"
    assert rows["privilege audit"]["control"] == "5 of 5 planted seen"
    assert "survived" in done.stdout


def test_a_fault_that_does_not_exist_is_named():
    done = run_chaos("earthquake")
    assert done.returncode != 0
    assert "there is no earthquake" in done.stderr
