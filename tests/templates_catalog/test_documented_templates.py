"""Every example of docs/templates.md becomes what stands behind it, and every limit and name in it is the real one."""

import re
import uuid
from pathlib import Path

import pytest
from django.utils import translation

from catalog_kit import template_filters, template_language
from catalog_kit.placing import Picture, fill_in_html
from catalog_kit.taking_in import problems_of_markup
from catalog_kit.template_filters import FILTERS
from templates_catalog.placeholders import LINE_COLUMNS, problems_of_placeholders
from templates_catalog.samples import sample_texts
from templates_catalog.shared_blocks import BlockBook, KnownBlock
from tenants.entry_fields import LONGEST_TEXT

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "templates.md").read_text()
EXAMPLES = re.findall(r"```liquid\n(.*?)\n```\n```html\n(.*?)\n```", DOCUMENT, re.DOTALL)
BLOCK_TEXT = re.findall(r"```liquid-block\n(.*?)\n```", DOCUMENT, re.DOTALL)[0]
LIMITS = (
    LONGEST_TEXT,
    template_language.MOST_TAGS,
    template_language.LONGEST_TAG,
    template_language.DEEPEST_NESTING,
    template_language.LONGEST_RANGE,
    template_language.MOST_TURNS,
    template_language.DEEPEST_BLOCKS,
    template_filters.LARGEST_TEXT,
)


@pytest.mark.parametrize(("template", "html"), EXAMPLES)
def test_an_example_becomes_what_stands_behind_it(template, html):
    with translation.override("nl"):
        values = {**sample_texts(), "bedrijf.logo": Picture("", "Van Dijk Groep"), "bedrijf.naam": "Van Dijk Groep"}
        values |= BlockBook((KnownBlock(uuid.uuid4(), "Voettekst mail", BLOCK_TEXT),)).values()
        assert problems_of_placeholders("email", template, takes_blocks=True) == []
        assert problems_of_markup(template) == []
        assert fill_in_html(template, values) == html


def test_the_document_names_every_filter_every_tag_and_every_column():
    assert len(EXAMPLES) >= 8
    for name in (*FILTERS, *template_language.TAGS, *LINE_COLUMNS):
        assert f"`{name}`" in DOCUMENT, name


def test_the_limits_are_those_of_the_code():
    for limit in LIMITS:
        assert f" {limit:,} " in DOCUMENT, limit
    assert f" {template_language.LARGEST_OUTPUT // 1_000_000} MB |" in DOCUMENT
