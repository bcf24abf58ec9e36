"""Placeholders: which exist for a kind of template, and what is said of those that do not."""

import pytest
from django.utils import translation

from templates_catalog.placeholders import PLACEHOLDERS, problems_of_placeholders


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Geen",
        "{{ klant.naam }}",
        "{{klant.naam}} en {{  werkbon.nummer  }}",
        "a { b } c",
        "{{ eigen.uren }}",
        "{{ klant.naam | upcase }}",
        "{% if factuur.nummer %}x{% else %}{{ offerte.nummer }}{% endif %}",
        "{% for regel in factuur.regels %}{{ forloop.index }} {{ regel.omschrijving }}{% endfor %}",
        "{{ factuur.regels.size }} {{ factuur.regels.first.bedrag }} {{ factuur.regels[0].aantal }}",
        "{% assign naam = klant.naam | upcase %}{{ naam }}",
        ".a{width:100%}} @media print{p{margin:0}}",
    ],
)
def test_what_is_declared_may_be_used(text):
    assert problems_of_placeholders("email", text) == []


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("email", "{{ klant.nam }}", "{{ klant.nam }} does not exist here. Did you mean {{ klant.naam }}?"),
        ("email", "{{ Bedrijf.IBAN }}", "{{ Bedrijf.IBAN }} does not exist here. Did you mean {{ bedrijf.iban }}?"),
        ("email", "{{bedrijfsnaam}}", "{{ bedrijfsnaam }} does not exist here. Did you mean {{ bedrijf.naam }}?"),
        ("email", "{{ totaal_bedrag }}", "{{ totaal_bedrag }} does not exist here. Did you mean {{ factuur.totaal }}?"),
        ("email", "{{ plan.doel }}", "{{ plan.doel }} does not exist here. Choose one from the list of placeholders."),
        ("sms", "{{ eigen.Ur }}", "{{ eigen.Ur }} does not exist here. Choose one from the list of placeholders."),
        ("email", "{{ zzz }}", "{{ zzz }} does not exist here. Choose one from the list of placeholders."),
        ("email", "{{ }}", "There is no name between these braces. Choose one from the list of placeholders."),
        (
            "work_order",
            "{{ factuur.regels }}",
            "{{ factuur.regels }} does not exist here. Did you mean {{ werkbon.regels }}?",
        ),
        (
            "invoice",
            "{% for regel in factuur.regels %}{{ regel.bedrg }}{% endfor %}",
            "{{ regel.bedrg }} does not exist here. Did you mean {{ regel.bedrag }}?",
        ),
        (
            "email",
            "een\ntwee {{ zzz }}",
            "Line 2: {{ zzz }} does not exist here. Choose one from the list of placeholders.",
        ),
        (
            "email",
            "{% if klant.rang %}x{% endif %}",
            "{{ klant.rang }} does not exist here. Choose one from the list of placeholders.",
        ),
        ("email", "{{ klant }}", "{{ klant }} does not exist here. Choose one from the list of placeholders."),
    ],
)
def test_an_unknown_placeholder_is_named_with_the_nearest(kind, text, says):
    assert problems_of_placeholders(kind, text) == [says]


def test_each_unknown_placeholder_is_said_once():
    assert len(problems_of_placeholders("email", "{{ x.y }} {{ x.y }} {{ x.z }}")) == 2


def test_a_text_that_is_no_template_is_said_with_its_line():
    assert problems_of_placeholders("email", "een\n{% if klant.naam %}twee") == [
        "Line 2: {% if %} is not closed: write {% endif %} behind it."
    ]


def test_every_kind_has_the_company_and_no_name_twice():
    for names in ([placeholder.name for placeholder in group] for group in PLACEHOLDERS.values()):
        assert "bedrijf.naam" in names
        assert len(names) == len(set(names))
