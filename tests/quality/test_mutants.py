"""Which faults are planted in a function, and that the tests of it are asked about each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_servers.processes import PROJECT
from quality.mutants import mutants_of


def planted(body: str) -> set[str]:
    source = "def judge(a, b):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return {f"{mutant.before} → {mutant.after}" for mutant in mutants_of(source, "judging.py")}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a < b", {"return a < b → return None", "a < b → a <= b"}),
        ("return a in b is not None", {"a in b is not None → a not in b is not None"}),
        ("return a and not b", {"a and (not b) → a or not b", "not b → b"}),
        ("return a + b", {"a + b → a - b"}),
        ("return 3", {"3 → 4"}),
        ("return True", {"True → False"}),
        ("return 'name'", {"'name' → 'name?'"}),
        ("if a:\n    b.append(1)", {"b.append(1) → pass", "if a: b.append(1) → if not a: b.append(1)"}),
        ("return [one for one in a if one]", {"for one in a if one → for one in a"}),
        ("for one in a:\n    continue", {"continue → break"}),
    ],
)
def test_a_fault_that_is_planted(body: str, expected: set[str]) -> None:
    assert expected <= planted(body)


@pytest.mark.parametrize("body", ['"""What it does."""', "yield a", "return None", "return"])
def test_what_makes_no_difference_is_left_alone(body: str) -> None:
    assert planted(body) == set()


def test_each_mutant_has_one_fault_and_the_code_as_it_stands_has_none() -> None:
    source = "class Judge:\n    def both(self, a, b):\n        return a > 0 and b > 0\n"
    names: dict[str, object] = {}
    exec(compile(source, "judging.py", "exec"), names)
    both = names["Judge"].both  # type: ignore[attr-defined]
    asked = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (1, 2)]
    right = [both(None, *values) for values in asked]
    found = list(mutants_of(source, "judging.py"))
    assert [mutant.function for mutant in found] == ["Judge.both"] * len(found)
    answers = []
    for mutant in found:
        both.__code__ = mutant.code
        answers.append([both(None, *values) for values in asked])
    assert len(found) == 6
    assert all(answer != right for answer in answers)
    assert len({str(answer) for answer in answers}) == len(found)


MODULE = """
import functools

@functools.lru_cache
def is_adult(age):
    return age >= 18

def unused():
    return "nobody asks"

def forever(count):
    while count > 0:
        count -= 1
    return count
"""
TESTS = """
from people import forever, is_adult

def test_adults():
    assert is_adult(30) and not is_adult(3)

def test_it_ends():
    assert forever(3) == 0
"""


def test_what_no_test_asks_for_is_named_and_what_loops_for_ever_is_ended(tmp_path: Path) -> None:
    (tmp_path / "people.py").write_text(MODULE)
    (tmp_path / "test_people.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{tmp_path}", "EENLIJN_MUTANT_SECONDS": "1"}
    plugins = ("-p", "quality.mutating", "-p", "no:django", "-p", "no:schemathesis")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--mutate", "people.py", "-q"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert "people.py:6: is_adult: age >= 18  →  age > 18" in lines, done.stdout + done.stderr
    assert "people.py:6: is_adult: 18  →  19" in lines
    assert "people.py:9: unused: 'nobody asks'  →  'nobody asks?'  (no test comes here)" in lines
    assert [line for line in lines if "forever" in line] == []
    assert "people.py: 6 killed, 2 lived, 1 not reached" in lines
    assert done.returncode == 1
