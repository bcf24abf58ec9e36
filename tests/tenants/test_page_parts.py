"""The parts that pages share."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from tenants.templatetags.page_parts import BADGE_ICONS, BAR_WIDTH

ROOT = Path(__file__).resolve().parents[2]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load page_parts %}" + source).render(Context(context))


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
        ({"in_line": 5, "behind": 1, "conflict": 2}, "2 conflicts · 1 is behind"),
        ({"missing": 5}, "nothing received yet"),
        ({}, "nothing to compare"),
        ({"in_line": 5, "own": 3}, "everything in line"),
    ],
)
def test_the_bar_says_in_words_what_it_shows(counts: dict[str, int], words: str) -> None:
    assert words in render("{% alignment_bar counts %}", counts=counts)


def test_without_words_the_bar_still_tells_a_screen_reader() -> None:
    assert 'aria-label="2 are behind"' in render("{% alignment_bar counts words=False %}", counts={"behind": 2})


def test_what_a_badge_says_is_escaped() -> None:
    assert "&lt;b&gt;" in render("{% badge 'ok' words %}", words="<b>")


def test_every_icon_that_a_template_names_is_drawn() -> None:
    sources = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    named = {name for source in sources for name in re.findall(r'{% icon "([^"]+)"', source)}
    assert named - ICONS == set()
    assert set(BADGE_ICONS.values()) <= ICONS
