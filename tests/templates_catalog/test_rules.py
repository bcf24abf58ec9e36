"""What makes a template right or wrong, without a database."""

import pytest
from django.utils import translation

from catalog_kit.taking_in import problems_of_markup
from reference_data.rules import messages_of
from templates_catalog.rules import problems_of_layout, problems_of_message, problems_of_scheme


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "html",
    [
        "Beste klant, 3 < 4 & 5 > 2",
        '<p style="color: #222">Tekst <strong>vet</strong><br></p>',
        '<table width="100%"><tr><td colspan="2">{{ factuur.regels }}</td></tr></table>',
        '<a href="https://example.com/?n={{ factuur.nummer }}">betaal</a>',
        '<img src="{{ bedrijf.logo }}" alt="">',
        "<p title='{{ klant.naam }}' class=x>{{ klant.naam }}</p>",
    ],
)
def test_ordinary_markup_is_allowed(html):
    assert problems_of_markup(html) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" JaVaScript:alert(1)">x</a>',
        '<a href="java&#115;cript:alert(1)">x</a>',
        "<iframe src='https://example.com'></iframe>",
        "<svg onload=alert(1)>",
        '<p style="width: expression(alert(1))">x</p>',
        "<style>@import 'https://example.com/x.css';</style>",
        "<form action='https://example.com'><input></form>",
        "<meta http-equiv=refresh content='0;url=https://example.com'>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<style></style/><img src=x onerror=alert(1)></style>",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<p>x</p><img src=x onerror=alert(1) ",
        "<SCRIPT SRC=//example.com/x.js>",
    ],
)
def test_markup_that_runs_or_calls_is_refused(html):
    assert problems_of_markup(html) != []


def test_an_email_needs_a_subject():
    assert problems_of_message({"kind": "email", "body": "Hoi"}) == {"subject": ["An e-mail needs a subject."]}


@pytest.mark.parametrize("subject", ["Twee\nregels", "Twee\r\nregels", "Twee\u2028regels"])
def test_a_subject_is_one_line(subject):
    told = problems_of_message({"kind": "email", "subject": subject})
    assert told == {"subject": ["A subject is one line. Take the line break out of it."]}


def test_an_sms_has_no_subject():
    assert problems_of_message({"kind": "sms", "subject": "x"}) == {"subject": ["An SMS has no subject."]}


def test_an_sms_may_hold_any_characters():
    assert problems_of_message({"kind": "sms", "body": "<3 {{ klant.naam }}"}) == {}


def test_the_field_with_the_wrong_placeholder_is_named():
    found = problems_of_layout({"kind": "invoice", "body": "{{ klant.naam }}", "footer": "{{ bedrijf.ibann }}"})
    assert found == {"footer": ["{{ bedrijf.ibann }} does not exist here. Did you mean {{ bedrijf.iban }}?"]}


def test_a_quotation_layout_knows_no_invoice():
    assert "body" in problems_of_layout({"kind": "quotation", "body": "{{ factuur.nummer }}"})


@pytest.mark.parametrize(("currency", "is_right"), [("EUR", True), ("eur", False), ("EURO", False), ("", False)])
def test_a_currency_is_three_capitals(currency, is_right):
    assert (problems_of_scheme({"currency": currency}) == {}) is is_right


def test_a_document_omits_the_ordinary_currency():
    assert problems_of_scheme({"kind": "invoice"}) == {}


def test_messages_are_listed_without_their_fields():
    assert messages_of({"a": ["1", "2"], "b": ["3"]}) == ["1", "2", "3"]
