"""docs/how-sync-works.md against the code: every verdict has an example, and what it names as a test is one."""

import re
from pathlib import Path

from settings_sync.planning.verdicts import Verdict
from tests.settings_sync.planning.test_verdict_table import ROWS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/how-sync-works.md").read_text()
EXAMPLES = [row.split("|")[1:4] for row in TEXT.partition("### One example of each")[2].splitlines() if "| `" in row]


def test_every_verdict_has_an_example_and_every_example_a_test():
    explained = {word for verdict, _example, _test in EXAMPLES for word in re.findall(r"`(\w+)`", verdict)}
    assert explained >= set(Verdict.values)
    assert all("`test_" in test for _verdict, _example, test in EXAMPLES)


def test_every_test_that_it_names_is_there():
    there = {
        name for file in ROOT.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    named = set(re.findall(r"`(test_[a-z0-9_]+)(?:\[[^`]+\])?`", TEXT))
    assert len(named) > 30
    assert named <= there
    assert set(re.findall(r"`test_row\[([^`]+)\]`", TEXT)) <= set(ROWS)
