"""The parts that pages share."""

import re
from pathlib import Path

from django.template import Context, Template
from django.utils import translation

from tenants.templatetags.page_parts import BADGE_ICONS

ROOT = Path(__file__).resolve().parents[2]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load page_parts %}" + source).render(Context(context))


def test_what_a_badge_says_is_escaped() -> None:
    assert "&lt;b&gt;" in render("{% badge 'ok' words %}", words="<b>")


def test_every_icon_that_a_template_names_is_drawn() -> None:
    sources = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    named = {name for source in sources for name in re.findall(r'{% icon "([^"]+)"', source)}
    assert named - ICONS == set()
    assert set(BADGE_ICONS.values()) <= ICONS


def test_a_text_between_tags_keeps_its_quotation_marks_and_nothing_that_is_read_as_a_tag():
    template = Template("{% load page_parts %}<pre>{{ text|in_text }}</pre>")
    shown = template.render(Context({"text": "{\"a\": '<script>alert(1)</script> & more'}"}))
    assert shown == "<pre>{\"a\": '&lt;script&gt;alert(1)&lt;/script&gt; &amp; more'}</pre>"
