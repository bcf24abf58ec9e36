"""Every fault that a doctor knows is planted by a test, has a sentence in each language, and a place in the guide."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from local_servers.processes import PROJECT
from settings_sync.services.doctor.faults import REPAIRABLE, SENTENCES, Fault, named
from tests.settings_sync.services.doctor import test_examining, test_installation

FACTS = dict.fromkeys(
    ("detail", "sender", "number", "name", "names", "seconds", "found", "wanted", "who", "right", "event"), "…"
)


def texts_in(path: Path) -> set[str]:
    """The texts that stand in a file of Python."""
    return {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}


def test_every_fault_is_planted_by_a_test():
    here = Path(__file__).parent
    places = [*here.glob("test_*.py"), PROJECT / "tests" / "settings_sync" / "management" / "test_doctor.py"]
    planted = set().union(*(texts_in(path) for path in places if path != Path(__file__)))
    assert not set(SENTENCES) - planted


def test_every_fault_that_can_be_repaired_is_repaired_by_a_test():
    repaired = {code for code, *_rest in [*test_examining.REPAIRABLE, *test_installation.REPAIRABLE]}
    assert repaired == REPAIRABLE


@pytest.mark.parametrize("code", SENTENCES)
def test_every_fault_says_what_is_wrong_in_both_languages(code):
    fault = Fault(code, facts=FACTS)
    with override("en"):
        english = fault.sentence
    with override("nl"):
        assert fault.sentence != english
    assert "{" not in english


@pytest.mark.parametrize("code", SENTENCES)
def test_every_fault_is_in_the_guide_and_bold_when_it_can_be_repaired(code):
    guide = (PROJECT / "docs" / "operations.md").read_text()
    assert f"`{code}`" in guide
    assert (f"**`{code}`**" in guide) == (code in REPAIRABLE)


def test_of_many_settings_the_first_few_are_named():
    assert named(["b", "a"]) == {"number": 2, "names": "a, b"}
    assert named(list("edcba")) == {"number": 5, "names": "a, b, c, …"}
