"""Placeholders: which exist, and how they are filled in."""

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from catalog_kit.braces import substitute, used_names
from templates_catalog.placeholders import PLACEHOLDERS, problems_of_placeholders


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "text",
    ["", "Geen", "{{ klant.naam }}", "{{klant.naam}} en {{  werkbon.nummer  }}", "a { b } c", "{{ eigen.uren }}"],
)
def test_a_known_placeholder_is_fine(text):
    assert problems_of_placeholders("email", text) == []


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("email", "{{ klant.nam }}", "{{ klant.nam }} does not exist here. Did you mean {{ klant.naam }}?"),
        ("email", "{{ Bedrijf.IBAN }}", "{{ Bedrijf.IBAN }} does not exist here. Did you mean {{ bedrijf.iban }}?"),
        ("sms", "{{ eigen.Ur }}", "{{ eigen.Ur }} does not exist here. Choose one from the list of placeholders."),
        ("email", "{{ zzz }}", "{{ zzz }} does not exist here. Choose one from the list of placeholders."),
        ("email", "{{ }}", "{{  }} does not exist here. Choose one from the list of placeholders."),
        (
            "work_order",
            "{{ factuur.regels }}",
            "{{ factuur.regels }} does not exist here. Did you mean {{ werkbon.regels }}?",
        ),
        ("email", "{{ klant.naam", "{{ stands alone. Write a placeholder as {{ name }}."),
        ("email", "{% if x %}", "{% stands alone. Write a placeholder as {{ name }}."),
        ("email", "{{ klant.naam|safe }}", "{{ klant.naam|safe }} does not exist here. Did you mean {{ klant.naam }}?"),
    ],
)
def test_an_unknown_placeholder_is_named_with_the_nearest(kind, text, says):
    assert says in problems_of_placeholders(kind, text)


def test_each_unknown_placeholder_is_said_once():
    assert len(problems_of_placeholders("email", "{{ x.y }} {{ x.y }} {{ x.z }}")) == 2


def test_values_are_escaped():
    assert substitute("{{ klant.naam }}!", {"klant.naam": "<b>Jan & co</b>"}) == "&lt;b&gt;Jan &amp; co&lt;/b&gt;!"


def test_values_that_are_html_already_stay_html():
    assert substitute("{{ factuur.regels }}", {"factuur.regels": mark_safe("<table></table>")}) == "<table></table>"


def test_a_text_message_is_not_escaped():
    assert substitute("{{ klant.naam }}", {"klant.naam": "Jan & co"}, escape=False) == "Jan & co"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_again():
    assert substitute("{{ a }}", {"a": "{{ b }}", "b": "secret"}) == "{{ b }}"


def test_nothing_is_evaluated():
    hostile = "{{ a.__class__ }}{% load x %}{{ 7*7 }}"
    assert substitute(hostile, {"a": "x"}) == hostile


def test_names_are_found_once_in_order():
    assert used_names("{{ b }} {{a}} {{ b }}") == ["b", "a"]


def test_every_kind_knows_the_company():
    for kind, placeholders in PLACEHOLDERS.items():
        names = [placeholder.name for placeholder in placeholders]
        assert "bedrijf.iban" in names, kind
        assert len(names) == len(set(names)), kind
