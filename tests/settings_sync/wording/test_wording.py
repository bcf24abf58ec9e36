"""Every verdict with every action is told as a sentence, never as a code."""

from decimal import Decimal

import pytest
from django.utils import translation

from settings_sync.planning.verdicts import Action, Verdict
from settings_sync.wording.findings import FINDINGS
from settings_sync.wording.wording import reason_of, value_in_words

FACTS = {"holder": "Storing", "needs": "Ketel", "path": "name", "problem": "Kies een type.", "needs_by_kind": ""}


@pytest.mark.parametrize("undoes", [False, True])
@pytest.mark.parametrize("verdict", [word for word in Verdict if word not in (Verdict.IN_LINE, Verdict.OWN)])
def test_every_verdict_has_a_sentence_for_every_action(verdict, undoes):
    with translation.override("en"):
        said = {reason_of(verdict, FACTS, action.value, undoes=undoes) for action in Action}
    assert all(line.endswith((".", "!")) and "{" not in line and "_" not in line for line in said)


@pytest.mark.parametrize(
    ("facts", "action", "says"),
    [
        ({}, "archive", "in Noord it is archived."),
        ({"archived_instead": "used"}, "archive", "it is used in Noord"),
        ({"changed": "yes"}, "keep", "it was changed in Noord, so it stays"),
        ({"changed": "yes"}, "delete", "in Noord it is deleted"),
    ],
)
def test_a_removal_says_what_becomes_of_it_here_and_why(facts, action, says):
    with translation.override("en"):
        assert says in reason_of(Verdict.REMOVED_IN_SOURCE, facts, action, where="Noord")


def test_a_merge_that_cannot_be_says_where_without_a_uid():
    facts = {"path": "field/0b8f/section", "needs_by_kind": "forms_catalog.form"}
    with translation.override("en"):
        assert "0b8f" not in reason_of(Verdict.INVALID, facts, "hold")


def test_every_finding_is_known():
    assert set(FINDINGS) == {"overtaken", "done-before", "stale", "needs-held", "name-taken", "archived-instead"}


def test_a_number_is_written_as_the_reader_writes_it():
    with translation.override("nl"):
        assert value_in_words(None, Decimal("9.50"), {}) == "9,50"
