"""The bar that shows how much is in line."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from settings_sync.templatetags.alignment import BAR_WIDTH


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load alignment %}" + source).render(Context(context))


def widths(html: str) -> dict[str, float]:
    found = re.findall(r'class="bar-(\w+)" x="[\d.]+" y="0" width="([\d.]+)"', html)
    return {key: float(width) for key, width in found if key != "track"}


def test_the_bar_is_filled_exactly_and_in_proportion() -> None:
    drawn = widths(render("{% alignment_bar counts %}", counts={"in_line": 300, "behind": 100}))
    assert sum(drawn.values()) == pytest.approx(BAR_WIDTH, abs=0.05)
    assert drawn["in_line"] / drawn["behind"] == pytest.approx(2.8, abs=0.3)


def test_one_conflict_among_thousands_can_still_be_seen() -> None:
    assert widths(render("{% alignment_bar counts %}", counts={"in_line": 9999, "conflict": 1}))["conflict"] >= 5


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"in_line": 5}, "everything in line"),
        ({"in_line": 5, "behind": 1, "conflict": 2}, "2 wait for a decision · 1 is behind"),
        ({"missing": 5}, "nothing received yet"),
        ({}, "nothing to compare"),
        ({"in_line": 5, "own": 3}, "everything in line"),
    ],
)
def test_the_bar_says_in_words_what_it_shows(counts: dict[str, int], words: str) -> None:
    assert words in render("{% alignment_bar counts %}", counts=counts)


def test_without_words_the_bar_still_tells_a_screen_reader() -> None:
    assert 'aria-label="2 are behind"' in render("{% alignment_bar counts words=False %}", counts={"behind": 2})
